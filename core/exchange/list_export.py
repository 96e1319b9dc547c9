"""A list as a file: the same filter, the same rights, the columns that the reader may see."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from flask import request, send_file
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from core.contributions import Verb
from core.errors import NotAllowed, Refused
from core.exchange.export import ExportFile, Format, audit_export, write_file
from core.exchange.limits import MAX_EXPORT_ROWS
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.cells import cell_text, text_of
from core.web.list_args import ListArgs
from core.web.lists import Column, ListSpec

FETCH = 500
NUMBERS = frozenset({"number", "money", "percent"})


def export(spec: ListSpec, arguments: Any, fmt: Format) -> ExportFile:
    """Return the rows behind a list's address as a file, and note it in the audit trail.

    The statement runs under the action `export`, whose range may be narrower than that of
    `query`. Raises NotAllowed without the verb, Refused for an unknown format or too many rows.
    """
    if fmt not in ("csv", "xlsx"):
        raise Refused(_("Choose CSV or XLSX."), status=400)
    args = spec.parse(arguments)
    with unit_of_work(reason="export") as session:
        access = session.info["unit"].access
        if not access.may(spec.resource, Verb.EXPORT):
            raise NotAllowed(
                _("You may not export %(what)s.", what=spec.title),
                missing=(spec.resource, Verb.EXPORT),
            )
        columns = spec.columns_for(access, args)
        file = write_file(
            [str(column.title) for column in columns],
            _rows(session, spec, args, columns),
            fmt=fmt,
            name=spec.key.replace(".", "-"),
        )
        audit_export(session, file, resource=spec.resource, arguments=args.query())
    return file


def export_response(spec: ListSpec) -> Response:
    """Answer a list's export address: the list's own arguments and `format` (csv, xlsx)."""
    fmt = request.args.get("format", "csv")
    file = export(spec, request.args, fmt)  # type: ignore[arg-type]  # checked there
    return send_file(
        file.stream, mimetype=file.mimetype, as_attachment=True, download_name=file.filename
    )


def _rows(
    session: Session, spec: ListSpec, args: ListArgs, columns: tuple[Column, ...]
) -> Iterator[list[Any]]:
    statement = (
        spec.query(args)
        .limit(MAX_EXPORT_ROWS + 1)
        .execution_options(action=Verb.EXPORT, yield_per=FETCH)
    )
    cells = [(column.key, _converter(column)) for column in columns]
    with session.execute(statement) as result:
        for row in result.mappings():
            yield [convert(row[key]) for key, convert in cells]


def _converter(column: Column) -> Callable[[Any], Any]:
    """Return what turns a column's values into a file's; numbers stay numbers."""
    if column.labels is None and column.kind in NUMBERS:
        return lambda value: value
    if column.labels is None:
        return partial(cell_text, column)
    words = text_of(column)
    return lambda value: "" if value is None else words(value)
