"""Pages of duties, and of the grades to which they can be given."""

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from addons.rights import duties
from addons.rights.answers import answer_proved
from addons.rights.blueprint import blueprint
from addons.rights.duty_forms import DutyForm, ExclusionForm, InclusionForm
from addons.rights.lists import DUTIES
from addons.rights.models import DUTY, Assignment, Duty
from addons.rights.widening import widens_by_changing
from addons.rights.words import (
    STATES,
    TONES,
    grants_in_words,
    period_in_words,
    state_of,
    subject_titles,
)
from core.access.decorators import needs
from core.access.records import may_on
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import localized
from core.unit_of_work import current_session
from core.web.answering import answer, confirm
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record


@blueprint.get("/duties", endpoint="duties")
@needs(DUTY, Verb.QUERY)
def list_duties() -> ResponseReturnValue:
    """List the duties."""
    return render_list(DUTIES, create="rights.create_duty")


@blueprint.get("/duties/<int:record_id>")
@needs(DUTY, Verb.QUERY)
def show_duty(record_id: int) -> ResponseReturnValue:
    """Show a duty: what it contains, who holds it, what excludes it."""
    duty = duties.duty(record_id)
    name = localized(duty.name)
    page = RecordPage(
        resource=DUTY,
        record_id=duty.id,
        record=duty,
        title=name,
        sub=[duty.code],
        crumbs=[_home(), Crumb(_("Duties"), url_for("rights.duties"))],
        tags=_tags(duty),
        facts=[Fact(_("What it is for"), duty.summary)],
        actions=[
            Action(_("Edit"), url_for("rights.edit_duty", record_id=duty.id), "edit",
                   needs=(DUTY, Verb.UPDATE)),
            Action(_("Excludes…"), url_for("rights.exclude", record_id=duty.id), "alert",
                   needs=(DUTY, Verb.UPDATE)),
            Action(_("Delete…"), url_for("rights.delete_duty", record_id=duty.id), "x",
                   dangerous=True, needs=(DUTY, Verb.DELETE)),
            Action(_("Give a duty"), url_for("rights.assign", duty=duty.id), "plus", primary=True,
                   needs=("rights.assignment", Verb.CREATE)),
        ],
    )  # fmt: skip
    return render_record(
        page,
        template="rights/duty.html",
        contains=grants_in_words((one.resource, one.action) for one in duty.grants),
        held=_held(duty),
        excluded=_excluded(duty),
        duty_id=duty.id,
        may_change=may_on(duty, Verb.UPDATE),
        states=STATES,
        tones=TONES,
    )


@blueprint.route("/duties/new", methods=["GET", "POST"])
@needs(DUTY, Verb.CREATE)
def create_duty() -> ResponseReturnValue:
    """Make a duty."""
    form = DutyForm()
    del form.password
    return answer_proved(
        form,
        lambda: duties.create_duty(form.fields()).id,
        lambda made: url_for("rights.show_duty", record_id=made),
        widens=lambda: False,  # nobody holds it yet
        title=_("New duty"),
        crumbs=[_home(), Crumb(_("Duties"), url_for("rights.duties"))],
        cancel=url_for("rights.duties"),
    )


@blueprint.route("/duties/<int:record_id>/edit", methods=["GET", "POST"])
@needs(DUTY, Verb.UPDATE)
def edit_duty(record_id: int) -> ResponseReturnValue:
    """Change a duty; the password is asked for when what its holders may do changes."""
    duty = duties.duty(record_id)
    form = DutyForm.for_record(duty)
    return answer_proved(
        form,
        lambda: duties.update_duty(record_id, form.fields(), row_version=form.row_version),
        url_for("rights.show_duty", record_id=record_id),
        widens=lambda: widens_by_changing(duty, form.fields()),
        title=_("Edit %(name)s", name=localized(duty.name)),
        crumbs=_way_to(duty),
    )


@blueprint.route("/duties/<int:record_id>/delete", methods=["GET", "POST"])
@needs(DUTY, Verb.DELETE)
def delete_duty(record_id: int) -> ResponseReturnValue:
    """Ask, then delete a duty that was never given."""
    duty = duties.duty(record_id)
    against = duties.why_not_deleted(duty)
    return confirm(
        lambda _session: duties.delete_duty(record_id),
        url_for("rights.duties"),
        title=_("Delete %(name)s", name=localized(duty.name)),
        crumbs=_way_to(duty),
        submit=_("Delete"),
        cancel=url_for("rights.show_duty", record_id=record_id),
        obstacles=[against] if against else [],
        happens=[(None, _("The duty is deleted for good; nobody ever held it."))],
    )


@blueprint.route("/duties/<int:record_id>/exclude", methods=["GET", "POST"])
@needs(DUTY, Verb.UPDATE)
def exclude(record_id: int) -> ResponseReturnValue:
    """Name a duty that nobody may hold beside this one."""
    duty = duties.duty(record_id)
    form = ExclusionForm()
    form.other_id.leave_out(str(record_id))
    return answer(
        form,
        lambda _session: duties.exclude(
            record_id, form.other_id.data, reason=form.reason.data or ""
        ),
        url_for("rights.show_duty", record_id=record_id),
        title=_("What excludes %(name)s", name=localized(duty.name)),
        crumbs=_way_to(duty),
    )


@blueprint.route("/duties/<int:record_id>/include/<int:other_id>", methods=["GET", "POST"])
@needs(DUTY, Verb.UPDATE)
def include(record_id: int, other_id: int) -> ResponseReturnValue:
    """Ask for the password, then allow two duties to be held together again."""
    duty, other = duties.duty(record_id), duties.duty(other_id)
    if other_id not in duties.excluded_with(record_id):
        raise NotFound(_("There is no such rule any more."))
    names = {"name": localized(duty.name), "other": localized(other.name)}
    return answer_proved(
        InclusionForm(),
        lambda: duties.include(record_id, other_id),
        url_for("rights.show_duty", record_id=record_id),
        widens=lambda: True,
        title=_("Let both be held: %(name)s and %(other)s", **names),
        crumbs=_way_to(duty),
        submit=_("Allow both"),
    )


def _way_to(duty: Duty) -> list[Crumb]:
    name = localized(duty.name)
    return [
        _home(),
        Crumb(_("Duties"), url_for("rights.duties")),
        Crumb(name, url_for("rights.show_duty", record_id=duty.id)),
    ]


def _home() -> Crumb:
    return Crumb(_("Rights"), url_for("rights.assignments"))


def _tags(duty: Duty) -> list[tuple[str, str]]:
    found = [] if duty.active else [(_("retired"), "")]
    return [*found, (_("needs a second factor"), "info")] if duty.second_factor else found


def _held(duty: Duty) -> list[tuple[Assignment, str, str, str]]:
    """Return (assignment, to whom, when, state) of those that have not ended."""
    stored = current_session().scalars(
        select(Assignment)
        .where(Assignment.duty_id == duty.id, Assignment.ended_at.is_(None))
        .order_by(Assignment.id)
    )
    found = stored.all()
    titles = subject_titles((one.subject, one.subject_id) for one in found)
    return [
        (one, titles[one.subject, one.subject_id], period_in_words(one), state_of(one))
        for one in found
    ]


def _excluded(duty: Duty) -> list[tuple[int, str, str]]:
    reasons = duties.excluded_with(duty.id)
    names = current_session().execute(select(Duty.id, Duty.name).where(Duty.id.in_(reasons)))
    return [(key, localized(name), reasons[key]) for key, name in names]
