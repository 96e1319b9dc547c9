"""The list of contact persons at all accounts of the reader's range, declared once."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Select, select

from addons.customers.lists import shown_name
from addons.customers.models import CONTACT, Contact, Customer
from core.i18n import lazy_gettext as _l
from core.web.lists import Column, ListSpec


def _contacts() -> Select[Any]:
    return select().select_from(Contact).join(Customer, Customer.id == Contact.customer_id)


CONTACTS = ListSpec(
    key="customers.contact",
    resource=CONTACT,
    title=_l("Contact persons"),
    endpoint="customers.contacts_index",
    record_endpoint="customers.show_contact",
    edit_endpoint="customers.edit_contact",
    walks=True,
    id=Contact.id,
    source=_contacts,
    columns=(
        Column("name", _l("Name"), Contact.name, sub=shown_name, phone="p1"),
        Column("position", _l("Job title"), Contact.position, phone="p3", edit="position"),
        Column("department", _l("Department"), Contact.department, edit="department"),
        Column("phone", _l("Phone"), Contact.phone, phone="p4", edit="phone"),
        Column("email", _l("E-mail"), Contact.email, edit="email"),
        Column("main", _l("Main contact"), Contact.is_main, kind="bool", shown=False),
    ),
    search=(Contact.name, Contact.phone, Contact.email, Customer.search_text),
    search_hint=_l("Name, phone, e-mail or customer"),
    sort="name",
    export_endpoint="customers.export_contacts",
    empty_title=_l("No contact persons yet"),
    empty_text=_l("Add them on the page of their account."),
)

EXPORTED_CONTACTS = replace(
    CONTACTS,
    columns=(
        Column("code", _l("Our code"), Customer.code),
        Column("customer", _l("Customer"), Customer.name),
        *(replace(column, shown=True) for column in CONTACTS.columns),
        Column("notes", _l("Notes"), Contact.notes),
    ),
)

LISTED_CONTACTS = replace(
    CONTACTS,
    columns=(
        *(replace(column, shown=True) for column in CONTACTS.columns),
        Column("customer_id", _l("Customer"), Contact.customer_id, sortable=False),
        Column("row_version", _l("Version"), Contact.row_version, sortable=False),
    ),
)
