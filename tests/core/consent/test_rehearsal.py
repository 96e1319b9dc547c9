"""A rehearsal leaves nothing behind, whatever the act does; `register_acts` makes settings."""

import pytest
from sqlalchemy import func, select

from core.access.elevation import elevated
from core.access.policy import recompile
from core.accounts.models import User
from core.addons.registry import registry
from core.audit.models import AuditEntry
from core.consent.acts import act_of, by_several
from core.consent.rehearsal import Effect, digest_of, rehearse
from core.settings.kept import changed
from core.settings.services import declared_setting, get, set_value
from core.unit_of_work import current_session, current_unit, read_only, unit_of_work
from tests.core.consent.conftest import SYSTEM


def everything(user_id):
    """Do much that leaves a trace."""
    session, unit = current_session(), current_unit()
    user = session.get_one(User, user_id)
    user.is_administrator = True
    session.flush()
    recompile(session, [user_id])
    set_value(session, "core.consent_days", 9)
    changed(session)
    unit.after_commit.append(lambda: pytest.fail("it was taken back"))
    with elevated("a test") as wide:
        wide.get_one(User, user_id).locale = "en"


def test_nothing_of_it_stays(app, make):
    user = make.user("ann")
    with unit_of_work(SYSTEM) as session:
        before = session.scalar(select(func.max(AuditEntry.id)))
        effects = rehearse(lambda: everything(user.id))
        assert {(one.resource, one.action) for one in effects} >= {
            ("core.user", "update"),
            ("core.setting", "configure"),
        }
        assert current_unit().elevated_sessions == []
        assert current_unit().after_commit == []
        assert current_unit().last_writes == []
        assert get("core.consent_days") == 7
        session.get_one(User, user.id).locale = "zh"  # the unit goes on and stores what is its own
    with read_only(SYSTEM) as session:
        kept = session.get_one(User, user.id)
        assert (kept.is_administrator, kept.locale) == (False, "zh")
        assert get("core.consent_days") == 7
        entries = session.scalars(select(AuditEntry).where(AuditEntry.id > before)).all()
        assert [one.resource for one in entries] == ["core.user"]


def test_what_the_act_refuses_comes_through_and_leaves_nothing(app, make):
    user = make.user("ann")

    def fail():
        everything(user.id)
        raise LookupError

    with unit_of_work(SYSTEM) as session:
        with pytest.raises(LookupError):
            rehearse(fail)
        assert not session.get_one(User, user.id).is_administrator


def effect(**more):
    return Effect(**{"action": "update", "resource": "a.b", "record_id": 1, "label": "x",
                     "changes": {"name": ["old", "new"]}} | more)  # fmt: skip


@pytest.fixture
def _unit(app):
    with unit_of_work(SYSTEM):
        yield


@pytest.mark.usefixtures("_unit")
def test_a_digest_tells_what_was_there_what_comes_and_what_it_hangs_on():
    same = digest_of([effect()])
    assert digest_of([effect(changes={"name": ["old", "other"]})]) != same
    assert digest_of([effect(changes={"name": ["newer", "new"]})]) != same
    assert digest_of([effect(record_id=2)]) != same
    assert digest_of([effect(label="another with that number")]) != same
    assert digest_of([effect()], depends=["x"]) != same
    assert digest_of([effect(), effect(record_id=2)]) != same
    assert digest_of([effect(), effect(record_id=2)]) == digest_of([effect(record_id=2), effect()])


@pytest.mark.usefixtures("_unit")
def test_a_digest_leaves_out_the_time_of_day_and_numbers_that_are_given_out():
    def made(number, instant):
        return digest_of([effect(action="create", record_id=number,
                                 changes={"name": [None, "x"], "at": [None, instant]})])  # fmt: skip

    assert made(1, "2026-01-01T08:00:00+00:00") == made(2, "2026-01-02T09:30:00+00:00")
    by = {"by": [None, SYSTEM.label]}
    assert digest_of([effect(changes=by)]) != digest_of([effect(changes={"by": [None, "Ann"]})])


def test_register_acts_gives_each_act_a_setting_of_its_owner(app):
    names = {one.name for one in registry().acts()}
    assert {"core.loosen", "core.make_administrator", "customers.delete_customer",
            "rights.assign", "rights.end_denial"} <= names  # fmt: skip
    setting = declared_setting("customers.several_delete_customer")
    assert registry().owner_of(setting) == "customers"
    shared = {one.name for one in registry().acts()
              if one.setting is declared_setting("rights.several_widen")}  # fmt: skip
    assert shared == {
        f"rights.{word}" for word in ("assign", "end_denial", "update_duty", "include", "set_grade")
    }
    assert setting.default == "1"


def test_a_marked_service_keeps_its_name_and_words():
    @by_several("core.toy", title="x", needs=("core.user", "update"))
    def toy(number: int) -> int:
        """Say it."""
        return number

    assert (toy.__name__, toy.__doc__) == ("toy", "Say it.")
    assert act_of(toy).setting.key == "core.several_toy"


def test_what_could_not_be_kept_is_refused_where_it_is_written():
    with pytest.raises(TypeError, match="no argument nobody"):
        by_several("core.toy", title="x", needs=("core.user", "update"), record="nobody")(print_it)
    with pytest.raises(TypeError, match="needs an annotation"):
        by_several("core.toy", title="x", needs=("core.user", "update"))(lambda number: number)


def print_it(number: int) -> None:
    print(number)
