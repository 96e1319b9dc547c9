"""Filling, setting by hand, looking over: who may, what stays, what everybody counts by after."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest

from core.clock import site_zone
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.health.checks import report
from core.settings.services import set_value
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from core.workcalendar import services
from core.workcalendar.reading import work_calendar
from core.workcalendar.services import Filled
from core.workcalendar.settings import COUNTRY, HOURS, WEEK
from core.workcalendar.watching import WATCH
from tests.core.notifications.conftest import lines

FEAST = date(2026, 10, 1)
NOVEMBER = datetime(2026, 11, 20, 12, tzinfo=site_zone())


def act(verb, *args, **fields):
    with unit_of_work(MAKING) as session:
        return getattr(services, verb)(session, *args, **fields)


def counted():
    with read_only(MAKING):
        return work_calendar()


def state():
    with read_only(MAKING):
        (found,) = (one for one in report() if one.key == "work_calendar")
    return found.state


def find(day):
    with read_only(MAKING) as session:
        found = services.find_day(session, day)
        return found and (found.id, found.row_version, found.working, found.name, found.source)


def test_a_year_is_filled_once_and_what_people_set_stays(app):
    act("add_day", day=FEAST, working=True, name={"zh": "值班"})
    first = act("fill_year", 2026)
    assert (first.changed, first.removed, first.kept) == (0, 0, 1)
    assert first.added == 27  # 21 other feasts and six weekends in exchange
    assert act("fill_year", 2026) == Filled(0, 0, 0, 1)
    assert counted().is_working(FEAST)
    assert not counted().is_working(date(2026, 10, 2))
    assert counted().days[date(2026, 9, 20)].name["zh"] == "调休上班"
    assert counted().days[date(2026, 10, 2)].name == {"zh": "国庆节", "en": "National Day"}


def test_another_country_takes_its_own_days_out_again(app):
    act("fill_year", 2026)
    with unit_of_work(MAKING) as session:
        set_value(session, COUNTRY.key, "FR")
    done = act("fill_year", 2026)
    assert done.removed > 20
    assert not counted().is_working(date(2026, 7, 14))
    assert counted().is_working(FEAST)


def test_a_year_that_changes_is_to_be_looked_over_again(app):
    act("fill_year", 2026)
    act("confirm_year", 2026)
    assert counted().confirmed == {2026}
    act("fill_year", 2026)
    assert counted().confirmed == {2026}, "nothing changed"
    record_id, *_rest = find(FEAST)
    act("remove_days", [record_id])
    act("fill_year", 2026)
    assert counted().confirmed == frozenset()


def test_a_changed_day_belongs_to_whoever_changed_it(app):
    act("fill_year", 2026)
    record_id, version, *_rest = find(FEAST)
    act("change_day", record_id, row_version=version, hours="", working=True)
    assert find(FEAST)[2:] == (True, {"zh": "国庆节", "en": "National Day"}, "hand")
    with pytest.raises(Conflict):
        act("change_day", record_id, row_version=version, working=False)
    with pytest.raises(Conflict):
        act("add_day", day=FEAST, working=False)
    assert act("remove_days", [record_id, record_id + 1000]) == 1
    with pytest.raises(NotFound), read_only(MAKING) as session:
        services.load_day(session, record_id)


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"day": date(1999, 12, 31), "working": True}, "day"),
        ({"day": date(2101, 1, 1), "working": True}, "day"),
        ({"day": FEAST, "working": False, "hours": "08:00-12:00"}, "hours"),
        ({"day": FEAST, "working": True, "hours": "all day"}, "hours"),
        ({"day": FEAST, "working": True, "name": {"zh": "长" * 101}}, "name"),
        ({"day": FEAST, "working": True, "name": {"zh": "a\x00b"}}, "name"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(app, fields, at):
    with pytest.raises(Refused) as refused:
        act("add_day", **fields)
    assert set(refused.value.fields) == {at}
    assert find(fields["day"]) is None


@pytest.mark.parametrize(
    ("setting", "value"), [(HOURS, "9 to 5"), (COUNTRY, "XX"), (COUNTRY, ""), (WEEK, "never")]
)
def test_settings_that_mean_nothing_are_refused(app, setting, value):
    with pytest.raises(Refused), unit_of_work(MAKING) as session:
        set_value(session, setting.key, value)


def test_staff_count_by_it_and_change_nothing(make):
    ann = make.user("ann", unit=make.unit("One"))
    with read_only(make.actor(ann)):
        assert work_calendar().is_working(date(2026, 11, 25))
    for name, args in (("fill_year", [2026]), ("confirm_year", [2026]), ("remove_days", [[1]])):
        with pytest.raises(NotAllowed), unit_of_work(make.actor(ann)) as session:
            getattr(services, name)(session, *args)
    with pytest.raises(NotAllowed), unit_of_work(make.actor(ann)) as session:
        services.add_day(session, day=FEAST, working=True)


def test_a_year_that_nobody_looked_over_is_told_sixty_days_ahead(make, frozen):
    boss = make.administrator("boss", locale="en")
    with frozen(NOVEMBER):
        assert state() == "ok", "a site that counts by the week alone is not bothered"
    act("fill_year", 2026)
    act("confirm_year", 2026)
    with frozen(datetime(2026, 11, 1, 12, tzinfo=site_zone())):
        assert state() == "ok"
    with frozen(NOVEMBER):
        for _day in range(2):
            with unit_of_work(MAKING) as session:
                assert WATCH.step(SimpleNamespace(session=session)).done
        (told,) = lines(boss)
        assert "2027" in told.title
        assert state() == "warn"
        act("confirm_year", 2027)
        assert state() == "ok"
