"""What the notifications package contributes."""

from core.contributions import MenuItem, Resource, SettingDef, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.notifications.api import api
from core.notifications.letter_models import Delivery, Letter, MailChoice, MailState
from core.notifications.letters import FIND_DUE, WRITE_LETTER
from core.notifications.mail_choices import DEFAULT_WAY
from core.notifications.mail_views import blueprint as mail_blueprint
from core.notifications.models import NOTIFICATION, Notification
from core.notifications.posting import FORGET_LETTERS, SEND_LETTER
from core.notifications.tidy import KEPT_DAYS, TIDY
from core.notifications.views import blueprint

register_models = gives(Notification, MailChoice, MailState, Letter, Delivery)
register_resources = gives(  # for tokens; on pages everybody has it over the own ones
    Resource(
        key=NOTIFICATION,
        title=_l("Own notifications"),
        actions=(Verb.QUERY, Verb.UPDATE),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint, mail_blueprint, api)
register_menus = gives(
    MenuItem(
        title=_l("Notifications by mail"),
        endpoint="mail.choice",
        icon="message",
        section="account",
        order=40,
    )
)
register_settings = gives(
    DEFAULT_WAY,
    SettingDef(
        key=KEPT_DAYS,
        title=_l("Days for which read notifications are kept"),
        type="int",
        default=90,
        minimum=1,
        maximum=3_650,
        help=_l("Unread ones stay."),
    ),
)
register_jobs = gives(TIDY, FIND_DUE, WRITE_LETTER, SEND_LETTER, FORGET_LETTERS)
