"""Fill the empty database of a test site: tables by migrations, every loaded add-on switched on."""

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry

REASON = "test template"


def fill_template() -> None:
    """Migrate and enable as an administrator would; call inside an application context."""
    with acting_as(system_actor(REASON)):
        lifecycle.upgrade_site(lifecycle.site_config())
        for name in registry().loaded:
            if name not in registry().enabled_set():
                lifecycle.enable(name, reason=REASON)
