"""Two people changed one record: merge what does not collide; the second one chooses the rest."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from core.audit.queries import HistoryEntry, history
from core.audit.recording import resource_key
from core.contributions import Verb
from core.unit_of_work import current_session

PICK, THEIRS, YOURS = "_pick-", "_theirs-", "_yours-"
OPEN, WAS = "_open", "_was"  # inputs that wait for a choice; what the reader began with
STARTED, VERSION = "started_from", "row_version"

SIDES = ("theirs", "yours")
SAVES = (Verb.UPDATE, Verb.CORRECT, Verb.ASSIGN)
LOOKED_AT = 50

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
    names = [name.removeprefix(PICK) for name in form if name.startswith(PICK)]
    if not names and OPEN not in form:
        return form
    found = MultiDict(form)
    for name in dict.fromkeys([*names, *form.getlist(OPEN)]):
        side = THEIRS if form.get(f"{PICK}{name}") == "theirs" else YOURS
        found.setlist(name, form.getlist(f"{side}{name}") or [""])
    return found


def undecided(form: MultiDict[str, str]) -> list[str]:
    """Return the inputs of a conflict page for which nothing was chosen."""
    return [name for name in form.getlist(OPEN) if form.get(f"{PICK}{name}") not in SIDES]


def typed_before(form: MultiDict[str, str], names: Sequence[str]) -> dict[str, list[str]]:
    """Return what the reader had typed before the conflict page put the two versions together."""
    return {name: form.getlist(f"{YOURS}{name}") for name in names}


def newest_save(record: Any) -> HistoryEntry | None:
    """Return the last save of the record; remarks and files beside it clash with nothing."""
    acts = history(current_session(), resource_key(type(record)), record.id, limit=LOOKED_AT)
    return next((act for act in acts if act.action in SAVES), None)


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
