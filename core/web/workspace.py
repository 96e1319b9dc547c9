"""The start page: cards of the add-ons, shortcuts, and first steps of a new site."""

from dataclasses import dataclass

from flask import current_app, url_for
from markupsafe import Markup

from core.actor import current_actor
from core.addons.registry import registry
from core.clock import now, site_zone, today
from core.i18n import gettext as _
from core.web.navigation import Entry, shell
from core.web.slots import allowed_slots, render_slot

PLACE = "workspace"
NOON, EVENING = 12, 18


@dataclass(frozen=True, slots=True)
class Card:
    """A fragment that an add-on put on the start page."""

    key: str
    title: str
    body: Markup


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing that a new site needs."""

    title: str
    note: str
    url: str


def greeting() -> str:
    """Return a greeting by the site's hour."""
    name = current_actor().label
    hour = now().astimezone(site_zone()).hour
    if hour < NOON:
        return _("Good morning, %(name)s", name=name)
    if hour < EVENING:
        return _("Good afternoon, %(name)s", name=name)
    return _("Good evening, %(name)s", name=name)


def date_line() -> str:
    """Return today's date with the day of the week."""
    day = today()
    names = (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )
    return f"{day.isoformat()} {names[day.weekday()]}"


def cards() -> list[Card]:
    """Render the cards that the user may see; an empty fragment leaves its card out."""
    rendered = [(slot, render_slot(slot, None)) for slot in allowed_slots(PLACE)]
    return [Card(slot.key, str(slot.title), body) for slot, body in rendered if body.strip()]


def shortcuts() -> list[Entry]:
    """Return every page of the sidebar but this one, for readers who look in the middle."""
    return [
        entry
        for section in shell().sections
        for entry in section.entries
        if entry.endpoint != "web.workspace"
    ]


def first_steps() -> list[FirstStep]:
    """Return what an administrator does first, while no add-on is on."""
    if not current_actor().is_administrator or registry().enabled_set().names:
        return []
    words = {
        "organisation.index": (
            _("Set up departments and people"),
            _("Rights follow the tree: heads see what lies below them."),
        ),
        "accounts.users": (_("Give people accounts"), _("Each account belongs to one employee.")),
        "addons.index": (
            _("Switch on the first add-on"),
            _("Nothing is lost when you switch it off again."),
        ),
    }
    return [
        FirstStep(title, note, url_for(endpoint))
        for endpoint, (title, note) in words.items()
        if endpoint in current_app.view_functions
    ]
