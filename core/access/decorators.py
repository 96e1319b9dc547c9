"""What a view must say about itself: @needs, @public or @signed_in."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Flask

from core.access.principal import demand, demand_signed_in
from core.errors import ProgrammingFault

View = TypeVar("View", bound=Callable[..., Any])
DECLARATION = "sunmao_access"


def needs(resource: str, action: str) -> Callable[[View], View]:
    """Let only holders of the verb in; others get 403 with the reason, strangers the login page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **options: Any) -> Any:
            demand(resource, action)
            return view(*arguments, **options)

        declared: View = _declare(guarded, ("needs", resource, str(action)))
        return declared

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """Let everybody in, signed in or not; `reason` says why that is right."""
    if not reason.strip():
        raise ValueError("@public needs a reason")

    def decorate(view: View) -> View:
        declared: View = _declare(view, ("public", reason))
        return declared

    return decorate


def signed_in(view: View) -> View:
    """Let every account in: pages about the user's own things."""

    @wraps(view)
    def guarded(*arguments: Any, **options: Any) -> Any:
        demand_signed_in()
        return view(*arguments, **options)

    declared: View = _declare(guarded, ("signed_in",))
    return declared


def enforce(declared: tuple[str, ...]) -> None:
    """Do what the decorator behind a declaration does; @public asks nothing."""
    if declared[0] == "needs":
        demand(declared[1], declared[2])
    elif declared[0] == "signed_in":
        demand_signed_in()


def declaration_of(view: Any) -> tuple[str, ...] | None:
    """Return what a view function says about itself."""
    while view is not None:
        found: tuple[str, ...] | None = getattr(view, DECLARATION, None)
        if found is not None:
            return found
        view = getattr(view, "__wrapped__", None) or getattr(view, "view_class", None)
    return None


def _declare(view: Any, words: tuple[str, ...]) -> Any:
    setattr(view, DECLARATION, words)
    return view


def check_routes(app: Flask) -> None:
    """Raise ProgrammingFault, naming the endpoint, when a route does not say who may use it."""
    silent = [
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if not _serves_files(rule.endpoint)
        and declaration_of(app.view_functions.get(rule.endpoint)) is None
    ]
    if silent:
        named = ", ".join(sorted(set(silent)))
        raise ProgrammingFault(f"routes without @needs, @public or @signed_in: {named}")


def _serves_files(endpoint: str) -> bool:
    """Tell whether these are static files of a package, open to all by their nature."""
    return endpoint == "static" or endpoint.endswith(".static")
