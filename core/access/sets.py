"""Key sets, shared by everyone with the same range."""

import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select

from core.access.models import AccessTerm, KeyRange, KeyRangeKey


def shared_set(session: Any, keys: Iterable[int]) -> int:
    """Return the id of the set with exactly these keys, stored if it is new."""
    ordered = sorted(set(keys))
    digest = hashlib.sha256(",".join(map(str, ordered)).encode()).hexdigest()
    known: int | None = session.scalar(select(KeyRange.id).where(KeyRange.hash == digest))
    if known is not None:
        return known
    made = KeyRange(hash=digest, size=len(ordered))
    session.add(made)
    session.flush()
    if ordered:
        rows = [{"set_id": made.id, "key": key} for key in ordered]
        session.execute(insert(KeyRangeKey), rows)
    return made.id


def drop_unused_sets(session: Any) -> None:
    """Delete sets that no term names any more."""
    used = [
        select(column).where(column.is_not(None))
        for column in (AccessTerm.org_set_id, AccessTerm.customer_set_id, AccessTerm.owner_set_id)
    ]
    unused = select(KeyRange.id)
    for ids in used:
        unused = unused.where(KeyRange.id.not_in(ids))
    doomed = session.scalars(unused).all()
    if doomed:
        options = {"synchronize_session": False}
        session.execute(
            delete(KeyRangeKey).where(KeyRangeKey.set_id.in_(doomed)), execution_options=options
        )
        session.execute(delete(KeyRange).where(KeyRange.id.in_(doomed)), execution_options=options)
