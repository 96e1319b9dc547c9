"""Verbs about remarks: write, mend within a quarter of an hour, delete."""

from dataclasses import dataclass
from datetime import timedelta

from core.access.guarded_session import GuardedSession
from core.access.records import check_version, require
from core.clock import now
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.jobs.services import enqueue
from core.notifications.services import Notice, notify, reword
from core.remarks.following import begin_following
from core.remarks.mentions import MOST, Mentions, count_marks, may_be_told, mentioned
from core.remarks.models import REMARK, Remark
from core.remarks.subject import subject
from core.unit_of_work import current_session, current_unit

LONGEST = 2_000
MENDED_WITHIN = timedelta(minutes=15)
TELL = "remarks.tell"
EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Written:
    """A remark that was stored, and the people in it who were not told."""

    remark: Remark
    not_told: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()


def write_remark(resource: str, record_id: int, text: str) -> Written:
    """Write a remark on a record that the actor may see, and tell the people it mentions.

    Followers are told by a job. Raises NotFound, NotAllowed or Refused.
    """
    require(REMARK, Verb.CREATE)
    about, session, actor = subject(resource, record_id), current_session(), current_unit().actor
    remark = Remark(
        resource=about.resource.key,
        record_id=record_id,
        author_user_id=actor.user_id,
        author_label=actor.label[:200],
        text=_checked(text),
        mentions=[],
        at=now(),
    )
    session.add(remark)
    session.flush()
    written = _tell_mentioned(session, remark)
    begin_following(session, remark.resource, record_id, remark.author_user_id)
    addon = remark.resource.partition(".")[0]
    enqueue(session, TELL, {"remark_id": remark.id}, as_system=True, addon=addon)
    return written


def mend_remark(remark_id: int, text: str, *, row_version: int | None = None) -> Written:
    """Change an own remark within a quarter of an hour; people newly mentioned are told."""
    remark = own_remark(remark_id)
    if not is_mendable(remark):
        raise Refused(_("A remark can be changed for 15 minutes. Write another one."))
    check_version(remark, row_version, {"text": text})
    session = current_session()
    checked = _checked(text)
    if checked != remark.text:
        remark.text, remark.edited_at = checked, now()
        session.flush()
        reword(session, remark.resource, remark.record_id, anchor_of(remark), excerpt(checked))
    return _tell_mentioned(session, remark)


def delete_remark(remark_id: int) -> Remark:
    """Take an own remark away; the history keeps that there was one, the audit trail what it said.

    Notifications no longer quote it.
    """
    remark = own_remark(remark_id)
    remark.text, remark.mentions, remark.deleted_at = "", [], now()
    session = current_session()
    session.flush()
    reword(session, remark.resource, remark.record_id, anchor_of(remark), "")
    return remark


def own_remark(remark_id: int) -> Remark:
    """Return the actor's remark on a record that the actor still sees; raise NotFound."""
    remark = current_session().get(Remark, remark_id)
    mine = remark is not None and remark.author_user_id == current_unit().actor.user_id
    if remark is None or not mine or remark.deleted_at is not None:
        raise NotFound(_("There is no such remark of yours."))
    require(REMARK, Verb.CREATE)
    subject(remark.resource, remark.record_id)
    return remark


def is_mendable(remark: Remark) -> bool:
    """Tell whether its author may still change it."""
    return remark.deleted_at is None and now() < remark.at + MENDED_WITHIN


def anchor_of(remark: Remark) -> str:
    """Return where it stands on its record's page."""
    return f"remark-{remark.id}"


def excerpt(text: str) -> str:
    """Return the beginning of a remark in one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT]}…"


def _checked(text: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    wrong = wrong_text(words, lines=True)
    if not words:
        wrong = _("Write something.")
    elif len(words) > LONGEST:
        wrong = _(
            "At most %(limit)s characters; these are %(count)s.", limit=LONGEST, count=len(words)
        )
    elif (marks := count_marks(words)) > MOST:
        wrong = _(
            "At most %(limit)s people can be mentioned with @; here are %(count)s.",
            limit=MOST,
            count=marks,
        )
    if wrong:
        raise Refused(_("The remark was not stored."), fields={"text": [wrong]})
    return words


def _tell_mentioned(session: GuardedSession, remark: Remark) -> Written:
    found: Mentions = mentioned(session, remark.text)
    others = {user_id for user_id in found.users.values() if user_id != remark.author_user_id}
    told = may_be_told(session, others, remark.resource, remark.record_id)
    remark.mentions = [words for words, user_id in found.users.items() if user_id in told]
    session.flush()
    if told:
        who, said = remark.author_label, excerpt(remark.text)
        notice = Notice(
            kind="core.mention",
            key=f"mention:{remark.id}",
            title=lambda: _("%(name)s mentioned you", name=who),
            detail=lambda: said,
            resource=remark.resource,
            record_id=remark.record_id,
            anchor=anchor_of(remark),
        )
        notify(session, notice, users=told)
    silent = [words for words, user_id in found.users.items() if user_id in others - told]
    return Written(remark, tuple(silent), found.unclear)
