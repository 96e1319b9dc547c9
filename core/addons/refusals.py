"""How checks of add-ons refuse, and what several of them ask: rights, choices, keys only once."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from flask import Flask

from core.addons.faults import AddonFaultError, words
from core.contributions import Resource


def refuse_addon(msgid: str, **values: Any) -> None:
    """Raise AddonFaultError with a translatable sentence; say `file` where it is known."""
    raise AddonFaultError("load", words(msgid, **values))


def refuse_twice(keys: Iterable[str]) -> None:
    """Refuse a key that stands there more than once."""
    for key, count in Counter(keys).items():
        if count > 1:
            refuse_addon(
                "%(key)s is declared twice; take one away, or give it another key.", key=key
            )


def check_choices(item: Any, part: str) -> None:
    """Refuse a part whose fields of a few fixed words hold another one."""
    for one in fields(item):
        known, value = get_args(one.type), getattr(item, one.name)
        if get_origin(one.type) is Literal and value not in known:
            refuse_addon(
                "%(part)s has %(written)s; it must be one of %(known)s.",
                part=part, written=f'{one.name}="{value}"', named=value,
                known=", ".join(known))  # fmt: skip


def check_needs(part: str, needs: Any, resources: Mapping[str, Resource], **place: str) -> None:
    """Refuse what a part asks for when it is no pair of a declared resource and verb."""
    match needs:
        case [str(key), str(verb)]:
            check_verb(key, verb, resources, **place)
            return
    said = needs if isinstance(needs, str) else repr(needs)
    known = [f"{key}:{verb}" for key, one in resources.items() for verb in one.actions]
    near = (get_close_matches(said, known, n=1, cutoff=0) or ["addon.noun:query"])[0].split(":")
    refuse_addon(
        "%(part)s has %(written)s; write the kind of record and the verb, such as %(near)s.",
        part=part, written=f"needs={needs!r}".replace("'", '"'),
        asked=re.findall(r"\W?\w*$", said)[0],
        near='needs=("{}", "{}")'.format(*near), **place)  # fmt: skip


def check_verb(key: str, verb: str, resources: Mapping[str, Resource], **place: str) -> None:
    """Refuse a right that nobody declares; `place` may say `file`."""
    known = resources[key].actions if key in resources else ()
    near = get_close_matches(verb, known, n=1)
    if key not in resources:
        near = get_close_matches(key, resources, n=1, cutoff=0.8)
    if near and verb not in known:
        refuse_addon(
            "%(key)s %(verb)s is needed but not declared; did you mean %(near)s?",
            key=key, verb=verb, near=near[0], **place)  # fmt: skip
    if verb not in known:
        refuse_addon(
            "%(key)s %(verb)s is needed but not declared; name it among the actions of a "
            "resource that register_resources gives.",
            key=key, verb=verb, **place)  # fmt: skip


def known_pages(app: Flask, name: str) -> str:
    """Return the endpoints of an add-on, to be told."""
    return ", ".join(sorted(one for one in app.view_functions if one.startswith(f"{name}."))) or "-"
