"""Jobs that tell followers: of a remark, and of changes once their audit entries are settled."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import inspect, select

from core.access.guarded_session import GuardedSession
from core.access.resources import resource_of
from core.audit.field_words import model_of
from core.audit.models import AuditEntry
from core.audit.sealing import FOLLOW
from core.contributions import JobDef, Step, Verb
from core.files.models import ATTACH
from core.i18n import gettext as _
from core.i18n import joined, ngettext, spoken
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun
from core.notifications.models import Notification
from core.notifications.services import Notice, notify
from core.remarks.following import followers
from core.remarks.mentions import seen_by
from core.remarks.models import Remark
from core.remarks.services import TELL, anchor_of, excerpt
from core.remarks.subject import has_page

OWNER = "scope_owner_id"
MANY = 10  # records that one person changed in one batch, told as one piece of news beyond
NAMED = 4


def tell_remark(run: JobRun) -> Step:
    """Tell those who follow the record and were not mentioned already."""
    session: Any = run.session
    # locked, so that nobody takes the words back between here and the line that quotes them
    remark = session.get(Remark, int(run.payload["remark_id"]), with_for_update=True)
    if remark is None or remark.deleted_at is not None:
        return Step(done=True)
    wanted = followers(session, remark.resource, [remark.record_id])[remark.record_id]
    mentioned = session.scalars(
        select(Notification.user_id).where(Notification.key == f"mention:{remark.id}")
    )
    told = {
        user_id
        for user_id in wanted - {remark.author_user_id, *mentioned}
        if seen_by(session, user_id, remark.resource, {remark.record_id})
    }
    who, said = remark.author_label, excerpt(remark.text)
    notice = Notice(
        kind="core.remark",
        key=_key(remark.resource, remark.record_id),
        title=lambda: _("%(name)s wrote a remark", name=who),
        detail=lambda: said,
        resource=remark.resource,
        record_id=remark.record_id,
        anchor=anchor_of(remark),
        bundle=True,
    )
    notify(session, notice, users=told)
    return Step(done=True)


def tell_changes(run: JobRun) -> Step:
    """Tell followers what others changed, as a batch of the audit trail says; some in each step."""
    session: Any = run.session
    rows = session.scalars(
        select(AuditEntry)
        .where(AuditEntry.id > run.payload["after"], AuditEntry.id <= run.payload["until"])
        .where(AuditEntry.action.in_((Verb.UPDATE, Verb.CORRECT, ATTACH)))
        .where(AuditEntry.record_id.is_not(None), AuditEntry.actor_user_id.is_not(None))
        .order_by(AuditEntry.id)
    )
    by_resource: dict[str, list[AuditEntry]] = defaultdict(list)
    for row in rows:
        if has_page(row.resource):
            by_resource[row.resource].append(row)
    told = tuple(run.cursor.get("told", ("", 0)))
    for resource in sorted(by_resource):
        news = _news(session, resource, by_resource[resource])
        for user_id in sorted(news):
            if (resource, user_id) <= told:
                continue
            _tell_changes(session, user_id, resource, news[user_id])
            told = (resource, user_id)
            if run.time_is_up():
                return Step(cursor={"told": told})
    return Step(done=True)


def _news(
    session: GuardedSession, resource: str, entries: Iterable[AuditEntry]
) -> dict[int, list[AuditEntry]]:
    """Return what others did to the records that each account follows."""
    ids = {entry.record_id or 0 for entry in entries}
    moved = {entry.record_id for entry in entries if OWNER in entry.changes}
    wanted = followers(session, resource, ids, owners=ids - moved)  # new owners are told so
    news: dict[int, list[AuditEntry]] = defaultdict(list)
    for entry in entries:
        for user_id in wanted[entry.record_id or 0] - {entry.actor_user_id}:
            news[user_id].append(entry)
    return news


def _tell_changes(
    session: GuardedSession, user_id: int, resource: str, entries: list[AuditEntry]
) -> None:
    """Tell one account: a line for each record, one line alone for many records of one person."""
    seen = seen_by(session, user_id, resource, {entry.record_id or 0 for entry in entries})
    by_person: dict[int | None, dict[int, list[AuditEntry]]] = defaultdict(dict)
    for entry in entries:
        if entry.record_id in seen:
            records = by_person[entry.actor_user_id]
            records.setdefault(entry.record_id or 0, []).append(entry)
    for records in by_person.values():
        if len(records) > MANY:
            last = max((acts[-1] for acts in records.values()), key=lambda entry: entry.id)
            notify(session, _many(resource, last, len(records)), users=[user_id])
            continue
        for acts in records.values():
            notify(session, _one(resource, acts), users=[user_id])


def _one(resource: str, acts: list[AuditEntry]) -> Notice:
    """Say what one person did to one record: the last act of which there is something to say."""
    telling = [entry for entry in acts if entry.action == ATTACH or _said(resource, entry)] or acts
    entry = telling[-1]
    who = entry.actor_label
    file = str(entry.changes.get("file", ["", ""])[1]) if entry.action == ATTACH else None
    return Notice(
        kind="core.change",
        key=_key(resource, entry.record_id or 0),
        title=lambda: (
            _("%(name)s changed a record that you follow", name=who)
            if file is None
            else _("%(name)s attached a file to a record that you follow", name=who)
        ),
        detail=lambda: file or _said(resource, entry),
        resource=resource,
        record_id=entry.record_id,
        bundle=True,
        times=len(telling),
    )


def _said(resource: str, entry: AuditEntry) -> str:
    return changes_in_words(resource, entry.changes)


def _many(resource: str, last: AuditEntry, number: int) -> Notice:
    who = last.actor_label

    def title() -> str:
        return ngettext(
            "%(name)s changed %(num)s record that you follow",
            "%(name)s changed %(num)s records that you follow",
            number,
            name=who,
        )

    return Notice(
        kind="core.change",
        key=f"follow-many:{resource}:{last.id}",
        title=title,
        owner=resource.partition(".")[0],
    )


def changes_in_words(resource: str, changes: Mapping[str, Any]) -> str:
    """Name the fields that changed; codes that have words with their old and new ones."""
    model, declared = model_of(resource), resource_of(resource)
    hidden = declared.sensitive if declared is not None else ()
    columns = inspect(model).columns if model is not None else {}
    said = []
    for name, pair in changes.items():
        info = columns[name].info if name in columns else {}
        if name in hidden or "title" not in info:
            continue
        labels = info.get("labels")
        known = labels() if callable(labels) else labels or {}
        if isinstance(pair, list) and all(one in known for one in pair):
            values = joined([known[one] for one in pair], " → ")
            said.append(joined([info["title"], values], " "))
        else:
            said.append(spoken(info["title"]))
    return joined(said[:NAMED], " · ") if said else ""


def _key(resource: str, record_id: int) -> str:
    """One unread line for each record and follower, whatever happens to the record."""
    return f"follow:{resource}:{record_id}"


JOBS = (
    JobDef(kind=TELL, title=_l("Tell followers of a remark"), step=tell_remark),
    JobDef(kind=FOLLOW, title=_l("Tell followers of changes"), step=tell_changes),
)
