"""The pages: one page builds an assignment and shows what changes; widening asks for the password."""

import re

import pytest
from sqlalchemy import func, select

from addons.rights.models import Assignment, Duty, Grade, Grading, Subject
from core.unit_of_work import unit_of_work

PASSWORD = "correct horse battery"
LOOK = {"customers.customer": ["query"]}


@pytest.fixture
def boss(office, login):
    return login(office.boss.user)


@pytest.fixture
def accounts(office, make):
    make.customers.customer("Ann A", manager=office.ann.employee, grade="A")
    make.customers.customer("Bob A", manager=office.bob.employee, grade="A")
    make.customers.customer("Bob B", manager=office.bob.employee, grade="B")


@pytest.fixture
def stored(office):
    def count(model):
        with unit_of_work(office.boss.actor) as session:
            return session.scalar(select(func.count()).select_from(model))

    return count


def text_of(response):
    plain = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))
    return re.sub(r"\s+", " ", plain)


def filled(office, duty_id, **more):
    values = {"duty_id": duty_id, "subject": "user", "user_id": office.ann.user.id, "allow": "yes"}
    return values | more


def test_what_changes_is_shown_before_anything_is_stored(office, boss, duty, accounts, stored):
    before = stored(Assignment)
    page = boss.submit(
        "/rights/assign",
        data=filled(office, duty("look", LOOK), customer_grade="A", step="look"),
    )
    text = text_of(page)
    assert page.status_code == 200
    assert "1 person is concerned" in text
    assert "Ann Customer see 1 row 2 rows" in text
    assert stored(Assignment) == before


def test_giving_asks_for_the_password_and_stores_once(office, boss, duty, accounts, stored):
    before = stored(Assignment)
    values = filled(office, duty("look", LOOK), step="give", reason="she helps Bob")
    for password, words in (("", "give your password"), ("wrong", "not your present password")):
        refused = boss.submit("/rights/assign", data={**values, "password": password})
        assert refused.status_code == 422
        assert words in text_of(refused)
        assert stored(Assignment) == before
    given = boss.submit("/rights/assign", data={**values, "password": PASSWORD})
    assert given.status_code == 303
    assert stored(Assignment) == before + 1
    page = text_of(boss.get(given.location))
    assert "she helps Bob" in page
    assert "all data" in page
    assert "Concerns now Ann" in page


def test_a_denial_takes_no_password(office, boss, duty, accounts, stored):
    before = stored(Assignment)
    values = filled(office, duty("look", LOOK), allow="no", step="give")
    assert boss.submit("/rights/assign", data=values).status_code == 303
    assert stored(Assignment) == before + 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"subject": "position", "user_id": ""}, "Choose to whom."),
        ({"hours_from": "8 o'c"}, "Write the time as 08:30."),
        ({"hours_from": "18:00", "hours_to": "08:00"}, "Give hours as 08:30 to 17:30"),
        ({"valid_from": "2030-02-01", "valid_until": "2030-01-01"}, "end must come after"),
        ({"valid_until": "2001-01-01"}, "period is over already"),
        ({"valid_until": "9999-12-31"}, "Choose a day within a hundred years."),
        ({"valid_from": "0001-01-01"}, "Choose a day within a hundred years."),
        ({"customer_listed": "KH-9999"}, "Not found: KH-9999"),
        ({"customer_grade": "Z"}, "cannot be chosen here"),
        ({"units": "999999"}, "cannot be chosen here"),
    ],
)
def test_half_a_form_comes_back_with_what_was_typed(office, boss, duty, more, words):
    values = filled(office, duty("look", LOOK), reason="typed before", step="look", **more)
    page = boss.submit("/rights/assign", data=values)
    assert page.status_code == 422
    assert words in text_of(page)
    assert "typed before" in page.get_data(as_text=True)


