"""Pages of delegations: one's own, those of everybody, the page that makes one, and the end."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from addons.rights import delegations as service
from addons.rights import effects
from addons.rights.answers import demand_password
from addons.rights.assign_views import GIVE, panel_of
from addons.rights.blueprint import blueprint
from addons.rights.delegation_effects import of_delegating
from addons.rights.delegation_forms import DelegateForm, GiverForm, delegate_form, obstacles
from addons.rights.delegation_lists import DELEGATIONS
from addons.rights.delegation_models import DELEGATION, Delegation
from addons.rights.delegation_telling import called, names_of
from addons.rights.delegation_words import duties_in_words
from addons.rights.duty_forms import EndForm
from addons.rights.words import STATES, TONES, period_in_words, state_of
from core.access.changes import everybody
from core.access.decorators import needs, signed_in
from core.audit.words import actor_words
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import join_words
from core.unit_of_work import current_session, current_unit, unit_of_work
from core.web.answering import answer
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

PAST, MOST_PAST = 20, 1000


@blueprint.get("/substitutes")
@signed_in
def my_delegations() -> ResponseReturnValue:
    """Show whom the reader has made a substitute, and for whom the reader is one."""
    mine, past = _reader(), request.args.get("past", PAST, type=int)
    found, more = service.of_user(mine, min(max(past, PAST), MOST_PAST))
    names, duties = called(found), duties_in_words(found)
    rows = [_row(one, mine, names, duties[one.id]) for one in found]
    return render_template(
        "rights/substitutes.html",
        given=[row for row in rows if row["mine"]],
        received=[row for row in rows if not row["mine"]],
        states=STATES,
        tones=TONES,
        past=past + PAST if more and past < MOST_PAST else None,
    )


@blueprint.route("/substitutes/new", methods=["GET", "POST"])
@signed_in
def delegate() -> ResponseReturnValue:
    """Hand some of the reader's own duties to a substitute."""
    return _build(
        _reader(),
        title=_("Name a substitute"),
        crumbs=[Crumb(_("My substitutes"), url_for("rights.my_delegations"))],
        done=lambda _made: url_for("rights.my_delegations"),
        alone=True,
    )


@blueprint.get("/delegations", endpoint="delegations")
@needs(DELEGATION, Verb.QUERY)
def list_delegations() -> ResponseReturnValue:
    """List who acts for whom."""
    return render_list(DELEGATIONS, create="rights.choose_giver")


@blueprint.route("/delegations/new", methods=["GET", "POST"])
@needs(DELEGATION, Verb.CREATE)
def choose_giver() -> ResponseReturnValue:
    """Choose whose duties are handed on, such as somebody's who is away."""
    form = GiverForm()
    if form.accepts(lambda: form.from_user_id.data):
        return redirect(url_for("rights.delegate_for", record_id=form.result), 303)
    shown: ResponseReturnValue = form.render(
        "web/form.html",
        title=_("Name a substitute for somebody"),
        crumbs=[_home()],
        submit=_("Go on"),
        cancel=url_for("rights.delegations"),
    )
    return shown


@blueprint.route("/delegations/for/<int:record_id>", methods=["GET", "POST"])
@needs(DELEGATION, Verb.CREATE)
def delegate_for(record_id: int) -> ResponseReturnValue:
    """Hand somebody else's duties to a substitute."""
    person = next(iter(everybody(current_session(), [record_id])), None)
    if person is None:
        raise NotFound(_("There is no such account, or it is closed."))
    return _build(
        record_id,
        title=_("Name a substitute for %(name)s", name=person.name),
        crumbs=[_home()],
        done=lambda made: url_for("rights.show_delegation", record_id=made),
        alone=not current_unit().access.may(DELEGATION, Verb.QUERY),
    )


@blueprint.get("/delegations/<int:record_id>")
@needs(DELEGATION, Verb.QUERY)
def show_delegation(record_id: int) -> ResponseReturnValue:
    """Show one delegation."""
    one = service.delegation(record_id)
    state, ending = state_of(one), url_for("rights.end_delegation", record_id=record_id)
    end = Action(_("End…"), ending, "x", dangerous=True)
    return render_record(
        RecordPage(
            resource=DELEGATION,
            record_id=one.id,
            record=one,
            title=title_of(one),
            crumbs=[_home()],
            tags=[(str(STATES[state]), TONES.get(state, ""))],
            facts=_facts(one),
            actions=[end] if service.may_end(one) else [],
        )
    )


