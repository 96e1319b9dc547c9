"""API tokens: made once by their owner, ended by the owner or an administrator."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select, update

from core.access.guarded_session import GuardedSession
from core.access.records import require
from core.accounts.models import ApiToken, User
from core.accounts.proving import prove
from core.accounts.resources import TOKEN
from core.accounts.sessions import Client, digest, hold_own
from core.addons.registry import registry
from core.audit.services import record
from core.clock import now
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.settings.services import get
from core.unit_of_work import current_unit, read_only, unit_of_work

MARK = "sunmao_"
SECRET_BYTES = 32
PREFIX_SIGNS = len(MARK) + 8
LONGEST_NAME = 80
MOST_TOKENS = 50
LONGEST_LIFE = "core.api_token_days"
Scope = tuple[str, str]


@dataclass(frozen=True, slots=True)
class NewToken:
    """A fresh token; the secret is shown once and kept nowhere."""

    id: int
    name: str
    secret: str = field(repr=False)


def grantable() -> list[Scope]:
    """Return every (resource, action) that the actor holds now: more cannot go into a token."""
    access = current_unit().access
    found = registry()
    return [
        (key, str(action))
        for key, resource in found.resources.items()
        if found.is_on(found.owner_of(resource)) and key != TOKEN
        for action in resource.actions
        if access.may(key, str(action))
    ]


def create_token(
    user_id: int,
    *,
    name: str,
    scopes: Sequence[Scope],
    days: int,
    password: str,
    client: Client,
    code: str = "",
) -> NewToken:
    """Make a token for the signed-in user, who proves once more to be the one.

    Whoever may do something with records may see them: `query` is put in beside every other verb.
    Raises Refused naming the field, or TooManyAttemptsError.
    """
    longest = get(LONGEST_LIFE)
    _check(name, scopes, days, longest)
    prove(user_id, password, client, code=code)
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    wanted = {*scopes, *((resource, str(Verb.QUERY)) for resource, _action in scopes)}
    with unit_of_work() as session:
        held = {*grantable()}
        user = hold_own(session, user_id)
        instant = now()
        token = ApiToken(
            token_hash=digest(secret),
            prefix=secret[:PREFIX_SIGNS],
            user_id=user_id,
            name=name.strip(),
            scopes=sorted([resource, action] for resource, action in wanted & held),
            session_version=user.session_version,
            created_at=instant,
            expires_at=instant + timedelta(days=days),
        )
        session.add(token)
        session.flush()
        _note(session, "create", token)
        return NewToken(token.id, token.name, secret)


def own_tokens(session: GuardedSession, user_id: int) -> Sequence[ApiToken]:
    """Return the tokens of a user that still work, newest first."""
    live = select(ApiToken).join(User, User.id == ApiToken.user_id)
    return session.scalars(
        live.where(
            ApiToken.user_id == user_id,
            ApiToken.ended_at.is_(None),
            ApiToken.expires_at > now(),
            ApiToken.session_version == User.session_version,
        ).order_by(ApiToken.id.desc())
    ).all()


def revoke_own(session: GuardedSession, user_id: int, token_id: int) -> None:
    """End one of the own tokens; raise NotFound for anybody else's."""
    token = session.get(ApiToken, token_id)
    if token is None or token.user_id != user_id:
        raise NotFound(_("There is no such token."))
    _end(session, token, "owner")


def revoke(session: GuardedSession, token_id: int) -> None:
    """End anybody's token; needs `delete` on tokens."""
    require(TOKEN, Verb.DELETE)
    token = session.get(ApiToken, token_id)
    if token is None:
        raise NotFound(_("There is no such token."))
    _end(session, token, "administrator")


def _end(session: GuardedSession, token: ApiToken, reason: str) -> None:
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token.id, ApiToken.ended_at.is_(None))
        .values(ended_at=now(), end_reason=reason),
        execution_options={"synchronize_session": False},
    )
    _note(session, "delete", token)


def _note(session: GuardedSession, action: str, token: ApiToken) -> None:
    facts = {
        "name": token.name,
        "prefix": token.prefix,
        "scopes": [":".join(scope) for scope in token.scopes],
        "expires_at": token.expires_at,
        "owner": token.user_id,
    }
    record(session, action, TOKEN, token.id, changes=facts, label=token.name)


def _check(name: str, scopes: Sequence[Scope], days: int, longest: int) -> None:
    errors: dict[str, list[str]] = {}
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        errors["name"] = [_("Give it a name of at most %(limit)s signs.", limit=LONGEST_NAME)]
    elif wrong := wrong_text(name.strip()):
        errors["name"] = [wrong]
    if not 0 < days <= longest:
        errors["days"] = [_("At most %(limit)s days on this site.", limit=longest)]
    allowed = {*grantable()}
    if not scopes or not allowed.issuperset(scopes):
        errors["scopes"] = [_("Choose at least one right, and only rights that you hold.")]
    with read_only() as session:
        if len(own_tokens(session, current_unit().actor.user_id or 0)) >= MOST_TOKENS:
            errors["name"] = [_("You have %(limit)s tokens. Revoke one first.", limit=MOST_TOKENS)]
    if errors:
        raise Refused(_("No token was made."), fields=errors)
