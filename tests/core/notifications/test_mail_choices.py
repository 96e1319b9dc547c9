"""Choosing how notifications come by mail: on the page, by program, and what fits nothing."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import site_zone
from core.config import ConfigError
from core.errors import Conflict, ProgrammingFault, Refused
from core.jobs.running import run_next
from core.jobs.services import enqueue
from core.notifications import posting
from core.notifications.letter_models import MailChoice
from core.notifications.letters import FIND_DUE
from core.notifications.mail_choices import Wish, choose
from core.notifications.mail_hours import is_quiet, may_go
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from core.workcalendar.hours import read_hours
from core.workcalendar.reckoning import WorkCalendar
from tests.core.notifications.conftest import files, wants

ZONE = site_zone()
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)  # a Wednesday


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
    assert mine.patch(at, {"mail": "once"}).get_json()["mail"] == "once"
    assert mine.get(at).get_json()["digest_at"] == 450, "what is not sent stays"
    assert mine.patch(at, {"digest_at": 480.0}).get_json()["digest_at"] == 480
    assert mine.patch(at, {"digest_at": 480.5}).status_code == 422
    assert mine.patch(at, {"mail": "pigeon"}).status_code == 422
    assert mine.patch(at, {"mail": "once", "without": ["no.such"]}).status_code == 422
    assert (
        program(ann, ("core.notification", "query")).patch(at, {"mail": "off"}).status_code == 403
    )


def test_a_trial_letter_arrives(app, login, pair, ann):
    client = login(ann)
    assert client.submit("/account/mail/trial").status_code == 303
    while run_next():
        pass
    (sent,) = files(app)
    assert sent["To"] == "ann@sunmao.example"
    assert "no mail address" in login(pair.bob).get("/account/mail").text
    assert "a moment ago" in client.submit("/account/mail/trial", follow_redirects=True).text
    assert len(files(app)) == 1
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
