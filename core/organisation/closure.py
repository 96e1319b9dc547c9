"""The closure table of the tree: kept exact by set-based statements, never rebuilt row by row."""

from sqlalchemy import Select, and_, delete, insert, literal, select
from sqlalchemy.orm import Session, aliased

from core.database import SILENT
from core.organisation.models import OrgClosure


def attach(session: Session, unit_id: int, parent_id: int | None) -> None:
    """Enter a new leaf under `parent_id` (None makes a root)."""
    session.execute(insert(OrgClosure).values(ancestor_id=unit_id, descendant_id=unit_id, depth=0))
    if parent_id is not None:
        _hang(session, unit_id, parent_id)


def move(session: Session, unit_id: int, parent_id: int | None) -> None:
    """Hang a unit with everything below it under another parent.

    The caller has made sure that the parent is not inside the subtree.
    """
    session.execute(
        delete(OrgClosure).where(
            OrgClosure.descendant_id.in_(_below(unit_id)),
            OrgClosure.ancestor_id.not_in(_below(unit_id)),
        ),
        execution_options=SILENT,
    )
    if parent_id is not None:
        _hang(session, unit_id, parent_id)


def detach(session: Session, unit_id: int) -> None:
    """Take a leaf out."""
    session.execute(
        delete(OrgClosure).where(OrgClosure.descendant_id == unit_id), execution_options=SILENT
    )


def contains(session: Session, ancestor_id: int, descendant_id: int) -> bool:
    """Tell whether one unit is the other or lies below it."""
    return (
        session.scalar(
            select(literal(1)).where(
                OrgClosure.ancestor_id == ancestor_id, OrgClosure.descendant_id == descendant_id
            )
        )
        is not None
    )


def _hang(session: Session, unit_id: int, parent_id: int) -> None:
    above, below = aliased(OrgClosure), aliased(OrgClosure)
    pairs = select(
        above.ancestor_id, below.descendant_id, above.depth + below.depth + literal(1)
    ).join_from(
        above,
        below,
        and_(above.descendant_id == parent_id, below.ancestor_id == unit_id),
    )
    session.execute(
        insert(OrgClosure).from_select(["ancestor_id", "descendant_id", "depth"], pairs)
    )


def _below(unit_id: int) -> Select[int]:
    alias = aliased(OrgClosure)
    return select(alias.descendant_id).where(alias.ancestor_id == unit_id)
