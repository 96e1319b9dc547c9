import pytest

from addons.customers.models import Customer
from addons.customers.stage_moves import move_stage
from core.audit.services import record
from core.i18n import force_locale
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.organisation.leaving import leave
from core.remarks.following import followers, set_following
from core.remarks.models import Follower
from core.remarks.telling import _key
from core.testing.making import MAKING
from core.unit_of_work import current_session, unit_of_work
from tests.core.notifications.conftest import lines
from tests.core.remarks.test_remarks import CUSTOMER, write


@pytest.fixture
def boss(make):
    return make.administrator(locale="en")


def settle(app):
    """Seal the trail, as a schedule does every minute, and run all that follows from it."""
    with unit_of_work(MAKING) as session:
        enqueue(session, "audit.seal", {}, as_system=True)
    drain(app)


def change(actor, record_id, **values):
    with unit_of_work(actor):
        one = current_session().get_one(Customer, record_id)
        for name, value in values.items():
            setattr(one, name, value)


def who_follows(record_id):
    with unit_of_work(MAKING) as session:
        return followers(session, CUSTOMER, [record_id])[record_id]


def test_the_owner_follows_without_a_word_and_may_say_no(app, pair, boss, make, login):
    assert who_follows(pair.anns) == {pair.ann.id}
    ann, address = login(pair.ann), f"/remarks/{CUSTOMER}/{pair.anns}/follow"
    assert "Following" in ann.get(f"/customers/{pair.anns}").text
    ann.submit(address, {"follow": "0"})
    assert who_follows(pair.anns) == set()
    write(make.actor(boss), pair.anns, "nobody hears")
    settle(app)
    assert lines(pair.ann) == []
    ann.submit(address, {"follow": "1"})
    assert who_follows(pair.anns) == {pair.ann.id, boss.id}  # who writes follows from then on


def test_following_moves_with_the_owner(pair, make):
    person = make.person_of(pair.bob)
    change(MAKING, pair.anns, scope_owner_id=person.id, scope_org_id=person.unit_id)
    assert who_follows(pair.anns) == {pair.bob.id}


def test_a_remark_is_told_to_followers_but_not_to_its_author_nor_twice_to_the_mentioned(
    app, pair, boss, make
):
    other = make.administrator("other")
    with unit_of_work(make.actor(other)):
        set_following(CUSTOMER, pair.anns, on=True)
    write(make.actor(boss), pair.anns, "hello @Ann")
    settle(app)
    assert [line.kind for line in lines(pair.ann)] == ["core.mention"]
    assert [line.kind for line in lines(other)] == ["core.remark"]
    assert lines(boss) == []


def test_twenty_changes_are_one_unread_line_with_a_count(app, pair, boss, make, login):
    actor = make.actor(boss)
    for number in range(5):
        change(actor, pair.anns, region=f"region {number}")
        write(actor, pair.anns, f"remark {number}")
    settle(app)
    (line,) = lines(pair.ann)
    assert line.count == 10
    assert "10 pieces of news" in login(pair.ann).get("/notifications/").text


def test_a_moved_stage_is_told_with_both_stages_in_the_reader_s_language(app, pair, boss, make):
    with unit_of_work(make.actor(boss)):
        move_stage(pair.anns, "opportunity")
    settle(app)
    for code, words in (("en", "Prospect → Opportunity"), ("zh_Hans_CN", "潜在 → 商机")):
        with app.test_request_context(), force_locale(code):
            (line,) = lines(pair.ann)
            assert words in line.detail


def test_nobody_is_told_of_what_they_did_themselves_nor_of_what_the_system_did(app, pair, make):
    change(make.actor(pair.ann), pair.anns, region="mine")
    change(MAKING, pair.anns, region="the system's")
    settle(app)
    assert lines(pair.ann) == []


def test_a_follower_who_lost_the_record_is_not_told(app, pair, boss, make):
    with unit_of_work(make.actor(pair.ann)):
        set_following(CUSTOMER, pair.anns, on=True)
    person = make.person_of(pair.bob)
    change(make.actor(boss), pair.anns, scope_owner_id=person.id, scope_org_id=person.unit_id)
    change(make.actor(boss), pair.anns, region="later")
    write(make.actor(boss), pair.anns, "later")
    settle(app)
    assert lines(pair.ann) == []
    assert len(lines(pair.bob)) == 1


