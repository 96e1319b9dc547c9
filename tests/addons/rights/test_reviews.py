"""Reviews of rights: planned as opened, decided once by whoever is named, carried out, evidenced."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from addons.rights import reviews
from addons.rights.duties import exclude
from addons.rights.models import Assignment, Subject
from addons.rights.review_models import Review, ReviewItem
from addons.rights.review_plan import ReviewFields
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.clock import frozen, now, today
from core.errors import NotAllowed, NotFound, Refused
from core.jobs.running import JobRun
from core.notifications.models import Notification
from core.unit_of_work import unit_of_work
from tests.addons.rights.conftest import MAKING
from tests.addons.rights.test_pages import text_of

CUSTOMER = "customers.customer"


def covering(*subjects, **more):
    values = {"name": "Yearly", "due_on": today() + timedelta(days=10)} | more
    return ReviewFields(subjects=subjects or (Subject.USER,), **values)


@pytest.fixture
def held(office, accounts, duty, give):
    """Ann and Bob see everything, the sellers may change: the last is Ann's position."""
    look, sell = (duty(code, {CUSTOMER: [verb]}) for code, verb in (("look", "query"),
                                                                     ("sell", "update")))  # fmt: skip
    with unit_of_work(MAKING) as session:
        session.get_one(
            type(office.ann.employee), office.ann.employee.id
        ).position_id = office.seller.id
    given = {
        "ann": give(look, Subject.USER, office.ann.user.id, reason="help"),
        "bob": give(look, Subject.USER, office.bob.user.id),
        "denied": give(sell, Subject.USER, office.bob.user.id, allow=False),
        "sellers": give(sell, Subject.POSITION, office.seller.id),
    }
    return given | {"look": look, "sell": sell}


@pytest.fixture
def opened(office, held, as_):
    def make_one(*subjects, **more):
        with as_(office.boss):
            return reviews.open_review(covering(*subjects, **more)).id

    return make_one


def items(review_id):
    with unit_of_work(MAKING) as session:
        found = session.scalars(select(ReviewItem).where(ReviewItem.review_id == review_id))
        return {(one.login, one.assignment_id): one for one in found.unique()}


def told(user):
    with unit_of_work(MAKING) as session:
        mine = select(Notification.title).where(Notification.user_id == user.id)
        return list(session.scalars(mine.order_by(Notification.id)))


def test_it_asks_the_nearest_head_about_what_is_given(office, held, opened):
    made = items(opened(Subject.USER, Subject.POSITION))
    assert set(made) == {("ann", held["ann"]), ("bob", held["bob"]), ("ann", held["sellers"])}
    assert {one.reviewer_id for one in made.values()} == {office.head.user.id}
    assert made["ann", held["ann"]].contains == [f"{CUSTOMER}:query"]
    assert any("Yearly" in title for title in told(office.head.user))


def test_nobody_is_asked_about_the_own_rights(office, held, give, opened, as_):
    mine = give(held["look"], Subject.USER, office.head.user.id)
    assert items(opened())["head", mine].reviewer_id == office.boss.user.id
    own = give(held["look"], Subject.USER, office.boss.user.id)
    item = items(opened())["boss", own]
    assert item.reviewer_id == office.head.user.id
    with as_(office.head), pytest.raises(Refused, match="own rights"):
        reviews.pass_on(item.id, office.boss.user.id)


