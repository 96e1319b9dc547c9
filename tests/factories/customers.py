"""The least that a test must say to get an account, a contact person or an opportunity."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from addons.customers import contacts, industries, opportunities, services
from addons.customers.contacts import ContactFields
from addons.customers.fields import CustomerFields
from addons.customers.models import Network
from addons.customers.opportunities import OpportunityFields
from addons.customers.stages import Stage
from core.actor import system_actor
from core.organisation.models import Employee
from core.unit_of_work import unit_of_work

MAKING = system_actor("test factory")
_numbers = count(1)


def customer(
    name: str = "",
    *,
    manager: Employee | None = None,
    stage: str = Stage.PROSPECT,
    since: date | None = None,
    **fields: Any,
) -> int:
    """Make an account and return its id."""
    with unit_of_work(MAKING):
        return services.create_customer(
            CustomerFields(name=name or f"Account {next(_numbers)}", **fields),
            manager_id=manager.id if manager else None,
            stage=stage,
            since=since,
        ).id


def contact(customer_id: int, name: str = "", **fields: Any) -> int:
    """Make a contact person and return the id."""
    with unit_of_work(MAKING):
        return contacts.add_contact(
            customer_id, ContactFields(name=name or f"Contact {next(_numbers)}", **fields)
        )


def opportunity(
    customer_id: int,
    title: str = "",
    *,
    value: int | Decimal | None = None,
    opened_on: date | None = None,
) -> int:
    """Make an opportunity and return its id."""
    with unit_of_work(MAKING):
        return opportunities.open_opportunity(
            customer_id,
            OpportunityFields(
                title=title or f"Opportunity {next(_numbers)}",
                expected_value=None if value is None else Decimal(value),
            ),
            opened_on=opened_on,
        )


def industry(name: str, *, parent_id: int | None = None) -> int:
    """Make a node of the industry tree and return its id."""
    with unit_of_work(MAKING):
        return industries.add_industry({"zh": name, "en": name}, parent_id=parent_id)


def seed_canaries(session: Any, owner: Employee, canary: str) -> None:
    """Make rows of every kind that `owner` sees, with `canary` in each text that they hold."""
    for number in (1, 2):
        customer_id = customer(
            f"{canary} account {number}",
            manager=owner,
            stage=Stage.OPPORTUNITY,
            name_en=f"{canary} in English {number}",
            region=f"{canary} region",
            grade="A",
            external_code=f"{canary}-{number}",
            registration_no=f"{canary} registration",
            website=f"https://{canary}.example",
            notes=f"{canary} notes",
        )
        contact(
            customer_id,
            f"{canary} person",
            position=f"{canary} post",
            department=f"{canary} room",
            phone="1234",
            email=f"{canary}@{canary}.example",
            notes=f"{canary} contact notes",
        )
        opportunity(customer_id, f"{canary} opportunity", value=number * 1000)
        session.add(
            Network(customer_id=customer_id, mcc="1", mnc="2", brand=canary, note=f"{canary} note")
        )
