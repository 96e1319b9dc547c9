"""`sunmao db harden --undo`: the policies go, the role stays fully usable."""

import psycopg
import pytest
from sqlalchemy import text

from core.actor import system_actor
from core.addons import schema
from core.addons.registry import registry
from core.audit.sealing import seal_batch, watermark
from core.config import site_config
from core.database import db
from core.unit_of_work import unit_of_work
from tests.hardening import ROLE, run

SYSTEM = system_actor("test")


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()
    return hardened


@pytest.fixture
def undone(app):
    """Give a site that was hardened once, with a connection that was made while it was."""
    with unit_of_work(SYSTEM) as session:
        session.connection()
    done = run(app, "db", "harden", "--undo")
    assert done.exit_code == 0, done.output or done.exception
    return app


def ask(sql):
    with schema.schema_engine(site_config()).connect() as connection:
        return connection.scalars(text(sql)).all()


@pytest.mark.parametrize("age", ["old", "new"])
def test_the_trail_is_sealed_on_connections_of_before_and_after(undone, age):
    del undone
    if age == "new":
        db.engine.dispose()
    with unit_of_work(SYSTEM) as session:
        until = watermark(session)
        assert until is not None
        assert seal_batch(session, until) > 0


def test_of_the_functions_only_the_roles_own_lock_is_left(undone):
    del undone
    assert ask("SELECT proname FROM pg_proc WHERE proname LIKE 'core\\_wall%'") == [
        "core_wall_quiet"
    ]
    assert ask("SELECT polname FROM pg_policy") == []


def test_tables_that_are_made_after_it_are_the_roles_too(site, undone):
    del undone
    config = site_config()
    for name in ("rights", "customers"):
        history = schema.history_of(name, registry().catalogue.manifests[name].package)
        schema.downgrade(config, history, to="base")
    for name in ("customers", "rights"):
        history = schema.history_of(name, registry().catalogue.manifests[name].package)
        schema.upgrade(config, history)
    with psycopg.connect(
        f"host={site.database.cluster.folder} user={ROLE} dbname={site.database.name}"
    ) as held:
        held.execute("SELECT FROM customers_customer")
        held.execute("SELECT nextval('customers_customer_id_seq')")
        held.execute("SELECT FROM customers_version")
    assert ask("SELECT relname FROM pg_class WHERE relrowsecurity") == []


def test_the_role_is_remembered_and_hardened_for_again(undone):
    assert "not hardened" in run(undone, "db", "harden", "--undo").output
    done = run(undone, "db", "harden")
    assert done.exit_code == 0
    assert ROLE in done.output
    assert run(undone, "db", "harden", "--dry-run").output == ""


def test_a_role_that_was_taken_away_after_it_hinders_no_migration(undone):
    del undone
    with schema.schema_engine(site_config(), writing=True).begin() as connection:
        connection.execute(text("COMMENT ON FUNCTION core_wall_quiet() IS 'sunmao 0 nobody'"))
    history = schema.history_of("rights", registry().catalogue.manifests["rights"].package)
    schema.downgrade(site_config(), history, to="base")
    schema.upgrade(site_config(), history)
