"""Routes say who may use them; Flask-Principal carries the answer, and its traps stay shut."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.access.decorators import check_routes, declaration_of, needs, public, signed_in
from core.access.principal import GrantNeed, _GrantPermission
from core.errors import ProgrammingFault


def test_a_route_that_says_nothing_fails_the_start_by_name() -> None:
    app = Flask("silent")
    app.add_url_rule("/open", "open", public("test")(lambda: "open"))
    app.add_url_rule("/own", "own", signed_in(lambda: "own"))
    app.add_url_rule("/some", "some", needs("toy.cost", "query")(lambda: "some"))
    check_routes(app)
    app.add_url_rule("/silent", "forgotten", lambda: "silent")
    with pytest.raises(ProgrammingFault, match="forgotten"):
        check_routes(app)


def test_a_view_tells_what_it_declares() -> None:
    assert declaration_of(needs("toy.cost", "query")(lambda: "")) == ("needs", "toy.cost", "query")
    assert declaration_of(lambda: "") is None
    with pytest.raises(ValueError, match="reason"):
        public(" ")


def test_permissions_cannot_be_combined() -> None:
    one = _GrantPermission(GrantNeed("toy.cost", "query"))
    for combine in (lambda: one & one, lambda: one | one, lambda: one.union(one), one.reverse):
        with pytest.raises(TypeError, match="not combined"):
            combine()


def _guarded_page(app: Flask) -> str:
    pages = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not rule.arguments
        and "GET" in (rule.methods or ())
        and (declaration_of(app.view_functions[rule.endpoint]) or ())[:2] == ("needs", "core.addon")
    ]
    return pages[0]


def test_a_page_opens_for_holders_of_the_verb_and_for_nobody_else(
    app: Flask, client: FlaskClient, login: Callable[..., FlaskClient], make: Any
) -> None:
    page = _guarded_page(app)
    assert client.get(page).status_code in (302, 303, 401)
    refused = login(make.user(locale="en")).get(page)
    assert refused.status_code == 403
    assert "You lack the right" in refused.get_data(as_text=True)
    assert login(make.user(administrator=True)).get(page).status_code == 200