@blueprint.route("/delegations/<int:record_id>/end", methods=["GET", "POST"])
@signed_in
def end_delegation(record_id: int) -> ResponseReturnValue:
    """End a delegation: delegator, substitute, and who ends any."""
    one = service.delegation(record_id)
    form = EndForm()
    del form.password  # nobody gets more rights by an end
    back = url_for("rights.my_delegations")
    if _reader() not in {one.from_user_id, one.to_user_id}:
        back = url_for("rights.show_delegation", record_id=record_id)
    return answer(
        form,
        lambda _session: service.end(record_id, reason=form.reason.data or ""),
        back,
        template="rights/end_delegation.html",
        title=_("End: %(name)s", name=title_of(one)),
        crumbs=[Crumb(_("My substitutes"), url_for("rights.my_delegations"))],
        submit=_("End it") if one.ended_at is None else None,
        facts=_facts(one),
    )


def _build(
    giver: int, *, title: str, crumbs: list[Crumb], done: Callable[[int], str], alone: bool
) -> ResponseReturnValue:
    """Build one delegation, show what the substitute gets, then store it."""
    offered = service.offered(giver)
    form = delegate_form(offered)
    seen: list[effects.Effects] = []

    def act() -> int | None:
        fields = form.fields(giver)
        seen.append(of_delegating(service.checked(fields), alone=alone))
        if request.form.get("step") != GIVE:
            return None
        demand_password(form)
        with unit_of_work():
            return service.delegate(fields).id

    if form.accepts(act) and form.result is not None:
        flash(_("Handed on. It counts from the next request in the period on."), "ok")
        return redirect(done(form.result), 303)
    return _shown(form, seen[0] if seen else None, offered, title=title, crumbs=crumbs, alone=alone)


def _shown(
    form: DelegateForm, found: effects.Effects | None, offered: Any, **page: Any
) -> ResponseReturnValue:
    shown: ResponseReturnValue = form.render(
        "rights/delegate.html",
        submit=_("Hand on"),
        cancel=page["crumbs"][0].url,
        obstacles=obstacles(offered),
        some=any(not one.obstacle for one in offered),
        **page,
        **panel_of(found),
    )
    return shown


def _row(
    one: Delegation, reader: int, names: Mapping[int, str], duties: Sequence[str]
) -> dict[str, Any]:
    is_mine = one.from_user_id == reader
    return {
        "id": one.id,
        "mine": is_mine,
        "name": names[one.to_user_id if is_mine else one.from_user_id],
        "duties": duties,
        "period": period_in_words(one),
        "state": state_of(one),
        "reason": one.reason,
        "may_end": service.may_end(one) and state_of(one) in {"live", "coming"},
    }


def title_of(one: Delegation) -> str:
    """Return the title of a delegation's page."""
    giver, substitute = names_of(one)
    return _("%(substitute)s for %(name)s", substitute=substitute, name=giver)


def _facts(one: Delegation) -> list[Fact]:
    giver, substitute = names_of(one)
    facts = [
        Fact(_("Delegator"), giver),
        Fact(_("Substitute"), substitute),
        Fact(_("Duties"), join_words(duties_in_words([one])[one.id])),
        Fact(_("Period"), period_in_words(one)),
        Fact(_("Reason"), one.reason),
        Fact(_("Given"), one.given_at, "instant"),
        Fact(_("By"), actor_words().get(one.given_by, one.given_by)),
    ]
    if one.ended_at is not None:
        facts += [
            Fact(_("Ended"), one.ended_at, "instant"),
            Fact(_("Ended by"), actor_words().get(one.ended_by, one.ended_by)),
            Fact(_("Why it ended"), one.end_reason),
        ]
    return facts


def _home() -> Crumb:
    return Crumb(_("Delegations"), url_for("rights.delegations"))


def _reader() -> int:
    user_id = current_unit().actor.user_id
    assert user_id is not None  # noqa: S101 - the views are for who is signed in
    return user_id
