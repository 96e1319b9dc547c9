"""The programming interface of people, delegations and unused rights.

Making a delegation is not here: its page always asks for the password.
"""

from flask import url_for

from addons.rights import delegations, grades, unused
from addons.rights.api import api
from addons.rights.api_models import EndIn
from addons.rights.api_people_models import (
    ContainsOut,
    DelegationOut,
    GradeIn,
    OnDay,
    PersonOut,
    RightOut,
    UnusedListOut,
    UnusedOut,
)
from addons.rights.api_proof import by_program, demand_scope
from addons.rights.api_words import columns_of
from addons.rights.delegation_lists import DELEGATIONS
from addons.rights.delegation_models import DELEGATION, Delegation
from addons.rights.delegation_telling import names_of
from addons.rights.delegation_words import duties_in_words
from addons.rights.lists import PEOPLE
from addons.rights.models import ASSIGNMENT, GRADE, Grading, Subject
from addons.rights.person import Right, account, graded, rights_on
from addons.rights.unused_lists import UNUSED_FILE, whom
from addons.rights.words import period_in_words, state_of
from core.access.decorators import needs, signed_in
from core.access.windows import is_out_of_sight
from core.accounts.second_factor import is_enrolled
from core.audit.words import actor_words
from core.clock import today
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.unit_of_work import current_session

# -- people ---------------------------------------------------------------------------------------

api.collection("/people", PEOPLE, name="people", summary=_l("List people with their grades"))


@api.on("GET", "/people/<int:record_id>", summary=_l("Read the rights of a person on a day"))
@needs(ASSIGNMENT, Verb.QUERY)
def show_person(record_id: int, query: OnDay) -> PersonOut:
    """Answer every assignment that concerns somebody on a day."""
    session = current_session()
    user, employee = account(record_id)
    day = query.as_of or today()
    if is_out_of_sight(day):
        words = _("Choose a day within a hundred years.")
        raise Refused(words, fields={"as_of": [words]})
    held = session.get(Grading, employee.id) if employee else None
    return PersonOut(
        user_id=user.id,
        login=user.login,
        name=employee.name if employee else user.login,
        employee_id=employee.id if employee else None,
        grade_id=held.grade_id if held else None,
        second_factor=is_enrolled(session, user.id),
        day=day,
        rights=[_right(one) for one in rights_on(user.id, day)],
    )


@api.on("POST", "/people/<int:record_id>/grade", summary=_l("Give somebody a manager grade"))
@needs(GRADE, Verb.CONFIGURE)
def grade_person(record_id: int, body: GradeIn) -> None:
    """Give a grade, or none: on its page, or once several people have agreed."""
    user, employee = graded(record_id)
    by_program(
        grades.set_grade,
        widens=lambda: True,
        page=url_for("rights.grade_person", record_id=user.id),
        employee_id=employee.id,
        grade_id=body.grade_id,
    )


def _right(one: Right) -> RightOut:
    names = ("duty", "by", "data", "period", "hours", "state", "strict")
    return RightOut.model_validate(
        {
            **{name: getattr(one, name) for name in names},
            "assignment_id": one.assignment.id,
            "allow": one.assignment.allow,
            "contains": [ContainsOut(resource=what, verbs=said) for what, said in one.contains],
        }
    )


# -- delegations ----------------------------------------------------------------------------------

api.collection("/delegations", DELEGATIONS, name="delegations", summary=_l("List delegations"))


@api.on("GET", "/delegations/<int:record_id>", summary=_l("Read a delegation"))
@needs(DELEGATION, Verb.QUERY)
def show_delegation(record_id: int) -> DelegationOut:
    """Answer one delegation."""
    return _delegation(delegations.delegation(record_id))


@api.on("POST", "/delegations/<int:record_id>/end", summary=_l("End a delegation"))
@signed_in
def end_delegation(record_id: int, body: EndIn) -> DelegationOut:
    """End one's own, as delegator or substitute, or any with the right to it."""
    demand_scope(DELEGATION, Verb.DELETE)
    return _delegation(delegations.end(record_id, reason=body.reason))


def _delegation(found: Delegation) -> DelegationOut:
    giver, substitute = names_of(found)
    said = actor_words()
    return DelegationOut.model_validate(
        {
            **columns_of(found),
            "giver": giver,
            "substitute": substitute,
            "duties": duties_in_words([found])[found.id],
            "period": period_in_words(found),
            "state": state_of(found),
            "given_by": said.get(found.given_by, found.given_by),
            "ended_by": said.get(found.ended_by, found.ended_by),
        }
    )


# -- unused rights --------------------------------------------------------------------------------


@api.on("GET", "/unused", summary=_l("List unused rights"))
@needs(ASSIGNMENT, Verb.QUERY)
def list_unused() -> UnusedListOut:
    """Answer every assignment that nobody used for so long, and since when uses are known."""
    found = unused.findings()
    titles, said = whom(found.rows), actor_words()
    return UnusedListOut(
        days=found.days,
        since=found.since,
        tells_from=found.tells_from,
        can_tell=found.can_tell,
        items=[
            UnusedOut(
                assignment_id=key,
                duty_id=one.assignment.duty_id,
                duty=localized(one.assignment.duty.name),
                subject=Subject(one.assignment.subject),
                whom=titles[key],
                holders=one.holders,
                last_on=one.last_on,
                given_at=one.assignment.given_at,
                given_by=said.get(one.assignment.given_by, one.assignment.given_by),
                apart=one.apart,
            )
            for key, one in found.rows.items()
        ],
    )


api.export("/unused/export", UNUSED_FILE, name="export_unused", summary=_l("Export unused rights"))
