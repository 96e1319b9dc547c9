"""The programming interface of what belongs to accounts: people, opportunities, industries."""

from typing import Any

from addons.customers import contacts, industries, opportunities, queries
from addons.customers.api import api
from addons.customers.api_models import IndustryChange, IndustryOut, NewIndustry
from addons.customers.api_part_models import (
    ContactOut,
    ContactValues,
    NetworkOut,
    NewContact,
    NewOpportunity,
    OpportunityOut,
    OpportunityStepOut,
    OpportunitySumOut,
    OpportunityTo,
    OpportunityValues,
)
from addons.customers.contact_list import EXPORTED_CONTACTS, LISTED_CONTACTS
from addons.customers.contacts import ContactFields
from addons.customers.models import CONTACT, CUSTOMER, INDUSTRY, OPPORTUNITY
from addons.customers.opportunities import OpportunityFields
from addons.customers.opportunity_lists import EXPORTED_OPPORTUNITIES, LISTED_OPPORTUNITIES
from core.access.decorators import needs
from core.access.records import check_version
from core.i18n import lazy_gettext as _l

api.collection(
    "/contacts", LISTED_CONTACTS, name="contacts_list", summary=_l("List contact persons")
)


@api.on("GET", "/<int:record_id>/contacts", summary=_l("List the contact persons of a customer"))
@needs(CONTACT, "query")
def contacts_of(record_id: int) -> list[ContactOut]:
    """Answer the persons of an account."""
    queries.customer(record_id)
    return queries.contacts_of(record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/<int:record_id>/contacts",
    summary=_l("Add a contact person"),
    status=201,
    location="customers_api.show_contact",
)
@needs(CONTACT, "create")
def create_contact(record_id: int, body: NewContact) -> ContactOut:
    """Store a person."""
    made = contacts.add_contact(record_id, ContactFields(**body.model_dump()))
    return queries.contact(made)  # type: ignore[return-value]


@api.on("GET", "/contacts/<int:record_id>", summary=_l("Read a contact person"))
@needs(CONTACT, "query")
def show_contact(record_id: int) -> ContactOut:
    """Answer one person."""
    return queries.contact(record_id)  # type: ignore[return-value]


@api.on("PATCH", "/contacts/<int:record_id>", summary=_l("Change a contact person"))
@needs(CONTACT, "update")
def change_contact(record_id: int, row_version: int, body: ContactValues) -> ContactOut:
    """Change the fields that are sent."""
    fields = ContactFields(**_merged(ContactFields, queries.contact(record_id), body))
    return contacts.update_contact(record_id, fields, row_version=row_version)  # type: ignore[return-value]


@api.on("DELETE", "/contacts/<int:record_id>", summary=_l("Delete a contact person"))
@needs(CONTACT, "delete")
def delete_contact(record_id: int, row_version: int) -> None:
    """Delete a person."""
    check_version(queries.contact(record_id), row_version, {})
    contacts.remove_contact(record_id)


api.collection(
    "/opportunities", LISTED_OPPORTUNITIES, name="opportunities", summary=_l("List opportunities")
)
api.export(
    "/contacts/export", EXPORTED_CONTACTS, name="export_contacts", summary=_l("Export contacts")
)
api.export(
    "/opportunities/export",
    EXPORTED_OPPORTUNITIES,
    name="export_opportunities",
    summary=_l("Export opportunities"),
)


@api.on("GET", "/<int:record_id>/opportunities", summary=_l("List the opportunities of a customer"))
@needs(OPPORTUNITY, "query")
def opportunities_of(record_id: int) -> list[OpportunityOut]:
    """Answer the opportunities of an account."""
    queries.customer(record_id)
    return queries.opportunities_of(record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/<int:record_id>/opportunities",
    summary=_l("Open an opportunity"),
    status=201,
    location="customers_api.show_opportunity",
)
@needs(OPPORTUNITY, "create")
def create_opportunity(record_id: int, body: NewOpportunity) -> OpportunityOut:
    """Store an opportunity."""
    fields = OpportunityFields(**body.model_dump(exclude={"stage", "opened_on"}))
    made = opportunities.open_opportunity(
        record_id, fields, opened_on=body.opened_on, stage=body.stage
    )
    return queries.opportunity(made)  # type: ignore[return-value]


@api.on("GET", "/opportunities/<int:record_id>", summary=_l("Read an opportunity"))
@needs(OPPORTUNITY, "query")
def show_opportunity(record_id: int) -> OpportunityOut:
    """Answer one opportunity."""
    return queries.opportunity(record_id)  # type: ignore[return-value]


