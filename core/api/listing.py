"""The twin of a list page: one ListSpec declares both, so that neither knows more than the other.

Values are as stored (codes, ids, days as YYYY-MM-DD, amounts as text), not in words.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from core.api import reading
from core.contributions import Verb
from core.exchange.export_views import export_response
from core.unit_of_work import current_unit
from core.web.list_args import SIZES
from core.web.list_columns import Column, Facet, choices_of, python_type, value_of
from core.web.list_query import write_cursor
from core.web.list_spec import ListSpec

FORMATS = {"type": "string", "enum": ["csv", "xlsx"]}
DAY = {"type": "string", "format": "date"}


def rows(spec: ListSpec) -> dict[str, Any]:
    """Return one page of rows for the request's address and where the next one is."""
    _check(spec, parameters(spec))
    unit = current_unit()
    args = spec.parse(request.args)
    found = unit.session.execute(spec.query(args).limit(args.size + 1)).all()
    page = found[: args.size]
    keys = [column.key for column in spec.columns_for(unit.access, args)]
    following = None
    if len(found) > args.size:
        place = write_cursor(page[-1].sort_value, page[-1].id)
        following = f"{request.path}?{replace(args, after=place).query(place=True)}"
    return {
        "items": [
            {"id": row.id, **{key: plain(getattr(row, key)) for key in keys}} for row in page
        ],
        "next": following,
        "limited_to": unit.access.limited_words(spec.resource, Verb.QUERY),
    }


def file(spec: ListSpec) -> Response:
    """Return the rows of the request's address as CSV or XLSX; 202 when a job writes them."""
    _check(spec, file_parameters(spec))
    response = export_response(spec, page="exports_api.export_state")
    if response.location is None:
        return response
    text = json.dumps({"export": response.location})
    return Response(text, 202, {"Location": response.location}, mimetype=reading.JSON)


def _check(spec: ListSpec, known: Mapping[str, dict[str, Any]]) -> None:
    """Refuse what the page would let pass: unknown parameters, columns, orders, tabs, choices."""
    reading.check_names(known, repeated=("col", *(f.key for f in spec.facets)))
    listed = {facet.key: known.get(facet.key, {}).get("items", {}) for facet in spec.facets}
    reading.check_values(
        {
            **{key: schema["enum"] for key, schema in listed.items() if "enum" in schema},
            "col": known["col"]["items"]["enum"],
            "sort": known["sort"]["enum"],
            "tab": known.get("tab", {}).get("enum", ()),
        }
    )


def plain(value: Any) -> Any:
    """Return a stored value as JSON has it."""
    match value:
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case _:
            return getattr(value, "value", value)


# -- how the document describes it --------------------------------------------------------------


def parameters(spec: ListSpec) -> dict[str, dict[str, Any]]:
    """Return the schema of every parameter of a list by name."""
    sortable = [column.key for column in spec.columns if column.sortable]
    orders = [*sortable, *(f"-{key}" for key in sortable)]
    known: dict[str, dict[str, Any]] = {
        "q": {"type": "string", "maxLength": 200},
        "sort": {"type": "string", "enum": orders},
        "size": {"type": "integer", "enum": sorted({*SIZES, spec.size})},
        "after": {"type": "string", "maxLength": 1000, "pattern": "^[A-Za-z0-9_-]+$"},
        "col": _many({"type": "string", "enum": list(spec.column_by_key)}),
    }
    if spec.tabs:
        known["tab"] = {"type": "string", "enum": [tab.key for tab in spec.tabs]}
    for facet in spec.facets:
        if facet.kind == "dates":
            known[f"{facet.key}_from"] = known[f"{facet.key}_to"] = DAY
        else:
            known[facet.key] = _many(_facet_schema(facet))
    return known


def file_parameters(spec: ListSpec) -> dict[str, dict[str, Any]]:
    """Return the schema of every parameter of an export: those of the list, but no place in it."""
    known = {name: one for name, one in parameters(spec).items() if name not in {"after", "size"}}
    return {**known, "format": FORMATS}


def _many(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _facet_schema(facet: Facet) -> dict[str, Any]:
    if isinstance(facet.choices, Mapping):
        values = [choice.value for choice in choices_of(facet.choices)]
        return {"type": "string", "enum": [*values, "-"]}
    if python_type(value_of(facet.expr)) is int:
        return {"type": "string", "pattern": "^(-|[0-9]{1,9})$"}
    return {"type": "string", "minLength": 1, "maxLength": 2000}


def page_schema(spec: ListSpec) -> dict[str, Any]:
    """Return the schema of an answer."""
    return {
        "type": "object",
        "required": ["items", "next", "limited_to"],
        "properties": {
            "items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {
                        "id": {"type": "integer"},
                        **{column.key: _column_schema(column) for column in spec.columns},
                    },
                },
            },
            "next": {"type": ["string", "null"]},
            "limited_to": {"type": ["string", "null"]},
        },
    }


def _column_schema(column: Column) -> dict[str, Any]:
    kinds: Mapping[type, str] = {int: "integer", bool: "boolean", float: "number", dict: "object"}
    kind = dict if column.kind == "name" else python_type(value_of(column.expr))
    schema: dict[str, Any] = {"type": [kinds.get(kind, "string"), "null"]}
    if kind in {date, datetime}:
        schema["format"] = "date" if kind is date else "date-time"
    return {**schema, "title": str(column.title)}
