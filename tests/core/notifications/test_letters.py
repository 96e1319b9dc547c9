"""Notifications by mail: to whom, when, what, each once; whatever is killed in between."""

import smtplib
from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from core.access.models import AccessTerm
from core.addons.models import bump
from core.clock import site_zone
from core.database import SILENT
from core.jobs.models import Job, JobState
from core.jobs.running import run_next
from core.jobs.services import enqueue
from core.notifications import posting
from core.notifications.letter_models import Delivery, Letter
from core.notifications.letters import FIND_DUE
from core.notifications.mail_choices import DEFAULT_WAY
from core.notifications.models import NOTIFICATION, Notification
from core.organisation.models import Employee
from core.settings.services import set_value
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from core.workcalendar import services as workcalendar
from tests.core.notifications.conftest import about, files, tell, wants
from tests.core.remarks.test_following import change

ZONE = site_zone()
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)  # a Wednesday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def look(app, frozen):
    """Run the schedule and every job that follows at an instant; return the letters since."""

    def at(instant, *, jobs=99):
        before = count(Letter)
        with frozen(instant):
            with unit_of_work(MAKING) as session:
                enqueue(session, FIND_DUE.kind, {}, as_system=True)
            for _job in range(jobs):
                run_next()
        with read_only(MAKING) as session:
            return list(session.scalars(select(Letter).order_by(Letter.id).offset(before)))

    return at


def count(model):
    with read_only(MAKING) as session:
        return session.scalar(select(func.count()).select_from(model))


def test_each_notification_comes_once_and_says_what_its_reader_may_see(  # noqa: PLR0917
    app, make, pair, ann, look, frozen
):
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann, pair.bob], about(pair.anns))
        tell([ann], about(pair.bobs, "hidden"))
    (letter,) = look(NOON + 2 * MINUTE)
    assert (letter.recipient, letter.user_id) == ("ann@sunmao.example", ann.id)
    assert "canary-wren" in letter.body
    assert f"detail-{pair.anns}" in letter.body
    assert "canary-crow" not in letter.body
    assert f"detail-{pair.bobs}" not in letter.body
    assert letter.sent_at is not None
    assert look(NOON + 3 * MINUTE) == []
    (sent,) = files(app)
    assert (sent["To"], sent["Auto-Submitted"]) == ("ann@sunmao.example", "auto-generated")
    assert "canary-wren" in sent.get_content()


def test_nobody_is_written_to_unasked_unless_the_site_says_so(make, pair, ann, look, frozen):
    with frozen(NOON):
        tell([ann, pair.bob], about(pair.anns))
    assert look(NOON + MINUTE) == []
    with unit_of_work(MAKING) as session:
        set_value(session, DEFAULT_WAY.key, "once")
    assert [one.user_id for one in look(NOON + 2 * MINUTE)] == [ann.id], "Bob has no address"
    wants(make, ann, mail="off")
    with frozen(NOON + 3 * MINUTE):
        tell([ann], about(pair.anns, "later"))
    assert look(NOON + 4 * MINUTE) == []


def test_what_was_read_or_is_not_wanted_or_came_before_is_left_out(make, pair, ann, look, frozen):
    with frozen(NOON - MINUTE):
        tell([ann], about(pair.anns, "before the choice"))
    with frozen(NOON):
        wants(make, ann, without=["core.mention"])
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns, "unwanted"))
    assert look(NOON + 2 * MINUTE) == []
    assert count(Delivery) == 1, "it is looked at once, not every minute"
    with frozen(NOON + 3 * MINUTE):
        wants(make, ann)
        tell([ann], about(pair.anns, "read"))
        with unit_of_work(MAKING) as session:
            session.execute(update(Notification).values(read_at=NOON))
    assert look(NOON + 4 * MINUTE) == []


def test_a_lost_right_silences_what_waits(make, pair, ann, look, frozen):
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns))
    look(NOON + 2 * MINUTE, jobs=1)
    assert count(Job) == 2, "her letter is about to be written"
    bob = make.person_of(pair.bob)
    change(MAKING, pair.anns, scope_owner_id=bob.id, scope_org_id=bob.unit_id)
    assert look(NOON + 3 * MINUTE) == []
    assert count(Letter) == 0


