"""Leaving the house: what the person owns goes to a successor, the login closes, all at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from core.access.declarations import Scoped
from core.access.elevation import elevated
from core.access.guarded_session import GuardedSession
from core.access.policy import recompile_people
from core.access.records import check_version
from core.accounts.services import switch_off_leaver
from core.addons.registry import registry
from core.contributions import Resource, Verb
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import localized
from core.organisation.models import Employee, OrgUnit
from core.organisation.resources import Permission, require
from core.organisation.staff import load_employee
from core.remarks.following import stop_following
from core.unit_of_work import current_unit


@dataclass(frozen=True, slots=True)
class Owned:
    """How many records of a kind the person owns; those without `moves` stay as they are."""

    resource: Resource
    count: int

    @property
    def moves(self) -> bool:
        """Tell whether these are handed to a successor: the others tell the past."""
        return self.resource.hand_over is not None


def owned_by(employee_id: int) -> list[Owned]:
    """Count what a person owns, whoever asks: what is not seen must not stay behind unnoticed."""
    with elevated("how much does somebody who leaves own") as everything:
        found = [
            Owned(
                resource,
                everything.scalar(
                    select(func.count())
                    .select_from(resource.model)
                    .where(resource.model.scope_owner_id == employee_id)
                )
                or 0,
            )
            for resource in _owning()
            if resource.model is not None and registry().is_on(registry().owner_of(resource))
        ]
    return [one for one in found if one.count]


def switched_off() -> list[str]:
    """Name the kinds of records that cannot be looked at, because their add-on is off."""
    off = (one for one in _owning() if not registry().is_on(registry().owner_of(one)))
    return [str(one.title) for one in off if one.hand_over is not None]


def _owning() -> Iterator[Resource]:
    for resource in registry().resources.values():
        if resource.model is not None and issubclass(resource.model, Scoped):
            yield resource


def obstacles(session: GuardedSession, employee: Employee) -> list[str]:
    """Say what must be settled before the person can leave."""
    headed = session.scalars(
        select(OrgUnit.name).where(OrgUnit.head_employee_id == employee.id).order_by(OrgUnit.id)
    )
    below = session.scalars(
        select(Employee.name)
        .where(Employee.superior_id == employee.id, Employee.active)
        .order_by(Employee.id)
    )
    return [
        _(
            "%(name)s heads %(unit)s. Name another head first.",
            name=employee.name,
            unit=localized(unit),
        )
        for unit in headed
    ] + [
        _(
            "%(name)s is the superior of %(other)s. Name another superior first.",
            name=employee.name,
            other=other,
        )
        for other in below
    ]


def leave(
    session: GuardedSession,
    employee_id: int,
    *,
    successor_id: int | None = None,
    keep: bool = False,
    reason: str = "",
    row_version: int | None = None,
) -> Employee:
    """Let a person leave: hand over what they own, or `keep` it in their name; close the login.

    Needs `update` over the person and `assign` over all that moves. Refused for the head of a
    unit, for somebody's superior, and while it is not said who follows.
    """
    require(session, Permission.EMPLOYEE, Verb.UPDATE)
    employee = load_employee(session, employee_id)
    session.refresh(employee, with_for_update=True)
    check_version(employee, row_version, {"active": False})
    if not employee.active:
        raise Refused(_("%(name)s has left already.", name=employee.name))
    in_the_way = obstacles(session, employee)
    if in_the_way:
        raise Refused(in_the_way[0])
    current_unit().reason = reason.strip()
    moving = [one for one in owned_by(employee_id) if one.moves]
    if moving:
        _check_choice(successor_id, keep=keep)
    if successor_id is not None:
        _check_successor(session, employee, successor_id)
        for one in moving:
            _hand_over(one, employee, successor_id, reason.strip())
    switch_off_leaver(session, employee_id)
    stop_following(session, employee_id)
    employee.active = False
    session.flush()
    recompile_people(session, {employee_id})
    return employee


def _check_choice(successor_id: int | None, *, keep: bool) -> None:
    if (successor_id is None) == keep:
        return
    words = (
        _("Choose one: a successor, or that everything stays.")
        if keep
        else _("Choose who takes over, or say that everything stays.")
    )
    raise Refused(_("Nobody has left; nothing was changed."), fields={"successor_id": [words]})


def _check_successor(session: GuardedSession, employee: Employee, successor_id: int) -> None:
    successor = session.get(Employee, successor_id, with_for_update=True)
    if successor is None or not successor.active or successor.id == employee.id:
        raise Refused(
            _("Nobody has left; nothing was changed."),
            fields={"successor_id": [_("Choose somebody who is active.")]},
        )


def _hand_over(one: Owned, employee: Employee, successor_id: int, reason: str) -> None:
    if one.resource.hand_over is None:
        return
    try:
        moved = one.resource.hand_over(employee.id, successor_id, reason)
    except Refused as refused:  # its fields are those of another form
        words = [words for several in refused.fields.values() for words in several]
        raise Refused(
            refused.message, fields={"successor_id": words or [refused.message]}
        ) from None
    if moved != one.count:
        raise Refused(
            _(
                "You may hand over only %(moved)s of %(count)s: %(what)s. Nobody has left; "
                "nothing was changed.",
                moved=moved,
                count=one.count,
                what=one.resource.title,
            )
        )
