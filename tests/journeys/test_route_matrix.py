"""Every route × role × method: what a view declares about itself is what happens.

The routes come from the URL map, so that a new add-on is covered without a line here.
"""

import pytest

from core.addons.registry import registry
from core.testing.client import signed_in_client
from core.testing.crawling import judged, may_enter
from core.testing.crawling import routes as all_routes
from tests.journeys.roles import ROLES, client_of, user_of

pytestmark = pytest.mark.whole

# Pages open to every account whose own check depends on what is asked for in the path.
NARROWER = {"exchange.upload"}
# Leads back to /login whoever has not given a password: its own walk is in test_second_factor.
LEADS_BACK = {"accounts.sign_in_code": "303 although allowed"}
TEXTS = {
    "name": "customers",
    "act": "disable",
    "owner": "core",
    "key": "customers.customer",
    "kind": "jobs.tidy",
}


def routes(app, method: str):
    return all_routes(app, method, texts=TEXTS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PATCH", "DELETE"])
def test_every_route_lets_in_whom_it_declares_and_nobody_else(app, make, role, method):
    client, user = client_of(app, make, role)
    token = client.token() if method not in {"GET", "HEAD"} else ""
    faults = []
    for endpoint, declared, path in routes(app, method):
        if endpoint == "accounts.sign_out":
            continue
        response = client.open(path, method=method, data={"csrf_token": token} if token else None)
        fault = judged(response, allowed=may_enter(app, user, declared), stranger=user is None)
        if fault and fault == LEADS_BACK.get(endpoint):
            continue
        if fault and not (endpoint in NARROWER and response.status_code == 403 and user):
            faults.append(f"{method} {path} ({endpoint}, {declared}): {fault}")
    assert not faults, "\n".join(faults)


def test_the_methods_of_the_matrix_are_those_of_the_site(app):
    taken = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert taken - {"OPTIONS"} == {"GET", "HEAD", "POST", "PATCH", "DELETE"}


@pytest.mark.parametrize("role", ["stranger", "staff", "administrator"])
def test_no_post_is_taken_without_a_token(app, make, role):
    client, _user = client_of(app, make, role)
    taken = {}
    for endpoint, _declared, path in routes(app, "POST"):
        status = client.post(path).status_code
        if status not in {400, 401, 403, 404, 302, 303, 405} or status < 300:
            taken[endpoint] = status
    assert not taken


def test_options_tells_methods_and_nothing_else(app, make):
    client, _user = client_of(app, make, "staff")
    for _endpoint, _declared, path in routes(app, "GET"):
        response = client.options(path)
        assert response.status_code in {200, 403, 404}, path
        if response.status_code == 200:
            assert response.data == b"", path


def test_pages_of_an_addon_that_is_off_are_not_found_by_anybody(app, make):
    from core.actor import acting_as, system_actor
    from core.addons import lifecycle

    clients = [client_of(app, make, role)[0] for role in ("stranger", "staff", "administrator")]
    for name in list(registry().loaded):
        with acting_as(system_actor("test")):
            lifecycle.disable(name, reason="test")
        registry().switchboard.forget()
        own = [path for endpoint, _, path in routes(app, "GET") if endpoint.startswith(f"{name}.")]
        assert own
        answers = {path: [client.get(path).status_code for client in clients] for path in own}
        assert {status for many in answers.values() for status in many} == {404}, answers


@pytest.mark.parametrize("fault", ["unguarded", "overguarded"])
def test_the_matrix_sees_a_planted_fault(app, make, monkeypatch, fault):
    user = user_of(make, "staff")
    client = signed_in_client(app, user)
    endpoint, declared, path = next(
        one
        for one in routes(app, "GET")
        if one[1][0] == "needs" and may_enter(app, user, one[1]) is (fault == "overguarded")
    )
    if fault == "unguarded":
        monkeypatch.setitem(app.view_functions, endpoint, app.view_functions[endpoint].__wrapped__)
    else:
        monkeypatch.setitem(app.view_functions, endpoint, lambda **_: ("no", 403))
    allowed = may_enter(app, user, declared)
    assert judged(client.get(path), allowed=allowed, stranger=False) is not None
