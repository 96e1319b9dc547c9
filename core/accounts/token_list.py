"""The administrators' list of API tokens."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, select

from core.accounts.models import ApiToken, User
from core.accounts.resources import TOKEN
from core.clock import now
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.web.lists import BulkAction, Column, Facet, ListSpec

STATES = {"live": _l("works"), "expired": _l("expired"), "ended": _l("revoked")}
TONES = {"live": "ok", "ended": "warn"}


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
