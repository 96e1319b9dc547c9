"""Signing in with a second factor: half signed in is nobody, codes work once, guesses are slowed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from core.access.decorators import declaration_of
from core.accounts import second_factor as service
from core.accounts.code_check import sign_in_with_code
from core.accounts.identity import load_identity
from core.accounts.models import LoginSession, Stage, User
from core.accounts.password_change import store_password
from core.accounts.services import reset_user
from core.accounts.sessions import Client, digest, idle_limit
from core.accounts.sign_in import WrongCredentialsError
from core.accounts.sign_in import sign_in as give_password
from core.accounts.throttling import CODES_OF_HALF, LIMITS, TooManyAttemptsError
from core.audit.models import AuditEntry
from core.clock import frozen
from core.errors import DomainError
from core.notifications.models import Notification
from core.testing.crawling import takes_number
from core.unit_of_work import read_only, unit_of_work
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, enrolled, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
LATER = timedelta(seconds=60)


def actions(*wanted):
    with read_only(OPERATOR) as session:
        rows = select(AuditEntry).where(AuditEntry.action.in_(wanted)).order_by(AuditEntry.id)
        return list(session.scalars(rows))


def test_password_and_code_open_a_session_with_a_token_of_its_own(browser, member):
    phone, here = enrolled(member), browser()
    assert here.sign_in("wang").location == "/login/code"
    half = here.token
    assert here.get("/account").status_code == 303
    answer = here.post("/login/code", {"secret_code": phone.shows()})
    assert (answer.status_code, answer.location) == (303, "/")
    assert here.token not in {None, half}
    assert here.get("/account").status_code == 200
    (entry,) = actions("sign-in")
    assert entry.changes["second_factor"] is True
    here.client.set_cookie("sunmao", half)
    assert here.get("/account").status_code == 303, "the token of the first half is worth nothing"


def test_half_signed_in_gives_what_a_stranger_gets_on_every_route(app, browser, member):
    enrolled(member)
    half, stranger = browser(), browser()
    half.sign_in("wang")
    tokens = [(one.client, csrf(one)) for one in (half, stranger)]
    walked, public = 0, 0
    for rule in app.url_map.iter_rules():
        declared = declaration_of(app.view_functions[rule.endpoint])
        if declared is None or rule.endpoint == "accounts.sign_in_code":
            continue
        is_public = declared[0] == "public"
        values = {name: 1 if takes_number(rule, name) else "x" for name in rule.arguments}
        with app.test_request_context():
            path = rule.build(values, append_unknown=False)
        if path is None:
            continue
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            first, second = (look(one, method, path[1], token) for one, token in tokens)
            assert first == second, rule
            assert is_public or first[0] in {303, 401}, (rule, method, first)
            walked, public = walked + 1, public + is_public
    assert walked > 200
    assert public > 5
    identity = identity_of(half.token)
    assert identity.half is not None
    assert (identity.user, identity.session, identity.actor.is_signed_in) == (None, None, False)


def look(client, method, path, token):
    """Return what an answer tells of who is asking, with a token that is good for the form."""
    sent = {"data": {"csrf_token": token}} if method == "POST" else {}
    answer = client.open(path, method=method, **sent)
    return answer.status_code, answer.location


def identity_of(token):
    with read_only(OPERATOR) as session:
        return load_identity(session.connection(), digest(token), idle_limit())


def test_half_a_session_is_no_device_and_ends_after_ten_minutes(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        here.sign_in("wang")
    with frozen(NOON + timedelta(minutes=9)):
        assert here.get("/login/code").status_code == 200
        whole = browser()
        sign_in(whole, "wang", phone)
        assert whole.get("/account/sessions").get_data(as_text=True).count('/end"') == 0
    with frozen(NOON + timedelta(minutes=11)):
        late = here.post("/login/code", {"secret_code": phone.shows()}, page="/login")
        assert (late.status_code, late.location) == (303, "/login")
        assert here.get("/account").status_code == 303


@pytest.mark.parametrize("ended", ["password", "reset", "off"])
def test_half_a_session_ends_with_whatever_ends_sessions(browser, member, ended):
    phone, here = enrolled(member), browser()
    here.sign_in("wang")
    with unit_of_work(OPERATOR) as session:
        user = session.get_one(User, member.id)
        if ended == "password":
            store_password(session, user, user.password_hash)
        elif ended == "reset":
            reset_user(session, member.id)
        else:
            user.active = False
    answer = here.post("/login/code", {"secret_code": phone.shows()}, page="/login")
    assert answer.location == "/login"


def test_a_code_works_once(browser, member):
    phone = enrolled(member, at=NOON)
    with frozen(NOON):
        assert sign_in(browser(), "wang", phone).status_code == 303
        assert sign_in(browser(), "wang", phone).status_code == 401
    with frozen(NOON + timedelta(seconds=30)):
        old = phone.shows(NOON)
        assert sign_in(browser(), "wang", phone, secret_code=old).status_code == 401
        assert sign_in(browser(), "wang", phone).status_code == 303


def test_a_recovery_code_works_once_and_the_owner_is_told(browser, member):
    phone, here = enrolled(member), browser()
    here.sign_in("wang")
    page = here.get("/login/code?recovery=y").get_data(as_text=True)
    assert 'name="recovery"' in page
    given = {"recovery": "y", "secret_code": phone.codes[3].lower().replace("-", " ")}
    assert here.post("/login/code", given).status_code == 303
    assert sign_in(browser(), "wang", phone, **given).status_code == 401
    assert [one.record_id for one in actions("use-recovery-code")] == [member.id]
    with read_only(OPERATOR) as session:
        told = session.scalars(select(Notification.endpoint)).all()
        assert told == ["accounts.second_factor"] * 2  # of the use, and of the wrong one after it
        assert service.standing(session, member.id).codes_left == 9


def test_two_requests_at_once_with_one_code_open_one_session(app, member):
    phone = enrolled(member, at=NOON)
    for code in (phone.shows(NOON), phone.codes[0]):
        moment = NOON + (LATER if code == phone.codes[0] else timedelta(0))
        with frozen(moment):
            waiting = [
                identity_of(give_password("wang", PASSWORD, Client()).token).half for _ in range(4)
            ]

        def run(half, code=code, moment=moment):
            with app.app_context(), frozen(moment):
                try:
                    return sign_in_with_code(half, code, Client()).token
                except (WrongCredentialsError, TooManyAttemptsError):
                    return None  # each that loses counts as a guess, and the last may have to wait

        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(run, waiting))
        assert sum(one is not None for one in found) == 1, code


def test_one_half_session_becomes_one_whole_one(app, member):
    phone = enrolled(member, at=NOON)
    with frozen(NOON):
        half = identity_of(give_password("wang", PASSWORD, Client()).token).half
        sign_in_with_code(half, phone.shows(), Client())
        with pytest.raises(DomainError, match=r"."):
            sign_in_with_code(half, phone.codes[0], Client())
    with read_only(OPERATOR) as session:
        live = select(func.count()).where(
            LoginSession.ended_at.is_(None), LoginSession.stage == Stage.OPEN
        )
        assert session.scalar(live) == 1
        assert service.standing(session, member.id).codes_left == 10, "nothing was used up"


def test_wrong_codes_are_noted_slowed_down_and_told_to_the_owner(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    free = LIMITS["code"].free
    with frozen(NOON):
        for number in range(free + 1):
            if number in {0, CODES_OF_HALF}:
                here.sign_in("wang")
            assert here.post("/login/code", {"secret_code": "000000"}).status_code == 401
        blocked = here.post("/login/code", {"secret_code": phone.shows()})
        assert blocked.status_code == 429
        assert blocked.headers["Retry-After"] == "1"
    assert [one.record_id for one in actions("second-factor-refused")] == [member.id] * (free + 1)
    with read_only(OPERATOR) as session:
        assert session.scalar(select(func.count()).select_from(Notification)) == 1
    with frozen(NOON + timedelta(seconds=2)):
        assert here.post("/login/code", {"secret_code": phone.shows()}).status_code == 303


def test_the_right_password_does_not_take_wrong_codes_back(browser, member):
    phone = enrolled(member, at=NOON)
    with frozen(NOON):
        for _try in range(LIMITS["code"].free + 1):
            assert sign_in(browser(), "wang", phone, secret_code="000000").status_code == 401
        assert sign_in(browser(), "wang", phone).status_code == 429


def test_codes_of_others_do_not_fit(browser, make, member):
    from tests.core.accounts.account_browser import set_password

    other = make.user("lily")
    set_password(other)
    mine, theirs = enrolled(member), enrolled(other)
    assert sign_in(browser(), "wang", theirs).status_code == 401
    assert sign_in(browser(), "wang", theirs, secret_code=theirs.codes[0]).status_code == 401
    assert sign_in(browser(), "wang", mine).status_code == 303


def test_the_code_page_is_guarded_against_forgery(browser, member):
    phone, here = enrolled(member), browser()
    here.sign_in("wang")
    assert here.client.post("/login/code", data={"secret_code": phone.shows()}).status_code == 400
    assert here.get("/account").status_code == 303


def test_the_reader_lands_where_they_wanted_to(browser, member):
    phone, here = enrolled(member), browser()
    answer = here.sign_in("wang", next="/account/sessions")
    assert answer.location == "/login/code?next=/account/sessions"
    done = here.post("/login/code", {"secret_code": phone.shows(), "next": "//evil.example"})
    assert done.location == "/"


def test_a_form_typed_before_the_session_ran_out_survives_both_pages(browser, member):
    phone, here = enrolled(member, at=NOON), browser()
    with frozen(NOON):
        sign_in(here, "wang", phone)
    with frozen(NOON + timedelta(hours=1)):
        typed = {"name": "robot", "days": "7", "password": "x", "csrf_token": csrf(here)}
        expired = here.client.post("/account/tokens/new", data=typed)
        assert expired.status_code == 401
        kept = value(expired, "kept")
        asked = here.post("/login", {"login": "wang", "password": PASSWORD, "kept": kept})
        assert asked.status_code == 200
        done = here.client.post(
            "/login/code",
            data={
                "secret_code": phone.shows(), "kept": value(asked, "kept"),
                "csrf_token": value(asked, "csrf_token"),
            },
        )  # fmt: skip
        assert done.status_code == 200
        assert 'value="robot"' in done.get_data(as_text=True)


def csrf(here):
    return value(here.get("/login"), "csrf_token")


def value(answer, name):
    return answer.get_data(as_text=True).split(f'name="{name}" value="')[1].split('"')[0]


def test_a_first_password_does_not_stand_in_for_the_code(browser, member):
    phone = enrolled(member)
    with unit_of_work(OPERATOR) as session:
        secret = reset_user(session, member.id).secret
    here = browser()
    chosen = "seven loud kettles sing"
    answer = here.post(
        "/login/first",
        {"login": "wang", "secret": secret, "new_password": chosen, "repeat": chosen},
    )
    assert answer.location == "/login/code"
    assert here.get("/account").status_code == 303
    assert here.post("/login/code", {"secret_code": phone.shows()}).status_code == 303
