"""The administrator's pages of the organisation, as a person uses them."""

import re

import pytest
from sqlalchemy import select

from core.actor import system_actor
from core.organisation.models import Employee, OrgUnit, Position
from core.unit_of_work import read_only

OPERATOR = system_actor("organisation pages test")
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
VERSION = re.compile(r'name="row_version" value="(\d+)"')


@pytest.fixture
def admin(make, login):
    return login(make.administrator("boss"))


def send(client, path, data=None, *, page=""):
    shown = client.get(page or path)
    assert shown.status_code == 200
    text = shown.get_data(as_text=True)
    sent = {"csrf_token": TOKEN.search(text)[1], **(data or {})}
    if found := VERSION.search(text):
        sent.setdefault("row_version", found[1])
    return client.post(path, data=sent)


def one(model, **values):
    with read_only(OPERATOR) as session:
        return session.scalars(select(model).filter_by(**values)).one_or_none()


def test_a_tree_is_built_by_forms(admin):
    path = "/admin/organisation/units/new"
    top = {"name-zh": "大客户部", "name-en": "Key accounts", "code": "D1", "kind": "department"}
    assert send(admin, path, top).status_code == 303
    parent = one(OrgUnit, code="D1")
    room = {"name-zh": "一室", "code": "R1", "kind": "room", "parent_id": parent.id}
    assert send(admin, path, room).status_code == 303
    assert one(OrgUnit, code="R1").parent_id == parent.id
    page = admin.get("/admin/organisation").get_data(as_text=True)
    assert page.index("大客户部") < page.index("一室")


def test_an_error_stands_beside_its_field_and_keeps_the_input(admin, make):
    unit = make.unit()
    answer = send(
        admin,
        "/admin/organisation/units/new",
        {"name-zh": "重复", "code": unit.code, "kind": "room"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="code-e"' in page
    assert 'value="重复"' in page


def test_move_head_close_and_reopen_by_forms(admin, make):
    old, new = make.unit("旧"), make.unit("新")
    room = make.unit("室", parent=old)
    person = make.employee("王芳", unit=new)
    base = f"/admin/organisation/units/{room.id}"
    assert send(admin, f"{base}/move", {"parent_id": new.id}).status_code == 303
    assert one(OrgUnit, id=room.id).parent_id == new.id
    assert send(admin, f"{base}/head", {"head_employee_id": person.id}).status_code == 303
    assert one(OrgUnit, id=room.id).head_employee_id == person.id
    send(admin, f"{base}/close", page=base)
    assert not one(OrgUnit, id=room.id).active
    send(admin, f"{base}/reopen", page=base)
    assert one(OrgUnit, id=room.id).active


def test_a_branch_is_not_offered_as_its_own_parent(admin, make):
    top = make.unit("部")
    below = make.unit("室", parent=top)
    path = f"/admin/organisation/units/{top.id}/move"
    assert f'value="{below.id}"' not in admin.get(path).get_data(as_text=True).split("<select")[1]
    assert send(admin, path, {"parent_id": below.id}).status_code == 422
    assert one(OrgUnit, id=top.id).parent_id is None


def test_the_second_editor_meets_the_conflict_page(admin, make):
    unit = make.unit("甲")
    path = f"/admin/organisation/units/{unit.id}/edit"
    change = {"code": unit.code, "kind": "room"}
    assert send(admin, path, {"name-zh": "乙", **change}).status_code == 303
    late = send(admin, path, {"name-zh": "丙", "row_version": unit.row_version, **change})
    assert late.status_code == 409
    assert one(OrgUnit, id=unit.id).name["zh"] == "乙"


def test_an_employee_is_engaged_changed_leaves_and_returns(admin, make):
    unit = make.unit("部")
    path = "/admin/organisation/employees/new"
    answer = send(admin, path, {"name": "李娜", "code": "E900", "unit_id": unit.id})
    person = one(Employee, code="E900")
    assert answer.location == f"/admin/organisation/employees/{person.id}"
    base = answer.location
    edit = {"name": "李娜娜", "code": "E900", "unit_id": unit.id, "email": "li@example.com"}
    assert send(admin, f"{base}/edit", edit).status_code == 303
    assert one(Employee, code="E900").name == "李娜娜"
    asked = admin.get(f"{base}/leave")
    assert f'<li><a href="{base}">' in asked.get_data(as_text=True)
    assert one(Employee, code="E900").active
    assert "btn-bad" in asked.get_data(as_text=True)
    assert send(admin, f"{base}/leave", {"reason": "离职"}).status_code == 303
    assert not one(Employee, code="E900").active
    send(admin, f"{base}/return", page=base)
    assert one(Employee, code="E900").active


def test_choosing_a_unit_in_the_list_means_all_below_it(admin, make):
    top = make.unit("部")
    room = make.unit("室", parent=top)
    make.employee("室内人", unit=room)
    make.employee("局外人")
    page = admin.get(f"/admin/organisation/employees?unit={top.id}").get_data(as_text=True)
    assert "室内人" in page
    assert "局外人" not in page


def test_positions_are_made_and_renamed(admin):
    send(admin, "/admin/organisation/positions/new", {"name-zh": "客户经理", "code": "AM"})
    position = one(Position, code="AM")
    path = f"/admin/organisation/positions/{position.id}"
    assert send(admin, path, {"name-zh": "大客户经理", "active": "y"}).status_code == 303
    assert one(Position, code="AM").name["zh"] == "大客户经理"
    assert "大客户经理" in admin.get("/admin/organisation/positions").get_data(as_text=True)


@pytest.mark.parametrize(
    "path", ["", "/units/new", "/employees", "/employees/new", "/positions", "/positions/new"]
)
def test_pages_are_for_those_who_hold_the_verb(make, login, client, path):
    address = f"/admin/organisation{path}"
    assert login(make.user()).get(address).status_code == 403
    assert client.get(address).status_code == 303
    answer = login(make.administrator()).get(address)
    assert answer.status_code == 200
    assert "style=" not in answer.get_data(as_text=True)


def test_the_number_of_statements_does_not_grow_with_the_tree(admin, make, statements):
    def count(path):
        with statements() as sent:
            assert admin.get(path).status_code == 200
        return len(sent)

    top = make.unit("部")
    paths = (
        "/admin/organisation",
        "/admin/organisation/employees",
        f"/admin/organisation/units/{top.id}",
    )
    for path in paths:  # loads rights and saved views once
        admin.get(path)
    few = [count(path) for path in paths]
    for _ in range(15):
        make.employee(unit=make.unit(parent=top))
    for path in paths:  # rights that hang on the tree are loaded anew, once
        admin.get(path)
    assert [count(path) for path in paths] == few
    assert max(few) <= 8


def test_a_form_says_whom_it_is_about_and_leads_back(admin, make):
    unit = make.unit("North")
    text = admin.get(f"/admin/organisation/units/{unit.id}/edit").get_data(as_text=True)
    assert f"North · {unit.code}</p>" in text
    person = make.employee("Lin", unit=unit)
    text = admin.get(f"/admin/organisation/employees/{person.id}/edit").get_data(as_text=True)
    assert f"{person.name} · {person.code}</p>" in text
    crumbs = text.partition('<ol class="crumbs">')[2].partition("</ol>")[0]
    assert 'href="/admin/organisation/employees"' in crumbs
