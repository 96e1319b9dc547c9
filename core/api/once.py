"""Idempotency-Key: the same request again gets the answer of the first one, and does nothing.

The key is stored in the transaction of the effect: either both are there or neither is, whatever
is killed when. A second request with the key waits for the first one in the database.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Response, request
from sqlalchemy import (
    JSON,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
    delete,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.wrappers import Response as AnyResponse

from core.access.declarations import Technical
from core.access.guarded_session import GuardedSession
from core.clock import now
from core.contributions import JobDef, Step
from core.database import SILENT, Model, UtcDateTime, insert_once
from core.errors import DomainError, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import unit_of_work

HEADER = "Idempotency-Key"
KEPT = timedelta(days=1)
CHUNK = 256 * 1024
KEY = "[!-~]{1,200}"
REPLAYED = ("Location", "ETag")


def in_one_unit(act: Callable[[], AnyResponse]) -> AnyResponse:
    """Run a writing operation in one unit of work, and with a key at most once."""
    key = _key()
    sent = _fingerprint() if key is not None else ""  # whole files may be read: nobody waits yet
    with unit_of_work() as session:
        if key is None:
            return act()
        user_id = session.info["unit"].actor.user_id
        if not _claim(session, user_id, key, sent):
            return _replay(session, user_id, key, sent)
        response = act()
        kept = {name: response.headers[name] for name in REPLAYED if name in response.headers}
        session.execute(
            update(ApiReply)
            .where(ApiReply.user_id == user_id, ApiReply.key == key)
            .values(status=response.status_code, headers=kept, body=response.get_data()),
            execution_options=SILENT,
        )
        return response


def _key() -> str | None:
    if request.method != "POST" or HEADER not in request.headers:
        return None
    key = request.headers[HEADER]
    if not re.fullmatch(KEY, key):
        raise DomainError(_("The Idempotency-Key must be 1 to 200 plain signs."))
    return key


def _claim(session: GuardedSession, user_id: int | None, key: str, sent: str) -> bool:
    """Store the key; tell whether it was new. Old ones are free again."""
    instant = now()
    session.execute(
        delete(ApiReply).where(
            ApiReply.user_id == user_id, ApiReply.key == key, ApiReply.at < instant - KEPT
        ),
        execution_options=SILENT,
    )
    claimed = session.execute(
        insert_once(session)(ApiReply)
        .values(
            user_id=user_id, key=key, fingerprint=sent, at=instant,
            status=0, headers={}, body=b"",
        )
        .on_conflict_do_nothing()
        .returning(ApiReply.id)
    )  # fmt: skip
    return claimed.first() is not None


def _replay(session: GuardedSession, user_id: int | None, key: str, sent: str) -> Response:
    kept = session.scalars(
        select(ApiReply).where(ApiReply.user_id == user_id, ApiReply.key == key)
    ).one()
    if kept.fingerprint != sent:
        words = _("This Idempotency-Key was used for another request. Choose a new one.")
        raise Refused(words)
    response = Response(kept.body, kept.status, kept.headers, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{request.method} {request.full_path}\n".encode())
    digest.update(request.get_data())  # nothing where the parts of a form were read before
    for name, file in request.files.items(multi=True):
        digest.update(f"{name} {file.filename}\n".encode())
        file.stream.seek(0)  # whoever prepared the operation has read it to its end
        while piece := file.stream.read(CHUNK):
            digest.update(piece)
        file.stream.seek(0)
    return digest.hexdigest()


def _step(run: Any) -> Step:
    run.session.execute(
        delete(ApiReply).where(ApiReply.at < now() - KEPT), execution_options=SILENT
    )
    return Step(done=True)


TIDY = JobDef(
    kind="api.tidy",
    title=_l("Forget the answers kept for repeated requests"),
    step=_step,
    every=timedelta(hours=6),
)


class ApiReply(Model):
    """What was answered to one Idempotency-Key of one user, stored with its effect."""

    __tablename__ = "core_api_reply"
    __access__ = Technical("each user reaches the own keys only; see core.api.once")
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"))
    key: Mapped[str] = mapped_column(String(200))
    fingerprint: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int] = mapped_column(default=0)
    headers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
