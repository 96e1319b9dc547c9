"""Verbs about attachments: take in, attach, detach."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from sqlalchemy import inspect, select

from core.access.records import require
from core.access.uses import note
from core.audit.services import record
from core.clock import now
from core.contributions import Verb
from core.errors import DomainError, NotAllowed, NotFound, Refused
from core.files.models import ATTACH, DETACH, FILE, LIMIT, MOST, Attachment
from core.files.queries import is_own, may_change, on_record, readable_file
from core.files.storage import Stored, discard, store
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.remarks.following import begin_following
from core.remarks.subject import Subject, subject
from core.settings.services import get
from core.unit_of_work import current_session, current_unit

MB = 1024 * 1024
LONGEST_NAME = 200
LONGEST_ENDING = 20
Sent = Sequence[tuple[BinaryIO, str]]


@contextmanager
def received(resource: str, record_id: int, sent: Sent) -> Iterator[list[Stored]]:
    """Check files for a record that the actor may see and store their bytes, all or none.

    `attach` inside the block gives them rows. Bytes of a refused act go at once; after any other
    failure nobody knows whether the rows were committed, so they are left to the sweeping job.
    Raises NotFound, NotAllowed or Refused.
    """
    require(FILE, Verb.CREATE)
    subject(resource, record_id)
    files = [(stream, name_of(name)) for stream, name in sent]
    if not files:
        raise _refused(_("Choose a file."))
    _check_room(0, len(files))
    for stream, name in files:
        _check_size(stream, name)
    stored: list[Stored] = []
    try:
        stored += (store(stream, name) for stream, name in files)
        yield stored
    except DomainError:
        discard(one.stored_as for one in stored)
        raise


def attach(resource: str, record_id: int, stored: Sequence[Stored]) -> list[Attachment]:
    """Give stored files their rows; whoever attaches something follows the record from now on."""
    require(FILE, Verb.CREATE)
    about, session, actor = subject(resource, record_id), current_session(), current_unit().actor
    _hold(about)
    taken = [row.name for row in session.scalars(on_record(about.resource.key, record_id))]
    _check_room(len(taken), len(stored))
    rows = []
    for one in stored:
        name = _free_name(one.name, taken)
        taken.append(name)
        row = Attachment(
            resource=about.resource.key,
            record_id=record_id,
            name=name,
            media_type=one.media_type,
            size=one.size,
            sha256=one.sha256,
            stored_as=one.stored_as,
            uploader_user_id=actor.user_id,
            uploader_label=actor.label[:200],
            at=now(),
        )
        session.add(row)
        rows.append(row)
        _note(about, ATTACH, [None, name])
    if actor.user_id is not None:
        begin_following(session, about.resource.key, record_id, actor.user_id)
    return rows


def _hold(about: Subject) -> None:
    """Keep the record from being deleted, and from getting files of others, until the commit."""
    model: Any = about.resource.model
    (key,) = inspect(model).primary_key
    held = select(key).select_from(model).where(key == about.record_id)
    if current_session().scalar(held.with_for_update(key_share=True)) is None:
        raise NotFound(_("Not found, or outside your range."))


def detach(file_id: int) -> Subject:
    """Delete an own file, or any on a record that the actor may change; the trail keeps its name.

    The bytes go when that is committed. Raises NotFound or NotAllowed.
    """
    row, about = deletable_file(file_id)
    if not is_own(row):
        note(current_session(), [(about.resource.key, str(Verb.UPDATE))])
    row.deleted_at = now()
    _note(about, DETACH, [row.name, None])
    current_unit().after_commit.append(lambda: discard([row.stored_as]))
    return about


def deletable_file(file_id: int) -> tuple[Attachment, Subject]:
    """Return a file that the actor may delete, with its record; raise NotFound or NotAllowed."""
    row, about = readable_file(file_id)
    require(FILE, Verb.CREATE)
    if not is_own(row) and not may_change(about):
        raise NotAllowed(
            _("Only who uploaded a file, or may change its record, deletes it."),
            missing=(about.resource.key, str(Verb.UPDATE)),
            record_id=about.record_id,
        )
    return row, about


def name_of(sent: str) -> str:
    """Return the last part of the name that a file came with; raise Refused for what none holds."""
    name = sent.replace("\\", "/").rpartition("/")[2].strip()
    wrong = wrong_text(name)
    if wrong:
        shown = "".join(sign for sign in name if sign.isprintable())
        raise _refused(_("The name “%(name)s” cannot be kept. %(wrong)s", name=shown, wrong=wrong))
    if not name.strip("."):
        return _("unnamed file")
    return _with_ending(name, "")


def _with_ending(name: str, more: str) -> str:
    """Put `more` before the ending of a name and shorten what stands before both."""
    ending = PurePosixPath(name).suffix
    ending = ending if len(ending) <= LONGEST_ENDING else ""
    begin = name.removesuffix(ending) if ending else name
    return begin[: LONGEST_NAME - len(ending) - len(more)] + more + ending


def _free_name(name: str, taken: Sequence[str]) -> str:
    wanted, number = name, 2
    while wanted in taken:
        wanted, number = _with_ending(name, f" ({number})"), number + 1
    return wanted


def _check_room(has: int, more: int) -> None:
    if has + more > MOST:
        words = _("A record holds at most %(most)s files; it has %(has)s.", most=MOST, has=has)
        raise _refused(words)


def _check_size(stream: BinaryIO, name: str) -> None:
    size = stream.seek(0, 2)
    if size == 0:
        raise _refused(_("“%(name)s” is empty.", name=name))
    limit = int(get(LIMIT))
    if size > limit * MB:
        words = _("“%(name)s” is larger than %(limit)s MB.", name=name, limit=limit)
        raise _refused(words, status=413)


def _refused(words: str, status: int = 422) -> Refused:
    return Refused(_("Nothing was stored."), fields={"file": [words]}, status=status)


def _note(about: Subject, act: str, names: list[str | None]) -> None:
    key, changes = about.resource.key, {"file": names}
    record(current_session(), act, key, about.record_id, changes=changes, label=about.label)
