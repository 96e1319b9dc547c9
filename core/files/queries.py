"""The files of a record that its reader has loaded under the own right."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select

from core.access.guarded_session import GuardedSession
from core.access.records import covered
from core.contributions import Verb
from core.errors import NotFound
from core.files.models import Attachment
from core.files.storage import ANY, is_image
from core.i18n import gettext as _
from core.remarks.subject import Subject, subject
from core.unit_of_work import current_session, current_unit

SMALL = 2 * 1024 * 1024  # an image up to here is shown in the list


@dataclass(frozen=True, slots=True)
class FileView:
    """One file for its reader; `is_small_image` may be shown in a list."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    uploader: str
    at: datetime
    is_shown: bool
    is_small_image: bool
    may_delete: bool


def on_record(resource: str, record_id: int) -> Select[Attachment]:
    """Choose the files of one record that were not deleted, the newest first."""
    return (
        select(Attachment)
        .where(Attachment.resource == resource, Attachment.record_id == record_id)
        .where(Attachment.deleted_at.is_(None))
        .order_by(Attachment.id.desc())
    )


def count_files(session: GuardedSession, resource: str, record_id: int) -> int:
    """Return how many files hang on a record that the caller has loaded."""
    chosen = on_record(resource, record_id).order_by(None).with_only_columns(func.count())
    return int(session.scalar(chosen) or 0)


def files_of(about: Subject) -> list[FileView]:
    """Return the files of a record, the newest first."""
    rows = list(current_session().scalars(on_record(about.resource.key, about.record_id)))
    changes = any(not is_own(row) for row in rows) and may_change(about)
    return [file_view(row, may_delete=changes or is_own(row)) for row in rows]


def file_view(row: Attachment, *, may_delete: bool) -> FileView:
    """Return a file as its reader sees it."""
    return FileView(
        row.id,
        row.name,
        row.media_type,
        row.size,
        row.sha256,
        row.uploader_label,
        row.at,
        row.media_type != ANY,
        is_image(row.media_type) and row.size <= SMALL,
        may_delete,
    )


def readable_file(file_id: int) -> tuple[Attachment, Subject]:
    """Return a file with its record, which the actor sees now.

    Raises NotFound in the same words for a file that does not exist and for a record out of range.
    """
    row = current_session().get(Attachment, file_id)
    if row is None or row.deleted_at is not None:
        raise NotFound(_("Not found, or outside your range."))
    return row, subject(row.resource, row.record_id)


def is_own(row: Attachment) -> bool:
    """Tell whether the actor has uploaded a file."""
    return row.uploader_user_id == current_unit().actor.user_id


def may_change(about: Subject) -> bool:
    """Tell whether the actor may change the record itself, of whatever kind it is."""
    return about.record_id in covered(about.resource.key, [about.record_id], Verb.UPDATE)
