"""The list of delegations."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import aliased

from addons.rights.delegation_models import DELEGATION, Delegation
from addons.rights.words import STATES, TONES
from core.accounts.models import User
from core.audit.words import actor_words
from core.clock import now
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.web.lists import Column, Facet, ListSpec, Tab

GIVER, SUBSTITUTE = aliased(User), aliased(User)
GIVING, TAKING = aliased(Employee), aliased(Employee)


def _delegations() -> Select[Any]:
    return (
        select()
        .select_from(Delegation)
        .join(GIVER, GIVER.id == Delegation.from_user_id)
        .join(SUBSTITUTE, SUBSTITUTE.id == Delegation.to_user_id)
        .outerjoin(GIVING, GIVING.id == GIVER.employee_id)
        .outerjoin(TAKING, TAKING.id == SUBSTITUTE.employee_id)
    )


def _state() -> ColumnElement[str]:
    return case(
        (Delegation.ended_at.is_not(None), "ended"),
        (Delegation.valid_to <= now(), "over"),
        (Delegation.valid_from > now(), "coming"),
        else_="live",
    )


DELEGATIONS = ListSpec(
    key="rights.delegation",
    resource=DELEGATION,
    title=_l("Delegations"),
    endpoint="rights.delegations",
    record_endpoint="rights.show_delegation",
    id=Delegation.id,
    source=_delegations,
    columns=(
        Column("substitute", _l("Substitute"), func.coalesce(TAKING.name, SUBSTITUTE.login),
               phone="p1"),
        Column("giver", _l("Delegator"), func.coalesce(GIVING.name, GIVER.login), phone="p3"),
        Column("state", _l("State"), _state, kind="tag", labels=STATES, tones=TONES, phone="p2"),
        Column("starts", _l("From"), Delegation.valid_from, kind="instant"),
        Column("ends", _l("Until"), Delegation.valid_to, kind="instant", phone="p4"),
        Column("given", _l("Given"), Delegation.given_at, kind="instant", shown=False),
        Column("by", _l("By"), Delegation.given_by, labels=actor_words),
    ),
    facets=(
        Facet("state", _l("State"), _state, choices=STATES),
        Facet("ends", _l("Until"), Delegation.valid_to, kind="dates"),
    ),
    search=(TAKING.name, SUBSTITUTE.login, GIVING.name, GIVER.login, Delegation.reason),
    search_hint=_l("Person, reason"),
    sort="-given",
    tabs=(
        Tab("live", _l("In force"), lambda: {"state": "live"}),
        Tab("coming", _l("To come"), lambda: {"state": "coming"}),
    ),
    first_tab="live",
    empty_title=_l("Nobody has a substitute"),
    empty_text=_l("Everybody can name one for an absence, under their own name."),
)  # fmt: skip
