"""`sunmao db harden` compares what stands in the catalog, not what was once said to be there."""

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from core.access.hardening import state
from core.addons import schema
from core.addons.registry import registry
from core.config import site_config
from core.database import Model
from tests.hardening import OWNER, ROLE, run

OTHER, HIDDEN = "other_app", "hidden_might"
POLICIES = {
    "another condition": "ALTER POLICY core_wall ON customers_customer USING (true)",
    "another check": "ALTER POLICY core_wall ON customers_customer WITH CHECK (true)",
    "for one role": f"ALTER POLICY core_wall ON customers_customer TO {OWNER}",
    "one more": "CREATE POLICY more ON customers_customer FOR SELECT USING (true)",
    "not forced": "ALTER TABLE customers_customer NO FORCE ROW LEVEL SECURITY",
    "surplus": "CREATE POLICY core_wall ON customers_industry USING (false)",
    "surplus, switched on": "ALTER TABLE customers_industry ENABLE ROW LEVEL SECURITY; "
    "CREATE POLICY core_wall ON customers_industry USING (false)",
}
FUNCTIONS = {
    "replaced": "CREATE OR REPLACE FUNCTION core_wall_all(about text, carried text) "
    "RETURNS boolean LANGUAGE sql STABLE AS 'SELECT true'",
    "as its definer": "ALTER FUNCTION core_wall_user() SECURITY DEFINER",
    "with a setting": "ALTER FUNCTION core_wall_user() SET work_mem = '8MB'",
    "volatile": "ALTER FUNCTION core_wall_user() VOLATILE",
    "quiet gone": "DROP FUNCTION core_wall_quiet()",
    "quiet for all": "GRANT EXECUTE ON FUNCTION core_wall_quiet() TO PUBLIC",
    "quiet for nobody": f"REVOKE EXECUTE ON FUNCTION core_wall_quiet() FROM {ROLE}",
    "quiet anywhere": "ALTER FUNCTION core_wall_quiet() RESET search_path",
    "one more": "CREATE FUNCTION core_wall_all(about varchar, carried varchar) RETURNS boolean "
    "LANGUAGE sql AS 'SELECT true'",
}


@pytest.fixture
def database():
    return "postgresql"


@pytest.fixture
def site(hardened):
    hardened.touch()
    return hardened


@pytest.fixture
def other(site):
    """Give the administrator's hand, and take the roles of the test away when it is over."""
    cluster = site.database.cluster
    yield cluster
    for role in (OTHER, HIDDEN, "per%cent \"o'neil"):
        with psycopg.connect(
            f"host={cluster.folder} user=sunmao dbname={site.database.name}"
        ) as connection:
            if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone():
                connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        cluster.administer("DROP ROLE IF EXISTS {}", role)


def change(statements):
    with schema.schema_engine(site_config(), writing=True).begin() as connection:
        for one in statements.split("; "):
            connection.execute(text(one))


def found():
    with schema.schema_engine(site_config()).connect() as connection:
        return state(connection, Model.metadata)


def connect(site, role):
    return psycopg.connect(
        f"host={site.database.cluster.folder} user={role} dbname={site.database.name}"
    )


def mended(app):
    """Tell whether a run does what a dry run says, and a second one has nothing left to do."""
    said = run(app, "db", "harden", "--dry-run").output
    done = run(app, "db", "harden")
    left = run(app, "db", "harden", "--dry-run").output
    return said != "" and done.exit_code == 0 and left == ""


@pytest.mark.parametrize("change_", POLICIES.values(), ids=POLICIES)
def test_a_policy_that_is_not_as_it_was_made_is_seen_and_made_anew(app, change_):
    assert found().bare == ()
    change(change_)
    assert found().bare == (
        "customers_industry" if "industry" in change_ else "customers_customer",
    )
    assert mended(app)
    assert found().bare == ()


@pytest.mark.parametrize("change_", FUNCTIONS.values(), ids=FUNCTIONS)
def test_a_function_that_is_not_as_it_was_made_is_seen_and_made_anew(app, change_):
    assert found().altered == ()
    change(change_)
    assert len(found().altered) == 1
    assert mended(app)
    assert found().altered == ()


def test_what_only_narrows_and_what_nobody_knows_is_let_be(app):
    change("CREATE POLICY mine ON customers_customer AS RESTRICTIVE USING (id > 0)")
    change("CREATE TABLE strange_thing (id int); "
           "ALTER TABLE strange_thing ENABLE ROW LEVEL SECURITY; "
           "CREATE POLICY core_wall ON strange_thing USING (false)")  # fmt: skip
    assert found().bare == ()
    assert run(app, "db", "harden", "--dry-run").output == ""


@pytest.mark.parametrize(
    "might",
    ["SUPERUSER", "BYPASSRLS", "REPLICATION", "CREATEROLE", "pg_write_server_files",
     "pg_read_server_files", "pg_execute_server_program", OWNER],
)  # fmt: skip
@pytest.mark.parametrize("lent", [False, True], ids=["itself", "as a member"])
def test_a_role_that_could_pass_every_policy_is_refused(app, other, might, lent):
    other.administer("CREATE ROLE {} LOGIN", OTHER)
    holder = OTHER
    if lent:
        other.administer("CREATE ROLE {} NOLOGIN", HIDDEN)
        other.administer("GRANT {} TO {}", HIDDEN, OTHER)
        holder = HIDDEN
    if might.isupper():
        other.administer(f"ALTER ROLE {{}} {might}", holder)
    else:
        other.administer("GRANT {} TO {}", might, holder)
    done = run(app, "db", "harden", "--role", OTHER)
    assert done.exit_code == 1
    assert OTHER in done.output
    assert found().role == ROLE


