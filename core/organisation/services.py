"""Verbs about units and positions; those about people are in core.organisation.staff.

Every verb checks the right, bumps `row_version` and compiles the rights anew of whoever now
reaches more or less: the heads of the units above the change.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from core.access.guarded_session import GuardedSession
from core.access.policy import recompile_tree
from core.access.records import check_version
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import join_words, localized, ngettext
from core.i18n.writing import wrong_text
from core.organisation import closure
from core.organisation.models import Employee, OrgUnit, Position, UnitKind
from core.organisation.reach import heads_above
from core.organisation.resources import Permission, require
from core.settings.kept import changed

LONGEST_CODE = 40


def create_unit(
    session: GuardedSession,
    *,
    code: str,
    name: Mapping[str, str],
    parent_id: int | None = None,
    kind: str = UnitKind.UNIT,
    sort: int = 0,
) -> OrgUnit:
    """Add a unit under a parent; raise Refused for a taken code or an inactive parent."""
    require(session, Permission.UNIT, Verb.CREATE)
    if parent_id is not None:
        _check_parent(load_unit(session, parent_id))
    unit = OrgUnit(
        code=free_code(session, OrgUnit, code),
        name=checked_name(name),
        parent_id=parent_id,
        kind=UnitKind(kind).value,
        sort=sort,
        active=True,
    )
    session.add(unit)
    session.flush()
    closure.attach(session, unit.id, parent_id)
    recompile_tree(session, heads_above(session, parent_id))
    return unit


def update_unit(
    session: GuardedSession,
    unit_id: int,
    *,
    code: str,
    name: Mapping[str, str],
    kind: str,
    sort: int = 0,
    row_version: int | None = None,
) -> OrgUnit:
    """Rename a unit or change its code, kind and place among its siblings."""
    require(session, Permission.UNIT, Verb.UPDATE)
    unit = load_unit(session, unit_id)
    wanted = {"code": code, "name": dict(name), "kind": kind, "sort": sort}
    check_version(unit, row_version, wanted)
    unit.code = free_code(session, OrgUnit, code, but=unit.id)
    unit.name = checked_name(name)
    unit.kind = UnitKind(kind).value
    unit.sort = sort
    session.flush()
    return unit


def move_unit(
    session: GuardedSession, unit_id: int, parent_id: int | None, *, row_version: int | None = None
) -> OrgUnit:
    """Hang a unit with everything below it under another parent; refuse a circle."""
    require(session, Permission.UNIT, Verb.UPDATE)
    unit = load_unit(session, unit_id)
    check_version(unit, row_version, {"parent_id": parent_id})
    if unit.parent_id == parent_id:
        return unit
    if parent_id is not None:
        _check_parent(_locked(session, parent_id))
        if closure.contains(session, unit.id, parent_id):
            raise Refused(
                _("A unit cannot stand below itself."),
                fields={"parent_id": [_("Choose a unit outside of this one.")]},
            )
    affected = heads_above(session, unit.parent_id) | heads_above(session, parent_id)
    unit.parent_id = parent_id
    session.flush()
    closure.move(session, unit.id, parent_id)
    recompile_tree(session, affected)
    changed(session)  # what is shared with a unit and those below is kept in every process
    return unit


def set_head(
    session: GuardedSession,
    unit_id: int,
    employee_id: int | None,
    *,
    row_version: int | None = None,
) -> OrgUnit:
    """Make an active employee the head of a unit (None: nobody); compiles both people's rights."""
    require(session, Permission.UNIT, Verb.UPDATE)
    unit = load_unit(session, unit_id)
    check_version(unit, row_version, {"head_employee_id": employee_id})
    if employee_id is not None:
        employee = session.get(Employee, employee_id)
        if employee is None or not employee.active:
            raise Refused(
                _("This person cannot head a unit."),
                fields={"head_employee_id": [_("Choose somebody who is active.")]},
            )
    before, unit.head_employee_id = unit.head_employee_id, employee_id
    recompile_tree(session, {before, employee_id})
    return unit


def set_unit_active(
    session: GuardedSession, unit_id: int, *, active: bool, row_version: int | None = None
) -> OrgUnit:
    """Close or reopen a unit; closing is refused while it has active units or people."""
    require(session, Permission.UNIT, Verb.UPDATE)
    unit = load_unit(session, unit_id)
    check_version(unit, row_version, {"active": active})
    if active and unit.parent_id is not None:
        _check_parent(load_unit(session, unit.parent_id))
    if not active:
        _check_empty(session, unit, only_active=True)
    unit.active = active
    session.flush()
    return unit


