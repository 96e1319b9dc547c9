"""Conformance of what an add-on's code names: settings, jobs, events, news, resources and verbs.

Such a key is asked for when the code runs, which may be once a year; here it is read from the
source, as far as it is a constant.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from core.access.records import load, require, require_in
from core.addons.registry import CORE
from core.addons.source import UNKNOWN, Call, calls
from core.contributions import Event
from core.hookspecs import reacts_to
from core.jobs.services import enqueue
from core.notifications.queries import KINDS
from core.notifications.services import Notice
from core.settings.services import get, set_value
from core.testing.subject import Subject

ALIKE = 0.8


class Naming(NamedTuple):
    """A function that takes a key, what the key is of, and which argument it is."""

    function: Any
    what: str
    argument: str
    position: int | None = None


NAMINGS = (
    Naming(get, "setting", "key", 0),
    Naming(set_value, "setting", "key", 1),
    Naming(enqueue, "job", "kind", 1),
    Naming(Event, "event", "type"),
    Naming(Notice, "kind of notification", "kind"),
    Naming(Notice, "resource", "resource"),
    Naming(require, "resource", "resource", 0),
    Naming(require_in, "resource", "resource", 1),
)


def key_faults(subject: Subject) -> list[str]:
    """Return, with file and line, the keys that neither it nor what it needs declares."""
    known, found = _known(subject), []
    for call in calls(subject.manifest.package, subject.folder):
        function = call.function
        for one in NAMINGS:
            if function is one.function:
                key = call.value(call.argument(one.argument, one.position))
                found += _lost(call, one.what, key, known[one.what])
        if function is reacts_to:  # of others that may not be here: only what is nearly known
            for key in map(call.value, call.node.args):
                if get_close_matches(str(key), known["event"], n=1, cutoff=ALIKE):
                    found += _lost(call, "event", key, known["event"])
        for key, verb in _demanded(call, function):
            declared = known["resource"].get(key)
            verbs = dict.fromkeys(declared.actions) if declared else {verb: None}
            found += _lost(call, "verb", verb, verbs, of=f" of {key}")
    return found


def _known(subject: Subject) -> dict[str, Mapping[str, Any]]:
    plugged = subject.registry.plugged
    near = [one for name in (CORE, *subject.needed) for one in plugged[name]]

    def of(kind: str, key: str) -> dict[str, Any]:
        return {getattr(item, key): item for loaded in near for item in loaded.of(kind)}

    events = of("event_types", "key")
    return {
        "setting": of("settings", "key"),
        "job": of("jobs", "kind"),
        "event": events,
        "kind of notification": {**KINDS, **events},
        "resource": of("resources", "key"),
    }


def _demanded(call: Call, function: Any) -> Iterator[tuple[str, str]]:
    """Yield the (resource, verb) that a call of a service demands, where both can be read."""
    key: Any = UNKNOWN
    if function is require or function is require_in:
        place = 0 if function is require else 1
        key = call.value(call.argument("resource", place))
        verb = call.value(call.argument("action", place + 1))
    elif function is load:
        model = call.value(call.argument("model", 0))
        key, verb = getattr(model, "__resource__", UNKNOWN), call.value(call.argument("action", 2))
    if isinstance(key, str) and isinstance(verb, str):
        yield key, verb


def _lost(call: Call, what: str, key: Any, known: Mapping[str, Any], of: str = "") -> list[str]:
    if not isinstance(key, str) or key in known:
        return []
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known)) or 'none'}"
    return [f"{call.place}: nobody declares the {what} {key}{of}; {hint}"]
