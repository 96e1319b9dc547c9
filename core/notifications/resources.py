"""What a token may be given about notifications; on pages everybody has it over the own ones."""

from core.contributions import Resource, Verb
from core.i18n import lazy_gettext as _l

NOTIFICATION = "core.notification"
KEPT_DAYS = "core.notification_days"

RESOURCES = (
    Resource(
        key=NOTIFICATION,
        title=_l("Own notifications"),
        actions=(Verb.QUERY, Verb.UPDATE),
        dimensions=(),
    ),
)