def test_it_covers_only_what_was_chosen(office, held, opened):
    assert set(items(opened(units=[office.second_room.id]))) == {("bob", held["bob"])}
    assert set(items(opened(Subject.POSITION))) == {("ann", held["sellers"])}
    with pytest.raises(Refused, match="choose more"):
        opened(duties=[held["sell"]])


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"due_on": None}, "due_on"),
        ({"due_on": today() - timedelta(days=1)}, "due_on"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_half_a_review_is_refused(opened, wrong, field):
    with pytest.raises(Refused) as refused:
        opened(**wrong)
    assert field in refused.value.fields


def test_hints_name_closed_accounts_and_exclusions(office, held, opened, give, as_):
    with as_(office.boss):
        third = reviews.current_session().get_one(Assignment, held["sellers"]).duty_id
    with unit_of_work(MAKING) as session:
        session.get_one(User, office.bob.user.id).active = False
        session.get_one(Assignment, held["sellers"]).ended_at = now()
    with as_(office.boss):
        exclude(held["look"], third, reason="4 eyes")
    with unit_of_work(MAKING) as session:
        session.get_one(Assignment, held["sellers"]).ended_at = None  # came with the position
    made = items(opened())
    assert made["bob", held["bob"]].hints == [{"kind": "closed"}]
    (hint,) = made["ann", held["ann"]].hints
    assert hint["kind"] == "excluded"
    assert hint["duty"]["zh"] == "sell"


def test_ending_needs_a_reason_and_takes_the_right_at_once(office, held, opened, as_, seen):
    item = items(opened())["ann", held["ann"]]
    assert seen(office.ann) == {"ann-a", "ann-b", "bob-a", "bob-0"}
    with as_(office.head), pytest.raises(Refused, match="Say why"):
        reviews.decide(item.id, "end", " ")
    with as_(office.head):
        assert reviews.decide(item.id, "end", "she left the project").outcome == "ended"
    assert seen(office.ann) == {"ann-a", "ann-b"}
    with unit_of_work(MAKING) as session:
        ended = session.get_one(Assignment, held["ann"])
        assert (ended.end_reason, ended.ended_by) == ("she left the project", "head")


def test_what_several_have_is_asked_for_and_not_ended(office, held, opened, as_):
    item = items(opened(Subject.POSITION))["ann", held["sellers"]]
    with as_(office.head):
        assert reviews.decide(item.id, "end", "too much").outcome == "asked"
    with unit_of_work(MAKING) as session:
        assert session.get_one(Assignment, held["sellers"]).ended_at is None
    assert any("take a duty from Ann" in title or "收回 Ann" in title
               for title in told(office.boss.user))  # fmt: skip


def test_a_decision_is_made_once_and_by_whoever_is_named(office, held, opened, as_):
    review = opened()
    made = items(review)
    ann, bob = made["ann", held["ann"]].id, made["bob", held["bob"]].id
    for stranger in (office.ann, office.bob, office.boss):
        with as_(stranger), pytest.raises(NotFound):
            reviews.decide(ann, "keep")
    with as_(office.head):
        reviews.decide(ann, "keep", "still needed")
        for again in ("end", "keep"):
            with pytest.raises(Refused, match="decided already"):
                reviews.decide(ann, again, "no")
        with pytest.raises(Refused, match="decided already"):
            reviews.pass_on(ann, office.boss.user.id)
    with as_(office.head), pytest.raises(NotAllowed):
        reviews.close(review)
    with as_(office.boss):
        reviews.close(review)
        with pytest.raises(Refused, match="closed already"):
            reviews.close(review)
    with as_(office.head), pytest.raises(Refused, match="closed"):
        reviews.decide(bob, "end", "late")
    assert items(review)["bob", held["bob"]].decision is None


def test_the_table_itself_refuses_an_end_without_reason(held, opened):
    item = items(opened())["ann", held["ann"]]
    with pytest.raises(IntegrityError), unit_of_work(MAKING) as session:
        stored = session.get_one(ReviewItem, item.id)
        stored.decision, stored.decided_at = "end", now()


def test_passing_on_tells_the_other(office, held, opened, as_):
    item = items(opened())["ann", held["ann"]]
    with as_(office.head):
        for wrong in (office.ann.user.id, office.head.user.id, None, 999_999):
            with pytest.raises(Refused):
                reviews.pass_on(item.id, wrong)
        reviews.pass_on(item.id, office.bob.user.id)
        with pytest.raises(NotFound):
            reviews.decide(item.id, "keep")
    assert any("Yearly" in title for title in told(office.bob.user))
    with as_(office.bob):
        reviews.decide(item.id, "keep")
    other = items(opened(name="Second"))["bob", held["bob"]]
    with as_(office.boss):  # whoever opens reviews may name another reviewer
        assert reviews.pass_on(other.id, office.boss.user.id).passed_by == "boss"


def test_reminders_come_before_the_day_and_weekly_after_it(office, held, opened):
    review = opened()
    due = today() + timedelta(days=10)

    def run(days):
        with frozen(now() + timedelta(days=days)), unit_of_work(MAKING) as session:
            reviews.remind(JobRun(0, "", {}, {}, 1, session, MAKING))
        return len(told(office.head.user))

    assert [run(days) for days in (0, 6, 7, 9, 10, 11, 12, 17, 18)] == [1, 1, 2, 2, 2, 3, 3, 3, 4]
    with unit_of_work(MAKING) as session:
        assert session.get_one(Review, review).due_on == due
        session.get_one(Review, review).closed_at = now()
    assert run(40) == 4


def test_pages_from_opening_to_evidence(office, held, login):
    boss, head = login(office.boss.user), login(office.head.user)
    values = {"name": "Spring", "due_on": (today() + timedelta(days=5)).isoformat(),
              "subjects": ["user", "position"]}  # fmt: skip
    looked = boss.submit("/rights/reviews/new", data={**values, "step": "look"})
    assert "3 items · 1 reviewer" in text_of(looked)
    assert "Spring" not in text_of(boss.get("/rights/reviews"))
    made = boss.submit("/rights/reviews/new", data={**values, "step": "open"})
    assert made.status_code == 303
    key = int(made.location.rsplit("/", 1)[1])
    assert "0 of 3 decided" in text_of(boss.get(made.location))
    mine = text_of(head.get("/rights/reviews/mine"))
    assert "one person" not in mine
    assert "Limited to" not in mine
    assert mine.count("undecided") >= 3
    ann, sold = (items(key)["ann", held[one]].id for one in ("ann", "sellers"))
    page = f"/rights/reviews/items/{ann}"
    assert "Customer: see" in text_of(head.get(page))
    assert "Several people have this" in text_of(head.get(f"/rights/reviews/items/{sold}"))
    refused = head.submit(page, data={"decision": "end", "reason": ""})
    assert refused.status_code == 422
    assert "Say why" in text_of(refused)
    assert head.submit(page, data={"decision": "end", "reason": "gone"}).status_code == 303
    assert "Nothing can be decided here" in text_of(head.get(page))
    kept = head.submit("/rights/reviews/mine/keep", data={"ids": [str(ann), str(sold)]})
    assert kept.status_code == 303
    assert "2 of 3 decided" in text_of(boss.get(made.location))
    assert boss.submit(f"{made.location}/close").status_code == 303
    assert "closed" in text_of(boss.get(made.location))
    assert "Ann ann" not in text_of(head.get("/rights/reviews/mine"))
    sent = boss.get(f"/rights/reviews/{key}/export?format=csv")
    rows = list(csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))))
    assert len(rows) == 4
    (ended,) = [row for row in rows if "gone" in row]
    assert "ended at once" in ended
    assert "Head" in ended
    assert boss.get(f"/rights/reviews/{key}/export?format=xlsx").status_code == 200
    with unit_of_work(MAKING) as session:
        noted = session.scalars(
            select(AuditEntry.action).where(AuditEntry.resource == "rights.review")
        ).all()
    assert noted.count("export") == 2


def test_strangers_learn_nothing(office, held, opened, login):
    review = opened()
    item = items(review)["ann", held["ann"]].id
    bob = login(office.bob.user)
    for path in ("", "/new", f"/{review}", f"/{review}/close", f"/{review}/export", "/items"):
        assert bob.get(f"/rights/reviews{path}").status_code == 403
    assert bob.get(f"/rights/reviews/items/{item}").status_code == 404
    assert bob.submit(f"/rights/reviews/items/{item}", data={"decision": "keep"}).status_code == 404
    assert "Ann" not in text_of(bob.get("/rights/reviews/mine"))
    bob.submit("/rights/reviews/mine/keep", data={"ids": str(item)})
    assert items(review)["ann", held["ann"]].decision is None
