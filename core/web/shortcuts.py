"""A person's shortcuts on the start page: pinned entries of the menu, the first ones by default."""

from collections.abc import Sequence

from flask_login import current_user

from core.accounts.models import User
from core.actor import current_actor
from core.i18n import lazy_gettext as _l
from core.unit_of_work import unit_of_work
from core.web.forms import Form, MultiField
from core.web.navigation import Entry, shell

START = "web.workspace"
DEFAULT = 6
MOST = 24


def offered() -> list[Entry]:
    """Return every entry of the reader's menu but the start page, sub-pages behind their page."""
    tops = [entry for section in shell().sections for entry in section.entries]
    every = [one for top in tops for one in (top, *top.children)]
    return [entry for entry in every if entry.endpoint != START]


def shortcuts() -> list[Entry]:
    """Return what the reader pinned and may still open; before any choice, the menu's first."""
    pins = getattr(current_user, "pins", None)
    if pins is None:
        tops = {entry.endpoint for section in shell().sections for entry in section.entries}
        first = [entry for entry in offered() if entry.endpoint in tops]
        return (first if len(first) >= DEFAULT else offered())[:DEFAULT]
    return [entry for entry in offered() if entry.endpoint in pins]


def store_shortcuts(endpoints: Sequence[str]) -> None:
    """Keep the reader's choice with the account; an empty one shows no shortcuts."""
    with unit_of_work() as session:
        session.get_one(User, current_actor().user_id).pins = list(endpoints)[:MOST]


class ShortcutsForm(Form):
    """Which entries of the menu are pinned."""

    pins = MultiField(
        _l("Pages of the menu"),
        choices=lambda: [(entry.endpoint, entry.title) for entry in offered()],
        span=4,
    )
