"""What the accounts package contributes."""

from core.accounts import (
    account_pages,
    admin_pages,
    login_pages,
    second_factor_admin,
    second_factor_pages,
    token_pages,
)
from core.accounts.admin_pages import USERS
from core.accounts.blueprint import blueprint
from core.accounts.models import (
    ApiToken,
    LoginAttempt,
    LoginSession,
    RecoveryCode,
    SecondFactor,
    User,
)
from core.accounts.resources import RESOURCES, TOKEN, USER
from core.accounts.second_factor import FOR_ADMINISTRATORS
from core.accounts.services import ACTS
from core.accounts.sessions import TIDY
from core.accounts.tokens import LONGEST_LIFE
from core.audit.field_words import name_fields
from core.cli.users import user
from core.contributions import MenuItem, SettingDef, Verb
from core.hookspecs import gives
from core.i18n import LOCALES
from core.i18n import lazy_gettext as _l

# importing them mounts their views
PAGES = (
    login_pages,
    account_pages,
    admin_pages,
    second_factor_pages,
    second_factor_admin,
    token_pages,
)

THEMES = {"auto": _l("As the system"), "light": _l("Light"), "dark": _l("Dark")}
DENSITIES = {"normal": _l("Normal"), "compact": _l("Compact")}
MONEY_UNITS = {"auto": _l("As the page suits"), "yuan": _l("CNY"), "wan": _l("10k CNY")}

name_fields(
    User,
    {
        "login": _l("Login"),
        "employee_id": _l("Employee"),
        "must_change_password": _l("Must change the password"),
        "is_administrator": _l("Administrator"),
        "active": _l("enabled"),
        "locale": _l("Language"),
        "theme": _l("Theme"),
        "density": _l("Tables"),
        "money_unit": _l("Amounts"),
    },
    labels={
        "locale": LOCALES,
        "theme": THEMES,
        "density": DENSITIES,
        "money_unit": MONEY_UNITS,
    },
)
register_models = gives(User, LoginSession, LoginAttempt, ApiToken, SecondFactor, RecoveryCode)
register_resources = gives(*RESOURCES)
register_blueprints = gives(blueprint)
register_menus = gives(
    MenuItem(
        title=_l("User accounts"),
        endpoint="accounts.users",
        needs=(USER, Verb.QUERY),
        icon="user",
        section="system",
        order=20,
        searches=USERS,
    ),
    MenuItem(
        title=_l("New user account"),
        endpoint="accounts.new_user",
        needs=(USER, Verb.CREATE),
        icon="user",
        section="create",
        order=82,
    ),
    MenuItem(
        title=_l("API tokens"),
        endpoint="accounts.all_tokens",
        needs=(TOKEN, Verb.QUERY),
        icon="lock",
        section="system",
        order=25,
    ),
)
register_settings = gives(
    SettingDef(
        key=LONGEST_LIFE,
        title=_l("Longest life of an API token, in days"),
        type="int",
        default=365,
        minimum=1,
        maximum=1_095,
        help=_l("Tokens made before keep theirs."),
    ),
    SettingDef(
        key=FOR_ADMINISTRATORS,
        title=_l("Administrators must have a second factor"),
        type="bool",
        default=False,
        help=_l("Those without are led to set one up at their next request, and tokens wait."),
    ),
)
register_jobs = gives(TIDY)
register_acts = gives(*ACTS)
register_commands = gives(user)
