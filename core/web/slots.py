"""Rendering what other packages put into a page: a fragment that fails must not fail the page."""

from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from core.contributions import Slot
from core.errors import DomainError
from core.unit_of_work import current_unit


def render_slot(slot: Slot, record: Any) -> Markup:
    """Return the fragment, or a note in its place when its add-on raises; the fault is logged.

    A DomainError is the fragment's answer to the reader and goes on to the error page.
    """
    try:
        return Markup(slot.render(record))  # noqa: S704 - a slot returns safe HTML by contract
    except DomainError:
        raise
    except Exception:
        current_app.logger.exception("slot %s at %s failed", slot.key, slot.place)
        current_unit().release()  # its transaction may be broken; the page goes on in a new one
        return Markup(render_template("web/_slot_failed.html", title=slot.title))  # noqa: S704
