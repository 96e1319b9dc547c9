"""What the settings package contributes."""

from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.settings.models import Setting, SettingChange
from core.settings.views import blueprint

register_models = gives(Setting, SettingChange)
register_resources = gives(
    Resource(
        key="core.setting",
        title=_l("Settings"),
        actions=(Verb.CONFIGURE,),
        dimensions=(),
    )
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Settings"),
        endpoint="settings.index",
        needs=("core.setting", Verb.CONFIGURE),
        icon="gear",
        section="system",
        order=50,
    )
)
