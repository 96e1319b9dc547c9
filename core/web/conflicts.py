"""Two people changed one record: merge what does not collide; the second one chooses the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

PICK, THEIRS, YOURS = "_pick-", "_theirs-", "_yours-"
STARTED, VERSION = "started_from", "row_version"

Values = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ConflictRow:
    """One input: what it was, what they made of it, what you did, and what becomes of it."""

    name: str
    original: list[str]
    theirs: list[str]
    yours: list[str]
    outcome: Literal["theirs", "yours", "choose"]

    @property
    def merged(self) -> list[str]:
        """The value that is sent again unless the reader chooses."""
        return self.theirs if self.outcome == "theirs" else self.yours


def merge(original: Values, theirs: Values, yours: Values) -> list[ConflictRow]:
    """Compare the three versions input by input."""
    rows = []
    for name in dict.fromkeys([*original, *theirs, *yours]):
        was, they, you = (_texts(side, name) for side in (original, theirs, yours))
        outcome: Literal["theirs", "yours", "choose"] = "choose"
        if you in (was, they):
            outcome = "theirs"
        elif they == was:
            outcome = "yours"
        rows.append(ConflictRow(name, was, they, you, outcome))
    return rows


def _texts(side: Values, name: str) -> list[str]:
    return [text for text in side.get(name, ()) if text != ""]


def resolved(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form with the choices of a conflict page put in place."""
    picks = [name for name in form if name.startswith(PICK)]
    if not picks:
        return form
    found = MultiDict(form)
    for pick in picks:
        name = pick.removeprefix(PICK)
        side = THEIRS if form.get(pick) == "theirs" else YOURS
        found.setlist(name, form.getlist(f"{side}{name}") or [""])
    return found


def read_started(text: str) -> dict[str, list[str]]:
    """Return the values that a form started from; nothing when they cannot be read."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        str(name): [str(value) for value in values]
        for name, values in found.items()
        if isinstance(values, list)
    }
