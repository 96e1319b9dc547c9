"""Pages of joint confirmation: ask, the list, one of them with its say."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import signed_in
from core.accounts.proof_field import ProofField
from core.accounts.proving import prove_present
from core.consent import sealing, services
from core.consent.acts import ConsentNeeded, summary_of
from core.consent.effects import effects_in_words
from core.consent.lists import CONSENTS, STATES, TONES, act_titles, records_of
from core.consent.models import Consent, State
from core.consent.queries import act_if_on, consent, people_of, readable_consent, state_of
from core.consent.rehearsal import Effect
from core.consent.trials import prospect, standing
from core.contributions import Act
from core.errors import Conflict, NotAllowed, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import ngettext
from core.unit_of_work import current_unit, unit_of_work
from core.web.addresses import came_from
from core.web.answering import press
from core.web.errors import Problem, answer, wants_json
from core.web.forms import NOTHING, Form, SelectField, TextArea
from core.web.lists import render_list
from core.web.records import Crumb, Fact

blueprint = Blueprint("consent", __name__, url_prefix="/consents", template_folder="templates")
AGREE, DECLINE = "agree", "decline"


class AskForm(Form):
    """Why it should be done."""

    reason = TextArea(
        _l("Reason"),
        required=True,
        limit=services.LONGEST_REASON,
        span=4,
        hint=_l("Those who are asked read it, and it is kept with the change."),
    )


class SayForm(Form):
    """Agree or decline."""

    say = SelectField(
        _l("Your decision"),
        choices=((AGREE, _l("Agree")), (DECLINE, _l("Decline"))),
        required=True,
        span=2,
    )
    reason = TextArea(
        _l("Reason"), limit=services.LONGEST_REASON, span=4, hint=_l("Needed to decline.")
    )
    password = ProofField()


@blueprint.app_errorhandler(ConsentNeeded)
def on_consent_needed(error: ConsentNeeded) -> Any:
    """Offer to ask for what takes several people."""
    sealed = sealing.sealed(error.act, error.payload)
    if wants_json():
        asking = {"act": error.act.name, "people": error.people, "ask": sealed}
        return answer(
            Problem(error.status, _("Others must agree"), str(error), {}, {"consent": asking})
        )
    form = AskForm(NOTHING, reason=request.form.get("reason", "")[: services.LONGEST_REASON])
    asked = (error.act, error.payload, sealed)
    page: Any = _ask_page(form, asked, error.effects, error.people)
    response = current_app.make_response(page)
    response.status_code = error.status
    return response


@blueprint.post("/new")
@signed_in
def new() -> ResponseReturnValue:
    """Ask for an act."""
    sealed = request.form.get("ask", "")
    act, payload = sealing.unsealed(sealed)
    form = AskForm()

    def ask() -> tuple[int, int]:
        with unit_of_work():
            made, told = services.ask(act.name, payload, form.reason.data or "")
            return made.id, told

    if form.accepts(ask):
        number, told = form.result
        flash(
            ngettext(
                "Asked; %(num)s person was told. Nothing has been changed yet.",
                "Asked; %(num)s people were told. Nothing has been changed yet.",
                told,
            ),
            "ok" if told else "bad",
        )
        return redirect(url_for("consent.show", record_id=number), 303)
    effects, people = prospect(act, payload)
    return _ask_page(form, (act, payload, sealed), effects, people)


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """List what was asked for."""
    return render_list(CONSENTS)


@blueprint.route("/<int:record_id>", methods=["GET", "POST"])
@signed_in
def show(record_id: int) -> ResponseReturnValue:
    """Show one of what was asked for; those who could do it alone agree or decline."""
    readable_consent(record_id)
    form = SayForm()
    if form.accepts(lambda: _say(record_id, form)):
        flash(form.result, "ok")
        return redirect(url_for("consent.show", record_id=record_id), 303)
    stands = standing(record_id)
    one = consent(record_id)
    state = state_of(one)
    titles = act_titles()
    page: ResponseReturnValue = form.render(
        "consent/show.html",
        title=titles.get(one.act, one.act),
        crumbs=[Crumb(str(CONSENTS.title), url_for("consent.index"))],
        submit=_("Decide"),
        cancel=url_for("consent.index"),
        one=one,
        about=summary_of(act_if_on(one), one.payload) if stands.may_look else "",
        tag=(str(STATES[state]), TONES.get(state, "")),
        facts=_facts(one, shows_reason=stands.may_look),
        standing=stands,
        effects=effects_in_words(stands.effects),
        is_mine=one.asked_by == current_unit().actor.user_id,
        is_open=state == State.OPEN,
    )
    return page


@blueprint.post("/<int:record_id>/complete")
@signed_in
def complete(record_id: int) -> ResponseReturnValue:
    """Try again what enough people have agreed to."""
    done = _("Done.")
    again = _("Too few of those who agreed could still do it. Others must agree.")
    try:
        said = done if services.complete(record_id) else again
        flash(said, "ok" if said == done else "bad")
    except (Refused, Conflict, NotAllowed) as refused:
        flash(_("It cannot be done as things are: %(why)s", why=refused.message), "bad")
    return redirect(url_for("consent.show", record_id=record_id), 303)


@blueprint.post("/<int:record_id>/withdraw")
@signed_in
def withdraw(record_id: int) -> ResponseReturnValue:
    """Take back what one has asked for oneself."""
    return press(
        lambda _session: services.withdraw(record_id),
        url_for("consent.show", record_id=record_id),
        said=_("Withdrawn. Nothing was changed."),
    )


def _say(record_id: int, form: SayForm) -> str:
    if form.say.data == DECLINE:
        try:
            services.decline(record_id, form.reason.data or "")
        except Conflict as refused:
            raise Refused(str(refused)) from refused
        return _("Declined. Nothing was changed, and who asked was told.")
    if not form.password.data:
        words = _("Give your password to agree.")
        raise Refused(words, fields={"password": [words]})
    prove_present(form.password)
    try:
        is_done = services.agree(record_id)
    except (Refused, Conflict) as refused:  # its fields are those of another form
        raise Refused(str(refused)) from refused
    return (
        _("Done: enough people have agreed.")
        if is_done
        else _("Your agreement is kept. It is done once enough others agree.")
    )


def _ask_page(
    form: AskForm,
    asked: tuple[Act, Mapping[str, Any], str],
    effects: Sequence[Effect],
    people: int,
) -> ResponseReturnValue:
    act, payload, sealed = asked
    page: ResponseReturnValue = form.render(
        "consent/ask.html",
        title=_("Others must agree: %(act)s", act=act.title),
        submit=_("Ask for it"),
        cancel=came_from() or "/",
        action=url_for("consent.new"),
        sealed=sealed,
        people=people,
        about=summary_of(act, payload),
        effects=effects_in_words(effects),
    )
    return page


def _record_fact(one: Consent) -> list[Fact]:
    """Return which record it is about, if the reader sees it."""
    known = records_of([one]).get(one.id)
    if known is None:
        return []
    url = url_for(known.endpoint, record_id=known.record_id) if known.endpoint else None
    return [Fact(_("Record"), known.label, url=url)]


def _facts(one: Consent, *, shows_reason: bool) -> list[Fact]:
    facts = [
        *_record_fact(one),
        Fact(_("Asked by"), one.asked_label),
        Fact(_("Asked at"), one.asked_at, "instant"),
        Fact(_("Until"), one.expires_at, "instant"),
        Fact(
            _("People it takes"),
            _("%(count)s, who asked included", count=people_of(one)),
        ),
    ]
    if shows_reason:
        facts.append(Fact(_("Reason"), one.reason))
    if one.ended_at is not None:
        facts.append(Fact(_("Ended"), one.ended_at, "instant"))
        if one.state != State.DONE:  # that was done in the name of who asked
            facts.append(Fact(_("Ended by"), one.ended_label))
        if one.end_reason and shows_reason:
            facts.append(Fact(_("Why it was declined"), one.end_reason))
    return facts
