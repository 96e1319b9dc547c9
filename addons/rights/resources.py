"""What may be granted about rights themselves."""

from enum import StrEnum

from addons.rights.delegation_models import DELEGATION, Delegation
from addons.rights.models import ASSIGNMENT, DUTY, GRADE, Assignment, Duty, Grade
from addons.rights.review_models import REVIEW, Review
from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l


class Permission(StrEnum):
    """The resources of this add-on."""

    DUTY = DUTY
    ASSIGNMENT = ASSIGNMENT
    GRADE = GRADE
    DELEGATION = DELEGATION
    REVIEW = REVIEW


RESOURCES = (
    Resource(
        key=DUTY,
        title=_l("Duty"),
        model=Duty,
        label=lambda duty: duty.code,
        endpoint="rights.show_duty",
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.DELETE),
        dimensions=(),
    ),
    Resource(
        key=ASSIGNMENT,
        title=_l("Assignment of a duty"),
        model=Assignment,
        label=lambda assignment: f"#{assignment.id}",
        endpoint="rights.show_assignment",
        actions=(Verb.QUERY, Verb.CREATE, Verb.DELETE, Verb.EXPORT),
        dimensions=(),
    ),
    Resource(
        key=GRADE,
        title=_l("Manager grade"),
        model=Grade,
        label=lambda grade: grade.code,
        actions=(Verb.QUERY, Verb.CONFIGURE),
        dimensions=(),
    ),
    Resource(
        key=DELEGATION,
        title=_l("Delegation"),
        model=Delegation,
        label=lambda delegation: f"#{delegation.id}",
        endpoint="rights.show_delegation",
        actions=(Verb.QUERY, Verb.CREATE, Verb.DELETE),
    ),
    Resource(
        key=REVIEW,
        title=_l("Review of rights"),
        model=Review,
        label=lambda review: review.name,
        endpoint="rights.show_review",
        actions=(Verb.QUERY, Verb.CREATE, Verb.EXPORT),
        dimensions=(),
    ),
)
