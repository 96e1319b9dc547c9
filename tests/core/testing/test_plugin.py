"""What tests rely on without saying so: isolation, identity, and a loud word about what is missing."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from flask import g
from sqlalchemy import select

from core.accounts.models import User
from core.clock import now
from core.database import db
from core.unit_of_work import read_only
from tests.house.source import ROOT


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_commits_the_next_does_not_see(make, session_as, turn):
    login = f"person{turn}"
    make.user(login)
    with session_as(make.actor(make.administrator())) as session:
        assert set(session.scalars(select(User.login))) == {login, "admin"}


def test_a_signed_in_client_sees_pages_that_a_stranger_does_not(client, login, make):
    assert client.get("/account").status_code in {302, 303, 401}
    assert login(make.user("ann")).get("/").status_code == 200


def test_a_request_knows_nothing_of_the_test_around_it_but_the_time(app, client, frozen):
    seen = []

    def note():
        seen.append((now(), g.get("left_over")))

    g.left_over = "of the test"
    app.before_request_funcs.setdefault(None, []).append(note)
    instant = datetime(2024, 2, 29, 12, tzinfo=UTC)
    try:
        with frozen(instant):
            client.get("/login")
    finally:
        app.before_request_funcs[None].remove(note)
    assert seen == [(instant, None)]


def test_statements_are_counted_where_they_are_sent(app, make, session_as, statements):
    actor = make.actor(make.administrator())
    with session_as(actor) as session, statements() as sent:
        session.scalars(select(User.login)).all()
    assert sum("core_user" in one for one in sent) == 1


def test_the_site_runs_on_the_kind_of_database_that_the_test_names(app, database):
    assert db.engine.dialect.name == database


def test_a_reader_cannot_write(app, make):
    from sqlalchemy import insert
    from sqlalchemy.exc import DBAPIError

    from core.jobs.models import ScheduleFire

    with pytest.raises(DBAPIError, match="read"), read_only(make.actor()) as session:
        session.execute(insert(ScheduleFire).values(schedule="x", fire_time=now()))


@pytest.mark.parametrize(("variable", "outcome"), [("0", "1 skipped"), ("1", "1 error")])
@pytest.mark.processes
def test_a_missing_postgresql_is_named_and_fails_when_it_is_required(tmp_path, variable, outcome):
    (tmp_path / "test_it.py").write_text(
        "pytest_plugins = ['core.testing.plugin']\n"
        "import core.testing.plugin\n"
        "core.testing.plugin.find_program = lambda name: None\n"
        "def test_with(postgres_cluster): pass\n"
        "def test_without(): pass\n"
    )
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "test_it.py"],
        cwd=tmp_path,
        env=os.environ | {"REQUIRE_PG": variable, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in run.stdout
    assert outcome in run.stdout
    assert "PostgreSQL is not installed: its half of the suite did NOT run" in run.stdout
