"""Announcements: from one instant until another, to whom they are meant, until one closes them."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.actor import system_actor
from core.announcements import services
from core.announcements.models import Announcement
from core.announcements.showing import COOKIE
from core.audit.models import AuditEntry
from core.clock import now
from core.errors import Conflict, NotAllowed, Refused
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
BEGIN = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
END = BEGIN + timedelta(hours=4)


def publish(words="Database upgrade", **fields):
    values = {
        "text": {"zh": words, "en": words},
        "tone": "info",
        "starts_at": now() - timedelta(hours=1),
        "ends_at": now() + timedelta(hours=1),
        "on_login": False,
    }
    with unit_of_work(SYSTEM) as session:
        return services.publish(session, **{**values, **fields})


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        (BEGIN - timedelta(seconds=1), False),
        (BEGIN, True),
        (END - timedelta(seconds=1), True),
        (END, False),
    ],
)
def test_it_is_shown_from_its_begin_until_just_before_its_end(make, login, frozen, instant, shown):
    user = make.user()
    publish("Half open", starts_at=BEGIN, ends_at=END)
    with frozen(BEGIN):
        login(user).get("/account")  # the process keeps it from now on
    with frozen(instant):
        assert ("Half open" in login(user).get("/account").text) is shown


def test_a_page_costs_no_statement_more_for_it(make, login, statements):
    client = login(make.user())
    client.get("/account")
    with statements() as before:
        client.get("/account")
    publish("Costs nothing")
    assert "Costs nothing" in client.get("/account").text  # the process reads it once
    with statements() as after:
        assert "Costs nothing" in client.get("/account").text
    assert len(after) == len(before)


def test_strangers_read_only_what_is_meant_for_them(client):
    publish("Inside only")
    publish("For everybody", on_login=True)
    page = client.get("/login").text
    assert "For everybody" in page
    assert "Inside only" not in page
    assert "/close" not in page


def test_who_closes_one_sees_it_no_more_and_others_still_do(make, login):
    key = publish("Closable")
    first, second = login(make.user()), login(make.user())
    answer = first.submit(f"/announcements/{key}/close", {"next": "/account"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert "Closable" not in first.get("/account").text
    assert "Closable" in second.get("/account").text
    publish("Another one")
    assert "Another one" in first.get("/account").text


def test_the_next_person_at_the_same_browser_sees_it(make, login):
    key = publish("Shared desk")
    client = login(make.user())
    client.submit(f"/announcements/{key}/close")
    kept = client.get_cookie(COOKIE).value
    other = login(make.user())
    other.set_cookie(COOKIE, kept)
    assert "Shared desk" in other.get("/account").text


def test_what_is_planned_pushes_nothing_out_that_is_shown_now(make, login, monkeypatch):
    monkeypatch.setattr("core.announcements.showing.MOST", 2)
    publish("Right now")
    for number in range(3):
        later = now() + timedelta(days=number + 1)
        publish(f"Later {number}", starts_at=later, ends_at=later + timedelta(hours=1))
    assert "Right now" in login(make.user()).get("/account").text


def test_a_changed_one_comes_back(make, login):
    key = publish("First words")
    client = login(make.user())
    client.submit(f"/announcements/{key}/close")
    with unit_of_work(SYSTEM) as session:
        kept = session.get_one(Announcement, key)
        values = {
            name: getattr(kept, name) for name in ("tone", "starts_at", "ends_at", "on_login")
        }
        services.change(
            session, key, row_version=kept.row_version, text={"zh": "New words"}, **values
        )
    assert "New words" in client.get("/account").text


@pytest.mark.parametrize("value", ["", "x", "1:", "0:1.1", "1:1.1-" * 50, "9" * 3000, "1:\u202e"])
def test_a_forged_cookie_hides_and_breaks_nothing(make, login, value):
    publish("Not to be hidden")
    client = login(make.user())
    client.set_cookie(COOKIE, value)
    assert "Not to be hidden" in client.get("/account").text


def test_hostile_words_are_text(make, login):
    publish('<img src=x onerror="alert(1)">&{{1234*1001}}')
    page = login(make.user()).get("/account").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "1235234" not in page.split('class="bar"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"text": {"en": "English alone"}}, "text"),
        ({"text": {"zh": "翻\u202e转"}}, "text"),
        ({"text": {"zh": "长" * 301}}, "text"),
        ({"tone": "shouting"}, "tone"),
        ({"starts_at": END, "ends_at": END}, "ends_at"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(app, wrong, field):
    with pytest.raises(Refused) as refused:
        publish(**wrong)
    assert list(refused.value.fields) == [field]


def test_only_who_holds_the_right_may_announce(make, login):
    plain = make.user()
    with pytest.raises(NotAllowed), unit_of_work(make.actor(plain)) as session:
        services.withdraw(session, [1])
    client = login(plain)
    assert client.get("/admin/announcements").status_code == 403
    assert client.submit("/admin/announcements/new").status_code == 403
    assert "/admin/announcements" not in client.get("/").text


def test_an_administrator_publishes_changes_and_withdraws_with_a_trail(make, login):
    client = login(make.administrator(locale="en"))
    form = {
        "text-zh": "周六维护",
        "text-en": "Maintenance on Saturday",
        "tone": "warn",
        "starts_at": "2026-11-20 22:00",
        "ends_at": "2030/11/21 2：00",
        "on_login": "y",
    }
    assert client.submit("/admin/announcements/new", form).status_code == 303
    with read_only(SYSTEM) as session:
        kept = session.scalars(select(Announcement)).one()
    assert (kept.starts_at, kept.ends_at.year, kept.tone, kept.on_login) == (
        BEGIN,
        2030,
        "warn",
        True,
    )
    page = client.get(f"/admin/announcements/{kept.id}").text
    assert 'value="2026-11-20 22:00"' in page
    assert "Maintenance on Saturday" in client.get("/admin/announcements").text
    stale = client.submit(f"/admin/announcements/{kept.id}", {**form, "row_version": "99"})
    assert stale.status_code == 409
    changed = {**form, "tone": "info", "row_version": str(kept.row_version)}
    assert client.submit(f"/admin/announcements/{kept.id}", changed).status_code == 303
    assert client.submit("/admin/announcements/withdraw", {"ids": str(kept.id)}).status_code == 303
    assert "Maintenance on Saturday" not in client.get("/account").text
    with read_only(SYSTEM) as session:
        trail = select(AuditEntry.action).where(AuditEntry.resource == "core.announcement")
        assert session.scalars(trail.order_by(AuditEntry.id)).all() == [
            "create",
            "update",
            "delete",
        ]


@pytest.mark.parametrize(
    "written", ["tomorrow", "2026-11-20", "2026-11-20 25:00", "2026-02-30 10:00"]
)
def test_an_instant_that_is_none_is_said_at_its_field(make, login, written):
    form = {"text-zh": "维护", "tone": "info", "starts_at": written, "ends_at": "2030-01-01 00:00"}
    answer = login(make.administrator(locale="en")).submit("/admin/announcements/new", form)
    assert answer.status_code == 422
    assert written in answer.text


def test_two_editors_do_not_overwrite_each_other(app):
    key = publish("Version one")
    with pytest.raises(Conflict), unit_of_work(SYSTEM) as session:
        services.change(
            session,
            key,
            row_version=77,
            text={"zh": "x"},
            tone="info",
            starts_at=BEGIN,
            ends_at=END,
            on_login=False,
        )


def test_closing_never_leads_elsewhere(make, login):
    key = publish()
    client = login(make.user())
    answer = client.submit(f"/announcements/{key}/close", {"next": "//evil.example/"})
    assert answer.headers["Location"] == "/"
