"""Telling people: `notify` for everybody who has something to tell, and the reader's own marks."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from core.access.resources import resources
from core.accounts.models import User
from core.clock import now
from core.database import insert_once
from core.errors import undeclared
from core.i18n import keeping
from core.notifications.models import Notification
from core.notifications.queries import kinds, shown_to

CORE = "core"
LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told; `title` and `detail` are called once and keep the words they translate.

    `kind` is "core.<word>" or the key of an event type. `key` makes it idempotent: told again to
    the same person, it is stored once. With `bundle` it is counted instead, and is unread again:
    one line per key and person, however often it happens; `times` counts it as so many pieces.
    `owner` names the add-on whose news it is where neither resource nor kind does.

    About a record, give `resource` and `record_id`: what `detail` says, the record's label and the
    link are shown only to whoever may see the record when the page is shown. `title` is never
    hidden while the record is, so it must not quote it. Else give `endpoint` and its `arguments`.
    """

    kind: str
    key: str
    title: Callable[[], str]
    detail: Callable[[], str] | None = None
    resource: str | None = None
    record_id: int | None = None
    anchor: str = ""
    endpoint: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    bundle: bool = False
    times: int = 1
    owner: str = ""

    @property
    def addon(self) -> str:
        """Whose it is: it is hidden while that add-on is off, and goes when it is purged."""
        return self.owner or (self.resource or self.kind).partition(".")[0]


def notify(
    session: Session,
    notice: Notice,
    *,
    users: Iterable[int | None] = (),
    employees: Iterable[int] = (),
    administrators: bool = False,
) -> int:
    """Tell accounts in the caller's transaction; return how many lines were stored or counted.

    Accounts that are off are left out, and so is the actor, except where it is told about its own
    work (a notice without a record). No right is asked here: the page asks when it shows.
    Raises ProgrammingFault for a kind or a resource that nobody declares.
    """
    if notice.kind not in kinds():
        raise undeclared("kind of notification", notice.kind, kinds())
    if notice.resource is not None and notice.resource not in resources():
        raise undeclared("resource", notice.resource, resources())
    unit = session.info["unit"]
    wanted = _accounts(session, set(users), set(employees), administrators=administrators)
    if notice.resource is not None:
        wanted -= {unit.actor.user_id}
    if not wanted:
        return 0
    with keeping():
        shared = {
            "key": notice.key[:200],
            "at": now(),
            "kind": notice.kind,
            "addon": notice.addon,
            "title": notice.title(),
            "detail": notice.detail() if notice.detail is not None else "",
            "resource": notice.resource,
            "record_id": notice.record_id,
            "anchor": notice.anchor,
            "endpoint": notice.endpoint,
            "arguments": dict(notice.arguments),
            "actor_user_id": unit.actor.user_id,
            "count": notice.times,
            "read_at": None,
        }
    rows = [{**shared, "user_id": user_id} for user_id in sorted(wanted)]
    statement: Any = insert_once(session)(Notification).values(rows)
    unique = ["user_id", "key"]
    if notice.bundle:
        news = {name: statement.excluded[name] for name in shared if name not in {"key", "count"}}
        unread = Notification.read_at.is_(None)
        news["count"] = case((unread, Notification.count + notice.times), else_=notice.times)
        statement = statement.on_conflict_do_update(index_elements=unique, set_=news)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=unique)
    return len(session.execute(statement.returning(Notification.id)).all())


def mark_read(session: Session, user_id: int, ids: Collection[int] | None = None) -> int:
    """Mark some, or all that are shown, of a reader's notifications as read; return how many."""
    unread = shown_to(user_id, Notification.id).where(Notification.read_at.is_(None))
    if ids is not None:
        unread = unread.where(Notification.id.in_(ids))
    done = session.execute(
        update(Notification)
        .where(Notification.id.in_(unread.scalar_subquery()))
        .values(read_at=now())
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def reword(session: Session, resource: str, record_id: int, anchor: str, detail: str) -> None:
    """Let what was told about a part of a record quote its present text, "" when it is gone."""
    session.execute(
        update(Notification)
        .where(
            Notification.resource == resource,
            Notification.record_id == record_id,
            Notification.anchor == anchor,
        )
        .values(detail=detail[:LONGEST_DETAIL])
        .execution_options(synchronize_session=False)
    )


def forget_records(session: Session, resource: str, ids: Collection[int]) -> None:
    """Delete what was told about records that are gone: their numbers may be given out again."""
    session.execute(
        delete(Notification)
        .where(Notification.resource == resource, Notification.record_id.in_(ids))
        .execution_options(synchronize_session=False)
    )


def _accounts(
    session: Session, users: set[int | None], employees: set[int], *, administrators: bool
) -> set[int]:
    if not (users or employees or administrators):
        return set()
    named: list[Any] = [User.id.in_(users), User.employee_id.in_(employees)]
    if administrators:
        named.append(User.is_administrator)
    return set(session.scalars(select(User.id).where(User.active, or_(*named))))