def remove_unit(session: GuardedSession, unit_id: int) -> None:
    """Delete a unit that was made by mistake: without units, people or a head."""
    require(session, Permission.UNIT, Verb.DELETE)
    unit = load_unit(session, unit_id)
    _check_empty(session, unit, only_active=False)
    affected = heads_above(session, unit.id)
    closure.detach(session, unit.id)
    session.delete(unit)
    recompile_tree(session, affected)


def create_position(
    session: GuardedSession, *, code: str, name: Mapping[str, str], sort: int = 0
) -> Position:
    """Add a post that employees can hold."""
    require(session, Permission.POSITION, Verb.CREATE)
    position = Position(
        code=free_code(session, Position, code), name=checked_name(name), sort=sort, active=True
    )
    session.add(position)
    session.flush()
    return position


def update_position(
    session: GuardedSession,
    position_id: int,
    *,
    name: Mapping[str, str],
    sort: int = 0,
    active: bool = True,
    row_version: int | None = None,
) -> Position:
    """Rename, sort, close or reopen a post."""
    require(session, Permission.POSITION, Verb.UPDATE)
    position = session.get(Position, position_id)
    if position is None:
        raise NotFound(_("There is no such position."))
    wanted = {"name": dict(name), "sort": sort, "active": active}
    check_version(position, row_version, wanted)
    position.name, position.sort, position.active = checked_name(name), sort, active
    session.flush()
    return position


def load_unit(session: GuardedSession, unit_id: int) -> OrgUnit:
    """Return a unit; raise NotFound."""
    unit = session.get(OrgUnit, unit_id)
    if unit is None:
        raise NotFound(_("There is no such unit."))
    return unit


def checked_name(name: Mapping[str, str]) -> dict[str, str]:
    """Return the name in both languages, trimmed; Chinese is required, English falls back to it."""
    chinese = name.get("zh", "").strip()
    if not chinese:
        raise Refused(_("A name is missing."), fields={"name": [_("Give the Chinese name.")]})
    english = name.get("en", "").strip()
    for text in (chinese, english):  # one by one, or the other would hide that one looks empty
        check_texts(name=text)
    return {"zh": chinese, "en": english or chinese}


def check_texts(**texts: str) -> None:
    """Raise Refused for fields that hold what no text may hold."""
    found = {field: wrong_text(text) for field, text in texts.items()}
    wrong = {field: [words] for field, words in found.items() if words}
    if wrong:
        raise Refused(_("Some texts cannot be used. Nothing was stored."), fields=wrong)


def _locked(session: GuardedSession, unit_id: int) -> OrgUnit:
    """Load every unit locked, so that two moves at once cannot close a circle together."""
    session.scalars(select(OrgUnit.id).order_by(OrgUnit.id).with_for_update()).all()
    return load_unit(session, unit_id)


def _check_parent(parent: OrgUnit) -> None:
    if not parent.active:
        raise Refused(
            _("%(unit)s is closed.", unit=localized(parent.name)),
            fields={"parent_id": [_("Choose a unit that is open.")]},
        )


def _check_empty(session: GuardedSession, unit: OrgUnit, *, only_active: bool) -> None:
    units = select(func.count()).select_from(OrgUnit).where(OrgUnit.parent_id == unit.id)
    people = select(func.count()).select_from(Employee).where(Employee.unit_id == unit.id)
    if only_active:
        units, people = units.where(OrgUnit.active), people.where(Employee.active)
    below, members = session.scalar(units) or 0, session.scalar(people) or 0
    if below or members:
        held = [
            ngettext("%(num)s unit", "%(num)s units", below) if below else "",
            ngettext("%(num)s person", "%(num)s people", members) if members else "",
        ]
        raise Refused(
            _(
                "%(unit)s still holds %(what)s. Move them first.",
                unit=localized(unit.name),
                what=join_words(filter(None, held)),
            )
        )


def free_code(
    session: GuardedSession, model: type[Any], code: str, *, but: int | None = None
) -> str:
    """Return the trimmed code; raise Refused when it is empty, too long or taken."""
    wanted = code.strip()
    check_texts(code=wanted)
    if not 0 < len(wanted) <= LONGEST_CODE:
        raise Refused(
            _("The code is not usable."),
            fields={"code": [_("Give a code of 1 to %(most)s characters.", most=LONGEST_CODE)]},
        )
    holder = session.scalar(select(model.id).where(model.code == wanted))
    if holder is not None and holder != but:
        raise Refused(
            _("The code %(code)s is taken.", code=wanted),
            fields={"code": [_("Choose another code.")]},
        )
    return wanted
