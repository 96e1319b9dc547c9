"""The pages, the file and the programming interface of the work calendar."""

import io
from datetime import date

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.exchange.applying import Plan, apply_rows
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from core.workcalendar import services
from core.workcalendar.imports import WORK_DAY_IMPORT
from core.workcalendar.models import WorkDay

FEAST = date(2026, 10, 1)
YEAR = "/work-calendar?year=2026"
DAYS = "/api/v1/work-calendar/days"


@pytest.fixture
def boss(make):
    return make.administrator("boss", locale="en")


@pytest.fixture
def ann(make):
    return make.user("ann", unit=make.unit("One"), locale="en")


@pytest.fixture
def filled(app):
    with unit_of_work(MAKING) as session:
        services.fill_year(session, 2026)


def stored():
    with read_only(MAKING) as session:
        return {one.day: one for one in session.scalars(select(WorkDay))}


def test_everybody_reads_the_year_and_only_administrators_find_links(login, boss, ann, filled):
    page = login(ann).get(YEAR).text
    assert "248 working days" in page
    assert "117 days of rest" in page
    assert "National Day" in page
    assert "not confirmed" in page
    assert "/admin/work-calendar" not in page
    mine = login(boss).get(YEAR).text
    assert mine.count("/admin/work-calendar/days/new?day=2026-") == 365 - len(stored())
    assert f"/admin/work-calendar/days/{stored()[FEAST].id}" in mine


def test_a_year_that_nobody_filled_says_so(login, boss):
    page = login(boss).get("/work-calendar?year=2031").text
    assert "Only the week decides" in page
    for wrong in ("1999", "2101", "abcd", "２０２６", "20260"):
        assert login(boss).get(f"/work-calendar?year={wrong}").status_code == 404


def test_a_page_is_read_without_asking_for_the_days_again(login, ann, filled, statements):
    client = login(ann)
    client.get(YEAR)
    with statements() as asked:
        client.get(YEAR)
    assert not [one for one in asked if "core_work_day" in one]


def test_a_year_is_filled_corrected_and_confirmed_in_the_browser(login, boss):
    client = login(boss)
    assert client.submit("/admin/work-calendar/2026/fill", {}).status_code == 303
    assert "Added: 28" in client.get(YEAR).text
    record = stored()[FEAST]
    edit = f"/admin/work-calendar/days/{record.id}"
    sent = {"working": "True", "name-zh": "值班", "hours": "8:30-12:00",
            "row_version": record.row_version}  # fmt: skip
    assert client.submit(edit, sent).status_code == 303
    after = stored()[FEAST]
    assert (after.working, after.name, after.hours, after.source) == (
        True, {"zh": "值班"}, "08:30-12:00", "hand",
    )  # fmt: skip
    assert client.submit(edit, sent | {"name-zh": "休"}).status_code == 409, "an old version"
    wrong = client.submit(edit, sent | {"hours": "early", "row_version": after.row_version})
    assert wrong.status_code == 422
    assert "08:30-12:00, 13:30-17:30" in wrong.text
    assert client.submit("/admin/work-calendar/2026/confirm", {}).status_code == 303
    assert "not confirmed" not in client.get(YEAR).text
    assert client.submit("/admin/work-calendar/days/remove", {"ids": after.id}).status_code == 303
    assert FEAST not in stored()
    new = "/admin/work-calendar/days/new?day=2026-10-01"
    assert 'value="2026-10-01"' in client.get(new).text
    assert client.submit(new, {"day": "2026-10-01", "working": "False"}).status_code == 303
    assert not stored()[FEAST].working
    assert client.submit(new, {"day": "2026-10-01", "working": "False"}).status_code == 409
    with read_only(MAKING) as session:
        told = session.scalars(
            select(AuditEntry).where(AuditEntry.resource == "core.work_calendar")
        )
        assert {one.action for one in told} >= {"create", "update", "delete"}


def test_staff_reach_no_page_that_changes_anything(login, ann, filled):
    client = login(ann)
    record = stored()[FEAST]
    for path in ("days", "days/new", f"days/{record.id}", "days/export?format=csv"):
        assert client.get(f"/admin/work-calendar/{path}").status_code == 403
    for path in ("2026/fill", "2026/confirm", "days/remove"):
        sent = client.submit(f"/admin/work-calendar/{path}", {"ids": record.id})
        assert sent.status_code == 403
    assert len(stored()) == 28


def test_the_list_goes_out_as_a_file(login, boss, filled):
    client = login(boss)
    page = client.get("/admin/work-calendar/days?year=2026&working=True").text
    assert page.count("Working day in exchange") == 6
    file = client.get("/admin/work-calendar/days/export?format=csv&year=2026&working=True")
    assert len(list(io.StringIO(file.text))) == 7


