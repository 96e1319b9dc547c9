"""Migrations against real databases; the tables here are of add-ons that exist only in this file."""

import sys

import pytest
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError

from core.addons import schema, tables
from core.addons.faults import AddonFaultError
from core.config import Config
from core.testing.databases import PostgresDatabase
from tests.core.addons.building import Workshop

FIRST = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "library_0001"
    down_revision = None


    def upgrade():
        op.create_table(
            "library_shelf",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("name", sa.String(40), nullable=False),
        )
        op.create_table(
            "library_book",
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("title", sa.String(40), nullable=False),
            sa.Column(
                "shelf_id",
                sa.Integer(),
                sa.ForeignKey("library_shelf.id", ondelete="CASCADE"),
                nullable=False,
            ),
        )


    def downgrade():
        op.drop_table("library_book")
        op.drop_table("library_shelf")
"""

REBUILD = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "library_0002"
    down_revision = "library_0001"


    def upgrade():
        with op.batch_alter_table("library_shelf", recreate="{recreate}") as batch:
            batch.alter_column("name", type_=sa.String(80), existing_type=sa.String(40))
            batch.add_column(sa.Column("floor", sa.Integer(), server_default="0", nullable=False))


    def downgrade():
        with op.batch_alter_table("library_shelf", recreate="{recreate}") as batch:
            batch.drop_column("floor")
            batch.alter_column("name", type_=sa.String(40), existing_type=sa.String(80))
"""

HALF = """\
    import sqlalchemy as sa
    from alembic import op

    revision = "library_0002"
    down_revision = "library_0001"


    def upgrade():
        op.create_table("library_reader", sa.Column("id", sa.Integer(), primary_key=True))
        op.execute("INSERT INTO library_shelf (id, name) VALUES (99, 'half')")
        op.execute("INSERT INTO no_such_table VALUES (1)")


    def downgrade():
        op.drop_table("library_reader")
"""

ORPHANS = """\
    from alembic import op

    revision = "library_0002"
    down_revision = "library_0001"


    def upgrade():
        op.execute("DELETE FROM library_shelf WHERE id = 1")


    def downgrade():
        pass
"""


@pytest.fixture
def config(database, tmp_path, request):
    if database == "sqlite":
        return Config(instance=tmp_path, database_url=f"sqlite:///{tmp_path / 'x.db'}")
    cluster = request.getfixturevalue("postgres_cluster")
    return Config(instance=tmp_path, database_url=PostgresDatabase(cluster, "migrations").url)


@pytest.fixture
def library(tmp_path, monkeypatch):
    """Give a function that writes the add-on `library` with these revisions."""
    workshop = Workshop(tmp_path)
    monkeypatch.syspath_prepend(str(workshop.code))

    def write(*revisions):
        files = {f"migrations/versions/{i:04}_x.py": r for i, r in enumerate(revisions, 1)}
        workshop.package("library", files)
        return schema.history_of("library", "zoo_library")

    yield write
    sys.modules.pop("zoo_library", None)


def run(config, *statements):
    with schema.schema_engine(config, writing=True).begin() as connection:
        return [connection.execute(text(one)) for one in statements]


def ask(config, statement):
    with schema.schema_engine(config).connect() as connection:
        return connection.execute(text(statement)).all()


def fill(config):
    run(
        config,
        "INSERT INTO library_shelf (id, name) VALUES (1, 'A'), (2, 'B')",
        "INSERT INTO library_book (id, title, shelf_id) VALUES (1, 'x', 1), (2, 'y', 1), (3, 'z', 2)",
    )


BOOKS = "SELECT id, title, shelf_id FROM library_book ORDER BY id"


def test_rebuilding_a_parent_keeps_every_child(config, database, library):
    """SQLite copies the table into a new one and drops the old; PostgreSQL alters in place."""
    recreate = "always" if database == "sqlite" else "never"
    history = library(FIRST)
    schema.upgrade(config, history)
    fill(config)
    before = ask(config, BOOKS)
    history = library(FIRST, REBUILD.format(recreate=recreate))
    schema.upgrade(config, history)
    assert ask(config, BOOKS) == before
    assert ask(config, "SELECT id, name, floor FROM library_shelf ORDER BY id") == [
        (1, "A", 0),
        (2, "B", 0),
    ]
    schema.downgrade(config, history, to="-1")
    assert ask(config, BOOKS) == before
    with pytest.raises(DBAPIError):
        run(config, "SELECT floor FROM library_shelf")


def test_up_down_up_ends_where_it_began(config, library):
    history = library(FIRST)
    schema.upgrade(config, history)
    assert schema.is_current(config, history)
    schema.downgrade(config, history, to="base")
    assert schema.current(config, history) is None
    names = inspect(schema.schema_engine(config)).get_table_names()
    assert not [name for name in names if name.startswith("library_")]
    schema.upgrade(config, history)
    assert schema.current(config, history) == "library_0001"


