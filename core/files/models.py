"""Files attached to records; their bytes lie in the instance folder (core.files.storage)."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Technical
from core.database import BigKey, Model, UtcDateTime, Versioned

FILE = "core.file"
LIMIT = "core.attachment_mb"
ATTACH, DETACH = "attach", "detach"  # acts on the record, as its history shows them
MOST = 50  # on one record


class Attachment(Versioned, Model):
    """One file on one record; one that was deleted stays as a row without bytes.

    It hangs on (resource, record_id) and has no scope of its own, which would grow old when the
    record moves: whoever reads files has loaded their record under the reader's own right.
    """

    __tablename__ = "core_file"
    __access__ = Technical("read only after its record was loaded; see core.files.queries")
    __audited__ = True
    __table_args__ = (Index(None, "resource", "record_id", "id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    resource: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(32), unique=True, info={"audit": False})
    uploader_user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    uploader_label: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
