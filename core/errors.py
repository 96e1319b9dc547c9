"""Errors that users meet: raised by services and queries, mapped once to a page or problem+json.

A message says what happened, what was kept and what to do, in the user's language.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any


@dataclass(eq=False)
class DomainError(Exception):
    """Base of every error that is meant for the person at the screen."""

    message: str
    status: int = field(default=400, kw_only=True)

    def __str__(self) -> str:
        return str(self.message)


@dataclass(eq=False)
class SignInFirst(DomainError):  # noqa: N818 - named by what to do
    """Nobody is signed in, or not any more; the accounts package answers with its sign-in page."""

    status: int = field(default=401, kw_only=True)


@dataclass(eq=False)
class Refused(DomainError):  # noqa: N818 - read as words in raise statements
    """The act breaks a rule that the user can satisfy; `fields` names the inputs to mend."""

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict, kw_only=True)
    status: int = field(default=422, kw_only=True)


@dataclass(eq=False)
class NotAllowed(DomainError):  # noqa: N818 - read as words in raise statements
    """The user lacks the verb; `missing` names (resource, action).

    `record_id` names a record only if the user may see it; the page then explains that one.
    `fields` names inputs by which it would be allowed if they were chosen otherwise.
    """

    fields: Mapping[str, Sequence[str]] = field(default_factory=dict, kw_only=True)
    missing: tuple[str, str] | None = field(default=None, kw_only=True)
    record_id: int | None = field(default=None, kw_only=True)
    status: int = field(default=403, kw_only=True)


@dataclass(eq=False)
class NotFound(DomainError):  # noqa: N818 - read as words in raise statements
    """The record does not exist or is outside the user's range: both look the same."""

    status: int = field(default=404, kw_only=True)


@dataclass(eq=False)
class Conflict(DomainError):  # noqa: N818 - read as words in raise statements
    """Somebody else changed the record first; carries both versions for the conflict page."""

    original: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    theirs: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    yours: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    status: int = field(default=409, kw_only=True)


class ProgrammingFault(RuntimeError):  # noqa: N818 - as above
    """A rule of the house was broken by code, not by a user; always a defect."""


def undeclared(what: str, key: str, known: Iterable[str]) -> ProgrammingFault:
    """Return the fault of code that names what nobody declares, with the nearest that is there."""
    near = get_close_matches(key, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return ProgrammingFault(f"no enabled add-on declares the {what} {key!r}{hint}")
