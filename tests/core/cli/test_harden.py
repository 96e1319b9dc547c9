"""`sunmao db harden`: what is missing, once; undone; refused where it could not hold."""

import os
import subprocess

import pytest
from sqlalchemy import text

from core.access.hardening import state
from core.access.policies import guarded_tables
from core.addons import schema
from core.config import site_config
from core.database import Model, db
from core.testing.databases import find_program
from tests.hardening import OWNER, ROLE, as_owner, run


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()  # commands write on connections of their own
    return hardened


def ask(sql):
    with schema.schema_engine(site_config()).connect() as connection:
        return connection.execute(text(sql)).all()


def under_policy():
    return {
        row.relname
        for row in ask("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    }


def test_exactly_the_tables_with_protected_rows_stand_under_a_policy(app):
    del app
    protected = {one.table for one in guarded_tables(Model.metadata)}
    assert under_policy() == protected
    assert {"customers_customer", "customers_contact", "customers_stage_move"} <= protected
    assert not {"core_user", "customers_industry", "customers_counter"} & protected


def test_the_role_has_what_the_application_needs_and_no_more(app):
    del app
    granted = {
        (row.relname, row.given)
        for row in ask(
            "SELECT relname, (aclexplode(relacl)).privilege_type AS given, "
            "(aclexplode(relacl)).grantee::regrole::text AS who FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        if row.who == ROLE
    }
    kinds = {name: {given for one, given in granted if one == name} for name, _ in granted}
    every = {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert kinds["customers_customer"] == every
    assert kinds["core_audit"] == {"SELECT", "INSERT"}
    assert kinds["core_version"] == {"SELECT"}
    assert set().union(*kinds.values()) == every
    (role,) = ask(f"SELECT * FROM pg_roles WHERE rolname = '{ROLE}'")
    assert not any((role.rolsuper, role.rolbypassrls, role.rolcreaterole, role.rolcreatedb))


def test_a_second_run_has_nothing_to_do(app):
    assert run(app, "db", "harden", "--dry-run").output == ""
    assert "Nothing to do" in run(app, "db", "harden").output


def test_what_was_lost_is_put_back_and_a_dry_run_only_says_it(app):
    with schema.schema_engine(site_config(), writing=True).begin() as connection:
        connection.execute(text("DROP POLICY core_wall ON customers_contact"))
        connection.execute(text(f"GRANT TRUNCATE ON core_audit TO {ROLE}"))
    said = run(app, "db", "harden", "--dry-run").output
    assert 'CREATE POLICY core_wall ON "customers_contact"' in said
    assert 'REVOKE ALL ON "core_audit"' in said or "REVOKE ALL ON core_audit" in said
    assert "customers_customer" not in said
    assert run(app, "db", "harden", "--dry-run").output == said, "a dry run changes nothing"
    assert run(app, "db", "harden").exit_code == 0
    assert run(app, "db", "harden", "--dry-run").output == ""


def test_the_sql_of_a_dry_run_does_the_same_by_hand(app):
    assert run(app, "db", "harden", "--undo").exit_code == 0
    said = run(app, "db", "harden", "--dry-run", "--role", ROLE).output
    with schema.schema_engine(site_config(), writing=True).begin() as connection:
        connection.connection.driver_connection.execute(said)
    assert run(app, "db", "harden", "--dry-run").output == ""


def test_undone_no_table_stands_under_a_policy_and_it_can_be_done_again(app):
    assert "lifted" in run(app, "db", "harden", "--undo").output
    assert under_policy() == set()
    with schema.schema_engine(site_config()).connect() as connection:
        assert state(connection, Model.metadata) is None
    assert "not hardened" in run(app, "db", "harden", "--undo").output
    assert run(app, "db", "harden", "--role", ROLE).exit_code == 0
    assert "customers_customer" in under_policy()


def test_the_applications_own_address_is_refused(site, tmp_path):
    from core.app import create_app

    other = create_app(instance=tmp_path, database_url=site.database.url, testing=True,
                       job_engine="off")  # fmt: skip
    done = run(other, "db", "harden")
    assert done.exit_code == 1
    assert "database_owner_url" in done.output
    with other.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("role", [OWNER, "mighty"])
def test_a_role_that_no_policy_would_hold_is_refused(role, app, hardened):
    hardened.database.cluster.administer("DROP ROLE IF EXISTS {}", "mighty")
    hardened.database.cluster.administer("CREATE ROLE {} LOGIN BYPASSRLS", "mighty")
    done = run(app, "db", "harden", "--role", role)
    assert done.exit_code == 1
    assert role in done.output


def test_the_owner_makes_a_whole_backup_by_the_documented_words_alone(site, make):
    make.customers.customer("Whole backup")
    cluster = site.database.cluster
    command = [
        str(find_program("initdb").with_name("pg_dump")),
        "-h",
        str(cluster.folder),
        "-U",
        OWNER,
        site.database.name,
    ]
    plain = subprocess.run(command, capture_output=True, text=True, check=False)
    assert plain.returncode != 0
    said = {**os.environ, "PGOPTIONS": "-c sunmao.who=wide"}
    whole = subprocess.run(
        [*command, "--enable-row-security"], capture_output=True, text=True, check=False, env=said
    )
    assert whole.returncode == 0, whole.stderr
    assert "Whole backup" in whole.stdout


def test_the_owner_is_held_too_and_says_the_marker(site, tmp_path, make):
    make.customers.customer("One")
    with as_owner(site.database, tmp_path) as other, other.app_context():
        with db.engine.connect() as connection:
            plain = connection.connection.driver_connection
            assert plain.execute("SELECT count(*) FROM customers_customer").fetchone() == (0,)
        with schema.schema_engine(site_config()).connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM customers_customer")) == 1
