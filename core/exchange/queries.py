"""Questions about imports: who may import what, and the own ones."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access.context import AccessContext
from core.addons.registry import registry
from core.contributions import Exchange, Verb
from core.errors import NotAllowed, NotFound
from core.exchange.models import ImportRowError, ImportRun
from core.i18n import gettext as _

RECENT = 20


def own_import(session: Session, import_id: int) -> ImportRun:
    """Return an import of the unit's actor; raise NotFound for anybody else's."""
    user_id = session.info["unit"].actor.user_id
    run = session.execute(
        select(ImportRun).where(ImportRun.id == import_id, ImportRun.owner_user_id == user_id)
    ).scalar_one_or_none()
    if run is None:
        raise NotFound(_("There is no such import."))
    return run


def recent_imports(session: Session) -> Sequence[ImportRun]:
    """Return the newest imports of the unit's actor."""
    user_id = session.info["unit"].actor.user_id
    statement = (
        select(ImportRun)
        .where(ImportRun.owner_user_id == user_id)
        .order_by(ImportRun.id.desc())
        .limit(RECENT)
    )
    return session.execute(statement).scalars().all()


def row_errors(
    session: Session, import_id: int, *, limit: int | None = None
) -> Sequence[ImportRowError]:
    """Return refused rows of an own import in the file's order."""
    run = own_import(session, import_id)
    statement = (
        select(ImportRowError)
        .where(ImportRowError.import_id == run.id)
        .order_by(ImportRowError.row_number)
        .limit(limit)
    )
    return session.execute(statement).scalars().all()


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