def test_every_part_of_the_form_arrives(office, boss, duty, accounts):
    values = filled(
        office, duty("look", LOOK), verbs="query", org=["own-below", "headed"],
        units=office.second_room.id, owner=["self", "reports"], person_id=office.bob.employee.id,
        customer_grade=["A", "B"], customer_listed="KH-0001\nKH-0003", valid_from="2030-01-01",
        valid_until="2030-01-31", days=["0", "4"], hours_from="08:30", hours_to="17:30",
        step="give", password=PASSWORD,
    )  # fmt: skip
    made = boss.submit("/rights/assign", data=values)
    assert made.status_code == 303
    with unit_of_work(office.boss.actor) as session:
        one = session.scalars(select(Assignment).order_by(Assignment.id.desc())).first()
        assert one.verbs == ["query"]
        assert one.ranges == {
            "org": [
                {"kind": "own", "below": True},
                {"kind": "headed"},
                {"kind": "unit", "id": office.second_room.id, "below": False},
            ],
            "owner": [
                {"kind": "self"}, {"kind": "reports"},
                {"kind": "person", "id": office.bob.employee.id},
            ],
            "customer": [
                {"kind": "rule", "all": {"grade": ["A", "B"]}},
                {"kind": "record", "id": 1},
                {"kind": "record", "id": 3},
            ],
        }  # fmt: skip
        assert one.weekly_hours == {"0": [["08:30", "17:30"]], "4": [["08:30", "17:30"]]}
        assert (one.valid_to - one.valid_from).days == 31
    page = text_of(boss.get(made.location))
    for words in ("Monday, Friday", "08:30–17:30", "Grade A, B", "KH-0001", "not yet"):
        assert words in page, words


def test_ending_shows_who_loses_what(office, boss, duty, give, accounts):
    made = give(duty("look", LOOK), Subject.USER, office.ann.user.id)
    page = text_of(boss.get(f"/rights/{made}/end"))
    assert "Ann Customer see 3 rows 1 row" in page
    assert boss.submit(f"/rights/{made}/end", data={"reason": "done"}).status_code == 303
    assert "Why it ended done" in text_of(boss.get(f"/rights/{made}"))
    again = boss.submit(f"/rights/{made}/end", data={"reason": "twice"})
    assert again.status_code == 422


def test_ending_a_denial_widens_and_asks_for_the_password(office, boss, duty, give, accounts):
    made = give(duty("look", LOOK), Subject.USER, office.ann.user.id, allow=False)
    assert boss.submit(f"/rights/{made}/end", data={}).status_code == 422
    assert boss.submit(f"/rights/{made}/end", data={"password": PASSWORD}).status_code == 303


def test_a_duty_is_made_and_changed_on_its_page(office, boss, give, stored):
    values = {"name-zh": "看客户", "name-en": "Look", "code": "look", "active": "y",
              "contains": ["customers.customer:query"]}  # fmt: skip
    made = boss.submit("/rights/duties/new", data=values)
    assert made.status_code == 303
    page = text_of(boss.get(made.location))
    assert "Customer see" in page
    assert "Nobody." in page
    key = int(made.location.rsplit("/", 1)[1])
    give(key, Subject.USER, office.ann.user.id)
    form = boss.get(f"/rights/duties/{key}/edit").get_data(as_text=True)
    assert re.search(r'value="customers.customer:query" checked', form)
    assert not re.search(r'value="customers.customer:delete" checked', form)
    more = {**values, "contains": ["customers.customer:query", "customers.customer:delete"],
            "row_version": "1"}  # fmt: skip
    assert boss.submit(f"/rights/duties/{key}/edit", data=more).status_code == 422
    done = boss.submit(f"/rights/duties/{key}/edit", data={**more, "password": PASSWORD})
    assert done.status_code == 303
    less = {**values, "contains": [], "row_version": "2", "password": PASSWORD}
    assert boss.submit(f"/rights/duties/{key}/edit", data=less).status_code == 303
    assert "Nothing yet" in text_of(boss.get(f"/rights/duties/{key}"))


def test_a_duty_that_was_given_offers_no_deletion(office, boss, duty, give):
    key = duty("look", LOOK)
    assert "Delete</button>" in boss.get(f"/rights/duties/{key}/delete").get_data(as_text=True)
    give(key, Subject.USER, office.ann.user.id)
    page = boss.get(f"/rights/duties/{key}/delete").get_data(as_text=True)
    assert "Delete</button>" not in page
    assert "stays on record" in page
    assert boss.submit(f"/rights/duties/{key}/delete").status_code == 422


