"""What the notifications package contributes."""

from core.contributions import Resource, SettingDef, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.notifications.api import api
from core.notifications.models import NOTIFICATION, Notification
from core.notifications.tidy import KEPT_DAYS, TIDY
from core.notifications.views import blueprint

register_models = gives(Notification)
register_resources = gives(  # for tokens; on pages everybody has it over the own ones
    Resource(
        key=NOTIFICATION,
        title=_l("Own notifications"),
        actions=(Verb.QUERY, Verb.UPDATE),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint, api)
register_settings = gives(
    SettingDef(
        key=KEPT_DAYS,
        title=_l("Days for which read notifications are kept"),
        type="int",
        default=90,
        minimum=1,
        maximum=3_650,
        help=_l("Unread ones stay."),
    )
)
register_jobs = gives(TIDY)
