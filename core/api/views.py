"""The document for programs and the reference page for people."""

from typing import Any

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue

from core.access.decorators import signed_in
from core.access.words import resource_words, verb_words
from core.addons.registry import registry
from core.api.openapi import REF, document
from core.i18n import lazy_gettext as _l

blueprint = Blueprint("api", __name__, template_folder="templates")
TITLES = {
    "consent": _l("Joint confirmation"),
    "exchange": _l("Imports"),
    "exports": _l("Exports"),
    "files": _l("Attachments"),
    "measures": _l("Measures"),
    "notifications": _l("Notifications"),
    "organisation": _l("Organisation"),
    "remarks": _l("Remarks"),
    "search": _l("Search"),
}


@blueprint.get("/api/v1/openapi.json")
@signed_in
def openapi() -> ResponseReturnValue:
    """Answer the OpenAPI document."""
    return jsonify(document())


@blueprint.get("/api")
@signed_in
def reference() -> ResponseReturnValue:
    """Show every operation that is on, in the reader's language."""
    made = document()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            one = _shown(path, method.upper(), operation, made)
            groups.setdefault(operation["tags"][0], []).append(one)
    titles = {tag: _title(tag) for tag in groups}
    return render_template("api/reference.html", groups=groups, titles=titles)


def _title(tag: str) -> str:
    return str(TITLES.get(tag) or registry().title_of(tag))


def _shown(
    path: str, method: str, operation: dict[str, Any], made: dict[str, Any]
) -> dict[str, Any]:
    """Return what the page says about one operation."""
    good = next(iter(operation["responses"]))
    answer = operation["responses"][good].get("content", {}).get("application/json", {})
    sent = operation.get("requestBody", {}).get("content", {})
    needed = operation.get("x-needs")
    return {
        "id": operation["operationId"].replace(".", "-"),
        "method": method,
        "path": path,
        "summary": operation["summary"],
        "needs": f"{resource_words(needed[0])} · {verb_words(needed[1])}" if needed else "",
        "scope": ":".join(needed) if needed else "",
        "parameters": [
            (one["name"], one["in"], one.get("required", False), type_words(one["schema"], made))
            for one in operation["parameters"]
        ],
        "body": _fields(sent.get("application/json", {}).get("schema"), made),
        "file": next((kind for kind in sent if kind != "application/json"), ""),
        "status": good,
        "answer": _fields(answer.get("schema"), made),
    }


def _fields(schema: dict[str, Any] | None, made: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return (name, type, required, words) of an object's fields; lists show their entries'."""
    found = resolved(schema or {}, made)
    if "items" in found and found.get("type") == "array":
        found = resolved(found["items"], made)
    required = found.get("required", ())
    return [
        (
            name,
            type_words(one, made),
            "1" if name in required else "",
            str(one.get("title", "")) if "title" in one else "",
        )
        for name, one in found.get("properties", {}).items()
    ]


def resolved(schema: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to a named model."""
    if "allOf" in schema:
        schema = schema["allOf"][0] | {k: v for k, v in schema.items() if k != "allOf"}
    name = schema.get("$ref", "").removeprefix(REF.removesuffix("{model}"))
    found: dict[str, Any] = made["components"]["schemas"][name] if name else schema
    return found


def type_words(schema: dict[str, Any], made: dict[str, Any]) -> str:
    """Return a short form of a type, such as "integer", "[string]" or "A | B"."""
    if "anyOf" in schema:
        return " | ".join(type_words(one, made) for one in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    if "$ref" in schema or "allOf" in schema:
        inner = resolved(schema, made)
        return type_words(inner, made) if "enum" in inner else str(inner.get("title", "object"))
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{type_words(schema.get('items', {}), made)}]"
    words = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{words} ({schema['format']})" if "format" in schema else words
