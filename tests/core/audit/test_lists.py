"""The auditor's list speaks the reader's language and names the records of parts."""

import pytest

from core.actor import system_actor
from core.audit.models import AuditEntry
from core.audit.services import record
from core.settings.services import set_value
from core.unit_of_work import unit_of_work


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("sign-in", "登录程序"),
        ("addon_enabled of customers", "启用「客户」"),
        ("job exchange.tidy", "后台任务："),
    ],
)
def test_the_system_is_named_in_the_language_of_the_reader(make, login, label, words):
    with unit_of_work(system_actor(label)) as session:
        record(session, "configure", "core.settings", None)
    client = login(make.administrator(locale="zh_Hans_CN"))
    text = client.get("/admin/audit/?by=system&action=configure").get_data(as_text=True)
    assert words in text
    assert label not in text


def test_a_reason_that_the_system_gave_stands_in_words(make, login):
    with unit_of_work(system_actor("test"), reason="addon_enabled of customers") as session:
        record(session, "configure", "core.settings", None)
    client = login(make.administrator(locale="zh_Hans_CN"))
    text = client.get("/admin/audit/?action=configure").get_data(as_text=True)
    assert "启用「客户」" in text
    assert "addon_enabled" not in text


def test_an_addon_is_named_by_its_title_and_a_namesake_by_its_own_words(make, login):
    with unit_of_work(system_actor("test")) as session:
        record(session, "enable", "core.addon", 1, label="customers")
        record(session, "create", "core.user", 1, label="customers")
    client = login(make.administrator(locale="zh_Hans_CN"))
    addon = client.get("/admin/audit/?resource=core.addon&action=enable").get_data(as_text=True)
    assert ">客户</td>" in addon
    assert ">customers</td>" not in addon
    user = client.get("/admin/audit/?resource=core.user&q=customers").get_data(as_text=True)
    assert ">customers</td>" in user


def test_a_setting_is_named_by_its_title(make, login):
    with unit_of_work(system_actor("test")) as session:
        set_value(session, "core.api_token_days", 90)
        entry = session.query(AuditEntry).filter_by(resource="core.setting").one().id
    client = login(make.administrator(locale="zh_Hans_CN"))
    for page in ("/admin/audit/?resource=core.setting", f"/admin/audit/{entry}"):
        text = client.get(page).get_data(as_text=True)
        assert "API 令牌最长有效期" in text, page
        assert "core.api_token_days" not in text
