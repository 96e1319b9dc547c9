"""Persons at an account: add, change, remove."""

from dataclasses import asdict, dataclass

from sqlalchemy import select

from addons.customers.fields import trimmed, wrong_texts
from addons.customers.models import CONTACT, Contact, Customer
from core.access.records import load, require
from core.contributions import Verb
from core.errors import Conflict, Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session

LIMITS = {
    "name": 100,
    "position": 100,
    "department": 100,
    "phone": 60,
    "email": 200,
    "notes": 5_000,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactFields:
    """What a form says about a person."""

    name: str
    position: str = ""
    department: str = ""
    phone: str = ""
    email: str = ""
    is_main: bool = False
    notes: str = ""


def add_contact(customer_id: int, fields: ContactFields) -> int:
    """Add a person to an account and return the id."""
    require(CONTACT, Verb.CREATE)
    customer = load(Customer, customer_id, Verb.QUERY)
    contact = Contact(customer=customer, **asdict(_checked(fields)))
    session = current_session()
    session.add(contact)
    session.flush()
    _keep_one_main(contact)
    return contact.id


def update_contact(contact_id: int, fields: ContactFields, *, row_version: int) -> Contact:
    """Change a person; raise Conflict when somebody changed it after `row_version`."""
    contact = load(Contact, contact_id, Verb.UPDATE)
    checked = _checked(fields)
    if contact.row_version != row_version:
        raise Conflict(
            _("Somebody else changed this contact first. Nothing of yours was stored."),
            theirs={key: getattr(contact, key) for key in ContactFields.__slots__},
            yours=asdict(checked),
        )
    for key, value in asdict(checked).items():
        setattr(contact, key, value)
    current_session().flush()
    _keep_one_main(contact)
    return contact


def remove_contact(contact_id: int) -> int:
    """Delete a person and return the id of the account."""
    contact = load(Contact, contact_id, Verb.DELETE)
    customer_id = contact.customer_id
    current_session().delete(contact)
    current_session().flush()
    return customer_id


def _keep_one_main(contact: Contact) -> None:
    """Only one person of an account is the main contact: the last one so marked."""
    if not contact.is_main:
        return
    others = select(Contact).where(
        Contact.customer_id == contact.customer_id,
        Contact.is_main.is_(True),
        Contact.id != contact.id,
    )
    session = current_session()
    for other in session.scalars(others.execution_options(action=Verb.UPDATE)):
        other.is_main = False
    session.flush()


def _checked(fields: ContactFields) -> ContactFields:
    values = trimmed(asdict(fields), LIMITS)
    errors = wrong_texts(values, LIMITS)
    if not values["name"]:
        errors["name"] = [_("Enter a name.")]
    email = values["email"]
    if email and ("@" not in email.strip("@") or " " in email):
        errors["email"] = [_("Enter an address such as name@example.com.")]
    if errors:
        raise Refused(_("Some fields need your attention; nothing was stored."), fields=errors)
    return ContactFields(**values)
