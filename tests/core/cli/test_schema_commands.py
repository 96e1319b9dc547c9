"""`sunmao db …` while an add-on cannot be loaded: nothing of it is taken for given up."""

import sqlite3

import pytest

from core.cli.scaffold import Plan, write
from tests.core.cli.workshop import Workshop

pytestmark = pytest.mark.processes
MISSPELT = ("resources.py", "key=RESOURCE", 'key="visits.vist"')


@pytest.fixture(scope="module")
def workshop(tmp_path_factory):
    """A site with an add-on, its table and a row."""
    shop = Workshop(tmp_path_factory.mktemp("schema") / "co")
    plan = Plan(name="visits", noun="visit", title_zh="拜访", title_en="Visits", as_package=False)
    write(plan, shop.folder)
    for command in (("db", "upgrade"), ("addon", "enable", "visits"), ("db", "upgrade")):
        done = shop.sunmao(*command)
        assert done.returncode == 0, done.stderr
        assert "left out" not in done.stderr
    return shop


@pytest.fixture
def broken(workshop):
    path = workshop.folder / "addons" / "visits" / MISSPELT[0]
    sound = path.read_text("utf-8")
    assert MISSPELT[1] in sound
    path.write_text(sound.replace(*MISSPELT[1:]), "utf-8")
    yield workshop
    path.write_text(sound, "utf-8")


def migrations(shop):
    return sorted((shop.folder / "addons/visits/migrations/versions").glob("[0-9]*.py"))


def tables(shop):
    with sqlite3.connect(shop.folder / "instance" / "app.db") as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'visits%'")
        return {row[0] for row in rows}


def test_no_migration_is_written_that_would_drop_the_tables_of_what_is_left_out(broken):
    before, kept = migrations(broken), tables(broken)
    assert "visits_visit" in kept
    done = broken.sunmao("db", "revision", "visits", "nothing new")
    assert done.returncode == 1
    assert "visits could not be loaded" in done.stderr
    assert "did you mean" in done.stderr or "visits.vist" in done.stderr
    assert "No migration was written" in done.stderr
    assert migrations(broken) == before
    assert tables(broken) == kept


def test_upgrade_goes_on_and_says_what_is_left_out(broken):
    done = broken.sunmao("db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert "visits is left out. " in done.stderr


def test_check_fails_for_what_it_cannot_compare(broken):
    done = broken.sunmao("db", "check")
    assert done.returncode == 1
    assert "visits is left out. " in done.stderr


def test_a_sound_site_is_compared_without_a_word(workshop):
    done = workshop.sunmao("db", "check")
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr
    done = workshop.sunmao("db", "revision", "visits", "nothing new")
    assert "nothing to write" in done.stdout


def test_what_a_migration_drops_is_said(workshop):
    path = workshop.folder / "addons/visits/models.py"
    sound = path.read_text("utf-8")
    column = "    place: Mapped[str | None] = mapped_column(String(20))\n    row_version: M"
    path.write_text(sound.replace("    row_version: M", column, 1), "utf-8")
    done = workshop.sunmao("db", "revision", "visits", "a place")
    assert "0002_a_place.py" in done.stdout
    assert "Careful" not in done.stderr
    path.write_text(sound, "utf-8")
    done = workshop.sunmao("db", "revision", "visits", "no place")
    assert "0003_no_place.py" in done.stdout
    assert "Careful: it drops visits_visit.place with all that stands there." in done.stderr
