"""What a start does not do: import what only rare acts need, compile what it may never use."""

import os
import subprocess
import sys

import pytest

from core.app import create_app
from core.config import ROOT
from core.web.late_rules import LateRule

RARE = ("alembic", "mako", "xlsxwriter", "sqlalchemy.dialects.postgresql")


def test_what_only_rare_acts_need_is_not_imported(tmp_path):
    code = (
        "import sys; from core.app import create_app; from pathlib import Path\n"
        f"create_app(instance=Path({str(tmp_path)!r}), job_engine='off')\n"
        f"print([name for name in {RARE!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_was_imported_is_never_looked_through_for_garbage(tmp_path):
    code = "import gc, wsgi; print(gc.isenabled(), gc.get_freeze_count() > 50_000)"
    environment = {**os.environ, "SUNMAO_INSTANCE": str(tmp_path), "SUNMAO_JOB_ENGINE": "off"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "True"]


def test_an_address_is_learnt_on_its_first_use_and_is_right(app):
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint == "jobs.show"]
    assert rules
    assert all(isinstance(rule, LateRule) for rule in app.url_map.iter_rules())
    with app.test_request_context():
        for _ in range(2):  # compiled, then used again
            assert app.url_for("jobs.show", record_id=7) == "/admin/jobs/7"
            assert app.url_for("jobs.show", record_id=7, tab="a b") == "/admin/jobs/7?tab=a+b"


def test_catalogues_are_read_once_for_all_processes(tmp_path):
    code = (
        "import sys; from core.app import create_app; from pathlib import Path\n"
        "from core.i18n import force_locale, gettext\n"
        f"app = create_app(instance=Path({str(tmp_path)!r}), job_engine='off')\n"
        "with app.app_context(), force_locale('zh'): said = gettext('Save')\n"
        "print(ascii(said), 'babel.messages' in sys.modules)"
    )
    command = [sys.executable, "-c", code]
    told = [
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        for _ in range(2)
    ]
    said = ascii("保存")
    assert told == [[said, "True"], [said, "False"]]  # the second has nothing that could read one
    folder = tmp_path / "cache" / "catalogues"
    assert folder.stat().st_mode & 0o077 == 0


@pytest.fixture
def other(tmp_path):
    """Give an application with a folder of its own."""
    return create_app(instance=tmp_path, testing=True, job_engine="off", addons=False)


def test_a_compiled_template_serves_the_next_process(other, tmp_path):
    other.jinja_env.get_template("web/bare.html")
    kept = list((tmp_path / "cache" / "templates").iterdir())
    assert len(kept) == 1
    assert (tmp_path / "cache" / "templates").stat().st_mode & 0o077 == 0  # nobody else writes code
    again = create_app(instance=tmp_path, testing=True, job_engine="off", addons=False)
    again.jinja_env.compile = None  # a template that had to be compiled would fail
    assert again.jinja_env.get_template("web/bare.html").name == "web/bare.html"
    with pytest.raises(TypeError):
        again.jinja_env.get_template("web/list.html")


def test_a_full_disk_costs_no_page(other, monkeypatch):
    def full(*_args, **_options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("jinja2.bccache.FileSystemBytecodeCache.dump_bytecode", full)
    assert other.jinja_env.get_template("web/bare.html").name == "web/bare.html"