HEADINGS = ("日期", "类型", "节日", "英文名称", "Hours")
ALL = dict(zip(("day", "working", "name", "name_en", "hours"), HEADINGS, strict=True))


def take(*rows):
    with unit_of_work(MAKING) as session:
        plan = Plan(WORK_DAY_IMPORT, HEADINGS, ALL)
        return apply_rows(session, plan, list(enumerate(rows, 2)))


def test_the_notice_comes_from_a_file_and_twice_changes_nothing(app, filled):
    rows = [
        ("2026-10-01", "休", "国庆节", "National Day", ""),
        ("2026/12/31", "班", "年终结账", "", "08:30-12:00"),
        ("2026-12-25", "Holiday", "", "Christmas", ""),
    ]
    assert [one.outcome for one in take(*rows)] == ["unchanged", "created", "created"]
    assert [one.outcome for one in take(*rows)] == ["unchanged"] * 3
    assert stored()[date(2026, 12, 25)].name == {"zh": "Christmas", "en": "Christmas"}
    assert stored()[date(2026, 12, 31)].source == "file"
    assert [one.outcome for one in take(("2026-10-01", "班", "", "", ""))] == ["updated"]
    assert stored()[FEAST].name["zh"] == "国庆节", "an empty cell takes nothing away"


@pytest.mark.parametrize(
    "row",
    [
        ("", "休", "", "", ""),
        ("soon", "休", "", "", ""),
        ("2026-12-31", "perhaps", "", "", ""),
        ("2026-12-31", "休", "", "", "08:30-12:00"),
        ("1980-12-31", "休", "", "", ""),
    ],
)
def test_a_bad_row_is_refused_alone(app, row):
    bad, good = take(row, ("2026-12-30", "班", "", "", ""))
    assert (bad.outcome, good.outcome) == ("refused", "created")
    assert bad.reason
    assert set(stored()) == {date(2026, 12, 30)}


def test_programs_read_and_count(ann, program, filled):
    mine = program(ann)
    found = mine.get(f"{DAYS}?since=2026-09-30&until=2026-10-02").get_json()
    assert [(one["day"], one["working"], one["hours"]) for one in found] == [
        ("2026-09-30", True, "08:30-12:00, 13:30-17:30"),
        ("2026-10-01", False, ""),
    ]
    assert found[1]["name"]["en"] == "National Day"
    at = "/api/v1/work-calendar/working-time?start=2026-09-30T16:00:00%2B08:00&minutes=240"
    assert mine.get(at).get_json() == {"end": "2026-10-08T03:00:00Z"}
    for wrong in ("since=2026-01-01&until=2025-01-01", "since=2026-01-01&until=2030-01-01",
                  "since=0001-01-01&until=0001-01-02", "since=soon&until=2026-01-01"):  # fmt: skip
        assert mine.get(f"{DAYS}?{wrong}").status_code == 422
    early = at.replace("2026-09-30", "0001-01-01")
    assert mine.get(early).status_code == 422
    assert mine.post(DAYS, {"day": "2026-12-25", "working": False}).status_code == 403


def test_programs_keep_the_calendar(boss, program, filled):
    mine = program(boss, ("core.work_calendar", "query"), ("core.work_calendar", "update"))
    made = mine.post(DAYS, {"day": "2026-12-25", "working": False, "name": {"zh": "圣诞"}})
    assert made.status_code == 201
    assert made.get_json()["source"] == "hand"
    where = made.headers["Location"]
    tag = mine.get(where).headers["ETag"]
    changed = mine.patch(where, {"working": True, "hours": "9:00-12:00"}, If_Match=tag)
    assert (changed.status_code, changed.get_json()["hours"]) == (200, "09:00-12:00")
    assert changed.get_json()["name"] == {"zh": "圣诞"}, "what is not sent stays"
    assert mine.patch(where, {"working": False}, If_Match=tag).status_code in {409, 412}
    assert mine.post(DAYS, {"day": "2026-12-25", "working": False}).status_code == 409
    tag = mine.get(where).headers["ETag"]
    assert mine.delete(where, If_Match=tag).status_code == 204
    assert mine.get(where).status_code == 404
    filling = mine.post("/api/v1/work-calendar/years/2026/fill").get_json()
    assert filling == {"added": 0, "changed": 0, "removed": 0, "kept": 0}
    assert mine.post("/api/v1/work-calendar/years/2026/confirm").status_code == 204
    assert mine.post("/api/v1/work-calendar/years/1999/fill").status_code == 422
