"""Entries of the sidebar."""

from addons.rights.delegation_lists import DELEGATIONS
from addons.rights.delegation_models import DELEGATION
from addons.rights.lists import ASSIGNMENTS, DUTIES, GRADES, PEOPLE
from addons.rights.models import ASSIGNMENT, DUTY, GRADE
from addons.rights.review_lists import REVIEWS
from addons.rights.review_models import REVIEW
from core.contributions import MenuItem
from core.i18n import lazy_gettext as _l

MENUS = (
    MenuItem(
        title=_l("My substitutes"),
        endpoint="rights.my_delegations",
        icon="user",
        section="account",
        order=40,
    ),
    MenuItem(
        title=_l("Rights"),
        endpoint="rights.assignments",
        needs=(ASSIGNMENT, "query"),
        icon="rights",
        section="management",
        order=20,
        searches=ASSIGNMENTS,
    ),
    MenuItem(
        title=_l("Duties"),
        endpoint="rights.duties",
        needs=(DUTY, "query"),
        icon="list",
        section="management",
        order=21,
        parent="rights.assignments",
        searches=DUTIES,
    ),
    MenuItem(
        title=_l("Rights of people"),
        endpoint="rights.people",
        needs=(ASSIGNMENT, "query"),
        icon="user",
        section="management",
        order=22,
        parent="rights.assignments",
        searches=PEOPLE,
    ),
    MenuItem(
        title=_l("Manager grades"),
        endpoint="rights.grades",
        needs=(GRADE, "query"),
        icon="star",
        section="management",
        order=23,
        parent="rights.assignments",
        searches=GRADES,
    ),
    MenuItem(
        title=_l("Delegations"),
        endpoint="rights.delegations",
        needs=(DELEGATION, "query"),
        icon="user",
        section="management",
        order=24,
        parent="rights.assignments",
        searches=DELEGATIONS,
    ),
    MenuItem(
        title=_l("Reviews of rights"),
        endpoint="rights.reviews",
        needs=(REVIEW, "query"),
        icon="check",
        section="management",
        order=25,
        parent="rights.assignments",
        searches=REVIEWS,
    ),
    MenuItem(
        title=_l("Unused rights"),
        endpoint="rights.unused",
        needs=(ASSIGNMENT, "query"),
        icon="clock",
        section="management",
        order=26,
        parent="rights.assignments",
    ),
    MenuItem(
        title=_l("Give a duty"),
        endpoint="rights.assign",
        needs=(ASSIGNMENT, "create"),
        icon="rights",
        section="create",
        order=60,
    ),
)
