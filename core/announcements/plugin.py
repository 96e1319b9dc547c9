"""What the announcements package contributes."""

from core.announcements.models import ANNOUNCEMENT, Announcement
from core.announcements.views import TONE_TITLES, blueprint
from core.audit.field_words import name_fields
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.i18n import localized

name_fields(
    Announcement,
    {
        "text": _l("Text"),
        "tone": _l("Tone"),
        "starts_at": _l("Shown from"),
        "ends_at": _l("Shown until"),
        "on_login": _l("On the sign-in page"),
    },
    labels={"tone": TONE_TITLES},
)
register_models = gives(Announcement)
register_resources = gives(
    Resource(
        key=ANNOUNCEMENT,
        title=_l("Announcement"),
        model=Announcement,
        label=lambda one: localized(one.text),
        endpoint="announcements.edit",
        actions=(Verb.QUERY, Verb.CREATE, Verb.UPDATE, Verb.DELETE),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Announcements"),
        endpoint="announcements.index",
        needs=(ANNOUNCEMENT, Verb.QUERY),
        icon="message",
        section="system",
        order=55,
    )
)
