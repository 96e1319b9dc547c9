"""What every operation refuses, in which words, and how often it acts."""

import json

import pytest
from flask import Flask

from core.access.decorators import needs
from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.registry import registry
from core.api import Api
from core.errors import ProgrammingFault
from core.testing.client import signed_in_client

ROOT = "/api/v1/customers"


@pytest.fixture
def ours(ann, program):
    return program(ann)


def problem(response, status: int) -> dict:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    found = response.json
    assert found["status"] == status
    assert found["instance"] == response.headers["X-Request-Id"]
    return found


def test_a_body_that_is_no_json_is_refused(ours):
    problem(ours.post(ROOT, b'{"name": '), 400)
    problem(ours.post(ROOT, b"[" * 100_000), 400)
    problem(ours.post(ROOT, b'{"name": "\xff"}'), 400)


def test_another_kind_of_content_is_refused(ours):
    problem(ours.post(ROOT, b"name=Wren", Content_Type="application/x-www-form-urlencoded"), 415)
    found = problem(ours.post(ROOT), 415)
    assert "Content-Type: application/json" in found["detail"]
    problem(ours.ask("DELETE", f"{ROOT}/1", {"a": 1}, If_Match='"1"'), 403)


def test_a_body_that_is_too_large_is_refused(ours):
    found = problem(ours.post(ROOT, b" " * (9 * 1024 * 1024)), 413)
    assert "8 MB" in found["detail"]


def test_an_unknown_key_is_refused_and_the_likely_one_named(ours):
    found = problem(ours.post(ROOT, {"name": "Wren", "regoin": "North"}), 422)
    assert found["errors"] == [
        {"pointer": "/regoin", "detail": "There is no “regoin” here; did you mean “region”?"}
    ]
    found = problem(ours.post(f"{ROOT}/batch", {"items": [{"name": "Wren", "grad": "A"}]}), 422)
    assert found["errors"][0]["pointer"] == "/items/0/grad"
    assert "grade" in found["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", 5), ("name", ""), ("name", None), ("grade", "E"), ("manager_id", "1"),
     ("manager_id", True), ("manager_id", 1.5), ("since", "yesterday"), ("name", "x" * 201),
     ("manager_id", 2**40), ("notes", "a\u0000b")],
)  # fmt: skip
def test_values_are_not_guessed(ours, field, value):
    response = ours.post(ROOT, {"name": "Wren", field: value})
    assert response.status_code in {400, 422}
    if response.status_code == 422:
        assert response.json["errors"][0]["pointer"] == f"/{field}"


def test_a_number_that_json_wrote_with_a_point_is_whole_all_the_same(ours, make, ann):
    own = make.person_of(ann).id
    body = f'{{"name": "Wren", "manager_id": {own}.0}}'.encode()
    assert ours.post(ROOT, body).json["manager_id"] == own


def test_a_problem_speaks_the_language_of_the_caller(make, program):
    chinese = program(make.user("wen", locale="zh_Hans_CN"))
    found = problem(chinese.post(ROOT, {}), 422)
    assert found["errors"] == [{"pointer": "/name", "detail": "缺少此项。"}]


def test_a_missing_right_is_named(program, make):
    reader = program(make.user("ann", locale="en"), ("customers.customer", "query"))
    found = problem(reader.post(ROOT, {"name": "Wren"}), 403)
    assert found["missing"] == ["customers.customer", "create"]


def test_an_unknown_address_and_a_wrong_method_are_problems_too(ours):
    problem(ours.get("/api/v1/nothing"), 404)
    wrong = ours.ask("PUT", ROOT)
    problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]


def test_an_addon_that_is_off_has_no_addresses_and_is_not_in_the_document(ours, app):
    assert any("customers" in path for path in ours.get("/api/v1/openapi.json").json["paths"])
    with acting_as(system_actor("test")):
        lifecycle.disable("customers", reason="test")
    registry().switchboard.forget()
    assert "disabled" in problem(ours.get(ROOT), 404)["detail"]
    problem(ours.post(ROOT, {"name": "Wren"}), 404)
    stranger = app.test_client().get(ROOT)
    assert "disabled" not in problem(stranger, 404)["detail"]
    paths = ours.get("/api/v1/openapi.json").json["paths"]
    assert paths
    assert not any("customers" in path for path in paths)


