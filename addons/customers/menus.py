"""Entries of the sidebar."""

from addons.customers.models import CUSTOMER, INDUSTRY, OPPORTUNITY
from core.contributions import MenuItem
from core.i18n import lazy_gettext as _l

MENUS = (
    MenuItem(
        title=_l("Customers"),
        endpoint="customers.index",
        needs=(CUSTOMER, "query"),
        icon="customers",
        order=10,
    ),
    MenuItem(
        title=_l("Opportunities"),
        endpoint="customers.opportunities_index",
        needs=(OPPORTUNITY, "query"),
        icon="star",
        order=11,
        parent="customers.index",
    ),
    MenuItem(
        title=_l("Pipeline"),
        endpoint="customers.pipeline",
        needs=(CUSTOMER, "analyse"),
        icon="chart",
        order=12,
        parent="customers.index",
    ),
    MenuItem(
        title=_l("Possible duplicates"),
        endpoint="customers.alike",
        needs=(CUSTOMER, "query"),
        icon="group",
        order=13,
        parent="customers.index",
    ),
    MenuItem(
        title=_l("Industries"),
        endpoint="customers.industry_tree",
        needs=(INDUSTRY, "configure"),
        icon="list",
        order=14,
        parent="customers.index",
    ),
)
