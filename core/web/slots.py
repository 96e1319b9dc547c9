"""Rendering what other packages put into a page: a fragment that fails must not fail the page."""

from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from core.addons.registry import registry
from core.contributions import Slot
from core.errors import DomainError
from core.unit_of_work import current_unit


def allowed_slots(place: str) -> list[Slot]:
    """Return the slots of a place whose verb the reader holds, in their order."""
    access = current_unit().access
    return [s for s in registry().slots(place) if s.needs is None or access.may(*s.needs)]


def render_slot(slot: Slot, record: Any) -> Markup:
    """Return the fragment, or a note in its place when its add-on raises; the fault is logged.

    A DomainError is the fragment's answer to the reader and goes on to the error page.
    """
    try:
        with current_unit().session.begin_nested():  # a broken statement must not doom the page
            return Markup(slot.render(record))  # noqa: S704 - a slot returns safe HTML by contract
    except DomainError:
        raise
    except Exception:
        named = {"slot": f"{slot.place}: {slot.key}"}  # by which AddonConformance hears of it
        current_app.logger.exception("slot %s at %s failed", slot.key, slot.place, extra=named)
        return Markup(render_template("web/_slot_failed.html", title=slot.title))  # noqa: S704


def count_slot(slot: Slot, record: Any) -> int | None:
    """Return the figure beside a tab's title; None when the slot gives none, or fails."""
    if slot.count is None:
        return None
    try:
        with current_unit().session.begin_nested():
            return slot.count(record)
    except Exception:
        named = {"slot": f"{slot.place}: {slot.key}"}
        current_app.logger.exception(
            "slot %s at %s failed to count", slot.key, slot.place, extra=named
        )
        return None
