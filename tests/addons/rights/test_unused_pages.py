"""The pages of unused rights: the list, ending several, a review of some, the file."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from addons.rights import unused
from addons.rights.models import Assignment, Subject
from addons.rights.review_models import Review, ReviewItem
from core.audit.models import AuditEntry
from core.clock import now, today
from core.errors import Conflict, Refused
from core.settings.services import set_value
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.test_pages import PASSWORD, text_of
from tests.addons.rights.using import aged, used

CUSTOMER = "customers.customer"
PAGE = "/rights/unused"


@pytest.fixture
def old(office, accounts, duty, give):
    """Two that nobody uses, one that Bob used, and one for everybody; the record is old."""
    look, sell, tell = (duty(code, {CUSTOMER: [verb]})
                        for code, verb in (("look", "query"), ("sell", "update"), ("tell", "export")))  # fmt: skip
    keys = {
        "ann": give(look, Subject.USER, office.ann.user.id),
        "sellers": give(sell, Subject.POSITION, office.seller.id),
        "bob": give(look, Subject.USER, office.bob.user.id),
        "all": give(tell, Subject.EVERYONE),
    }
    aged(*keys.values(), days=300)
    used(office.bob.user, CUSTOMER, "query", 3, first=200)
    used(office.ann.user, CUSTOMER, "query", 100)
    return keys


@pytest.fixture
def boss(office, login):
    return login(office.boss.user)


def state(key):
    with unit_of_work(MAKING) as session:
        return session.get_one(Assignment, key)


def ids_of(*keys):
    return {"ids": [str(key) for key in keys]}


def test_the_list_says_who_holds_it_and_since_when_it_is_known(office, boss, old):
    text = text_of(boss.get(PAGE))
    since = (today() - timedelta(days=200)).isoformat()
    assert f"recorded since {since}" in text
    assert f"look Ann one person 1 {(today() - timedelta(days=100)).isoformat()}" in text
    assert "sell Account manager a position 0 –" in text
    assert "Bob" not in text
    assert "ended one by one Given to everybody" in text
    page = boss.get(PAGE).get_data(as_text=True)
    assert f'value="{old["ann"]}"' in page
    assert f'value="{old["all"]}"' not in page, "it can be ticked"


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("seen=never", {"sell"}),
        ("seen=before", {"look"}),
        ("subject=user", {"look"}),
        ("q=Ann", {"look"}),
        ("sort=last", {"sell", "look"}),
        ("sort=-holders", {"look", "sell"}),
    ],
)
def test_it_is_filtered_and_sorted(boss, old, query, shown):
    text = text_of(boss.get(f"{PAGE}?tab=all&{query}"))
    rows = text[text.index("Tick this page") if "Tick this page" in text else 0 :]
    assert {name for name in ("look Ann", "sell Account") if name in rows} == {
        {"look": "look Ann", "sell": "sell Account"}[one] for one in shown
    }


def test_what_was_never_used_stands_first(boss, old):
    text = text_of(boss.get(PAGE))
    assert text.index("sell Account") < text.index("look Ann")
    text = text_of(boss.get(f"{PAGE}?sort=-last"))
    assert text.index("sell Account") > text.index("look Ann")


def test_a_young_record_says_from_when_on_it_can_tell(office, boss, old):
    with unit_of_work(MAKING) as session:
        set_value(session, unused.DAYS, 230)
    text = text_of(boss.get(PAGE))
    assert f"can be told from {(today() + timedelta(days=30)).isoformat()} on" in text
    assert "It cannot be told yet" in text
    assert "look Ann" not in text


def test_without_any_record_it_says_so(boss):
    text = text_of(boss.get(PAGE))
    assert "has not been recorded yet" in text
    assert "No unused right" not in text


def test_ending_asks_for_a_reason_and_the_password_and_ends_all(office, boss, old, seen):
    ticked = ids_of(old["ann"], old["sellers"])
    asked = boss.submit(f"{PAGE}/end", data=ticked)
    assert asked.status_code == 200
    assert "2 assignments" in text_of(asked)
    assert "look Ann" in text_of(asked)
    sent = {"ids": ",".join(ticked["ids"]), "step": "end", "reason": "not needed"}
    for values, words in (
        ({**sent, "reason": " ", "password": PASSWORD}, "Reason"),
        ({**sent, "password": ""}, "Your password"),
        ({**sent, "password": "wrong"}, "not your present password"),
    ):
        refused = boss.submit(f"{PAGE}/end", data=values)
        assert refused.status_code == 422
        assert words in text_of(refused)
        assert "look Ann" in text_of(refused)
        assert state(old["ann"]).ended_at is None
    assert "bob-a" in seen(office.ann)
    done = boss.submit(f"{PAGE}/end", data={**sent, "password": PASSWORD})
    assert done.status_code == 303
    for key in (old["ann"], old["sellers"]):
        ended = state(key)
        assert (ended.end_reason, ended.ended_by) == ("not needed", "Boss")
        assert ended.ended_at is not None
    assert "bob-a" not in seen(office.ann), "at the next request"
    with unit_of_work(MAKING) as session:
        noted = select(AuditEntry.record_id).where(AuditEntry.resource == "rights.assignment")
        wanted = noted.where(AuditEntry.action == "update")
        assert {old["ann"], old["sellers"]} <= set(session.scalars(wanted))
    assert "2 assignments have ended" in text_of(boss.get(done.location))


def test_all_end_or_none(office, boss, old):
    sent = {"step": "end", "reason": "not needed", "password": PASSWORD}
    pair = f"{old['ann']},{old['sellers']}"
    used(office.ann.user, CUSTOMER, "query", 0)  # meanwhile
    for ids in (pair, f"{old['sellers']},{old['all']}", f"{old['sellers']},{old['bob']}", ""):
        refused = boss.submit(f"{PAGE}/end", data={**sent, "ids": ids})
        assert refused.status_code == 422
        assert "Nothing was done" in text_of(refused)
    assert all(state(key).ended_at is None for key in old.values())


def test_one_that_somebody_else_ended_first_stops_all(office, old, as_):
    with as_(office.boss):
        both = [one.assignment for one in unused.chosen([old["ann"], old["sellers"]])]
    with as_(office.boss):
        unused.end([old["ann"]], reason="first")
    with pytest.raises((Refused, Conflict)), as_(office.boss):
        unused.end([one.id for one in both], reason="second")
    assert state(old["sellers"]).ended_at is None
    assert state(old["ann"]).end_reason == "first"


def test_ticking_what_is_used_by_now_or_nothing_is_refused_in_words(office, boss, old):
    assert boss.submit(f"{PAGE}/end", data={}).status_code == 400
    gone = boss.submit(f"{PAGE}/end", data=ids_of(old["bob"]))
    assert gone.status_code == 422
    assert "Nothing was done" in text_of(gone)


def test_all_that_the_filter_finds_can_be_ticked(boss, old):
    asked = text_of(boss.submit(f"{PAGE}/end", data={"all": "1", "query": "seen=never"}))
    assert "1 assignment " in asked
    assert "sell Account manager" in asked


def test_too_many_at_once_are_refused(boss, old, monkeypatch):
    monkeypatch.setattr(unused, "MOST_AT_ONCE", 1)
    refused = boss.submit(f"{PAGE}/end", data={"all": "1", "query": ""})
    assert refused.status_code == 422
    assert "at most 1 at once" in text_of(refused)


def test_a_review_asks_about_exactly_these(office, boss, old):
    looked = boss.submit(f"{PAGE}/review", data=ids_of(old["ann"]))
    assert looked.status_code == 200
    text = text_of(looked)
    assert "1 item · 1 reviewer" in text
    assert "look Ann" in text
    with unit_of_work(MAKING) as session:
        assert session.scalars(select(Review)).all() == []
    sent = {"ids": str(old["ann"]), "step": "open", "name": "Unused"}
    late = boss.submit(f"{PAGE}/review", data={**sent, "due_on": "2001-01-01"})
    assert late.status_code == 422
    made = boss.submit(f"{PAGE}/review", data={**sent, "due_on": today().isoformat()})
    assert made.status_code == 303
    with unit_of_work(MAKING) as session:
        items = session.scalars(select(ReviewItem)).unique().all()
        assert [(one.assignment_id, one.login) for one in items] == [(old["ann"], "ann")]
        assert items[0].reviewer_id == office.head.user.id
    assert "Covers 1 chosen assignment" in text_of(boss.get(made.location))


def test_the_file_holds_what_the_list_holds_and_is_noted(office, boss, old):
    sent = boss.get(f"{PAGE}/export?format=csv")
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    found = {(row[0], row[1], row[3]) for row in rows[1:]}
    assert {("look", "Ann", "1"), ("sell", "Account manager", "0")} <= found
    assert any(row[:2] == ["tell", "everybody"] for row in rows)
    assert not any(row[1] == "Bob" for row in rows)
    assert boss.get(f"{PAGE}/export?format=xlsx").status_code == 200
    with unit_of_work(MAKING) as session:
        noted = select(AuditEntry.action).where(AuditEntry.resource == "rights.assignment")
        assert list(session.scalars(noted)).count("export") == 2


def test_each_act_needs_its_right_and_strangers_learn_nothing(office, old, login, duty, give):
    bob = login(office.bob.user)
    acts = (("get", "", 403), ("get", "/export?format=csv", 403), ("submit", "/end", 403),
            ("submit", "/review", 403))  # fmt: skip
    for method, path, status in acts:
        answer = getattr(bob, method)(PAGE + path)
        assert answer.status_code == status
        assert "look" not in text_of(answer)
    assert PAGE not in bob.get("/").get_data(as_text=True)
    reads = duty("reads", {"rights.assignment": ["query"]})
    give(reads, Subject.USER, office.bob.user.id)
    page = bob.get(PAGE).get_data(as_text=True)
    assert "look" in page
    for act in ("/unused/end", "/unused/review", "/unused/export", 'name="ids"'):
        assert act not in page
    assert [getattr(bob, m)(PAGE + p).status_code for m, p, _s in acts] == [200, 403, 403, 403]
    for grants, path in (({"rights.assignment": ["delete"]}, "/unused/end"),
                         ({"rights.review": ["create"]}, "/unused/review")):  # fmt: skip
        give(duty(path[8:], grants), Subject.USER, office.bob.user.id)
        assert path in bob.get(PAGE).get_data(as_text=True)


def test_it_reads_chinese(office, old, login, make):
    reader = make.user("zh", administrator=True, locale="zh_Hans_CN")
    text = text_of(login(reader).get(PAGE))
    assert "未使用的权限" in text
    assert "从未" in text or "–" in text
    assert "Uses have been" not in text


def test_a_review_of_nobody_says_so(office, boss, old):
    refused = boss.submit(f"{PAGE}/review", data=ids_of(old["sellers"]))
    assert "choose more" in text_of(refused)
    assert now() is not None
