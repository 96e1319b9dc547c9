"""Flask-Principal behind one file: the request's needs come from the unit's access context.

Its operators are traps (A & B means A or B; an empty Permission lets everybody in), so nothing
else in the house imports it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask, current_app, g
from flask_principal import AnonymousIdentity, Identity, Permission, Principal, identity_loaded

from core.access.resources import use_dimensions, use_resources
from core.access.uses import note
from core.access.words import resource_words, verb_words
from core.actor import ANONYMOUS, Actor
from core.errors import NotAllowed, SignInFirst
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit


class GrantNeed(NamedTuple):
    """The need for a verb on a resource, on some rows, just now."""

    resource: str
    action: str


class _Provided:
    """The verbs of the present unit, answered when asked instead of listed up front."""

    def __contains__(self, need: object) -> bool:
        return isinstance(need, GrantNeed) and current_unit().access.may(*need)

    def __iter__(self) -> Iterator[Any]:
        return iter(())


class _GrantPermission(Permission):  # type: ignore[misc]
    """One need, asked by membership; it cannot be combined or be empty."""

    def __init__(self, need: GrantNeed) -> None:
        super().__init__(need)
        self.need = need

    def allows(self, identity: Identity) -> bool:
        return self.need in identity.provides

    def _closed(self, *_arguments: Any) -> Any:
        raise TypeError("permissions are not combined; ask for each verb")

    __and__ = __or__ = union = difference = reverse = _closed


def configure_principal(app: Flask) -> None:
    """Let each request carry one identity, that of `g.actor`; nothing is kept in the cookie."""
    principal = Principal(app, use_sessions=False, skip_static=False)  # no static folder of Flask's
    principal.identity_loader(_identity)
    identity_loaded.connect(_provide, app)
    use_resources(lambda: _registered("resources"))
    use_dimensions(lambda: _registered("dimensions"))


def _registered(kind: str) -> Any:
    registry = current_app.extensions.get("sunmao") if current_app else None
    return {} if registry is None else getattr(registry, kind)


def _identity() -> Identity:
    actor = present_actor()
    return Identity(actor.user_id, "sunmao") if actor.is_signed_in else AnonymousIdentity()


def _provide(_sender: Flask, identity: Identity) -> None:
    if identity.id is not None:
        identity.provides = _Provided()


def present_actor() -> Actor:
    """Return who makes this request."""
    actor: Actor = g.get("actor", ANONYMOUS)
    return actor


def demand_signed_in() -> None:
    """Raise SignInFirst when nobody is signed in."""
    if not present_actor().is_signed_in:
        raise SignInFirst(_("Please sign in."))


def demand(resource: str, action: str) -> None:
    """Raise NotAllowed, naming the verb, unless the user holds it on something just now."""
    demand_signed_in()
    need = GrantNeed(resource, str(action))
    if not _GrantPermission(need).allows(g.identity):
        raise NotAllowed(refusal(resource, str(action)), missing=(resource, str(action)))
    note(current_session(), [(resource, str(action))])


def beyond_token(resource: str, action: str) -> bool:
    """Tell whether the API token that acts was not made for this verb."""
    scopes = present_actor().scopes
    return scopes is not None and (resource, str(action)) not in scopes


def refusal(resource: str, action: str) -> str:
    """Say which right is missing: the user's, or only the token's that acts for the user."""
    if beyond_token(resource, action):
        return _(
            "This token does not include “%(verb)s” for %(resource)s. Make one that does.",
            verb=verb_words(action),
            resource=resource_words(resource),
        )
    if current_unit().access.lacks_second_factor(resource, action):
        return _(
            "“%(verb)s” for %(resource)s counts only with a second factor. "
            "Set one up: My account, Second factor.",
            verb=verb_words(action),
            resource=resource_words(resource),
        )
    return _(
        "You lack the right “%(verb)s” for %(resource)s.",
        verb=verb_words(action),
        resource=resource_words(resource),
    )
