"""The health page says whether the database itself keeps rows apart, and what is missing."""

import pytest
from sqlalchemy import text

from core.access.hardening import state
from core.actor import system_actor
from core.addons import schema
from core.config import site_config
from core.health.checks import report
from core.i18n import force_locale
from core.unit_of_work import read_only
from tests.hardening import ROLE, as_owner, run


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