def test_an_import_that_changes_many_is_one_line(app, pair, boss, make):
    person = make.person_of(pair.ann)
    many = [make.customers.customer(manager=person) for _ in range(12)]
    with unit_of_work(make.actor(boss)):
        for one in many:
            current_session().get_one(Customer, one).region = "all"
    settle(app)
    (line,) = lines(pair.ann)
    assert "12" in line.title
    assert line.record_id is None


def test_telling_never_fails_the_writer(app, pair, boss, make, monkeypatch):
    def broken(*_arguments, **_options):
        raise AssertionError

    monkeypatch.setattr("core.remarks.telling.followers", broken)
    change(make.actor(boss), pair.anns, region="stored all the same")
    made = write(make.actor(boss), pair.anns, "stored too")
    settle(app)
    assert made.remark.id
    assert lines(pair.ann) == []


def test_who_leaves_follows_nothing_any_more(pair, boss, make):
    with unit_of_work(make.actor(pair.bob)):
        set_following(CUSTOMER, pair.bobs, on=True)
    person = make.person_of(pair.bob)
    with unit_of_work(make.actor(boss)) as session:
        leave(session, person.id, keep=True)
    with unit_of_work(MAKING) as session:
        assert session.query(Follower).count() == 0
    assert who_follows(pair.bobs) == set()


def test_many_changes_of_two_people_are_told_as_each_one_s_own(app, pair, boss, make):
    person = make.person_of(pair.ann)
    second = make.administrator("second", locale="en")
    for actor in (boss, second):
        many = [make.customers.customer(manager=person) for _ in range(11)]
        with unit_of_work(make.actor(actor)):
            for one in many:
                current_session().get_one(Customer, one).region = "all"
    settle(app)
    titles = sorted(line.title for line in lines(pair.ann))
    assert len(titles) == 2
    assert all("11" in title for title in titles)
    assert len({title.split(" changed")[0] for title in titles}) == 2


def test_news_of_many_records_and_of_one_never_share_a_line(app, pair, boss, make):
    person = make.person_of(pair.ann)
    many = [make.customers.customer(manager=person) for _ in range(12)]
    with unit_of_work(make.actor(boss)):
        for one in many:
            current_session().get_one(Customer, one).region = "all"
    settle(app)
    (whole,) = lines(pair.ann)
    number = int(whole.key.rpartition(":")[2])
    assert whole.key != _key(CUSTOMER, number)
    assert whole.addon == "customers"  # hidden while it is off, gone when it is purged


def test_an_act_of_which_there_is_nothing_to_say_takes_no_words_away(app, pair, boss, make):
    with unit_of_work(make.actor(boss)) as session:
        current_session().get_one(Customer, pair.anns).region = "north"
        session.flush()
        record(session, "correct", CUSTOMER, pair.anns, changes={"happened_on": ["a", "b"]})
    settle(app)
    (line,) = lines(pair.ann)
    assert (line.count, bool(line.detail)) == (1, True)


def test_a_long_batch_is_told_in_steps_to_everybody_once(app, pair, boss, make, monkeypatch):
    monkeypatch.setattr("core.jobs.running.STEP_SECONDS", 0.0)  # one account in each step
    others = [make.administrator(f"root{number}") for number in range(3)]
    for one in others:
        with unit_of_work(make.actor(one)):
            set_following(CUSTOMER, pair.anns, on=True)
    change(make.actor(boss), pair.anns, region="east")
    settle(app)
    assert [len(lines(one)) for one in (pair.ann, *others)] == [1, 1, 1, 1]
    assert [line.count for one in (pair.ann, *others) for line in lines(one)] == [1, 1, 1, 1]


def test_who_may_not_read_remarks_is_not_shown_their_beginnings(app, pair, boss, make, program):
    write(make.actor(boss), pair.anns, "a canary-finch among the words")
    settle(app)
    narrow = program(pair.ann, ("core.notification", "query"), ("customers.customer", "query"))
    wide = program(
        pair.ann,
        ("core.notification", "query"),
        ("customers.customer", "query"),
        ("core.remark", "query"),
    )
    assert "canary-finch" not in narrow.get("/api/v1/notifications").text
    assert "canary-finch" in wide.get("/api/v1/notifications").text
