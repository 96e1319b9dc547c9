"""Operations: a view, its right, its body and its answer, declared in one place."""

import inspect
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, TypeVar, get_type_hints

from flask import Blueprint, Response, request, url_for
from pydantic import BaseModel, TypeAdapter
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from core.access.decorators import declaration_of, enforce, needs
from core.api import listing, once, reading
from core.contributions import Verb, type_Title
from core.errors import Conflict, ProgrammingFault
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.list_spec import ListSpec

View = TypeVar("View", bound=Callable[..., Any])
OPERATION = "sunmao_operation"
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
FILES = "*/*"


@dataclass(frozen=True)
class Operation:
    """One method of one address.

    The view says the rest by its signature: `body` and `query` are pydantic models, `row_version`
    is what If-Match names (demanded), anything else comes from the path; the return annotation is
    the answer (None: 204; a Response passes as it is).
    """

    method: str
    summary: type_Title
    view: Callable[..., Any]
    declared: tuple[str, ...]
    status: int = 200
    location: str | None = None
    spec: ListSpec | None = None
    takes: str = reading.JSON
    gives: str = reading.JSON
    prepare: Callable[..., AbstractContextManager[Any]] | None = None

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The annotations of the view, resolved."""
        return get_type_hints(inspect.unwrap(self.view), include_extras=True)

    @cached_property
    def result(self) -> TypeAdapter[Any] | None:
        """What turns the view's result into JSON; None for no content or a ready response."""
        kind = self.hints.get("return")
        ready = kind is None or kind is type(None) or not self.is_json
        adapter: TypeAdapter[Any] | None = None if ready else TypeAdapter(kind or Any)
        return adapter

    def model(self, name: str) -> type[BaseModel] | None:
        """Return the model of `body` or `query`, if the view takes one."""
        return self.hints.get(name)

    @property
    def is_json(self) -> bool:
        """Tell whether the answer is JSON and no file."""
        return self.gives == reading.JSON

    @property
    def is_versioned(self) -> bool:
        """Tell whether If-Match is demanded."""
        return "row_version" in self.hints

    def run(self, path: dict[str, Any]) -> AnyResponse:
        """Check who asks, read the request, call the view and write the answer."""
        enforce(self.declared)
        if self.method not in UNSAFE:
            return self._answer(self._call(path))
        arguments = self._arguments(path)
        try:
            if self.prepare is None:
                return once.in_one_unit(lambda: self._answer(self.view(**arguments)))
            with self.prepare(**arguments) as ready:
                return once.in_one_unit(lambda: self._answer(self.view(**arguments, ready=ready)))
        except (Conflict, StaleDataError) as error:
            raise self._conflict(error) from error

    def _call(self, path: dict[str, Any]) -> Any:
        if self.spec is not None:
            return listing.rows(self.spec) if self.is_json else listing.file(self.spec)
        return self.view(**self._arguments(path))

    def _arguments(self, path: dict[str, Any]) -> dict[str, Any]:
        found = dict(path)
        query = reading.read_query(self.model("query"))
        if query is not None:
            found["query"] = query
        if self.is_versioned:
            found["row_version"] = reading.read_version()
        model = self.model("body")
        if model is not None:
            found["body"] = reading.read_body(model)
        elif self.takes == reading.JSON:
            reading.refuse_body()
        return found

    def _answer(self, result: Any) -> AnyResponse:
        if isinstance(result, AnyResponse):
            return result
        if self.spec is None and self.result is None:
            return Response(status=204)
        text: str | bytes
        if self.spec is not None:
            text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        else:
            adapter = self.result or TypeAdapter(Any)
            value = adapter.validate_python(result, from_attributes=True)
            hidden = self._hidden()
            text = adapter.dump_json(value)
            if hidden:
                text = json.dumps(masked(json.loads(text), hidden), ensure_ascii=False)
        response = Response(text, self.status, mimetype=reading.JSON)
        version = getattr(result, "row_version", None)
        if version is not None:
            response.set_etag(str(version))
        if self.location is not None:
            response.headers["Location"] = url_for(self.location, record_id=result.id)
        if self.method == "GET" and version is not None:
            response.make_conditional(request)
        return response

    def _hidden(self) -> frozenset[str]:
        """Return the fields that the caller may not see of what the operation speaks of."""
        if self.declared[0] != "needs":
            return frozenset()
        return current_unit().access.hidden_fields(self.declared[1])

    def _conflict(self, error: Exception) -> Conflict:
        """Say that somebody was first: 412 when the request named its version by If-Match."""
        found = error if isinstance(error, Conflict) else None
        if found is None:
            found = Conflict(_("Somebody else changed this record first. Nothing was stored."))
        found.status = 412 if self.is_versioned else found.status
        return found


def masked(value: Any, hidden: frozenset[str]) -> Any:
    """Return JSON without the values of hidden fields, wherever their names stand in it."""
    if isinstance(value, list):
        return [masked(one, hidden) for one in value]
    if not isinstance(value, dict):
        return value
    return {k: None if k in hidden else masked(one, hidden) for k, one in value.items()}


class Api(Blueprint):
    """The operations of one package; those of an add-on lie below /api/v1/<add-on>."""

    mounted_below = "/api/v1"

    def on(
        self, method: str, rule: str, *, summary: type_Title, **options: Any
    ) -> Callable[[View], View]:
        """Declare an operation; stands above @needs, as the routes of pages do.

        `status` (201 for what is made), `location` (the endpoint of the record that was made),
        `takes` and `gives` (media types of files). `prepare` does what takes long before the unit
        of work begins, so that no other writer waits; the view gets what it yields as `ready`.
        Raises ProgrammingFault for a view that does not say who may use it.
        """

        def decorate(view: View) -> View:
            declared = declaration_of(view)
            if declared is None:
                msg = f"{view.__qualname__} lacks @needs, @public or @signed_in below its address"
                raise ProgrammingFault(msg)
            self._add(rule, Operation(method, summary, view, declared, **options))
            return view

        return decorate

    def collection(self, rule: str, spec: ListSpec, *, name: str, summary: type_Title) -> None:
        """Declare the twin of a list page: its filters, search, sort and columns, by cursor."""
        self._list(rule, spec, Verb.QUERY, name=name, summary=summary)

    def export(self, rule: str, spec: ListSpec, *, name: str, summary: type_Title) -> None:
        """Declare the twin of a list's export, as CSV or XLSX."""
        self._list(rule, spec, Verb.EXPORT, name=name, summary=summary, gives=FILES)

    def _list(
        self, rule: str, spec: ListSpec, verb: Verb, *, name: str, summary: type_Title, **more: Any
    ) -> None:
        def view() -> None:
            """Nothing to do: the operation asks the list itself."""

        view.__name__ = view.__qualname__ = name
        guarded = needs(spec.resource, verb)(view)
        declared = declaration_of(guarded) or ()
        self._add(rule, Operation("GET", summary, guarded, declared, spec=spec, **more))

    def _add(self, rule: str, operation: Operation) -> None:
        view = operation.view

        @wraps(view)
        def answer(**path: Any) -> AnyResponse:
            return operation.run(path)

        setattr(answer, OPERATION, operation)
        endpoint = getattr(view, "__name__", "")
        self.add_url_rule(rule, endpoint, answer, methods=[operation.method])
