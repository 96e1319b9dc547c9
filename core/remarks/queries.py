"""The remarks of a record that its reader has loaded under the own right."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.remarks.mentions import MARK, ONE_FORM
from core.remarks.models import Remark
from core.remarks.services import is_mendable


@dataclass(frozen=True, slots=True)
class RemarkView:
    """One remark for its reader; `pieces` are parts of the text, true where somebody is meant."""

    id: int
    at: datetime
    author: str
    text: str
    pieces: Sequence[tuple[str, bool]]
    edited_at: datetime | None
    deleted_at: datetime | None
    is_mine: bool
    is_mendable: bool


def remarks_of(
    session: GuardedSession, resource: str, record_id: int, *, limit: int, before: int = 0
) -> list[RemarkView]:
    """Return the newest remarks on one record, those that were deleted without their words.

    `before` is the number of a remark: only what was written earlier is returned.

    The caller has loaded the record under the reader's own right first.
    """
    here = [Remark.resource == resource, Remark.record_id == record_id]
    if before:
        here.append(Remark.id < before)
    rows = session.scalars(select(Remark).where(*here).order_by(Remark.id.desc()).limit(limit))
    reader = session.access.actor.user_id
    return [remark_view(row, reader) for row in rows]


def remark_view(row: Remark, reader: int | None) -> RemarkView:
    """Return a remark as an account sees it."""
    mine = row.author_user_id == reader and row.deleted_at is None
    return RemarkView(
        row.id,
        row.at,
        row.author_label,
        row.text,
        _pieces(row.text, row.mentions),
        row.edited_at,
        row.deleted_at,
        mine,
        mine and is_mendable(row),
    )


def _pieces(text: str, mentions: Sequence[str]) -> list[tuple[str, bool]]:
    if not mentions:
        return [(text, False)]
    longest = "|".join(map(re.escape, sorted(mentions, key=len, reverse=True)))
    pattern = re.compile(f"{MARK.pattern}(?:{longest})(?![A-Za-z0-9_])")
    pieces, end = [], 0
    for match in pattern.finditer(text.translate(ONE_FORM)):
        pieces += [(text[end : match.start()], False), (text[match.start() : match.end()], True)]
        end = match.end()
    return [piece for piece in [*pieces, (text[end:], False)] if piece[0]]
