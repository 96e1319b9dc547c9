"""Entries of the sidebar."""

from addons.customers.contact_list import CONTACTS
from addons.customers.lists import CUSTOMERS
from addons.customers.models import CONTACT, CUSTOMER, INDUSTRY, OPPORTUNITY
from addons.customers.opportunity_lists import OPPORTUNITIES
from core.contributions import MenuItem
from core.i18n import lazy_gettext as _l

MENUS = (
    MenuItem(
        title=_l("Customers"),
        endpoint="customers.index",
        needs=(CUSTOMER, "query"),
        icon="customers",
        order=10,
        searches=CUSTOMERS,
    ),
    MenuItem(
        title=_l("New customer"),
        endpoint="customers.create",
        needs=(CUSTOMER, "create"),
        icon="customers",
        section="create",
        order=10,
    ),
    MenuItem(
        title=_l("Opportunities"),
        endpoint="customers.opportunities_index",
        needs=(OPPORTUNITY, "query"),
        icon="star",
        order=11,
        parent="customers.index",
        searches=OPPORTUNITIES,
    ),
    MenuItem(
        title=_l("Contact persons"),
        endpoint="customers.contacts_index",
        needs=(CONTACT, "query"),
        icon="user",
        order=12,
        parent="customers.index",
        searches=CONTACTS,
    ),
    MenuItem(
        title=_l("Pipeline"),
        endpoint="customers.pipeline",
        needs=(CUSTOMER, "analyse"),
        icon="chart",
        order=13,
        parent="customers.index",
    ),
    MenuItem(
        title=_l("Possible duplicates"),
        endpoint="customers.alike",
        needs=(CUSTOMER, "query"),
        icon="group",
        order=14,
        parent="customers.index",
    ),
    MenuItem(
        title=_l("Industries"),
        endpoint="customers.industry_tree",
        needs=(INDUSTRY, "configure"),
        icon="list",
        order=15,
        parent="customers.index",
    ),
)
