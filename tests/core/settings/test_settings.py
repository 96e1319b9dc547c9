from decimal import Decimal

import pytest
from sqlalchemy import select

from core.actor import system_actor
from core.contributions import SettingDef
from core.errors import ProgrammingFault, Refused
from core.settings import views
from core.settings.models import SettingChange
from core.settings.services import get, set_value
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import plugged

SYSTEM = system_actor("test")
DEFINITIONS = (
    SettingDef(key="toy.many", title="Many", type="int", default=3, minimum=1, maximum=9),
    SettingDef(
        key="toy.rate", title="Rate", type="decimal", default=Decimal("0.5"), minimum=0, maximum=1
    ),
    SettingDef(key="toy.on", title="On", type="bool", default=False),
    SettingDef(key="toy.name", title="Name", type="text", default="榫卯", maximum=10),
    SettingDef(
        key="toy.kind", title="Kind", type="choice", default="a", choices=(("a", "A"), ("b", "B"))
    ),
)


@pytest.fixture(autouse=True)
def _definitions(app):
    with plugged(settings=DEFINITIONS):
        yield


def put(key, value):
    with unit_of_work(SYSTEM) as session:
        return set_value(session, key, value)


def test_a_setting_that_nobody_changed_has_its_default():
    assert [get(one.key) for one in DEFINITIONS] == [3, Decimal("0.5"), False, "榫卯", "a"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("toy.many", 9),
        ("toy.rate", Decimal("0.25")),
        ("toy.on", True),
        ("toy.name", "新名字"),
        ("toy.kind", "b"),
    ],
)
def test_a_changed_setting_is_seen_by_the_next_unit_with_its_type(key, value):
    assert put(key, value)
    assert get(key) == value
    assert type(get(key)) is type(value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("toy.many", 0),
        ("toy.many", 10),
        ("toy.many", "3"),
        ("toy.many", True),
        ("toy.many", 2.0),
        ("toy.rate", Decimal("1.01")),
        ("toy.rate", "much"),
        ("toy.rate", Decimal("NaN")),
        ("toy.rate", 0.5),
        ("toy.on", "yes"),
        ("toy.on", 1),
        ("toy.name", "x" * 11),
        ("toy.name", "a\x00"),
        ("toy.name", None),
        ("toy.kind", "c"),
        ("toy.kind", None),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_changes(key, value):
    before = get(key)
    with pytest.raises(Refused) as refusal:
        put(key, value)
    assert list(refusal.value.fields) == [key]
    assert get(key) == before


def test_a_change_leaves_a_trail_and_the_same_value_again_does_not():
    put("toy.many", 4)
    assert not put("toy.many", 4)
    put("toy.many", 5)
    with read_only(SYSTEM) as session:
        trail = session.execute(
            select(SettingChange.old, SettingChange.new).order_by(SettingChange.id)
        ).all()
    assert [tuple(row) for row in trail] == [(3, 4), (4, 5)]


def test_a_change_that_was_rolled_back_is_seen_by_nobody():
    get("toy.many")
    with pytest.raises(KeyError), unit_of_work(SYSTEM) as session:
        set_value(session, "toy.many", 7)
        assert get("toy.many") == 7
        raise KeyError
    assert get("toy.many") == 3


def test_further_settings_cost_no_statement(statements):
    get("toy.many")
    with statements() as sent, read_only(SYSTEM):
        for definition in DEFINITIONS:
            get(definition.key)
    assert len([one for one in sent if "settings_version" in one or "core_setting" in one]) == 1


def test_an_undeclared_key_is_a_defect():
    with pytest.raises(ProgrammingFault, match=r"'toy\.manny'; did you mean 'toy\.many'\?"):
        get("toy.manny")
    with pytest.raises(ProgrammingFault, match=r"declares the setting 'unheard'$"):
        get("unheard")


def test_an_administrator_changes_settings_on_a_page(make, login):
    client = login(make.administrator())
    page = client.get("/admin/settings/core")
    assert page.status_code == 200
    assert "toy__many" in page.text
    others = {d: get(d.key) for d in views.group_of("core").settings}
    good = {
        **{d.key.replace(".", "__"): str(v) for d, v in others.items() if v is not False},
        "toy__many": "8",
        "toy__rate": "0.75",
        "toy__on": "y",
        "toy__name": "甲",
        "toy__kind": "b",
    }
    assert client.submit("/admin/settings/core", good).status_code == 303
    assert [get(one.key) for one in DEFINITIONS] == [8, Decimal("0.75"), True, "甲", "b"]
    bad = client.submit("/admin/settings/core", good | {"toy__many": "99"})
    assert bad.status_code == 422
    assert 'value="99"' in bad.text
    assert get("toy.many") == 8


def test_nobody_else_sees_the_settings(make, login):
    assert login(make.user()).get("/admin/settings/core").status_code == 403
