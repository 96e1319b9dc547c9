"""What psycopg has prepared on a connection outlives the units that only read."""

from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from core.access.frames import trusted
from core.actor import system_actor
from core.database import db
from core.organisation.models import OrgUnit
from core.unit_of_work import read_only

SYSTEM = system_actor("test")
OFTEN = 30  # more than what psycopg waits for, on each connection of the pool


@pytest.mark.parametrize("unit", ["ends well", "fails"])
def test_a_statement_that_is_often_read_stays_prepared(app: Flask, unit: str) -> None:
    if db.engine.dialect.name != "postgresql":
        with read_only(SYSTEM) as session:
            assert session.get(OrgUnit, 1) is None  # SQLite prepares by itself
        return
    for _time in range(OFTEN):
        with suppress(LookupError), read_only(SYSTEM) as session:
            session.get(OrgUnit, 1)
            if unit == "fails":
                raise LookupError
    with read_only(SYSTEM) as session:
        connection = session.connection()
        with trusted(connection, "the server's own list"):
            prepared = connection.scalars(text("SELECT statement FROM pg_prepared_statements"))
            assert [one for one in prepared if "core_org_unit" in one]
            plans = connection.scalar(text("SHOW plan_cache_mode"))
    assert plans == "force_custom_plan"


def test_a_page_is_shown_though_an_upgrade_changed_a_column_meanwhile(
    app: Flask, make: Any, login: Any
) -> None:
    client = login(make.administrator())
    page = f"/admin/organisation/units/{make.unit().id}/edit"
    for _time in range(OFTEN):
        assert client.get(page).status_code == 200
    if db.engine.dialect.name != "postgresql":
        return
    for length in (90, 40):
        with db.engine.begin() as connection, trusted(connection, "as a migration does"):
            change = f"ALTER TABLE core_org_unit ALTER COLUMN code TYPE varchar({length})"
            connection.execute(text(change))
        for _time in range(OFTEN):
            assert client.get(page).status_code == 200
