"""`sunmao db harden` on a database that has no row-level security."""

import pytest

from core.cli.main import cli


@pytest.fixture
def database():
    return "sqlite"


def test_sqlite_is_refused_in_a_sentence(app):
    done = app.test_cli_runner().invoke(cli, ["db", "harden"])
    assert done.exit_code == 1
    assert "PostgreSQL" in done.output
