"""A list as a file: the same filter, the same rights, the columns that the reader may see."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, cast

from sqlalchemy import Select, func, select

from core.contributions import Verb
from core.errors import NotAllowed, Refused
from core.exchange.export import ExportFile, Format, audit_export, too_many, write_file
from core.exchange.limits import MAX_EXPORT_ROWS
from core.i18n import YUAN
from core.i18n import gettext as _
from core.unit_of_work import current_session, unit_of_work
from core.web.cells import cell_text, text_of
from core.web.list_args import ListArgs
from core.web.list_columns import value_of
from core.web.list_groups import group_facet, in_order
from core.web.lists import Column, ListSpec

NUMBERS = frozenset({"number", "money", "percent"})


def checked_format(fmt: str) -> Format:
    """Return the format; raise Refused (400) for an unknown one."""
    if fmt not in ("csv", "xlsx"):
        raise Refused(_("Choose CSV or XLSX."), status=400)
    return cast("Format", fmt)


def check_right(session: Any, spec: ListSpec) -> None:
    """Raise NotAllowed unless the unit's actor may export this list now."""
    if not session.info["unit"].access.may(spec.resource, Verb.EXPORT):
        raise NotAllowed(
            _("You may not export %(what)s.", what=spec.title),
            missing=(spec.resource, Verb.EXPORT),
        )


def count_rows(spec: ListSpec, args: ListArgs) -> int:
    """Return how many rows would leave; raise NotAllowed, or Refused beyond 200,000."""
    session = current_session()
    check_right(session, spec)
    ids = spec.narrow(args, spec.id).limit(MAX_EXPORT_ROWS + 1).subquery()
    counted = select(func.count()).select_from(ids)
    rows = session.execute(counted, execution_options={"action": Verb.EXPORT}).scalar_one()
    if rows > MAX_EXPORT_ROWS:
        raise too_many()
    return rows


def export(spec: ListSpec, args: ListArgs, fmt: Format) -> ExportFile:
    """Return the rows behind a list's address as a file, and note it in the audit trail.

    The rows are read in the unit that is open, which only reads; the note has a short unit of its
    own. The statement runs under the action `export`, whose range may be narrower than that of
    `query`. Raises NotAllowed without the verb, Refused for too many rows.
    """
    session = current_session()
    check_right(session, spec)
    columns = spec.columns_for(session.info["unit"].access, args)
    with session.execute(export_statement(spec, args).limit(MAX_EXPORT_ROWS + 1)) as result:
        rows = converted(in_groups(spec, args, result.mappings()), columns)
        file = write_file(titles(columns), rows, fmt=fmt, name=spec.key.replace(".", "-"))
    with unit_of_work() as writing:
        audit_export(writing, file, resource=spec.resource, arguments=args.query())
    return file


def export_statement(spec: ListSpec, args: ListArgs) -> Select[Any]:
    """Return the rows behind an address, within the range of `export`."""
    statement = spec.query(args)
    facet = group_facet(spec, args, current_session().info["unit"].access)
    if facet is not None:
        statement = statement.add_columns(value_of(facet.expr).label("group_value"))
    return statement.execution_options(action=Verb.EXPORT)


def in_groups(
    spec: ListSpec, args: ListArgs, rows: Iterable[Mapping[Any, Any]]
) -> Iterable[Mapping[Any, Any]]:
    """Return the rows in the order of the groups that the list shows, if it is grouped."""
    facet = group_facet(spec, args, current_session().info["unit"].access)
    if facet is None:
        return rows
    kept = list(rows)
    values = in_order(facet, {row["group_value"] for row in kept})
    places = {value: place for place, (value, _label) in enumerate(values)}
    return sorted(kept, key=lambda row: places[row["group_value"]])


def titles(columns: Iterable[Column]) -> list[str]:
    """Return the titles in the reader's language; files hold amounts in yuan, to the fen."""
    return [column.titled(YUAN) for column in columns]


def converted(rows: Iterable[Mapping[Any, Any]], columns: Iterable[Column]) -> Iterator[list[Any]]:
    """Yield the cells of each row as a file has them."""
    cells = [(column.key, _converter(column)) for column in columns]
    for row in rows:
        yield [convert(row[key]) for key, convert in cells]


def _converter(column: Column) -> Callable[[Any], Any]:
    """Return what turns a column's values into a file's; numbers stay numbers."""
    if column.labels is None and column.kind in NUMBERS:
        return lambda value: value
    if column.labels is None:
        return partial(cell_text, column)
    words = text_of(column)
    return lambda value: "" if value is None else words(value)
