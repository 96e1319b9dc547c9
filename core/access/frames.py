"""What is being executed just now, and for whom: read by binds and by the check at the cursor."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from core.errors import ProgrammingFault

if TYPE_CHECKING:
    from core.access.guarded_session import GuardedSession

BindKey = tuple[str, str, int, str]
TRUSTED = "sunmao_trusted"
WRITING = "(writing)"  # stands where a verb would, for what is stored under whichever verb


@dataclass(frozen=True, slots=True)
class Frame:
    """One execution of one session.

    `values` are the keys of the session's own context; `refresh` names the tables of an object
    that this session has already loaded and now reads again; `flushing` is a flush's own writing.
    `action` is the verb under which rows are asked for, or WRITING.
    """

    session: "GuardedSession"
    values: Mapping[BindKey, Any]
    refresh: frozenset[str] = frozenset()
    flushing: bool = False
    action: str = ""


_executing: ContextVar[Frame | None] = ContextVar("executing", default=None)


@contextmanager
def executing(frame: Frame) -> Iterator[None]:
    """Make `frame` the present one."""
    token = _executing.set(frame)
    try:
        yield
    finally:
        _executing.reset(token)


def present_frame(connection: Connection) -> Frame | None:
    """Return the frame if it belongs to this connection; None for access past a session."""
    frame = _executing.get()
    return frame if frame is not None and frame.session.works_on(connection) else None


def bound_value(key: BindKey) -> Any:
    """Return a key set of the executing session; raise ProgrammingFault outside of one."""
    frame = _executing.get()
    if frame is None or key not in frame.values:
        msg = "a scope condition was executed outside the session that it was made for"
        raise ProgrammingFault(msg)
    return frame.values[key]


@contextmanager
def trusted(connection: Connection, reason: str) -> Iterator[Connection]:
    """Let core code use `connection` past the wall for the block: migrations and repair.

    `reason` is for the reader; add-ons never call this (a house test looks).
    """
    if not reason.strip():
        raise ProgrammingFault("trusted() needs a reason")
    info = connection.info
    info[TRUSTED] = info.get(TRUSTED, 0) + 1
    try:
        yield connection
    finally:
        info[TRUSTED] -= 1
        if not info[TRUSTED]:
            del info[TRUSTED]
