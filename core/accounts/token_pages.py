"""API tokens: the own ones beside the account, everybody's for administrators."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, case, select

from core.access.decorators import needs, signed_in
from core.access.guarded_session import GuardedSession
from core.access.words import resource_words, verb_words
from core.accounts import tokens
from core.accounts.blueprint import blueprint
from core.accounts.models import ApiToken, User
from core.accounts.proof_field import ProofField
from core.accounts.request_identity import client_of_request
from core.accounts.resources import TOKEN
from core.accounts.throttling import TooManyAttemptsError
from core.clock import now
from core.contributions import Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.settings.services import get
from core.unit_of_work import current_session
from core.web.answering import press
from core.web.forms import Form, MultiField, SelectField, TextField
from core.web.lists import BulkAction, Column, Facet, ListSpec, render_list, return_to

LIVES = (7, 30, 90, 180, 365)
STATES = {"live": _l("works"), "expired": _l("expired"), "ended": _l("revoked")}
TONES = {"live": "ok", "ended": "warn"}


def scope_choices() -> list[tuple[str, str]]:
    """Return what the reader may put into a token, grouped by what it is about."""
    return [
        (f"{resource}:{action}", f"{resource_words(resource)} · {verb_words(action)}")
        for resource, action in tokens.grantable()
    ]


def lives() -> list[tuple[int, str]]:
    """Return how long a token may live on this site."""
    longest = get(tokens.LONGEST_LIFE)
    days = [one for one in LIVES if one < longest] + [longest]
    return [(one, _("%(count)s days", count=one)) for one in days]


class TokenForm(Form):
    """A new token."""

    name = TextField(
        _l("Name"), required=True, limit=tokens.LONGEST_NAME, hint=_l("What will use it."), span=2
    )
    days = SelectField(_l("Valid for"), choices=lives, coerce=int, required=True, span=2)
    password = ProofField(required=True)
    scopes = MultiField(
        _l("It may"),
        choices=scope_choices,
        required=True,
        hint=_l("Never more than you yourself may at that moment."),
        span=4,
    )


def _source() -> Select[Any]:
    return (
        select()
        .select_from(ApiToken)
        .join(User, User.id == ApiToken.user_id)
        .outerjoin(Employee, Employee.id == User.employee_id)
    )


def state_of() -> ColumnElement[str]:
    """Return the state of a token as SQL, judged as a request would."""
    void = ~User.active | (ApiToken.session_version != User.session_version)
    return case(
        (ApiToken.ended_at.is_not(None) | void, "ended"),
        (ApiToken.expires_at <= now(), "expired"),
        else_="live",
    )


TOKENS = ListSpec(
    key="core.token",
    resource=TOKEN,
    title=_l("API tokens"),
    endpoint="accounts.all_tokens",
    id=ApiToken.id,
    source=_source,
    columns=(
        Column("name", _l("Name"), ApiToken.name, sub=ApiToken.prefix, phone="p1"),
        Column("owner", _l("Owner"), User.login, sub=Employee.name, phone="p2"),
        Column("state", _l("State"), state_of, kind="tag", labels=STATES, tones=TONES, phone="p3"),
        Column("created", _l("Created"), ApiToken.created_at, kind="instant"),
        Column("seen", _l("Last used"), ApiToken.last_seen_at, kind="instant", phone="p4"),
        Column("expires", _l("Good until"), ApiToken.expires_at, kind="instant"),
    ),
    facets=(Facet("state", _l("State"), state_of, choices=STATES),),
    search=(ApiToken.name, ApiToken.prefix, User.login, Employee.name),
    search_hint=_l("Name, first signs, owner"),
    bulk=(BulkAction("revoke", _l("Revoke"), "accounts.revoke_tokens", icon="x", action="delete"),),
    empty_title=_l("No token yet"),
    empty_text=_l("People make tokens for their programs on the pages of their own account."),
)


@blueprint.get("/account/tokens")
@signed_in
def own_tokens() -> ResponseReturnValue:
    """List the reader's tokens."""
    found = tokens.own_tokens(current_session(), current_user.id)
    return render_template("accounts/tokens.html", tokens=[(one, _rights(one)) for one in found])


@blueprint.route("/account/tokens/new", methods=["GET", "POST"])
@signed_in
def new_token() -> ResponseReturnValue:
    """Make a token and show it, once."""
    form = TokenForm()
    if form.accepts(lambda: _create(form)):
        return render_template("accounts/token.html", made=form.result)
    return form.render(
        title=_("New API token"), submit=_("Create"), cancel=url_for("accounts.own_tokens")
    )


@blueprint.post("/account/tokens/<int:token_id>/revoke")
@signed_in
def revoke_own_token(token_id: int) -> ResponseReturnValue:
    """End one of the own tokens."""
    return press(
        lambda session: tokens.revoke_own(session, current_user.id, token_id),
        url_for("accounts.own_tokens"),
        said=_("The token is revoked."),
    )


@blueprint.get("/admin/tokens")
@needs(TOKEN, Verb.QUERY)
def all_tokens() -> ResponseReturnValue:
    """List everybody's tokens."""
    return render_list(TOKENS)


@blueprint.post("/admin/tokens/revoke")
@needs(TOKEN, Verb.DELETE)
def revoke_tokens() -> ResponseReturnValue:
    """End the ticked tokens."""

    def act(session: GuardedSession) -> None:
        for token_id in session.scalars(TOKENS.selection(request.form)).all():
            tokens.revoke(session, token_id)

    back = return_to(request.form) or url_for("accounts.all_tokens")
    return press(act, back, said=_("The tokens are revoked."))


def _create(form: TokenForm) -> tokens.NewToken:
    chosen = [tuple(text.rsplit(":", 1)) for text in form.scopes.data]
    try:
        return tokens.create_token(
            current_user.id,
            name=form.name.data or "",
            scopes=[(resource, action) for resource, action in chosen],
            days=form.days.data,
            password=form.password.data or "",
            code=form.password.code,
            client=client_of_request(),
        )
    except TooManyAttemptsError as error:
        raise Refused(error.message, fields={"password": [error.message]}) from error


def _rights(token: ApiToken) -> list[str]:
    """Return the scopes in words, the verbs of one resource together."""
    verbs: dict[str, list[str]] = {}
    for resource, action in token.scopes:
        verbs.setdefault(resource, []).append(verb_words(action))
    return [f"{resource_words(key)}: {_(', ').join(several)}" for key, several in verbs.items()]
