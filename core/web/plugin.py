"""What the web package contributes."""

from core.cli.assets import assets
from core.contributions import MenuItem, Resource, Verb
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l
from core.web import saved_view_pages
from core.web.saved_views import VIEW, SavedView
from core.web.views import blueprint
from core.web.why import WHO
from core.web.workspace import STEPS_SHOWN

PAGES = (saved_view_pages,)  # importing it mounts its views

register_models = gives(SavedView)
register_resources = gives(
    Resource(
        key=VIEW,
        title=_l("Saved view"),
        model=SavedView,
        label=lambda view: view.name,
        actions=(Verb.DELETE,),
        dimensions=(),
    ),
    Resource(
        key=WHO,
        title=_l("Who can see a record"),
        actions=(Verb.QUERY, Verb.EXPORT),
        dimensions=(),
    ),
)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("Workspace"),
        endpoint="web.workspace",
        icon="home",
        section="personal",
        order=0,
    )
)
register_settings = gives(STEPS_SHOWN)
register_commands = gives(assets)
