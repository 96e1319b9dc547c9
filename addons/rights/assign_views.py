"""Pages of assignments: list, the one page that builds one, record, end."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from addons.rights import assignments as service
from addons.rights import effects
from addons.rights.answers import answer_proved, demand_password
from addons.rights.assign_form import assign_form
from addons.rights.blueprint import blueprint
from addons.rights.duty_forms import EndForm
from addons.rights.holders import holders_of
from addons.rights.lists import ASSIGNMENTS
from addons.rights.models import ASSIGNMENT, Assignment
from addons.rights.policy import Held
from addons.rights.ranges import in_words
from addons.rights.widening import widens_by_ending, widens_by_giving
from addons.rights.words import (
    EFFECTS,
    STATES,
    TONES,
    hours_in_words,
    period_in_words,
    resource_title,
    state_of,
    subject_title,
    verb_title,
)
from core.access.changes import MOST_ROWS, Difference, Extent
from core.access.decorators import needs
from core.audit.words import actor_words
from core.contributions import Verb
from core.i18n import format_number, join_words, localized, ngettext
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

NAMES_SHOWN = 12
GIVE = "give"


@blueprint.get("/", endpoint="assignments")
@needs(ASSIGNMENT, Verb.QUERY)
def list_assignments() -> ResponseReturnValue:
    """List who was given what."""
    return render_list(ASSIGNMENTS, create="rights.assign")


@blueprint.route("/assign", methods=["GET", "POST"])
@needs(ASSIGNMENT, Verb.CREATE)
def assign() -> ResponseReturnValue:
    """Build one assignment, show whom it affects and what they will see, then give it."""
    form = assign_form(
        duty_id=request.args.get("duty", type=int),
        subject="user" if "user" in request.args else None,
        user_id=request.args.get("user", type=int),
    )
    seen: list[effects.Effects] = []

    def act() -> int | None:
        fields = form.fields()
        held = service.checked(fields)
        seen.append(effects.of_assigning(held))
        if request.form.get("step") != GIVE:
            return None
        if widens_by_giving(held, seen[0]):
            demand_password(form)
        with unit_of_work():
            return service.assign(fields).id

    if form.accepts(act) and form.result is not None:
        flash(_("Given. It counts from the next request on."), "ok")
        return redirect(url_for("rights.show_assignment", record_id=form.result), 303)
    return form.render(
        "rights/assign.html",
        title=_("Give a duty"),
        crumbs=[_home()],
        submit=_("Give it"),
        cancel=url_for("rights.assignments"),
        **panel_of(seen[0] if seen else None),
    )


@blueprint.get("/<int:record_id>")
@needs(ASSIGNMENT, Verb.QUERY)
def show_assignment(record_id: int) -> ResponseReturnValue:
    """Show one assignment and whom it concerns."""
    one = service.assignment(record_id)
    state = state_of(one)
    people = holders_of(Held.of(one))
    names = join_words(person.name for person in people[:NAMES_SHOWN])
    if len(people) > NAMES_SHOWN:
        names = _("%(names)s and %(more)s more", names=names, more=len(people) - NAMES_SHOWN)
    actions = []
    if state != "ended":
        ending = url_for("rights.end", record_id=one.id)
        actions = [Action(_("End…"), ending, "x", dangerous=True, needs=(ASSIGNMENT, "delete"))]
    return render_record(
        RecordPage(
            resource=ASSIGNMENT,
            record_id=one.id,
            record=one,
            title=title_of(one),
            sub=[subject_title(one.subject, one.subject_id)],
            crumbs=[_home()],
            tags=[(str(STATES[state]), TONES.get(state, ""))],
            facts=[*_facts(one), Fact(_("Concerns now"), names)],
            actions=actions,
        )
    )


@blueprint.route("/<int:record_id>/end", methods=["GET", "POST"])
@needs(ASSIGNMENT, Verb.DELETE)
def end(record_id: int) -> ResponseReturnValue:
    """Show who loses what, then end an assignment."""
    one = service.assignment(record_id)
    form = EndForm()
    found = effects.of_ending(Held.of(one)) if one.ended_at is None else None
    return answer_proved(
        form,
        lambda: service.end(record_id, reason=form.reason.data or ""),
        url_for("rights.show_assignment", record_id=record_id),
        widens=lambda: widens_by_ending(Held.of(one), found),
        template="rights/end.html",
        title=_("End %(name)s", name=title_of(one)),
        crumbs=[_home(), Crumb(title_of(one), url_for("rights.show_assignment", record_id=one.id))],
        submit=_("End it"),
        **panel_of(found),
    )  # fmt: skip


def panel_of(found: effects.Effects | None) -> dict[str, Any]:
    """Return what the panel of changes needs."""
    lines = []
    for change in found.changes if found is not None else ():
        for place, one in enumerate(change.differences):
            before, after = _extent(one.before), _extent(one.after)
            if before == after:  # as many rows just now, but not the same range
                after = _moved(one, after)
            lines.append(
                {
                    "name": "" if place else change.person.name,
                    "what": resource_title(one.resource),
                    "verbs": join_words(verb_title(verb) for verb in one.verbs),
                    "before": before,
                    "after": after,
                    "gains": one.gains,
                    "loses": one.loses,
                }
            )
    return {"effects": found, "lines": lines, "looked_at": effects.LOOKED_AT}


def _moved(one: Difference, extent: str) -> str:
    if one.gains and one.loses:
        return _("%(count)s, on other data", count=extent)
    if one.gains:
        return _("%(count)s, on more data", count=extent)
    return _("%(count)s, on less data", count=extent)


def _extent(one: Extent) -> str:
    if not one.held:
        return "–"
    if one.rows is None:
        return _("yes")
    if one.rows >= MOST_ROWS:
        return _("more than %(count)s rows", count=format_number(MOST_ROWS - 1))
    return ngettext("%(count)s row", "%(count)s rows", one.rows, count=format_number(one.rows))


def title_of(one: Assignment) -> str:
    """Return the title of an assignment's page."""
    duty = localized(one.duty.name)
    return duty if one.allow else _("Denied: %(duty)s", duty=duty)


def _facts(one: Assignment) -> list[Fact]:
    verbs = join_words(verb_title(verb) for verb in one.verbs or ()) or _("all of the duty")
    facts = [
        Fact(_("Duty"), localized(one.duty.name),
             url=url_for("rights.show_duty", record_id=one.duty_id)),
        Fact(_("Effect"), str(EFFECTS[one.allow])),
        Fact(_("To whom"), subject_title(one.subject, one.subject_id)),
        Fact(_("Verbs"), verbs),
        Fact(_("On which data"), in_words(one.ranges)),
        Fact(_("Period"), period_in_words(one)),
        Fact(_("Weekly hours"), hours_in_words(one.weekly_hours)),
        Fact(_("Reason"), one.reason),
        Fact(_("Given"), one.given_at, "instant"),
        Fact(_("By"), actor_words().get(one.given_by, one.given_by)),
    ]  # fmt: skip
    if one.ended_at is not None:
        facts += [
            Fact(_("Ended"), one.ended_at, "instant"),
            Fact(_("Ended by"), actor_words().get(one.ended_by, one.ended_by)),
            Fact(_("Why it ended"), one.end_reason),
        ]
    return facts


def _home() -> Crumb:
    return Crumb(_("Rights"), url_for("rights.assignments"))
