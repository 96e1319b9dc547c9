"""The rows before and behind a record in the list that it was opened from."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl

from flask import request, url_for
from sqlalchemy import func, literal_column, select, union_all
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.access.context import AccessContext
from core.errors import DomainError
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.list_args import OFFSET_LIMIT, ListArgs
from core.web.list_columns import value_of
from core.web.list_groups import group_facet
from core.web.list_query import beyond, narrow, ordered, sort_of
from core.web.list_rows import WALK
from core.web.list_spec import ListSpec

COUNTED = 1_001  # beyond, a place in the list says little and would cost


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The ids beside a record, its place (from 1) and how many rows there are, if counted."""

    previous: int | None
    following: int | None
    place: int | None
    total: int


@dataclass(frozen=True, slots=True)
class Walk:
    """Where ‹ and › lead, the way back to the list, and "3 / 128"."""

    back: str
    previous: str | None = None
    following: str | None = None
    words: str = ""


def walk_from(spec: ListSpec, record_id: int) -> Walk | None:
    """Return the walk that the request's address asks for; an unreadable one is ignored."""
    query = request.args.get(WALK)
    if query is None:
        return None
    unit = current_unit()
    try:
        args = replace(spec.parse(MultiDict(parse_qsl(query))), page=1, after="", opened="")
        found = neighbours(spec, args, unit.session, unit.access, record_id)
    except DomainError:
        return None
    query = args.query()
    if found is None:
        return Walk(_list_address(spec, args))

    def beside(key: int | None) -> str | None:
        if key is None or spec.record_endpoint is None:
            return None
        values: dict[str, Any] = {"tab": request.args.get("tab"), WALK: query}
        return url_for(spec.record_endpoint, record_id=key, **values)

    words = ""
    if found.place is not None:
        words = _("%(place)s / %(total)s", place=found.place, total=found.total)
        if not args.group and found.place <= OFFSET_LIMIT:
            args = replace(args, page=(found.place - 1) // args.size + 1)
    back = _list_address(spec, args)
    return Walk(back, beside(found.previous), beside(found.following), words)


def _list_address(spec: ListSpec, args: ListArgs) -> str:
    query = args.query(place=True)
    return f"{url_for(spec.endpoint)}?{query or 'tab=all'}"


def neighbours(
    spec: ListSpec, args: ListArgs, session: Session, access: AccessContext, record_id: int
) -> Neighbours | None:
    """Return what stands beside a record in the order of a list, by two statements.

    None when the list does not hold the record (any more). In a grouped list the walk stays in
    the record's group.
    """
    sort, facet = sort_of(spec, args, access), group_facet(spec, args, access)
    grouping = [value_of(facet.expr)] if facet is not None else []
    own = narrow(spec, args, access, [sort[0], *grouping]).where(spec.id == record_id)
    row = session.execute(own).first()
    if row is None:
        return None
    inside = [part.is_(None) if row[1] is None else part == row[1] for part in grouping]
    rows = narrow(spec, args, access, [spec.id.label("id")]).where(*inside)

    def beside(*, back: bool) -> Any:
        where = rows.where(beyond(spec, sort, row[0], record_id, back=back))
        return ordered(spec, where, sort, back=back).limit(1).subquery()

    def counted(statement: Any) -> Any:
        return statement.limit(COUNTED).subquery()

    before = counted(rows.where(beyond(spec, sort, row[0], record_id, back=True)))
    previous, following, everything = beside(back=True), beside(back=False), counted(rows)
    statement = union_all(
        select(literal_column("0").label("part"), previous.c.id).select_from(previous),
        select(literal_column("1"), following.c.id).select_from(following),
        select(literal_column("2"), func.count()).select_from(before),
        select(literal_column("3"), func.count()).select_from(everything),
    )
    figures = {row[0]: row[1] for row in session.execute(statement)}
    total = figures[3]
    place = figures[2] + 1 if total < COUNTED else None
    return Neighbours(figures.get(0), figures.get(1), place, total)
