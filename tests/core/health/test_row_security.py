"""The health page says whether the database itself keeps rows apart, and what is missing."""

import pytest
from sqlalchemy import text

from core.access.hardening import state
from core.actor import system_actor
from core.addons import schema
from core.app import create_app
from core.config import site_config
from core.database import db
from core.health.checks import report
from core.i18n import force_locale
from core.testing.databases import SUPERUSER
from core.unit_of_work import read_only
from tests.hardening import OWNER, ROLE, as_owner, run


def said(app):
    with app.test_request_context("/"), read_only(system_actor("test")), force_locale("en"):
        return {one.key: (one.state, one.said) for one in report()}["row_security"]


def test_a_plain_site_is_told_that_there_is_more_to_be_had(app, database):
    found, words = said(app)
    assert found == "ok"
    assert ("sunmao db harden" in words) is (database == "postgresql")
    assert state is not None


class TestHardened:
    @pytest.fixture
    def database(self):
        return "postgresql"

    @pytest.fixture
    def site(self, hardened):
        hardened.touch()
        return hardened

    def test_all_is_well(self, app):
        assert said(app)[0] == "ok"
        assert "itself" in said(app)[1]
        shown = run(app, "health").output
        assert "数据库自身" in shown or "itself" in shown

    def test_a_table_without_its_policy_is_named(self, app):
        with schema.schema_engine(site_config(), writing=True).begin() as connection:
            connection.execute(text("ALTER TABLE customers_network NO FORCE ROW LEVEL SECURITY"))
        found, words = said(app)
        assert found == "bad"
        assert "customers_network" in words
        assert "customers_customer" not in words

    def test_a_policy_of_older_declarations_is_named(self, app):
        with schema.schema_engine(site_config(), writing=True).begin() as connection:
            connection.execute(text("COMMENT ON POLICY core_wall ON customers_contact IS 'old'"))
        assert "customers_contact" in said(app)[1]

    def test_the_owners_address_in_the_place_of_the_roles_is_named(self, site, tmp_path):
        with as_owner(site.database, tmp_path) as other, other.app_context():
            found, words = said(other)
        assert found == "warn"
        assert ROLE in words

    def test_a_wall_that_was_opened_is_named(self, app):
        owner = schema.schema_engine(site_config(), writing=True)
        with owner.begin() as connection:
            connection.execute(text("ALTER POLICY core_wall ON customers_contact USING (true)"))
            connection.execute(text("ALTER FUNCTION core_wall_user() SECURITY DEFINER"))
            connection.execute(text("CREATE POLICY more ON customers_network USING (true)"))
        found, words = said(app)
        assert found == "bad"
        for name in ("customers_contact", "core_wall_user()", "customers_network"):
            assert name in words

    def test_functions_that_were_taken_away_leave_no_site_that_is_well(self, app):
        with schema.schema_engine(site_config(), writing=True).begin() as connection:
            connection.execute(text("DROP FUNCTION core_wall_terms(text, text, text) CASCADE"))
        assert said(app)[0] == "bad"

    def test_a_superuser_whom_no_policy_holds_is_named(self, site, tmp_path):
        other = create_app(instance=tmp_path, database_url=site.database.address(SUPERUSER),
                           testing=True, job_engine="off")  # fmt: skip
        with other.app_context():
            found, words = said(other)
            db.engine.dispose()
        assert found == "bad"
        assert f"connects as {SUPERUSER}," in words

    @pytest.mark.parametrize("might", ["pg_read_server_files", OWNER])
    def test_might_that_the_role_was_lent_later_is_named(self, site, app, might):
        cluster = site.database.cluster
        cluster.administer("GRANT {} TO {}", might, ROLE)
        try:
            found, words = said(app)
        finally:
            cluster.administer("REVOKE {} FROM {}", might, ROLE)
        assert found == "bad"
        assert ROLE in words

    def test_a_process_that_began_before_the_site_was_hardened_is_told_to_restart(self, app):
        assert run(app, "db", "harden", "--undo").exit_code == 0
        db.engine.dispose()
        assert "sunmao db harden" in said(app)[1], "and its connection is kept"
        assert run(app, "db", "harden").exit_code == 0
        found, words = said(app)
        assert found == "bad"
        assert "Restart" in words
        db.engine.dispose()
        assert said(app)[0] == "ok"
