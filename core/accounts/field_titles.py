"""The words for fields of accounts in histories."""

from core.accounts.models import User
from core.audit.field_words import name_fields
from core.i18n import LOCALES
from core.i18n import lazy_gettext as _l

THEMES = {"auto": _l("As the system"), "light": _l("Light"), "dark": _l("Dark")}
DENSITIES = {"normal": _l("Normal"), "compact": _l("Compact")}


def name_accounts() -> None:
    """Give the columns their words, once, when the package is loaded."""
    titles = {
        "login": _l("Login"),
        "employee_id": _l("Employee"),
        "must_change_password": _l("Must change the password"),
        "is_administrator": _l("Administrator"),
        "active": _l("enabled"),
        "locale": _l("Language"),
        "theme": _l("Theme"),
        "density": _l("Tables"),
    }
    name_fields(User, titles, labels={"locale": LOCALES, "theme": THEMES, "density": DENSITIES})
