"""Who acts: the identity that every unit of work, audit row and job carries."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Held:
    """What somebody acts by: a sign-in session or an API token, and until when it is good."""

    kind: Literal["session", "token"]
    id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Actor:
    """One identity; a user (with the employee behind it), the system, or nobody yet.

    `scopes` are the (resource, action) pairs of an API token: none of the user's other rights
    count while it acts. None means that no token narrows them. `held` is the sign-in session or
    the token by which a request acts: a unit that writes asks whether it still stands.
    """

    kind: Literal["user", "system", "anonymous"]
    user_id: int | None = None
    employee_id: int | None = None
    label: str = ""
    is_administrator: bool = False
    locale: str | None = None
    money_unit: str = "auto"
    scopes: frozenset[tuple[str, str]] | None = None
    second_factor: bool = False  # whether the account has one: rights may ask for it
    held: Held | None = field(default=None, compare=False)

    @property
    def is_signed_in(self) -> bool:
        """Tell whether this is a person with an account."""
        return self.kind == "user"


ANONYMOUS = Actor("anonymous", label="anonymous")


def system_actor(reason: str) -> Actor:
    """Return the system identity; `reason` stands in the audit trail beside what it does."""
    return Actor("system", label=reason)


_current: ContextVar[Actor] = ContextVar("actor", default=ANONYMOUS)


def current_actor() -> Actor:
    """Return the identity on whose behalf the present code runs."""
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Make `actor` the current identity for the block (requests, jobs, commands, tests)."""
    token = _current.set(actor)
    try:
        yield actor
    finally:
        _current.reset(token)
