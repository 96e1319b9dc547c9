"""One act on an add-on at a time, whoever asks and from whichever process."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.addons.faults import Fault
from core.addons.models import Addon
from core.clock import now
from core.errors import Conflict
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work

LONGEST_ACT = timedelta(minutes=5)


def locked_row(session: Session, name: str) -> Addon:
    """Return the add-on's row, made if needed and locked until the unit of work ends."""
    row = session.scalar(select(Addon).where(Addon.name == name).with_for_update())
    if row is None:
        row = Addon(name=name)
        session.add(row)
        session.flush()
    return row


@contextmanager
def leased(name: str) -> Iterator[str]:
    """Hold the add-on for one act across several units of work; raise Conflict if it is held.

    Yields the token that `owned_row` asks for. A process that dies loses the lease by time.
    """
    token = secrets.token_hex(16)
    with unit_of_work(reason="lease of an add-on") as session:
        row = locked_row(session, name)
        if row.lease_token and row.lease_until and row.lease_until > now():
            raise Conflict(
                _("%(name)s is being changed just now; try again in a moment.", name=name)
            )
        row.lease_token, row.lease_until = token, now() + LONGEST_ACT
    try:
        yield token
    finally:
        with unit_of_work(reason="end of a lease") as session:
            row = locked_row(session, name)
            if row.lease_token == token:
                row.lease_token, row.lease_until = "", None


def owned_row(session: Session, name: str, token: str) -> Addon:
    """Return the row for the final write; raise Conflict if the lease was lost meanwhile."""
    row = locked_row(session, name)
    if row.lease_token != token:
        raise Conflict(_("%(name)s was changed by somebody else meanwhile.", name=name))
    return row


def keep_fault(name: str, fault: Fault | None) -> None:
    """Store (or clear) why the last act on an add-on failed, for the admin page."""
    with unit_of_work(reason="outcome of an act on an add-on") as session:
        kept: dict[str, Any] | None = None
        if fault is not None:
            words = fault.words.as_json()
            kept = {"stage": fault.stage, "words": words, "trace": fault.trace}
        locked_row(session, name).fault = kept
