"""A form narrowed to one field: it shows that field, and what is stored stands in for the rest."""

import re

import pytest

from addons.customers.models import Customer
from core.errors import ProgrammingFault
from core.unit_of_work import unit_of_work
from core.web.lists import Column, ListSpec


@pytest.fixture
def ann(make):
    user = make.user("ann", administrator=True)
    make.customers.customer("甲", manager=make.person_of(user), grade="B", region="华东")
    return user


@pytest.fixture
def client(ann, login):
    return login(ann)


@pytest.fixture
def stored(make, ann):
    def read():
        with unit_of_work(make.actor(ann)) as session:
            one = session.get_one(Customer, 1)
            return one.name, one.grade, one.region

    return read


def shown(page):
    panel = re.search(r'<form class="panel".*?</form>', page, re.DOTALL)[0]
    return set(re.findall(r'<(?:input(?! type="hidden")|select|textarea)[^>]* name="(\w+)"', panel))


def test_only_the_named_field_is_shown(client):
    page = client.get("/customers/1/edit?only=region").text
    assert shown(page) == {"region"}
    assert len(shown(client.get("/customers/1/edit").text)) > 8


@pytest.mark.parametrize("name", ["nothing", "sections", "__init__", ""])
def test_an_unknown_name_shows_the_whole_form(client, name):
    page = client.get(f"/customers/1/edit?only={name}").text
    assert {"name", "region", "grade"} <= shown(page)


def test_the_rest_stays_whatever_is_sent_for_it(client, stored):
    sent = {"region": "华北", "name": "", "grade": "D", "row_version": "1"}
    assert client.submit("/customers/1/edit?only=region", sent).status_code in (302, 303)
    assert stored() == ("甲", "B", "华北")


def test_a_fault_is_told_and_nothing_stored(client, stored):
    answer = client.submit(
        "/customers/1/edit?only=region", {"region": "x" * 101, "row_version": "1"}
    )
    assert answer.status_code == 422
    assert stored() == ("甲", "B", "华东")


def test_a_stale_version_clashes(client, stored):
    client.submit("/customers/1/edit?only=region", {"region": "华北", "row_version": "1"})
    late = client.submit("/customers/1/edit?only=region", {"region": "华南", "row_version": "1"})
    assert late.status_code == 409
    assert stored()[2] == "华北"


def test_a_list_without_a_form_offers_no_cells(client):
    page = client.get("/admin/audit").text
    assert "data-form" not in page
    assert "quick.js" not in page


def test_cells_that_may_be_edited_need_the_form_that_does_it():
    with pytest.raises(ProgrammingFault, match="edit_endpoint"):
        ListSpec(
            key="x.y",
            resource="x.y",
            title="Y",
            endpoint="x.y",
            id=None,
            source=lambda: None,
            columns=(Column("a", "A", None, edit="a"),),
        )
