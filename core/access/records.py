"""What services and queries ask before they touch a record: the verb, and the row in its range."""

from collections.abc import Mapping
from typing import Any, TypeVar

from sqlalchemy import inspect, select

from core.contributions import Verb
from core.errors import Conflict, NotAllowed, NotFound
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit

Record = TypeVar("Record")


def require(resource: str, action: str) -> None:
    """Raise NotAllowed unless the actor holds the verb somewhere, now."""
    if not current_unit().access.may(resource, action):
        raise NotAllowed(
            _("You do not hold the right for this act."), missing=(str(resource), str(action))
        )


def load(model: type[Record], record_id: int, action: str) -> Record:
    """Return one record for an act.

    Raises NotFound when it does not exist or is outside the actor's range (both look the same),
    NotAllowed when the actor may see it but not do this.
    """
    record = _load(model, record_id, action)
    if record is not None:
        return record
    if action != Verb.QUERY and _load(model, record_id, Verb.QUERY) is not None:
        raise NotAllowed(
            _("You may see this record, but not do this with it."),
            missing=(_resource(model), str(action)),
            record_id=record_id,
        )
    raise NotFound(_("Not found, or outside your range."))


def check_version(record: Any, row_version: int | None, yours: Mapping[str, object]) -> None:
    """Raise Conflict when the record changed after the version that the form was made from."""
    if row_version is not None and record.row_version != row_version:
        raise Conflict(
            _("Somebody else changed this record first. Nothing of yours was stored."),
            theirs={key: getattr(record, key, None) for key in yours},
            yours=dict(yours),
        )


def _load(model: type[Record], record_id: int, action: str) -> Record | None:
    if not current_unit().access.may(_resource(model), action):
        return None
    (key,) = inspect(model).primary_key
    statement: Any = select(model).where(key == record_id)
    found: Record | None = current_session().scalar(statement.execution_options(action=str(action)))
    return found


def _resource(model: Any) -> str:
    return str(model.__resource__)
