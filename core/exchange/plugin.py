"""What the exchange package contributes."""

from core.contributions import MenuItem
from core.exchange import export_views
from core.exchange.api import api, exports
from core.exchange.export_job import EXPORT_JOB
from core.exchange.importing import JOBS
from core.exchange.models import ImportRowError, ImportRun
from core.exchange.pages import SLOTS
from core.exchange.queries import imports_anything
from core.exchange.views import blueprint
from core.hookspecs import gives
from core.i18n import lazy_gettext as _l

register_models = gives(ImportRun, ImportRowError)
register_blueprints = gives(blueprint, export_views.blueprint, api, exports)
register_menus = gives(
    MenuItem(
        title=_l("Imports"),
        endpoint="exchange.index",
        icon="upload",
        section="personal",
        order=90,
        when=imports_anything,
    )
)
register_slots = gives(*SLOTS)
register_jobs = gives(*JOBS, EXPORT_JOB)
