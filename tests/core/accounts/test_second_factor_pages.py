"""The own pages of a second factor, what administrators do about it, and who must have one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from core.accounts import second_factor as service
from core.accounts.models import SecondFactor
from core.accounts.services import reset_second_factor
from core.accounts.sessions import open_sessions
from core.accounts.tokens import own_tokens
from core.audit.models import AuditEntry
from core.cli.users import user as commands
from core.clock import frozen
from core.errors import NotAllowed, Refused
from core.notifications.models import Notification
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import CODES, OPERATOR, enrolled, set_up, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HERE = "/account/second-factor"
INPUTS = ("password", "password-code")
TOKEN = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}


def after(**time):
    return frozen(NOON + timedelta(**time))


def trail():
    with read_only(OPERATOR) as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def has_one(user):
    with read_only(OPERATOR) as session:
        return service.is_enrolled(session, user.id)


def test_setting_up_by_the_pages(browser, member):
    here = browser()
    with after():
        here.sign_in("wang")
        assert "second-factor/begin" in here.get(HERE).get_data(as_text=True)
        before = here.token
        phone = set_up(here)
        assert len(phone.codes) == 10
        assert here.token != before
        page = here.get(HERE).get_data(as_text=True)
        assert "second-factor/codes" in page
        assert "second-factor/off" in page
        assert phone.secret not in page
        assert phone.codes[0] not in page
        assert here.get(f"{HERE}/confirm").status_code == 303, "the secret is shown no more"
    with after(minutes=1):
        assert sign_in(browser(), "wang", phone).status_code == 303
    assert [one.action for one in trail() if "factor" in one.action] == ["enrol-second-factor"]


def test_neither_secret_nor_codes_stand_in_the_database_or_the_trail(browser, member, app):
    here = browser()
    here.sign_in("wang")
    phone = set_up(here)
    kept = str([(one.changes, one.label) for one in trail()])
    with read_only(OPERATOR) as session:
        row = session.get_one(SecondFactor, member.id)
        kept += str((row.seed, row.waiting_seed))
        kept += str(session.connection().exec_driver_sql("SELECT * FROM core_recovery_code").all())
    for secret in (phone.secret, *phone.codes, *(one.replace("-", "") for one in phone.codes)):
        assert secret not in kept


def test_setting_up_asks_for_the_password(browser, member):
    here = browser()
    here.sign_in("wang")
    assert here.post(f"{HERE}/begin", {"password": "not mine"}).status_code == 422
    assert here.get(f"{HERE}/confirm").location == HERE
    assert not has_one(member)


def test_a_phone_that_shows_another_code_is_not_taken(browser, member):
    here = browser()
    here.sign_in("wang")
    here.post(f"{HERE}/begin", {"password": PASSWORD})
    answer = here.post(f"{HERE}/confirm", {"secret_code": "000000"})
    assert answer.status_code == 422
    assert "data:image/svg+xml" in answer.get_data(as_text=True)
    assert not has_one(member)


def test_a_secret_can_be_scanned_for_a_quarter_of_an_hour(browser, member):
    here = browser()
    with after():
        here.sign_in("wang")
        here.post(f"{HERE}/begin", {"password": PASSWORD})
    with after(minutes=14):
        assert here.get(f"{HERE}/confirm").status_code == 200
    with after(minutes=16):
        assert here.get(f"{HERE}/confirm").location == HERE


def test_setting_up_ends_every_other_session_and_token(browser, member):
    here, elsewhere = browser(), browser()
    elsewhere.sign_in("wang")
    here.sign_in("wang")
    here.post("/account/tokens/new", TOKEN | {"password": PASSWORD})
    set_up(here)
    assert elsewhere.get("/account").status_code == 303
    assert here.get("/account").status_code == 200
    with read_only(OPERATOR) as session:
        assert len(open_sessions(session, member.id)) == 1
        assert own_tokens(session, member.id) == []


@pytest.mark.parametrize("path", ["begin", "codes", "off"])
def test_acts_on_it_need_password_and_code(browser, member, path):
    phone, here = enrolled(member, at=NOON), browser()
    with after():
        sign_in(here, "wang", phone)
    address = f"{HERE}/{path}"
    with after(minutes=1):
        assert 'name="password-code"' in here.get(address).get_data(as_text=True)
        assert here.post(address, {"password": PASSWORD}).status_code == 422
        assert (
            here.post(address, {"password": PASSWORD, "password-code": "000000"}).status_code == 422
        )
        wrong = here.post(address, {"password": "not mine", "password-code": phone.shows()})
        assert wrong.status_code == 422
        right = {"password": PASSWORD, "password-code": phone.shows()}
        assert here.post(address, right).status_code in {200, 303}
        assert here.post(f"{HERE}/begin", right).status_code == (303 if path == "off" else 422)


def test_another_phone_takes_the_place_of_the_first_only_once_it_showed_a_code(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with after():
        sign_in(here, "wang", phone)
    with after(minutes=1):
        here.post(f"{HERE}/begin", {"password": PASSWORD, "password-code": phone.shows()})
    with after(minutes=2):
        assert sign_in(browser(), "wang", phone).status_code == 303
        page = here.get(f"{HERE}/confirm").get_data(as_text=True)
        from tests.core.accounts.phone import SECRET, Phone

        other = Phone(SECRET.search(page)[1].replace(" ", ""))
        assert here.post(f"{HERE}/confirm", {"secret_code": other.shows()}).status_code == 200
    with after(minutes=3):
        assert sign_in(browser(), "wang", phone).status_code == 401
        assert sign_in(browser(), "wang", other).status_code == 303


def test_new_recovery_codes_replace_the_old_ones(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with after():
        sign_in(here, "wang", phone)
    with after(minutes=1):
        given = {"password": PASSWORD, "password-code": phone.shows()}
        page = here.post(f"{HERE}/codes", given).get_data(as_text=True)
    fresh = CODES.findall(page.split("<pre")[1].split("</pre>")[0])
    assert len(set(fresh)) == 10
    assert not set(fresh) & set(phone.codes)
    with after(minutes=2):
        assert sign_in(browser(), "wang", phone, secret_code=phone.codes[0]).status_code == 401
        assert sign_in(browser(), "wang", phone, secret_code=fresh[0]).status_code == 303


def test_a_token_needs_the_code_as_well(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with after():
        sign_in(here, "wang", phone)
    with after(minutes=1):
        assert here.post("/account/tokens/new", TOKEN | {"password": PASSWORD}).status_code == 422
        code = {"password-code": phone.shows()}
        made = here.post("/account/tokens/new", TOKEN | {"password": PASSWORD} | code)
    assert made.status_code == 200


def test_changing_the_password_keeps_the_session_whole(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    chosen = "seven loud kettles sing"
    with after():
        sign_in(here, "wang", phone)
        here.post(
            "/account/password", {"current": PASSWORD, "new_password": chosen, "repeat": chosen}
        )
        assert here.get("/account").status_code == 200


def test_an_administrator_takes_a_lost_phone_away(browser, member, boss):
    phone, here, theirs = enrolled(member, at=NOON), browser(), browser()
    path = f"/admin/users/{member.id}/reset-second-factor"
    with after():
        sign_in(theirs, "wang", phone)
        here.sign_in("boss")
        assert here.post(path, {"password": "not mine"}).status_code == 422
        assert has_one(member)
        assert here.post(path, {"password": PASSWORD}).status_code == 303
        assert theirs.get("/account").status_code == 303
        assert browser().sign_in("wang").location == "/"
    entry = next(one for one in trail() if one.action == "reset-second-factor")
    assert (entry.record_id, entry.actor_user_id) == (member.id, boss.id)
    with read_only(OPERATOR) as session:
        assert session.scalars(select(Notification.user_id)).all() == [member.id]


def test_an_administrator_with_a_phone_needs_it_for_the_reset(browser, member, boss):
    enrolled(member, at=NOON)
    phone, here = enrolled(boss, at=NOON), browser()
    path = f"/admin/users/{member.id}/reset-second-factor"
    with after():
        sign_in(here, "boss", phone)
        assert here.post(path, {"password": PASSWORD}).status_code == 422
        assert has_one(member)


def test_nobody_resets_the_own_one_and_only_who_may_resets_others(boss, member, make):
    enrolled(boss)
    with (
        pytest.raises(Refused, match=r"另一位管理员|another administrator"),
        unit_of_work(make.actor(boss)) as session,
    ):
        reset_second_factor(session, boss.id)
    enrolled(member)
    with pytest.raises(NotAllowed), unit_of_work(make.actor(make.user("lily"))) as session:
        reset_second_factor(session, member.id)
    assert has_one(boss)
    assert has_one(member)


def test_the_command_resets_too(app, member):
    enrolled(member)
    done = CliRunner().invoke(commands, ["reset-second-factor", "Wang"], obj=script(app))
    assert done.exit_code == 0, done.output
    assert not has_one(member)
    again = CliRunner().invoke(commands, ["reset-second-factor", "wang"], obj=script(app))
    assert again.exit_code == 1


def script(app):
    from flask.cli import ScriptInfo

    return ScriptInfo(create_app=lambda: app)


def test_the_list_of_accounts_tells_who_has_one(browser, member, boss):
    phone, here = enrolled(boss, at=NOON), browser()
    with after():
        sign_in(here, "boss", phone)
        with_one = here.get("/admin/users?second=1").get_data(as_text=True)
        without = here.get("/admin/users?second=0").get_data(as_text=True)
    assert (">boss<" in with_one, ">wang<" in with_one) == (True, False)
    assert (">boss<" in without.split("<tbody")[1], ">wang<" in without) == (False, True)


def test_a_refusal_points_at_the_input_that_is_wrong(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with after():
        sign_in(here, "wang", phone)
        page = here.post(f"{HERE}/codes", {"password": PASSWORD}).get_data(as_text=True)
        assert 'href="#password-code"' in page
        first, second = (re.search(f'<input[^>]* id="{one}"[^>]*>', page)[0] for one in INPUTS)
        assert "is-invalid" in second
        assert 'aria-invalid="true"' in second
        assert "invalid" not in first
        page = here.post(f"{HERE}/codes", {"password": "not mine"}).get_data(as_text=True)
        assert 'href="#password"' in page
        first, second = (re.search(f'<input[^>]* id="{one}"[^>]*>', page)[0] for one in INPUTS)
        assert "is-invalid" in first
        assert "invalid" not in second


@pytest.mark.parametrize("path", ["begin", "confirm", "codes", "off"])
def test_the_pages_are_guarded_against_forgery(browser, member, path):
    here = browser()
    here.sign_in("wang")
    answer = here.client.post(f"{HERE}/{path}", data={"password": PASSWORD})
    assert answer.status_code == 400
