"""The addresses of a site with what each declares, and what an answer to a role should be."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from core.access.decorators import declaration_of
from core.accounts.models import User
from core.actor import Actor
from core.testing.crawling import built, takes_number
from core.unit_of_work import current_unit, read_only

NOWHERE = 2_000_000_000  # an id that no record has
SENT_AWAY = frozenset({301, 302, 303})
Route = tuple[str, tuple[str, ...], str]  # endpoint, declaration, address


def routes(
    app: Flask,
    method: str,
    *,
    texts: Mapping[str, str] | None = None,
    below: str | tuple[str, ...] = "/",
) -> list[Route]:
    """Return every route that takes the method, with an id of nothing where it wants one."""
    found: list[Route] = []
    for rule in app.url_map.iter_rules():
        declared = declaration_of(app.view_functions[rule.endpoint])
        outside = rule.endpoint in {"static", "assets"} or not f"{rule.rule}/".startswith(below)
        if declared is None or method not in (rule.methods or ()) or outside:
            continue
        values: dict[str, Any] = {
            name: NOWHERE if takes_number(rule, name) else (texts or {}).get(name, "nothing")
            for name in rule.arguments
        }
        found.append((rule.endpoint, declared, built(app, rule, values)))
    return found


def may_enter(app: Flask, user: User | None, declared: tuple[str, ...]) -> bool:
    """Tell whether a user, or nobody, passes what a route declares."""
    if declared[0] == "public" or user is None:
        return declared[0] == "public"
    if declared[0] == "signed_in":
        return True
    with app.app_context(), read_only(actor_of(user)):
        return current_unit().access.may(declared[1], declared[2])


def actor_of(user: User) -> Actor:
    """Return the actor as whom a user acts."""
    return Actor(
        "user",
        user_id=user.id,
        employee_id=user.employee_id,
        label=user.login,
        is_administrator=user.is_administrator,
    )


def judged(response: TestResponse, *, allowed: bool, stranger: bool) -> str | None:
    """Return what is wrong with an answer, None when it is right."""
    status = response.status_code
    to_login = status in SENT_AWAY and "/login" in response.headers["Location"]
    if status >= 500:
        return f"{status}"
    if allowed:
        return f"{status} although allowed" if to_login or status in {401, 403} else None
    if stranger:
        return None if to_login or status == 401 else f"{status} for a stranger"
    return None if status == 403 else f"{status} without the right"
