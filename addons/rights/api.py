"""The programming interface of duties, grades and assignments: a twin of every act of their pages.

What would give anybody more rights goes through `by_program`; see there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import url_for

from addons.rights import assignments, duties, effects, grades
from addons.rights.api_models import (
    AssignmentOut,
    DutyOut,
    DutyValues,
    EffectsOut,
    EndIn,
    Exclude,
    GradeOut,
    GradeValues,
    NewAssignment,
    NewDuty,
    NewGrade,
)
from addons.rights.api_proof import by_program
from addons.rights.api_words import assignment_out, duty_out, effects_out
from addons.rights.assignments import AssignmentFields
from addons.rights.days import begin_of
from addons.rights.duties import DutyFields
from addons.rights.lists import ASSIGNMENTS, DUTIES, GRADES
from addons.rights.models import ASSIGNMENT, DUTY, GRADE
from addons.rights.policy import Held
from addons.rights.widening import widens_by_changing, widens_by_ending, widens_by_giving
from core.access.decorators import needs
from core.access.records import check_version
from core.api import Api
from core.contributions import Verb
from core.errors import Refused
from core.i18n import lazy_gettext as _l

api = Api("rights_api", __name__)

# -- duties ---------------------------------------------------------------------------------------

api.collection("/duties", DUTIES, name="duties", summary=_l("List duties"))


@api.on("GET", "/duties/<int:record_id>", summary=_l("Read a duty"))
@needs(DUTY, Verb.QUERY)
def show_duty(record_id: int) -> DutyOut:
    """Answer one duty with what it contains and excludes."""
    return duty_out(duties.duty(record_id))


@api.on("POST", "/duties", summary=_l("Create a duty"), status=201, location="rights_api.show_duty")
@needs(DUTY, Verb.CREATE)
def create_duty(body: NewDuty) -> DutyOut:
    """Store a duty; nobody holds it yet, so nobody gets more rights."""
    return duty_out(duties.create_duty(_duty_fields(body.model_dump())))


@api.on("PATCH", "/duties/<int:record_id>", summary=_l("Change a duty"))
@needs(DUTY, Verb.UPDATE)
def change_duty(record_id: int, row_version: int, body: DutyValues) -> DutyOut:
    """Change what is sent; the effect of a duty that somebody has is changed on its page."""
    found = duties.duty(record_id)
    stored = {key: getattr(found, key) for key in DutyValues.model_fields}
    fields = _duty_fields(stored | _sent(body))
    changed = by_program(
        duties.update_duty,
        widens=lambda: widens_by_changing(found, fields),
        page=url_for("rights.edit_duty", record_id=record_id),
        duty_id=record_id,
        fields=fields,
        row_version=row_version,
    )
    return duty_out(changed)


@api.on("DELETE", "/duties/<int:record_id>", summary=_l("Delete a duty"))
@needs(DUTY, Verb.DELETE)
def delete_duty(record_id: int, row_version: int) -> None:
    """Delete a duty that was never given."""
    check_version(duties.duty(record_id), row_version, {})
    duties.delete_duty(record_id)


@api.on(
    "POST",
    "/duties/<int:record_id>/exclude",
    summary=_l("Let nobody hold another duty beside this one"),
)
@needs(DUTY, Verb.UPDATE)
def exclude(record_id: int, body: Exclude) -> DutyOut:
    """Name a duty that excludes this one."""
    duties.exclude(record_id, body.other_id, reason=body.reason)
    return duty_out(duties.duty(record_id))


@api.on(
    "POST",
    "/duties/<int:record_id>/include/<int:other_id>",
    summary=_l("Let two duties be held together again"),
)
@needs(DUTY, Verb.UPDATE)
def include(record_id: int, other_id: int) -> DutyOut:
    """Lift an exclusion, which opens a way to more rights and so counts as giving them."""
    by_program(
        duties.include,
        widens=lambda: True,
        page=url_for("rights.include", record_id=record_id, other_id=other_id),
        duty_id=record_id,
        other_id=other_id,
    )
    return duty_out(duties.duty(record_id))


# -- grades ---------------------------------------------------------------------------------------

api.collection("/grades", GRADES, name="grades", summary=_l("List manager grades"))


@api.on("GET", "/grades/<int:record_id>", summary=_l("Read a manager grade"))
@needs(GRADE, Verb.QUERY)
def show_grade(record_id: int) -> GradeOut:
    """Answer one grade."""
    return grades.grade(record_id)  # type: ignore[return-value]


@api.on(
    "POST",
    "/grades",
    summary=_l("Create a manager grade"),
    status=201,
    location="rights_api.show_grade",
)
@needs(GRADE, Verb.CONFIGURE)
def create_grade(body: NewGrade) -> GradeOut:
    """Store a grade that nobody has yet."""
    return grades.create_grade(body.code, _name(body.name), sort=body.sort)  # type: ignore[return-value]


@api.on("PATCH", "/grades/<int:record_id>", summary=_l("Change a manager grade"))
@needs(GRADE, Verb.CONFIGURE)
def change_grade(record_id: int, row_version: int, body: GradeValues) -> GradeOut:
    """Change what is sent: code, name, order."""
    found = grades.grade(record_id)
    wanted = {key: getattr(found, key) for key in GradeValues.model_fields} | _sent(body)
    return grades.change_grade(  # type: ignore[return-value]
        record_id, wanted["code"], wanted["name"], sort=wanted["sort"], row_version=row_version
    )


@api.on("DELETE", "/grades/<int:record_id>", summary=_l("Delete a manager grade"))
@needs(GRADE, Verb.CONFIGURE)
def delete_grade(record_id: int, row_version: int) -> None:
    """Delete a grade that nobody has and to which nothing was given."""
    check_version(grades.grade(record_id), row_version, {})
    grades.delete_grade(record_id)


# -- assignments ----------------------------------------------------------------------------------

api.collection("/assignments", ASSIGNMENTS, name="assignments", summary=_l("List assignments"))
api.export(
    "/assignments/export", ASSIGNMENTS, name="export_assignments", summary=_l("Export assignments")
)


@api.on("GET", "/assignments/<int:record_id>", summary=_l("Read an assignment"))
@needs(ASSIGNMENT, Verb.QUERY)
def show_assignment(record_id: int) -> AssignmentOut:
    """Answer one assignment and whom it concerns."""
    return assignment_out(assignments.assignment(record_id))


@api.on("POST", "/assignments/preview", summary=_l("Preview what giving or denying a duty changes"))
@needs(ASSIGNMENT, Verb.CREATE)
def preview_assignment(body: NewAssignment) -> EffectsOut:
    """Tell who would gain and lose what; nothing is stored."""
    with _fields_of_the_body():
        held = assignments.checked(_assignment_fields(body))
    found = effects.of_assigning(held)
    return effects_out(found, widens=widens_by_giving(held, found))


@api.on(
    "POST",
    "/assignments",
    summary=_l("Give or deny a duty"),
    status=201,
    location="rights_api.show_assignment",
)
@needs(ASSIGNMENT, Verb.CREATE)
def assign(body: NewAssignment) -> AssignmentOut:
    """Store a denial; a duty is given on its page, or once several people have agreed."""
    fields = _assignment_fields(body)

    def widens() -> bool:
        held = assignments.checked(fields)
        return widens_by_giving(held, effects.of_assigning(held))

    with _fields_of_the_body():
        made = by_program(
            assignments.assign,
            widens=widens,
            page=url_for("rights.assign", duty=body.duty_id),
            fields=fields,
        )
    return assignment_out(made)


@api.on(
    "GET",
    "/assignments/<int:record_id>/end/preview",
    summary=_l("Preview what ending an assignment changes"),
)
@needs(ASSIGNMENT, Verb.DELETE)
def preview_end(record_id: int) -> EffectsOut:
    """Tell who would gain and lose what; nothing for what has ended before."""
    held, found = _ending(record_id)
    widens = widens_by_ending(held, found)
    return effects_out(found or effects.Effects((), ()), widens=widens)


@api.on("POST", "/assignments/<int:record_id>/end", summary=_l("End an assignment"))
@needs(ASSIGNMENT, Verb.DELETE)
def end(record_id: int, body: EndIn) -> AssignmentOut:
    """End what gives; a denial ends on its page, or once several people have agreed."""
    ended = by_program(
        assignments.end,
        widens=lambda: widens_by_ending(*_ending(record_id)),
        page=url_for("rights.end", record_id=record_id),
        assignment_id=record_id,
        reason=body.reason,
    )
    return assignment_out(ended)


def _ending(record_id: int) -> tuple[Held, effects.Effects | None]:
    found = assignments.assignment(record_id)
    held = Held.of(found)
    return held, effects.of_ending(held) if found.ended_at is None else None


def _sent(body: Any) -> dict[str, Any]:
    """Return what was sent; a name that is null stays as it is."""
    sent: dict[str, Any] = body.model_dump(exclude_unset=True)
    return {key: value for key, value in sent.items() if key != "name" or value}


def _name(name: Any) -> dict[str, str]:
    return {str(code): text for code, text in name.items()}


def _duty_fields(values: dict[str, Any]) -> DutyFields:
    found: dict[str, list[str]] = {}
    for pair in dict.fromkeys(values["contains"]):
        resource, _colon, verb = pair.partition(":")
        found.setdefault(resource, []).append(verb)
    known = {key: value for key, value in values.items() if key != "contains"}
    return DutyFields(**{**known, "name": _name(values["name"]), "grants": found})


@contextmanager
def _fields_of_the_body() -> Iterator[None]:
    """Let a refusal of the service name the last day as it was sent."""
    try:
        yield
    except Refused as refused:
        names = {"valid_to": "valid_until"}
        fields = {names.get(name, name): said for name, said in refused.fields.items()}
        raise Refused(refused.message, fields=fields) from refused


def _assignment_fields(body: NewAssignment) -> AssignmentFields:
    values = body.model_dump(exclude={"valid_until", "ranges"})
    return AssignmentFields(
        **{
            **values,
            "ranges": {
                key: [one.model_dump(exclude_none=True) for one in several]
                for key, several in body.ranges.items()
            },
            "valid_from": begin_of(body.valid_from, field="valid_from"),
            "valid_to": begin_of(body.valid_until, field="valid_until", later=1),
        }
    )