def test_a_migration_that_fails_half_way_leaves_nothing_behind(config, library):
    schema.upgrade(config, library(FIRST))
    fill(config)
    history = library(FIRST, HALF)
    with pytest.raises(DBAPIError):
        schema.upgrade(config, history)
    assert schema.current(config, history) == "library_0001"
    assert not schema.is_current(config, history)
    assert not inspect(schema.schema_engine(config)).has_table("library_reader")
    assert ask(config, "SELECT count(*) FROM library_shelf") == [(2,)]


def test_orphans_left_by_a_migration_undo_it(config, library):
    schema.upgrade(config, library(FIRST))
    fill(config)
    if config.url.startswith("postgresql"):
        schema.upgrade(config, library(FIRST, ORPHANS))
        assert ask(config, BOOKS) == [(3, "z", 2)]  # there the constraint itself stands guard
        return
    with pytest.raises(AddonFaultError, match="2 rows of library_book"):
        schema.upgrade(config, library(FIRST, ORPHANS))
    assert ask(config, "SELECT count(*) FROM library_shelf") == [(2,)]


def test_two_histories_do_not_touch_each_other(config, library, tmp_path):
    history = library(FIRST)
    Workshop(tmp_path).package(
        "garden",
        {"migrations/versions/0001_x.py": FIRST.replace("library_", "garden_")},
    )
    garden = schema.history_of("garden", "zoo_garden")
    schema.upgrade(config, history)
    schema.upgrade(config, garden)
    fill(config)
    schema.downgrade(config, garden, to="base")
    assert schema.current(config, history) == "library_0001"
    assert tables.row_counts(config, history) == {"library_book": 3, "library_shelf": 2}
    assert tables.row_counts(config, garden) == {}


def test_a_folder_that_vanished_breaks_no_other_history(config, library):
    schema.upgrade(config, library(FIRST))
    gone = schema.History("garden", schema.SCRIPTS / "none")
    schema.upgrade(config, gone)
    assert schema.current(config, gone) is None
    assert schema.current(config, library(FIRST)) == "library_0001"


def test_tables_without_their_migrations_can_still_be_copied_and_dropped(config, library):
    schema.upgrade(config, library(FIRST))
    fill(config)
    gone = schema.History("library", schema.SCRIPTS / "none")
    folder = tables.save_copies(config, gone).folder
    copied = (folder / "library_book.csv").read_text(encoding="utf-8-sig")
    assert copied.splitlines() == ["id,title,shelf_id", "1,x,1", "2,y,1", "3,z,2"]
    tables.drop(config, gone)
    names = inspect(schema.schema_engine(config)).get_table_names()
    assert not [name for name in names if name.startswith("library_")]


def test_tables_of_a_newer_version_of_the_code_can_still_be_dropped(config, library):
    schema.upgrade(config, library(FIRST))
    run(config, "UPDATE library_version SET version_num = 'library_0099'")
    tables.drop(config, library(FIRST))
    names = inspect(schema.schema_engine(config)).get_table_names()
    assert not [name for name in names if name.startswith("library_")]


def test_foreign_keys_of_others_are_seen(config, library):
    history = library(FIRST)
    schema.upgrade(config, history)
    run(
        config,
        "CREATE TABLE garden_bed (id INTEGER PRIMARY KEY, "
        "shelf_id INTEGER REFERENCES library_shelf (id))",
    )
    assert tables.pointing_at(config, history) == {"garden_bed": {"library_shelf"}}
    assert tables.pointing_at(config, schema.History("garden", history.folder)) == {}


def test_the_database_is_not_held_for_ever_by_somebody_elses_transaction(
    config, database, library, monkeypatch
):
    monkeypatch.setattr(schema, "LOCK_TIMEOUT", "200ms")
    schema.upgrade(config, library(FIRST))
    history = library(FIRST, REBUILD.format(recreate="auto"))
    with schema.schema_engine(config).connect() as reader:
        reader.execute(text("SELECT * FROM library_shelf")).all()
        if database == "sqlite":  # a reader of the write-ahead log holds up no writer
            schema.upgrade(config, history)
            assert schema.is_current(config, history)
            return
        with pytest.raises(DBAPIError, match="lock timeout"):
            schema.upgrade(config, history)
    schema.upgrade(config, history)
    assert schema.is_current(config, history)


def test_a_kept_engine_asks_postgresql_once_what_it_is_and_holds_no_connection(config, database):
    engine = schema.schema_engine(config)
    assert schema.schema_engine(config) is engine
    assert schema.schema_engine(config, writing=True) is not engine
    sent = []

    def note(_connection, _cursor, statement, *_others):
        sent.append(statement)

    with engine.connect():
        pass
    event.listen(engine, "before_cursor_execute", note)
    try:
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
            raw = connection.connection.driver_connection
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert sent == (["SELECT 1"] if database == "postgresql" else ["BEGIN", "SELECT 1"])
    with pytest.raises(Exception, match=r"closed"):
        raw.execute("SELECT 1")  # or a database that is to go could not be dropped
