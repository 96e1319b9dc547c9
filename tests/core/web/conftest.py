"""A list over the directory of employees, which everybody may read, and ways to ask it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Select, select
from werkzeug.datastructures import MultiDict

from core.actor import system_actor
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import current_unit, unit_of_work
from core.web.list_page import Page, load_page
from core.web.lists import Choice, Column, Facet, ListSpec, Tab

TREE = (Choice("1", "Air"), Choice("2", "Freight", parent="1"), Choice("3", "Banks"))


def employees() -> Select[Any]:
    return select().select_from(Employee).join(OrgUnit, OrgUnit.id == Employee.unit_id)


PEOPLE = ListSpec(
    key="test.people",
    resource="core.employee",
    title="People",
    endpoint="organisation.employees",
    record_endpoint="organisation.show_employee",
    id=Employee.id,
    source=employees,
    columns=(
        Column("name", "Name", Employee.name, sub=Employee.code),
        Column("phone", "Phone", Employee.phone, kind="code"),
        Column("unit", "Unit", OrgUnit.name, kind="name", sort=OrgUnit.code),
        Column("superior", "Superior", Employee.superior_id, kind="number"),
        Column("version", "Version", Employee.row_version, kind="number", total=True),
        Column("mail", "E-mail", Employee.email, shown=False),
    ),
    facets=(
        Facet("unit_id", "Unit", Employee.unit_id),
        Facet("phone", "Phone", Employee.phone, choices={"1": "one", "2": "two"}),
        Facet("state", "State", Employee.active, choices={True: "here", False: "gone"}),
        Facet("boss", "Superior", Employee.superior_id, none="nobody"),
    ),
    search=(Employee.name, Employee.code),
    sort="name",
    size=20,
    tabs=(Tab("ones", "Ones", lambda: {"phone": "1"}),),
)


@pytest.fixture
def people() -> ListSpec:
    return PEOPLE


@pytest.fixture
def staff(make: Any) -> list[int]:
    """Forty-five people in two units, two of three with phone 1, and the ids in order of names."""
    units = [make.unit("North"), make.unit("South")]
    with unit_of_work(system_actor("test")) as session:
        rows = [
            Employee(
                code=f"S{number:03}",
                name=f"Person {number:03}" if number != 7 else "100% _real_",
                unit_id=units[number % 2].id,
                phone="2" if number % 3 == 0 else "1",
                active=number % 5 != 0,
            )
            for number in range(45)
        ]
        session.add_all(rows)
        session.flush()
        for row in rows[1:10]:
            row.superior_id = rows[0].id
        return [row.id for row in sorted(rows, key=lambda row: row.name)]


@pytest.fixture
def ask(app: Any) -> Callable[..., Page]:
    """Give a function from an address to the page of a list, asked by the system."""

    def page(spec: ListSpec, address: str = "") -> Page:
        pairs = [part.split("=", 1) for part in address.split("&") if part]
        with app.test_request_context("/people"), unit_of_work(system_actor("test")) as session:
            args = spec.parse(MultiDict((name, value) for name, value in pairs))
            return load_page(spec, args, session, current_unit().access)

    return page
