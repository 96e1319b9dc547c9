"""Programs are told what is needed, ask for it, and see what became of it."""

from core.consent.models import Consent
from core.settings.services import set_value
from core.testing.client import token_headers
from core.unit_of_work import read_only, unit_of_work
from tests.core.consent.conftest import SYSTEM

DELETE = "customers.several_delete_customer"


def test_a_program_asks_for_what_was_answered_with_409(make, client):
    with unit_of_work(SYSTEM) as session:
        set_value(session, DELETE, "2")
    boss = make.administrator("boss")
    customer = make.customers.customer(manager=make.person_of(boss))
    headers = token_headers(boss, ("customers.customer", "query"), ("customers.customer", "delete"))
    address = f"/api/v1/customers/{customer}"
    tag = client.get(address, headers=headers).headers["ETag"]
    refused = client.delete(address, headers=headers | {"If-Match": tag})
    assert refused.status_code == 409
    needed = refused.get_json()["consent"]
    assert (needed["act"], needed["people"]) == ("customers.delete_customer", 2)
    made = client.post(
        "/api/v1/consents", json={"ask": needed["ask"], "reason": "重复"}, headers=headers
    )
    assert made.status_code == 201
    number = made.get_json()["id"]
    found = client.get(f"/api/v1/consents/{number}", headers=headers).get_json()
    assert (found["state"], found["agreed"], found["people"]) == ("open", 0, 2)
    assert client.get(address, headers=headers).status_code == 200
    stranger = token_headers(make.user("eve"))
    assert client.get(f"/api/v1/consents/{number}", headers=stranger).status_code == 404
    with read_only(SYSTEM) as session:
        assert session.query(Consent).one().record_id == customer


def test_others_and_empty_reasons_are_refused(make, client):
    headers = token_headers(make.user("eve"))
    for body in ({"ask": "x", "reason": ""}, {"ask": "x", "reason": "y"}, {}):
        answer = client.post("/api/v1/consents", json=body, headers=headers)
        assert answer.status_code == 422
