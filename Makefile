# Everything that a person or CI does here. Needed: python3 (3.11 or newer) with venv, and make.
.DEFAULT_GOAL := help
.PHONY: help setup demo run check test lint format bench screenshots lock clean

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
IMPORT_ROWS ?= 100000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
SUNMAO := $(BIN)/sunmao
LOCK := $(BIN)/uv pip compile pyproject.toml --extra dev --generate-hashes --universal \
	--python-version 3.11 --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet

help: ## Show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMP) ## Make .venv with every dependency at its pinned version and hash
	@# As pip does for the dependencies: who serves the site may not be allowed to write beside its code.
	@$(BIN)/python -m compileall -q core addons

$(STAMP): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@# The lock names everything: without --no-deps old pips prefer a newer release of pkg[extra] over the pinned pkg.
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Start a demonstration site on 127.0.0.1:PORT (8000) and print its logins
	$(SUNMAO) demo prepare
	$(SUNMAO) serve --port $(PORT)

run: setup ## Start the site as it is on 127.0.0.1:PORT, without demonstration data
	$(SUNMAO) db upgrade
	$(SUNMAO) serve --port $(PORT)

check: setup ## The quick tests for the inner loop: SQLite, no browser, no processes, no walks over the whole site
	SUNMAO_TEST_DATABASES=sqlite $(BIN)/pytest -n $(WORKERS) -m "not browser and not processes and not whole"

test: setup ## Every test: SQLite and PostgreSQL, browser and server processes
	$(BIN)/pytest -n $(WORKERS)

lint: setup ## Formatting, rules, types, arrows between packages, size of the core, freshness of the lock
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/core_size.py
	$(BIN)/python .ci/lock_freshness.py

format: setup ## Let the formatter arrange the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only --quiet .

bench: setup ## Measure list pages, ranges and the gate; import under kill -9 (not with IMPORT_ROWS=0)
	$(BIN)/python -m bench
	test $(IMPORT_ROWS) -eq 0 || $(BIN)/python -m bench.imports --rows $(IMPORT_ROWS)

screenshots: setup ## Take pictures of the main pages into screenshots/ (needs Chromium)
	$(BIN)/python -m tests.browser.screenshots screenshots

lock: setup ## Resolve the dependencies anew into requirements.lock
	$(LOCK) --upgrade --output-file requirements.lock

clean: ## Remove what this file made, but for the site's own instance/ folder
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info screenshots test-results
