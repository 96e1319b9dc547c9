"""The OpenAPI 3.1 document, made from the URL map for the add-ons that are on at this moment."""

import re
from collections.abc import Iterator
from typing import Any

from flask import current_app
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from werkzeug.routing import Rule

from core.addons.gate import addon_of
from core.addons.registry import registry
from core.api import listing, reading
from core.api.blueprint import OPERATION, Operation
from core.api.once import HEADER, KEY
from core.i18n import gettext as _
from core.version import VERSION

PROBLEM = "application/problem+json"
REF = "#/components/schemas/{model}"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>")
BINARY = {"type": "string", "format": "binary"}
PARTS = {"type": "object", "required": ["file"], "properties": {"file": BINARY}}
Keyed = tuple[str, str]


def operations() -> Iterator[tuple[Rule, Operation]]:
    """Yield every operation whose add-on is on, in the order of its declaration."""
    found = registry()
    for rule in current_app.url_map.iter_rules():
        operation = getattr(current_app.view_functions[rule.endpoint], OPERATION, None)
        owner = addon_of(rule.rule)
        if operation is not None and (owner not in found.loaded or found.is_on(owner)):
            yield rule, operation


def document() -> dict[str, Any]:
    """Return the document in the caller's language."""
    known = list(operations())
    schemas, definitions = _schemas(known)
    paths: dict[str, dict[str, Any]] = {}
    for rule, operation in known:
        path = paths.setdefault(PLACE.sub(r"{\1}", rule.rule), {})
        path[operation.method.lower()] = _operation(rule, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": _("Sunmao"), "version": VERSION},
        "paths": paths,
        "security": [{"token": []}],
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {**definitions, "Problem": _problem()},
        },
    }


def _schemas(
    known: list[tuple[Rule, Operation]],
) -> tuple[dict[Keyed, dict[str, Any]], dict[Any, Any]]:
    """Return the schema of each body, query and result, and the named models they share."""
    inputs: list[tuple[Keyed, JsonSchemaMode, Any]] = []
    for rule, operation in known:
        for part in ("body", "query"):
            model = operation.model(part)
            if model is not None:
                core = TypeAdapter(model).core_schema
                inputs.append(((rule.endpoint, part), "validation", core))
        if operation.result is not None:
            core = operation.result.core_schema
            inputs.append(((rule.endpoint, "result"), "serialization", core))
    made, definitions = GenerateJsonSchema(ref_template=REF).generate_definitions(inputs)
    schemas: dict[Any, Any] = {key: schema for (key, _mode), schema in made.items()}
    for rule, _operation in known:
        if "PATCH" in (rule.methods or ()) and (rule.endpoint, "body") in schemas:
            body = schemas[rule.endpoint, "body"]
            _leave_out_defaults(definitions.get(body.get("$ref", "").rpartition("/")[2], body))
    return schemas, definitions


def _leave_out_defaults(schema: dict[str, Any]) -> None:
    """Declare no defaults where what is not sent stays: a client that fills them in would wipe."""
    for one in schema.get("properties", {}).values():
        one.pop("default", None)


def _operation(
    rule: Rule, operation: Operation, schemas: dict[Keyed, dict[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": rule.endpoint,
        "tags": [rule.endpoint.partition(".")[0].removesuffix("_api")],
        "summary": str(operation.summary),
        "parameters": [*_path(rule), *_query(operation), *_headers(operation)],
        "responses": _responses(operation, schemas.get((rule.endpoint, "result"))),
    }
    if operation.declared[0] == "needs":
        found["x-needs"] = list(operation.declared[1:])
    if operation.model("body") is not None:
        schema = schemas[rule.endpoint, "body"]
        found["requestBody"] = {"required": True, "content": {reading.JSON: {"schema": schema}}}
    elif operation.takes != reading.JSON:
        schema = PARTS if operation.takes == reading.PARTS else BINARY
        found["requestBody"] = {"required": True, "content": {operation.takes: {"schema": schema}}}
    return found


def _path(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in re.findall(PLACE, rule.rule):
        number = f"<int:{name}>" in rule.rule
        schema = (
            {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
            if number
            else {"type": "string", "pattern": "^[^/]+$"}
        )
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.spec is not None:
        known = listing.parameters if operation.is_json else listing.file_parameters
        for name, schema in known(operation.spec).items():
            yield {"name": name, "in": "query", "schema": schema}
    model = operation.model("query")
    if model is not None:
        whole = model.model_json_schema(ref_template=REF)
        for name, schema in whole["properties"].items():
            required = name in whole.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": schema}


def _headers(operation: Operation) -> Iterator[dict[str, Any]]:
    if operation.is_versioned:
        schema = {"type": "string", "pattern": f"^{reading.ETAG}$"}
        yield {"name": "If-Match", "in": "header", "required": True, "schema": schema}
    if operation.method == "POST":
        schema = {"type": "string", "pattern": f"^{KEY}$"}
        yield {"name": HEADER, "in": "header", "required": False, "schema": schema}


def _responses(operation: Operation, result: dict[str, Any] | None) -> dict[str, Any]:
    if operation.spec is not None and operation.is_json:
        result = listing.page_schema(operation.spec)
    good: dict[str, Any] = {"description": _("Done")}
    status = operation.status
    if result is not None:
        good["content"] = {reading.JSON: {"schema": result}}
    elif not operation.is_json:
        good["content"] = {operation.gives: {"schema": BINARY}}
    else:
        status = 204
    more: dict[str, Any] = {}
    if operation.spec is not None and not operation.is_json:
        place = {"type": "object", "properties": {"export": {"type": "string"}}}
        content = {reading.JSON: {"schema": place}}
        more["202"] = {"description": _("A job writes the file"), "content": content}
    problem = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        str(status): good,
        **more,
        "default": {"description": _("A problem (RFC 9457)"), "content": problem},
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {"type": "object", "properties": {"pointer": text, "detail": text}}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "instance": text,
            "errors": {"type": "array", "items": fault},
            "missing": {"type": "array", "items": text},
            "giver": {"type": ["string", "null"]},
            "current": {"type": "object"},
            "yours": {"type": "object"},
        },
    }
