"""What the health package contributes."""

from core.cli.health import health
from core.contributions import MenuItem, Resource, Slot, Verb
from core.health.views import HEALTH, attention, blueprint
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

register_resources = gives(
    Resource(key=HEALTH, title=_l("System status"), actions=(Verb.QUERY,), dimensions=())
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("System status"),
        endpoint="health.show",
        needs=(HEALTH, Verb.QUERY),
        icon="heat",
        section="system",
        order=80,
    )
)
register_slots = gives(
    Slot(
        place="workspace.main",
        key="health",
        title=_l("System status"),
        render=attention,
        needs=(HEALTH, Verb.QUERY),
        order=5,
    )
)
register_commands = gives(health)
