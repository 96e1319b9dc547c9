"""What the announcements package contributes."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint

from core.announcements.forms import TONE_TITLES
from core.announcements.models import ANNOUNCEMENT, Announcement
from core.announcements.views import blueprint
from core.audit.field_words import name_fields
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import hookimpl
from core.i18n import lazy_gettext as _l
from core.i18n import localized


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the table and its fields."""
    titles = {
        "text": _l("Text"),
        "tone": _l("Tone"),
        "starts_at": _l("Shown from"),
        "ends_at": _l("Shown until"),
        "on_login": _l("On the sign-in page"),
    }
    name_fields(Announcement, titles, labels={"tone": TONE_TITLES})
    return (Announcement,)


@hookimpl
def register_resources() -> Iterable[Resource]:
    """Declare who may announce."""
    return (
        Resource(
            key=ANNOUNCEMENT,
            title=_l("Announcement"),
            model=Announcement,
            label=lambda one: localized(one.text),
            endpoint="announcements.edit",
            actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.DELETE),
            dimensions=(),
        ),
    )


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the pages."""
    return (blueprint,)


@hookimpl
def register_menus() -> Iterable[MenuItem]:
    """Give their menu entry."""
    return (
        MenuItem(
            title=_l("Announcements"),
            endpoint="announcements.index",
            needs=(ANNOUNCEMENT, Verb.QUERY),
            icon="message",
            section="system",
            order=55,
        ),
    )
