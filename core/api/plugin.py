"""What the programming interface contributes."""

from core.api.measures import api
from core.api.once import TIDY, ApiReply
from core.api.throttle import SETTING
from core.api.views import blueprint
from core.contributions import SettingDef
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

register_models = gives(ApiReply)
register_blueprints = gives(blueprint, api)
register_settings = gives(
    SettingDef(
        key=SETTING,
        title=_l("Requests of one API token in a minute"),
        type="int",
        default=12_000,
        minimum=0,
        maximum=1_000_000,
        help=_l("Counted in each server process by itself; 0 means no limit."),
    )
)
register_jobs = gives(TIDY)
