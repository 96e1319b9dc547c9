"""The application factory: a readable list of what makes a site."""

from typing import Any

from flask import Flask

from core.access.decorators import check_routes
from core.access.principal import configure_principal
from core.accounts.reauthentication import demand_what_is_due
from core.accounts.request_identity import configure_accounts
from core.addons.gate import configure_gate
from core.addons.registry import configure_registry
from core.announcements.showing import configure_announcements
from core.api.throttle import configure_throttle
from core.clock import set_site_zone
from core.config import load_config
from core.database import configure_database
from core.i18n import configure_i18n
from core.jobs.worker import configure_jobs
from core.notifications.posting import check_mail
from core.web import configure_web
from core.web.late_rules import LateRule

BUILT_IN = (
    "core.organisation.plugin",
    "core.accounts.plugin",
    "core.access.plugin",
    "core.addons.plugin",
    "core.settings.plugin",
    "core.audit.plugin",
    "core.consent.plugin",
    "core.events.plugin",
    "core.jobs.plugin",
    "core.notifications.plugin",
    "core.remarks.plugin",
    "core.files.plugin",
    "core.exchange.plugin",
    "core.announcements.plugin",
    "core.workcalendar.plugin",
    "core.health.plugin",
    "core.api.plugin",
    "core.web.plugin",
    "core.search.plugin",
)


def create_app(**overrides: Any) -> Flask:
    """Build the site; `overrides` replace configuration keys. Never writes to the database."""
    config = load_config(**overrides)
    set_site_zone(config.timezone)
    app = Flask("core", instance_path=str(config.instance.resolve()), static_folder=None)
    app.url_rule_class = LateRule
    app.url_map.merge_slashes = False  # "//" is no page; a redirect would tell which ones exist
    app.config.update(
        SUNMAO=config,
        SECRET_KEY=config.secret_key(),
        SQLALCHEMY_DATABASE_URI=config.url,
        MAX_CONTENT_LENGTH=config.upload_limit_mb * 1024 * 1024,
        TESTING=config.testing,
    )
    configure_database(app)
    configure_i18n(app)
    configure_accounts(app)
    configure_principal(app)
    configure_registry(app, BUILT_IN)
    configure_web(app)
    configure_announcements(app)
    check_mail(config.mail)
    configure_gate(app)
    app.before_request(demand_what_is_due)  # settings are read when it is known what is on
    configure_throttle(app)
    configure_jobs(app)
    check_routes(app)
    return app