@api.on("PATCH", "/opportunities/<int:record_id>", summary=_l("Change an opportunity"))
@needs(OPPORTUNITY, "update")
def change_opportunity(record_id: int, row_version: int, body: OpportunityValues) -> OpportunityOut:
    """Change the fields that are sent."""
    fields = OpportunityFields(**_merged(OpportunityFields, queries.opportunity(record_id), body))
    return opportunities.update_opportunity(record_id, fields, row_version=row_version)  # type: ignore[return-value]


@api.on("DELETE", "/opportunities/<int:record_id>", summary=_l("Delete an opportunity"))
@needs(OPPORTUNITY, "delete")
def delete_opportunity(record_id: int, row_version: int) -> None:
    """Delete an open opportunity."""
    check_version(queries.opportunity(record_id), row_version, {})
    opportunities.delete_opportunity(record_id)


@api.on(
    "POST", "/opportunities/<int:record_id>/stage", summary=_l("Move an opportunity to a stage")
)
@needs(OPPORTUNITY, "update")
def move_opportunity(record_id: int, body: OpportunityTo) -> OpportunityOut:
    """Record a step."""
    return opportunities.move_opportunity(record_id, body.to, on=body.on, reason=body.reason)  # type: ignore[return-value]


@api.on("GET", "/opportunities/<int:record_id>/stages", summary=_l("Read an opportunity's history"))
@needs(OPPORTUNITY, "query")
def opportunity_stages(record_id: int) -> list[OpportunityStepOut]:
    """Answer its steps, oldest first."""
    queries.opportunity(record_id)
    return queries.opportunity_moves(record_id)  # type: ignore[return-value]


@api.on("GET", "/opportunities/sums", summary=_l("Read expected value by opportunity stage"))
@needs(OPPORTUNITY, "analyse")
def opportunity_sums() -> list[OpportunitySumOut]:
    """Answer what the chart of opportunities shows."""
    return queries.opportunity_sums()  # type: ignore[return-value]


@api.on("GET", "/<int:record_id>/networks", summary=_l("List the networks of an operator"))
@needs(CUSTOMER, "query")
def networks_of(record_id: int) -> list[NetworkOut]:
    """Answer the networks of an account."""
    queries.customer(record_id)
    return queries.networks_of(record_id)  # type: ignore[return-value]


@api.on("GET", "/industries", summary=_l("Read the industry tree"))
@needs(INDUSTRY, "query")
def industry_tree() -> list[IndustryOut]:
    """Answer every node, parents before their children."""
    return industries.every()  # type: ignore[return-value]


@api.on("GET", "/industries/<int:record_id>", summary=_l("Read an industry"))
@needs(INDUSTRY, "query")
def show_industry(record_id: int) -> IndustryOut:
    """Answer one node."""
    return industries.industry(record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/industries",
    summary=_l("Add an industry"),
    status=201,
    location="customers_api.show_industry",
)
@needs(INDUSTRY, "configure")
def create_industry(body: NewIndustry) -> IndustryOut:
    """Store a node."""
    name = {str(code): text for code, text in body.name.items()}
    made = industries.add_industry(name, parent_id=body.parent_id, sort=body.sort)
    return industries.industry(made)  # type: ignore[return-value]


@api.on("PATCH", "/industries/<int:record_id>", summary=_l("Change an industry"))
@needs(INDUSTRY, "configure")
def change_industry(record_id: int, row_version: int, body: IndustryChange) -> IndustryOut:
    """Change what is sent: name, place, order, whether it is offered."""
    node = industries.industry(record_id)
    wanted: dict[str, Any] = {
        key: getattr(node, key) for key in ("name", "parent_id", "sort", "active")
    }
    sent = body.model_dump(exclude_unset=True)
    wanted |= {key: value for key, value in sent.items() if key != "name" or value}
    industries.change_industry(record_id, wanted.pop("name"), row_version=row_version, **wanted)
    return industries.industry(record_id)  # type: ignore[return-value]


@api.on("DELETE", "/industries/<int:record_id>", summary=_l("Delete an industry"))
@needs(INDUSTRY, "configure")
def delete_industry(record_id: int, row_version: int) -> None:
    """Delete a node that nothing uses."""
    check_version(industries.industry(record_id), row_version, {})
    industries.delete_industry(record_id)


def _merged(fields: Any, record: Any, body: Any) -> dict[str, Any]:
    """Return the stored values with those that were sent put over them."""
    stored = {key: getattr(record, key) for key in fields.__slots__}
    return {**stored, **body.model_dump(exclude_unset=True)}
