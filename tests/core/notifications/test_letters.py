"""Notifications by mail: to whom, when, what, each once; whatever is killed in between."""

import email
import email.policy
import smtplib
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from core.clock import site_zone
from core.config import ConfigError
from core.errors import Conflict, ProgrammingFault, Refused
from core.jobs.models import Job, JobState
from core.jobs.running import run_next
from core.jobs.services import enqueue
from core.notifications import posting
from core.notifications.letter_models import Delivery, Letter, MailChoice
from core.notifications.letters import FIND_DUE
from core.notifications.mail_choices import DEFAULT_WAY, Wish, choose
from core.notifications.mail_hours import is_quiet, may_go
from core.notifications.models import Notification
from core.organisation.models import Employee
from core.settings.services import set_value
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from core.workcalendar import services as workcalendar
from core.workcalendar.hours import read_hours
from core.workcalendar.reckoning import WorkCalendar
from tests.core.notifications.conftest import about, tell
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


@pytest.fixture
def ann(pair, make):
    """Give Ann, who has an address."""
    with unit_of_work(MAKING) as session:
        session.get_one(Employee, pair.ann.employee_id).email = "ann@sunmao.example"
    return pair.ann


def wants(make, user, **wish):
    with unit_of_work(make.actor(user)) as session:
        choose(session, Wish(**{"mail": "once", **wish}))


def count(model):
    with read_only(MAKING) as session:
        return session.scalar(select(func.count()).select_from(model))


def files(app):
    folder = app.config["SUNMAO"].instance / posting.FOLDER
    found = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [
        email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found
    ]


@pytest.fixture(autouse=True)
def _no_letters(app):
    yield
    for one in (app.config["SUNMAO"].instance / posting.FOLDER).glob("*"):
        one.unlink()


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
    "target", ["mailto:me", "smtp://", "http://x", "smtp://x?verify=no", "smtp://x/path", "files"]
)
def test_a_way_of_sending_that_is_none_stops_the_start(target):
    with pytest.raises(ConfigError, match="smtp://"):
        posting.check_mail(target)


@pytest.mark.parametrize(
    "target", ["", "file", "smtp://a:b@x:25?tls=none", "smtps://x", "smtp://x"]
)
def test_ways_of_sending(target):
    posting.check_mail(target)


def test_people_choose_on_their_page_and_programs_for_them(login, program, make, ann):
    client = login(ann)
    page = client.get("/account/mail").text
    assert "ann@sunmao.example" in page
    sent = {"mail": "digest", "digest_at": "7:30", "quiet_from": "", "quiet_until": "",
            "without": ["core.change"], "row_version": "0"}  # fmt: skip
    assert client.submit("/account/mail", sent).status_code == 303
    with read_only(MAKING) as session:
        row = session.get_one(MailChoice, ann.id)
    assert (row.mail, row.digest_at, row.quiet_from, row.without) == (
        "digest", 450, None, ["core.change"],
    )  # fmt: skip
    assert client.submit("/account/mail", sent).status_code == 409, "chosen elsewhere meanwhile"
    wrong = client.submit("/account/mail", sent | {"digest_at": "25:00", "row_version": "1"})
    assert wrong.status_code == 422
    assert "08:30" in wrong.text
    half = client.submit("/account/mail", sent | {"quiet_from": "20:00", "row_version": "1"})
    assert half.status_code == 422
    mine = program(ann, ("core.notification", "query"), ("core.notification", "update"))
    at = "/api/v1/notifications/mail"
    assert mine.get(at).get_json()["digest_at"] == 450
    assert mine.ask("PUT", at, {"mail": "once"}).get_json()["mail"] == "once"
    assert mine.ask("PUT", at, {"mail": "pigeon"}).status_code == 422
    assert mine.ask("PUT", at, {"mail": "once", "without": ["no.such"]}).status_code == 422
    assert (
        program(ann, ("core.notification", "query")).ask("PUT", at, {"mail": "off"}).status_code
        == 403
    )


def test_a_trial_letter_arrives(app, login, pair, ann):
    client = login(ann)
    assert client.submit("/account/mail/trial").status_code == 303
    while run_next():
        pass
    (sent,) = files(app)
    assert sent["To"] == "ann@sunmao.example"
    assert "no mail address" in login(pair.bob).get("/account/mail").text
    refused = login(pair.bob).submit("/account/mail/trial", follow_redirects=True)
    assert "There is no address" in refused.text


def test_a_choice_that_fits_nothing_is_refused(make, ann):
    for wish in (
        Wish("pigeon"), Wish("once", digest_at=1440), Wish("once", quiet_from=1, quiet_until=None),
        Wish("once", without=["no.such"]),
    ):  # fmt: skip
        with pytest.raises(Refused), unit_of_work(make.actor(ann)) as session:
            choose(session, wish)
    wants(make, ann)
    with pytest.raises(Conflict), unit_of_work(make.actor(ann)) as session:
        choose(session, Wish("off"), row_version=7)


def test_only_the_system_gives_jobs_to_other_accounts(make, pair):
    with pytest.raises(ProgrammingFault), unit_of_work(make.actor(pair.ann)) as session:
        enqueue(session, FIND_DUE.kind, {}, as_user=pair.bob.id)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 1439))
def test_quiet_hours_are_a_span_of_the_clock(begin, end, minute):
    inside = (minute - begin) % 1440 < (end - begin) % 1440
    assert is_quiet(Wish("once", quiet_from=begin, quiet_until=end), minute) is inside


def test_days_of_rest_hold_letters_back_unless_they_are_wanted():
    week = WorkCalendar(frozenset(range(5)), read_hours("8:00-17:00"), {}, frozenset(), ZONE)
    saturday = NOON + timedelta(days=3)
    for mail in ("once", "digest"):
        assert may_go(Wish(mail), NOON, week, None)
        assert not may_go(Wish(mail), saturday, week, None)
        assert may_go(Wish(mail, rest_days=True), saturday, week, None)
    assert not may_go(Wish("off", rest_days=True), NOON, week, None)
