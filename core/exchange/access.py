"""Who may import what."""

from sqlalchemy.orm import Session

from core.access.context import AccessContext
from core.addons.registry import registry
from core.contributions import Exchange, Verb
from core.errors import NotAllowed, NotFound
from core.i18n import gettext as _


def may_import(session: Session, exchange: Exchange) -> bool:
    """Tell whether the unit's actor holds the import verb of this exchange's resource."""
    context: AccessContext = session.info["unit"].access
    return context.may(exchange.resource, Verb.IMPORT)


def imports_anything(access: AccessContext) -> bool:
    """Tell whether there is anything that a reader with these rights may import."""
    return any(access.may(one.resource, Verb.IMPORT) for one in registry().exchanges())


def exchange_for(session: Session, key: str, *, only_on: bool = True) -> Exchange:
    """Return an exchange that is on (or loaded at all) and that the unit's actor may use.

    Raises NotFound for an unknown one (or one of an add-on that is off), NotAllowed without the
    verb.
    """
    offered = registry().exchanges() if only_on else registry().every("exchanges")
    found = next((one for one in offered if one.key == key), None)
    if found is None:
        raise NotFound(_("There is no such import, or its add-on is disabled."))
    if not may_import(session, found):
        raise NotAllowed(
            _("You may not import %(what)s.", what=found.title),
            missing=(found.resource, Verb.IMPORT),
        )
    return found


def usable_exchanges(session: Session) -> list[Exchange]:
    """Return the exchanges that the unit's actor may use."""
    return [one for one in registry().exchanges() if may_import(session, one)]
