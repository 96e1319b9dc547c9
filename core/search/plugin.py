"""What the search contributes."""

from core.hookspecs import gives
from core.search.views import api, blueprint

register_blueprints = gives(blueprint, api)
