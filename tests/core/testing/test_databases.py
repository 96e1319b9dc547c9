"""The databases of tests are set back to the template, whatever a test did to them."""

import sqlite3
from contextlib import closing

from core.testing.databases import PostgresDatabase, SqliteDatabase


def test_a_sqlite_file_is_set_back_with_its_log(tmp_path):
    database = SqliteDatabase(tmp_path)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE thing (id INTEGER)")
    database.keep_as_template()
    database.execute("INSERT INTO thing VALUES (1)")
    database.restore()
    with closing(sqlite3.connect(database.path)) as connection:
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)


def test_a_postgresql_database_is_set_back_although_somebody_holds_it(postgres_cluster):
    import psycopg

    database = PostgresDatabase(postgres_cluster, "of_this_test")
    database.execute("CREATE TABLE thing (id INTEGER)")
    database.keep_as_template()
    dsn = database.url.replace("+psycopg", "")
    with psycopg.connect(dsn, autocommit=True) as holder:
        holder.execute("INSERT INTO thing VALUES (1)")
        database.restore()
    with psycopg.connect(dsn) as connection:
        assert connection.execute("SELECT count(*) FROM thing").fetchone() == (0,)
    for name in ("of_this_test", "of_this_test_template"):
        postgres_cluster.administer("DROP DATABASE {} WITH (FORCE)", name)
