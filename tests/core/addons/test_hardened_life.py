"""Add-ons on a hardened site: their tables are made under their policies, by the owner alone."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import NotSupportedError

from core.access.hardening import plan, state
from core.actor import acting_as, system_actor
from core.addons import lifecycle, schema
from core.addons.models import Addon, State
from core.addons.owning import changing_tables
from core.addons.registry import registry
from core.app import create_app
from core.config import site_config
from core.database import Model, db
from core.errors import Refused
from core.testing.making import Maker
from core.unit_of_work import unit_of_work

OPERATOR = system_actor("test")


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()  # acts on add-ons also write through engines of their own
    return hardened


@pytest.fixture
def served(site, tmp_path):
    """Give the site as a server has it: without the owner's address."""
    app = create_app(instance=tmp_path, database_url=site.database.url, testing=True,
                     job_engine="off", gate_ttl_seconds=0.0)  # fmt: skip
    with app.app_context(), acting_as(OPERATOR):
        yield app
        db.session.remove()
        db.engine.dispose()


def fresh():
    registry().switchboard.forget()


def purge():
    """Take the add-on with protected rows away, tables and all, as its owner may."""
    with acting_as(OPERATOR):
        for name in ("rights", "customers"):
            if registry().is_on(name):
                lifecycle.disable(name)
                fresh()
        lifecycle.uninstall("customers")
        lifecycle.purge("customers", confirmation="customers")
        fresh()


def bare():
    with schema.schema_engine(site_config()).connect() as connection:
        found = state(connection, Model.metadata)
        tables = connection.execute(
            text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        )
        return found.bare, {row.relname for row in tables}


def test_tables_that_are_made_later_come_under_their_policies_in_the_same_step(app):
    del app
    purge()
    assert bare() == ((), set())
    with acting_as(OPERATOR):
        lifecycle.enable("customers")
    left, raised = bare()
    assert left == ()
    assert {"customers_customer", "customers_contact"} <= raised


def test_a_server_switches_what_is_there_and_refuses_to_make_tables(app, served):
    del served
    for act in (lifecycle.disable, lifecycle.enable):
        act("rights")
        fresh()
    with app.app_context():
        purge()
    fresh()
    plan = lifecycle.look("enable", "customers")
    assert not plan.possible
    assert "SUNMAO_DATABASE_OWNER_URL" in plan.obstacles[-1].plain
    with pytest.raises(Refused, match="SUNMAO_DATABASE_OWNER_URL"):
        lifecycle.enable("customers")


def test_a_server_does_not_drop_tables(served):
    del served
    for name in ("rights", "customers"):
        lifecycle.disable(name)
        fresh()
    lifecycle.uninstall("customers")
    plan = lifecycle.look("purge", "customers")
    assert "SUNMAO_DATABASE_OWNER_URL" in plan.obstacles[0].plain


def test_a_migration_may_change_columns_that_a_policy_names_and_see_every_row(app):
    del app
    Maker().customers.customer("One")
    history = schema.history_of("customers", registry().catalogue.manifests["customers"].package)
    change = text(
        "ALTER TABLE customers_contact ALTER COLUMN scope_org_id TYPE int USING scope_org_id + 0"
    )
    with pytest.raises(NotSupportedError), schema.migrating(site_config()) as connection:
        connection.execute(change)
    with (
        schema.migrating(site_config()) as connection,
        changing_tables(connection, history.owns),
    ):
        connection.execute(change)
        assert connection.scalar(text("SELECT count(*) FROM customers_customer")) == 1
    assert bare()[0] == ()


def test_an_upgrade_without_anything_to_do_needs_no_owner(served):
    del served
    assert "customers" in lifecycle.upgrade_site(site_config())
    with unit_of_work(OPERATOR) as session:
        assert session.query(Addon).filter_by(name="customers").one().state == State.ENABLED


@pytest.mark.parametrize("older", [
    "COMMENT ON POLICY core_wall ON customers_customer IS 'older'",
    "CREATE OR REPLACE FUNCTION core_wall_user() RETURNS int LANGUAGE sql STABLE AS 'SELECT 1'",
    "DROP FUNCTION core_wall_quiet()",
    "DROP FUNCTION core_wall_terms(text, text, text) CASCADE",
])  # fmt: skip
def test_an_upgrade_brings_what_newer_code_wants_of_the_wall(app, older):
    del app
    with schema.schema_engine(site_config(), writing=True).begin() as connection:
        connection.execute(text(older))
    with acting_as(OPERATOR):
        lifecycle.upgrade_site(site_config())
    with schema.schema_engine(site_config()).connect() as connection:
        found = state(connection, Model.metadata)
        assert (found.bare, found.altered) == ((), ())
        assert plan(connection, Model.metadata, found.role) == []


@pytest.mark.parametrize("said", ["NULL", "'sunmao 0 somebody_else'"], ids=["forgotten", "gone"])
def test_a_migration_leaves_no_table_open_though_the_role_is_not_known(app, said):
    del app
    config = site_config()
    with schema.schema_engine(config, writing=True).begin() as connection:
        for name in ("core_wall_quiet", "core_wall_terms"):
            connection.execute(text(f"COMMENT ON FUNCTION {name} IS {said}"))
    before = bare()[1]
    history = schema.history_of("customers", registry().catalogue.manifests["customers"].package)
    with schema.migrating(config) as connection, changing_tables(connection, history.owns):
        pass
    assert bare() == ((), before)
