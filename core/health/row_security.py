"""Whether the database itself keeps rows to those who may see them; see `sunmao db harden`."""

from typing import Literal

from core.access.wall import HARDENED
from core.access.wall_state import Hardened, state
from core.database import Model
from core.health.facts import Facts
from core.i18n import gettext as _
from core.i18n import join_words
from core.unit_of_work import current_session

Answer = tuple[Literal["ok", "warn", "bad"], str]


def row_security(facts: Facts) -> Answer:
    """Say whether every protected table is hardened, and for the role that serves pages."""
    if facts.database != "postgresql":
        return "ok", _("SQLite has none; the application alone keeps rows apart.")
    connection = current_session().connection()
    # now; what the connection learnt may be older. Where nothing stands, nothing more is asked
    found = state(connection, Model.metadata) if facts.has_wall else None
    if found is None:
        return "ok", _(
            "Not used: the application alone keeps rows apart. sunmao db harden adds the "
            "database's own wall."
        )
    if not connection.info.get(HARDENED) and not (found.bare or found.altered):
        return "bad", _(
            "The site was hardened after this process began, which therefore sees nothing. "
            "Restart the servers and workers."
        )
    return _judged(found)


def _judged(found: Hardened) -> Answer:
    if found.bare or found.altered:
        return "bad", _(
            "Not hardened, altered, or for older code: %(names)s. Run sunmao db harden as the "
            "owner.",
            names=join_words((*found.bare, *found.altered)),
        )
    who = {"name": found.user, "role": found.role}
    if found.exempt and found.exempt == found.role:
        return "bad", _(
            "No policy holds the role %(role)s any more: it is superuser, owner, or a member of "
            "somebody who is, or may pass policies. Take that from it, or run sunmao db harden "
            "--role with another one.",
            role=found.role,
        )
    if found.exempt:
        return "bad", _(
            "The site connects as %(name)s, whom no policy holds. Set database_url to the role "
            "%(role)s.",
            **who,
        )
    if found.user != found.role:
        return "warn", _(
            "Hardened, but the site connects as %(name)s and not as %(role)s: it could lift the "
            "policies.",
            **who,
        )
    return "ok", _("The database itself keeps rows to those who may see them.")
