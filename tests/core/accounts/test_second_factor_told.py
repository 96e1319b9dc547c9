"""Whoever has the right password tries no code without the owner being told, one line a day."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from core.clock import frozen
from core.notifications.models import Notification
from core.notifications.services import mark_read
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, enrolled, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TOKEN = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}


def told(user):
    """Return of each line how often it happened."""
    with read_only(OPERATOR) as session:
        mine = select(Notification).where(Notification.user_id == user.id)
        lines = list(session.scalars(mine.order_by(Notification.id)))
    assert {one.endpoint for one in lines} <= {"accounts.second_factor"}
    return [one.count for one in lines]


def test_a_slow_guesser_is_told_of_every_day(browser, member):
    phone, tries = enrolled(member, at=NOON), 0
    for number in range(6):
        with frozen(NOON + timedelta(hours=4 * number)):
            for _try in range(3):
                tries += sign_in(browser(), "wang", phone, secret_code="0").status_code == 401
    assert tries == 18
    assert told(member) == [9, 9], "12:00 to 20:00, and from midnight on, at the site"


def test_the_first_wrong_code_is_told_and_read_ones_are_told_anew(browser, member):
    phone = enrolled(member, at=NOON)
    with frozen(NOON):
        assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401
        assert told(member) == [1]
        with unit_of_work(OPERATOR) as session:
            assert mark_read(session, member.id) == 1
        assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401
        with read_only(OPERATOR) as session:
            (line,) = session.scalars(select(Notification))
    assert (line.count, line.read_at) == (1, None)


def test_the_owner_reads_how_many_and_what_to_do(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        for _try in range(2):
            assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401
        sign_in(here, "wang", phone)
        page = here.get("/notifications/").get_data(as_text=True)
        assert (
            "有人在输对您的密码后给出了错误的验证码。如果不是您本人，请立即修改密码。（共 2 条动态）"
            in page
        )


def test_wrong_recovery_codes_and_wrong_codes_beside_a_password_are_told(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    wrong = TOKEN | {"password": PASSWORD, "password-code": "000000"}
    with frozen(NOON):
        given = {"recovery": "y", "secret_code": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"}
        assert sign_in(browser(), "wang", phone, **given).status_code == 401
        assert told(member) == [1]
        sign_in(here, "wang", phone)
        assert here.post("/account/tokens/new", wrong).status_code == 422
        assert told(member) == [2]


def test_a_code_beside_a_wrong_password_and_a_good_one_tell_nothing(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    wrong = TOKEN | {"password": "not mine", "password-code": "000000"}
    with frozen(NOON):
        sign_in(here, "wang", phone)
        assert here.post("/account/tokens/new", wrong).status_code == 422
        browser().sign_in("wang", "not mine")
    assert told(member) == []