def test_exclusions_are_named_and_lifted_on_the_page(office, boss, duty, give):
    first, second = duty("first", LOOK), duty("second", LOOK)
    sent = boss.submit(
        f"/rights/duties/{first}/exclude", data={"other_id": second, "reason": "4 eyes"}
    )
    assert sent.status_code == 303
    assert "second 4 eyes" in text_of(boss.get(f"/rights/duties/{first}"))
    give(first, Subject.USER, office.ann.user.id)
    values = filled(office, second, step="look")
    assert "already hold" in text_of(boss.submit("/rights/assign", data=values))
    page = f"/rights/duties/{first}/include/{second}"
    for password in ("", "wrong horse battery"):
        assert boss.submit(page, data={"password": password}).status_code == 422
    assert "4 eyes" in text_of(boss.get(f"/rights/duties/{first}"))
    assert boss.submit(page, data={"password": "correct horse battery"}).status_code == 303
    assert boss.get(page).status_code == 404
    assert "4 eyes" not in text_of(boss.get(f"/rights/duties/{first}"))


def test_a_person_s_page_tells_what_holds_on_a_day(office, boss, duty, give):
    from datetime import UTC, datetime

    give(
        duty("look", LOOK), Subject.USER, office.ann.user.id,
        valid_from=datetime(2030, 1, 1, tzinfo=UTC), valid_to=datetime(2030, 2, 1, tzinfo=UTC),
        ranges={"owner": [{"kind": "reports"}]},
    )  # fmt: skip
    address = f"/rights/people/{office.ann.user.id}"
    for day, state in (("", "not yet"), ("2030-01-15", "in force"), ("2031-01-01", "over")):
        page = text_of(boss.get(f"{address}?as_of={day}"))
        row = page[page.index("look Ann") :]
        assert row.index(state) < 300, (day, row[:300])
        assert "records of those who report" in row
    assert boss.get("/rights/people/999999").status_code == 404


def test_a_grade_is_given_with_the_password(office, boss, stored):
    made = boss.submit(
        "/rights/grades/new", data={"name-zh": "高级", "code": "senior", "sort": "1"}
    )
    assert made.status_code == 303
    with unit_of_work(office.boss.actor) as session:
        key = session.scalar(select(Grade.id).where(Grade.code == "senior"))
    address = f"/rights/people/{office.ann.user.id}/grade"
    assert boss.submit(address, data={"grade_id": key, "password": "no"}).status_code == 422
    assert boss.submit(address, data={"grade_id": key, "password": PASSWORD}).status_code == 303
    with unit_of_work(office.boss.actor) as session:
        assert session.get_one(Grading, office.ann.employee.id).grade_id == key
    page = boss.get(f"/rights/grades/{key}/delete").get_data(as_text=True)
    assert "Somebody has this grade" in page
    changed = {"name-zh": "资深", "code": "senior", "sort": "2", "row_version": "1"}
    assert boss.submit(f"/rights/grades/{key}", data=changed).status_code == 303


@pytest.mark.parametrize(
    "path",
    ["/rights/", "/rights/assign", "/rights/1", "/rights/1/end", "/rights/duties",
     "/rights/duties/1", "/rights/duties/new", "/rights/people", "/rights/people/1",
     "/rights/grades", "/rights/grades/new"],
)  # fmt: skip
def test_nobody_else_looks_into_rights(office, login, path):
    for person in (office.ann, office.head):
        assert login(person.user).get(path).status_code == 403


def test_lists_name_to_whom(office, boss, duty, give):
    give(duty("look", LOOK), Subject.USER, office.ann.user.id)
    give(duty("more", LOOK), Subject.POSITION, office.seller.id)
    page = text_of(boss.get("/rights/"))
    assert "one person Ann" in page
    assert "Account manager" in page
    assert "Ann ann 市场开拓室" in text_of(boss.get("/rights/people"))
    assert "administration" in text_of(boss.get("/rights/duties"))
    with unit_of_work(office.boss.actor) as session:
        assert session.scalar(select(func.count()).select_from(Duty)) == 7
