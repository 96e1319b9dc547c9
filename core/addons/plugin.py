"""What the add-on life itself contributes to the core."""

from core.addons.models import Addon, CoreEpoch, Worker
from core.addons.views import blueprint
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

register_models = gives(Addon, CoreEpoch, Worker)
register_resources = gives(
    Resource(key="core.addon", title=_l("Add-ons"), actions=(Verb.CONFIGURE,), dimensions=())
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Add-ons"),
        endpoint="addons.index",
        needs=("core.addon", Verb.CONFIGURE),
        icon="module",
        section="system",
        order=10,
    )
)