def test_nobody_but_the_role_keeps_writers_of_the_trail_out(site, app, other):
    del app
    other.administer("CREATE ROLE {} LOGIN", OTHER)
    with connect(site, OTHER) as stranger, pytest.raises(psycopg.errors.InsufficientPrivilege):
        stranger.execute("SELECT core_wall_quiet()")
    with connect(site, ROLE) as held:
        held.execute("CREATE TEMP TABLE core_audit (id int)")
        held.execute(f"GRANT ALL ON core_audit TO {OWNER}")
        held.execute("SELECT core_wall_quiet()")
        locked = held.execute(
            "SELECT n.nspname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
            "JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relname = 'core_audit' AND l.mode = 'ShareLock' AND l.pid = pg_backend_pid()"
        ).fetchall()
    assert locked == [("public",)]


def test_a_fresh_role_may_make_no_tables_though_everybody_may(site, app, other):
    other.execute(site.database.name, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert run(app, "db", "harden", "--role", OTHER).exit_code == 0
    with connect(site, OTHER) as fresh, pytest.raises(psycopg.errors.InsufficientPrivilege):
        fresh.execute("CREATE TABLE mine (id int)")
    assert run(app, "db", "harden", "--dry-run").output == ""


def test_what_everybody_or_the_role_was_given_on_the_schema_later_is_taken_again(site, app):
    database = site.database
    database.cluster.execute(database.name, f"GRANT CREATE ON SCHEMA public TO PUBLIC, {ROLE}")
    assert mended(app)
    with connect(site, ROLE) as held, pytest.raises(psycopg.errors.InsufficientPrivilege):
        held.execute("CREATE TABLE mine (id int)")


def test_an_owner_who_may_not_revoke_is_told_what_to_have_done(site, app):
    name, cluster = site.database.name, site.database.cluster
    cluster.execute(name, "ALTER SCHEMA public OWNER TO sunmao")
    cluster.execute(name, "GRANT CREATE ON SCHEMA public TO PUBLIC")
    done = run(app, "db", "harden")
    assert done.exit_code == 1
    assert "REVOKE CREATE ON SCHEMA public" in done.output


def test_an_owner_who_may_not_make_roles_is_told_to_have_it_made(app, other):
    other.administer("ALTER ROLE {} NOCREATEROLE", OWNER)
    try:
        done = run(app, "db", "harden", "--role", OTHER)
    finally:
        other.administer("ALTER ROLE {} CREATEROLE", OWNER)
    assert done.exit_code == 1
    assert f"CREATE ROLE {OTHER} LOGIN NOSUPERUSER NOBYPASSRLS" in done.output.replace('"', "")


def test_a_role_may_have_any_name_and_the_one_before_it_keeps_nothing(site, app, other):
    del other
    odd = "per%cent \"o'neil"
    done = run(app, "db", "harden", "--role", odd)
    assert done.exit_code == 0, done.output or done.exception
    assert found().role == odd
    assert run(app, "db", "harden", "--dry-run").output == ""
    with connect(site, ROLE) as before:
        for sentence in ("SELECT FROM core_user", "SELECT core_wall_quiet()",
                         "SELECT nextval('core_user_id_seq')"):  # fmt: skip
            with pytest.raises(psycopg.errors.Error):
                before.execute(sentence)
            before.rollback()
    assert run(app, "db", "harden", "--role", ROLE).exit_code == 0
    with connect(site, ROLE) as again:
        again.execute("SELECT FROM core_user")
        again.execute("SELECT core_wall_quiet()")


def test_nothing_is_called_done_while_add_ons_are_left_out(app, monkeypatch):
    monkeypatch.setattr(registry(), "safe_mode", True)
    done = run(app, "db", "harden")
    assert done.exit_code == 1
    assert "safe mode" in done.output
    monkeypatch.setattr(registry(), "safe_mode", False)
    monkeypatch.setitem(registry().faults, "customers", object())
    monkeypatch.setitem(registry().faults, "never_installed", object())
    done = run(app, "db", "harden")
    assert done.exit_code == 1
    assert "customers" in done.output
    assert "never_installed" not in done.output
    assert run(app, "db", "harden", "--undo").exit_code == 0, "lifting needs nobody"


def test_processes_are_told_to_begin_anew(app):
    counters = text("SELECT code_version, module_version FROM core_epoch")

    def now():
        with schema.schema_engine(site_config()).connect() as connection:
            return tuple(connection.execute(counters).one())

    before = now()
    run(app, "db", "harden")
    assert now() == before, "nothing was to be done"
    run(app, "db", "harden", "--undo")
    lifted = now()
    run(app, "db", "harden", "--role", ROLE)
    assert before[0] < lifted[0] < now()[0]
    assert before[1] < lifted[1] < now()[1]