def test_a_digest_comes_once_a_day_at_its_time_on_working_days(make, pair, ann, look, frozen):
    with unit_of_work(MAKING) as session:
        workcalendar.add_day(session, day=NOON.date() + timedelta(days=1), working=False)
    with frozen(NOON - timedelta(days=1)):
        wants(make, ann, mail="digest", digest_at=9 * 60)
    with frozen(NOON - 6 * HOUR):
        for number in range(3):
            tell([ann], about(pair.anns, f"k{number}"))
    assert look(NOON - 3 * HOUR - MINUTE) == [], "08:59"
    (letter,) = look(NOON - 3 * HOUR)
    assert letter.body.count("canary-wren") == 3
    assert letter.subject.startswith("3 pieces of news")
    with frozen(NOON):
        tell([ann], about(pair.anns, "afternoon"))
    assert look(NOON + 2 * HOUR) == [], "one a day"
    assert look(NOON + timedelta(days=1)) == [], "a day of rest"
    (letter,) = look(NOON + timedelta(days=2))
    assert letter.body.count("canary-wren") == 1


def test_quiet_hours_hold_letters_back_and_lose_none(make, pair, ann, look, frozen):
    with frozen(NOON):
        wants(make, ann, quiet_from=20 * 60, quiet_until=8 * 60)
    night = NOON + 10 * HOUR
    with frozen(night):
        tell([ann], about(pair.anns))
    assert look(night + MINUTE) == []
    assert look(NOON + 20 * HOUR - MINUTE) == [], "07:59"
    assert len(look(NOON + 20 * HOUR)) == 1


def test_news_counted_on_one_line_is_told_again_after_an_hour(make, pair, ann, look, frozen):
    with frozen(NOON):
        wants(make, ann)
    for minutes, letters in ((1, 1), (10, 0), (70, 1)):
        at = NOON + minutes * MINUTE
        with frozen(at):
            tell([ann], about(pair.anns, "thread", bundle=True))
        assert len(look(at + MINUTE)) == letters, minutes


def test_a_letter_that_is_sent_again_after_a_crash_is_the_same_letter(  # noqa: PLR0917
    app, make, pair, ann, look, frozen, monkeypatch
):
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns))
    real = posting.post

    def die_after(message):
        real(message)
        raise OSError("killed before the commit")

    monkeypatch.setattr(posting, "post", die_after)
    (letter,) = look(NOON + 2 * MINUTE)
    assert letter.sent_at is None
    monkeypatch.undo()
    (first,) = files(app)
    assert look(NOON + 30 * MINUTE) == []
    (again,) = files(app)
    assert first["Message-ID"] == again["Message-ID"]
    with read_only(MAKING) as session:
        assert session.scalar(select(Letter.sent_at)) is not None


def test_a_server_that_does_not_answer_is_tried_again_and_told(make, pair, ann, look, frozen):
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns))

    def refuse(_message):
        raise smtplib.SMTPServerDisconnected("gone")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posting, "post", refuse)
        for hour in range(20):
            look(NOON + hour * HOUR + 2 * MINUTE)
    with read_only(MAKING) as session:
        dead = session.scalars(select(Job).where(Job.kind == posting.SEND)).one()
    assert dead.state == JobState.DEAD
    assert "gone" in dead.last_error
    assert count(Letter) == 1, "no second letter about the same news"


@pytest.mark.parametrize(
    "address", ["a@x.example, b@y.example", "nobody", "a b@x", "a@x\nBcc: b@y"]
)
def test_what_is_no_single_address_gets_nothing(app, make, pair, ann, look, frozen, address):  # noqa: PLR0917
    with unit_of_work(MAKING) as session:
        session.get_one(Employee, ann.employee_id).email = address
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns))
    look(NOON + 2 * MINUTE)
    assert files(app) == []
    with read_only(MAKING) as session:
        assert session.scalars(select(Job).where(Job.kind == posting.SEND)).one().state == "dead"


def test_whoever_may_not_read_notifications_gets_no_letters(make, pair, ann, look, frozen):
    with frozen(NOON):
        wants(make, ann)
    with frozen(NOON + MINUTE):
        tell([ann], about(pair.anns))
    with unit_of_work(MAKING) as session:
        mine = AccessTerm.resource == NOTIFICATION
        session.execute(delete(AccessTerm).where(mine), execution_options=SILENT)
        bump(session, "rights_version")
    assert look(NOON + 2 * MINUTE) == []
