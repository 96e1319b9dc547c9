"""Fill the empty database of a test site: tables by migrations, every loaded add-on switched on."""

from core.access.default_policy import compile_policy
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.unit_of_work import unit_of_work

REASON = "test template"


def fill_template() -> None:
    """Migrate and enable as an administrator would; call inside an application context."""
    with acting_as(system_actor(REASON)):
        lifecycle.upgrade_site(lifecycle.site_config())
        with unit_of_work(reason=REASON) as session:
            compile_policy(session)
        for name in registry().loaded:
            if name not in registry().enabled_set():
                lifecycle.enable(name, reason=REASON)
