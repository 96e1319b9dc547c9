"""The pages of joint confirmation: what people see, type and are told."""

import html
import re

import pytest

from core.access.models import AccessTerm
from core.accounts.models import User
from core.addons.models import bump
from core.consent import sealing
from core.consent.models import Consent, State
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work
from tests.core.consent.conftest import SETTING, SYSTEM

PASSWORD = "correct horse 12"


@pytest.fixture
def people(make):
    """`ann` and `bob` are administrators, `eve` is nobody, `dan` shall become one."""
    with unit_of_work(SYSTEM) as session:
        set_value(session, SETTING, "2")
    made = {name: make.administrator(name, password=PASSWORD) for name in ("ann", "bob")}
    return made | {"eve": make.user("eve"), "dan": make.user("dan")}


def promote(client, dan):
    page = client.get(f"/admin/users/{dan.id}/edit").get_data(as_text=True)
    version = re.search(r'name="row_version" value="(\d+)"', page)[1]
    return client.submit(
        f"/admin/users/{dan.id}/edit",
        {"employee_id": dan.employee_id, "is_administrator": "y", "row_version": version},
    )


def hidden(page, name):
    return html.unescape(re.search(rf'name="{name}" value="([^"]*)"', page)[1])


def asked(people, login):
    client = login(people["ann"])
    sealed = hidden(promote(client, people["dan"]).get_data(as_text=True), "ask")
    answer = client.submit("/consents/new", {"ask": sealed, "reason": "接替离任同事"})
    assert answer.status_code == 303
    return client, answer.location


def test_the_page_of_the_act_offers_to_ask_and_shows_what_would_change(people, login):
    client = login(people["ann"])
    answer = promote(client, people["dan"])
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "须他人同意" in page
    assert "管理员" in page
    assert 'action="/consents/new"' in page
    with read_only(SYSTEM) as session:
        assert not session.get_one(User, people["dan"].id).is_administrator


def test_without_a_reason_nothing_is_asked_and_nothing_is_lost(people, login):
    client = login(people["ann"])
    sealed = hidden(promote(client, people["dan"]).get_data(as_text=True), "ask")
    answer = client.submit("/consents/new", {"ask": sealed, "reason": ""})
    assert answer.status_code == 422
    assert hidden(answer.get_data(as_text=True), "ask") == sealed
    with read_only(SYSTEM) as session:
        assert session.query(Consent).count() == 0


def test_what_was_sealed_for_another_or_altered_asks_nothing(people, login):
    sealed = hidden(promote(login(people["ann"]), people["dan"]).get_data(as_text=True), "ask")
    for text in (sealed, sealed[:-2] + "xx", ""):
        answer = login(people["bob"]).submit("/consents/new", {"ask": text, "reason": "x"})
        assert answer.status_code == 422
    with read_only(SYSTEM) as session:
        assert session.query(Consent).count() == 0


def test_another_agrees_with_the_password_and_it_is_done(people, login):
    ann, address = asked(people, login)
    own = ann.get(address).get_data(as_text=True)
    assert "撤回" in own
    assert 'name="say"' not in own
    bob = login(people["bob"])
    assert "待我确认" in bob.get("/consents/").get_data(as_text=True)
    page = bob.get(address).get_data(as_text=True)
    assert "接替离任同事" in page
    for password in ("", "wrong"):
        refused = bob.submit(address, {"say": "agree", "password": password})
        assert refused.status_code == 422
    said = bob.submit(address, {"say": "agree", "password": PASSWORD})
    assert said.status_code == 303
    with read_only(SYSTEM) as session:
        assert session.get_one(User, people["dan"].id).is_administrator
    assert "已完成" in bob.get(address).get_data(as_text=True)


def test_an_old_page_takes_no_agreement(people, login):
    _ann, address = asked(people, login)
    bob = login(people["bob"])
    with unit_of_work(SYSTEM) as session:
        session.get_one(User, people["dan"].id).login = "dan.two"
    answer = bob.submit(address, {"say": "agree", "password": PASSWORD})
    assert answer.status_code == 422
    assert "目前无法执行" in answer.get_data(as_text=True)


def test_declining_takes_a_reason(people, login):
    ann, address = asked(people, login)
    bob = login(people["bob"])
    assert bob.submit(address, {"say": "decline", "reason": ""}).status_code == 422
    assert bob.submit(address, {"say": "decline", "reason": "不必"}).status_code == 303
    assert "不必" in ann.get(address).get_data(as_text=True)


def test_others_see_neither_list_nor_page(people, login):
    _ann, address = asked(people, login)
    eve = login(people["eve"])
    assert eve.get(address).status_code == 404
    assert address not in eve.get("/consents/").get_data(as_text=True)
    for act in ("complete", "withdraw"):
        assert eve.submit(f"{address}/{act}").status_code == 404
    assert eve.submit(address, {"say": "decline", "reason": "no"}).status_code == 404


def test_who_asked_takes_it_back(people, login):
    ann, address = asked(people, login)
    assert ann.submit(f"{address}/withdraw").status_code == 303
    with read_only(SYSTEM) as session:
        assert session.query(Consent).one().state == State.WITHDRAWN


def test_it_stands_in_english_too(people, login, make):
    _ann, address = asked(people, login)
    reader = make.administrator("ian", locale="en")
    page = login(reader).get(address).get_data(as_text=True)
    assert "Nobody has agreed yet; 1 more is needed." in page
    assert "Make somebody an administrator" in page


def test_lowering_the_number_on_the_settings_page_asks_as_well(people, login):
    client = login(people["ann"])
    page = client.get("/admin/settings/core").get_data(as_text=True)
    form = dict(re.findall(r'<input[^>]*name="([a-z_]+__[a-z_]+)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected|selected[^>]*value="([^"]*)"', options)
        form[name] = (chosen[1] or chosen[2]) if chosen else ""
    name = SETTING.replace(".", "__")
    assert form[name] == "2"
    answer = client.submit("/admin/settings/core", form | {name: "1"})
    assert answer.status_code == 409
    assert "减少一项操作所需的确认人数" in answer.get_data(as_text=True)


def test_an_auditor_sees_that_it_was_asked_and_no_more(people, login, make):
    _ann, address = asked(people, login)
    auditor = make.user("fay")
    with unit_of_work(SYSTEM) as session:
        session.add(AccessTerm(provider="test", user_id=auditor.id, resource="core.consent",
                               actions=["query"], source={"zh": "审", "en": "audit"}))  # fmt: skip
        session.flush()
        bump(session, "rights_version")
    fay = login(auditor)
    page = fay.get(address).get_data(as_text=True)
    assert "将账号设为管理员" in page or "设为管理员" in page
    assert "接替离任同事" not in page
    assert "将会改变" not in page
    assert address in fay.get("/consents/").get_data(as_text=True)


def test_a_seal_runs_out(people, login, monkeypatch):
    client = login(people["ann"])
    sealed = hidden(promote(client, people["dan"]).get_data(as_text=True), "ask")
    assert sealing.SEALED_SECONDS == 3600
    monkeypatch.setattr(sealing, "SEALED_SECONDS", -1)
    assert client.submit("/consents/new", {"ask": sealed, "reason": "x"}).status_code == 422
