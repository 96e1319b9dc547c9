"""What readers do with their own account, found by its name like any page.

Each leads to the page where it is done; with a script the box presses its button at once.
"""

from flask import current_app, url_for

from core.i18n import force_locale
from core.i18n import lazy_gettext as _l
from core.web.navigation import Entry

PROFILE = "accounts.profile"
ACTS = (  # words, icon, page and place there, the `data-press` of a button in the account's menu
    (_l("Display settings"), "gear", PROFILE, "theme", ""),
    (_l("Light theme"), "moon", PROFILE, "theme", "theme/light"),
    (_l("Dark theme"), "moon", PROFILE, "theme", "theme/dark"),
    (_l("Theme of the system"), "moon", PROFILE, "theme", "theme/auto"),
    (_l("Language: Chinese"), "globe", PROFILE, "locale", "locale/zh_Hans_CN"),
    (_l("Language: English"), "globe", PROFILE, "locale", "locale/en"),
    (_l("My notifications"), "bell", "notifications.index", None, ""),
    (_l("Sign out"), "right", PROFILE, None, "sign-out"),
)


def own_acts(locale: str) -> list[Entry]:
    """Return these acts in a language."""
    with force_locale(locale):
        return [
            Entry(str(words), endpoint, url_for(endpoint, _anchor=place), icon, press=press)
            for words, icon, endpoint, place, press in ACTS
            if endpoint in current_app.view_functions
        ]