def test_an_operation_without_a_need_is_no_operation():
    api = Api("toy_api", __name__)
    with pytest.raises(ProgrammingFault, match="lacks @needs, @public or @signed_in below its"):

        @api.on("GET", "/toys", summary="Toys")
        def toys() -> list[int]:
            return []


def test_the_decorators_of_pages_guard_operations(app):
    api = Api("toy_api", __name__)

    @api.on("GET", "/toys", summary="Toys")
    @needs("toys.toy", "query")
    def toys() -> list[int]:
        return []

    other = Flask("other")
    other.register_blueprint(api, url_prefix="/api/v1/toys")
    from core.access.decorators import check_routes, declaration_of

    check_routes(other) if "static" not in other.view_functions else None
    assert declaration_of(other.view_functions["toy_api.toys"]) == ("needs", "toys.toy", "query")


# -- Idempotency-Key ----------------------------------------------------------------------------


def test_a_request_sent_twice_with_a_key_is_done_once(ours):
    first = ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    again = ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.data == again.data
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(ours.get(ROOT).json["items"]) == 1


def test_a_key_serves_one_request_only(ours):
    ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    problem(ours.post(ROOT, {"name": "Crow"}, Idempotency_Key="order-1"), 422)
    problem(ours.post(ROOT, {"name": "Crow"}, Idempotency_Key="x" * 201), 400)
    assert len(ours.get(ROOT).json["items"]) == 1


def test_a_refused_request_keeps_no_key(ours):
    problem(ours.post(ROOT, {"name": " "}, Idempotency_Key="order-1"), 422)
    assert ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1").status_code == 201


def test_the_key_of_one_user_is_not_that_of_another(ours, program, make):
    ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    bob = program(make.user("bob", locale="en"))
    other = bob.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    assert "Idempotency-Replayed" not in other.headers
    assert other.json["id"] != ours.get(ROOT).json["items"][0]["id"]


def test_a_key_is_free_again_after_a_day(ours, frozen):
    from datetime import timedelta

    from core.clock import now

    ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1")
    with frozen(now() + timedelta(hours=23)):
        assert (
            "Idempotency-Replayed"
            in ours.post(ROOT, {"name": "Wren"}, Idempotency_Key="order-1").headers
        )


# -- cookies --------------------------------------------------------------------------------------


def test_a_cookie_reads_but_writes_only_with_the_token_of_a_form(app, ann):
    client = signed_in_client(app, ann)
    assert client.get(ROOT).status_code == 200
    body = {"data": json.dumps({"name": "Wren"}), "content_type": "application/json"}
    problem(client.post(ROOT, **body), 400)
    made = client.post(ROOT, headers={"X-CSRFToken": client.token()}, **body)
    assert made.status_code == 201, made.text


def test_a_stranger_is_told_to_sign_in(app):
    client = app.test_client()
    for method in ("GET", "POST"):
        response = client.open(ROOT, method=method)
        problem(response, 401)
        assert response.headers["WWW-Authenticate"] == "Bearer"


# -- the document -----------------------------------------------------------------------------------


def test_the_document_names_every_operation_and_nothing_else(ours, app):
    told = ours.get("/api/v1/openapi.json").json
    assert told["openapi"] == "3.1.0"
    rules = {
        (rule.endpoint, method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "api.openapi"
    }
    assert {
        (one["operationId"], method)
        for path in told["paths"].values()
        for method, one in path.items()
    } == rules


def test_the_reference_page_is_for_people_in_both_languages(app, make):
    for locale, words in (("en", "List customers"), ("zh_Hans_CN", "列出客户")):
        client = signed_in_client(app, make.user(f"u{locale[:2]}", locale=locale))
        page = client.get("/api").get_data(as_text=True)
        assert words in page
        assert "/api/v1/customers/{record_id}" in page
        assert "Idempotency-Key" in page


def test_a_partial_change_declares_no_defaults(ours):
    document = ours.get("/api/v1/openapi.json").json
    schemas = document["components"]["schemas"]

    def body(path, method):
        found = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        return schemas[found["schema"]["$ref"].rpartition("/")[2]]["properties"]

    change = body("/api/v1/customers/{record_id}", "patch")
    assert "region" in change
    assert not [name for name, one in change.items() if "default" in one]
    assert body("/api/v1/customers", "post")["region"]["default"] == ""
