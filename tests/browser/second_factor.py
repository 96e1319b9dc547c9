"""Scenes about second factors: setting one up, signing in and proving with one, who lacks one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
from sqlalchemy import delete, select

from addons.rights.assignments import AssignmentFields, assign
from addons.rights.models import Duty
from addons.rights.seed import make_duty
from core.accounts import second_factor as service
from core.accounts.models import LoginAttempt, RecoveryCode, User
from core.accounts.password_change import store_password
from core.accounts.passwords import hash_password
from core.clock import frozen, now
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.browser.stage import Scene, Stage

HERE = "/account/second-factor"
PASSWORD = "three calm herons wait"
AUDIT = {"core.audit": ["query", "export"]}
NAME = {"zh": "查阅审计", "en": "Read the audit trail"}
# Whoever has a phone, and whoever holds a duty that needs one.
ENROLLED, STRICT = ("phone", "bound"), ("bound", "qian")
CAST = (*ENROLLED, "qian", "fresh")


def second_factor_scenes(stage: Stage) -> Iterator[Scene]:
    """Give the scenes; the accounts that they need are made at the first time."""
    if CAST[0] not in stage.people:
        _make(stage)
    yield from _signing_in()
    yield from _own_pages(stage)
    yield from _of_others(stage)


def _signing_in() -> Iterator[Scene]:
    login = "/login"
    yield Scene("second-factor-code", login, None, act=_signed_in("phone"))
    yield Scene(
        "second-factor-code-refused", login, None, act=_signed_in("phone", wrong_code), undo=_forget
    )
    yield Scene("second-factor-code-empty", login, None, act=_signed_in("phone", press))
    yield Scene(
        "second-factor-code-slowed", login, None, act=_signed_in("phone", slowed), undo=_forget
    )
    yield Scene(
        "second-factor-code-ended", login, None, act=_signed_in("phone", ended), undo=_forget
    )
    yield Scene("second-factor-recovery", login, None, act=_signed_in("phone", use_recovery))
    yield Scene("second-factor-led-there", login, None, act=_signed_in("qian"))


def _own_pages(stage: Stage) -> Iterator[Scene]:
    undo = {"undo": _without_phone(stage.people["fresh"].id)}
    yield Scene("second-factor-has-one", HERE, "phone")
    yield Scene("second-factor-demanded", HERE, "bound")
    yield Scene("second-factor-kept", f"{HERE}/off", "bound")
    yield Scene("second-factor-off", f"{HERE}/off", "phone")
    yield Scene("second-factor-renew-refused", f"{HERE}/codes", "phone", act=no_code)
    yield Scene("second-factor-begin-refused", f"{HERE}/begin", "fresh", act=press)
    yield Scene("second-factor-scan", "/login", None, act=_signed_in("fresh", begun))
    wrong = _signed_in("fresh", begun, wrong_code)
    yield Scene("second-factor-scan-refused", "/login", None, act=wrong)
    done = _signed_in("fresh", begun, confirmed)
    yield Scene("second-factor-recovery-codes", "/login", None, act=done, **undo)
    yield Scene("second-factor-token", "/account/tokens/new", "phone", act=press)
    yield Scene("second-factor-403", "/admin/audit/", "qian")
    yield Scene("second-factor-why", "/why?resource=core.audit&action=query", "qian")


def _of_others(stage: Stage) -> Iterator[Scene]:
    has_one, lacks_one = stage.people["phone"].id, stage.people["qian"].id
    yield Scene("second-factor-user", f"/admin/users/{has_one}")
    reset = f"/admin/users/{has_one}/reset-second-factor"
    yield Scene("second-factor-reset", reset)
    yield Scene("second-factor-reset-refused", reset, act=press)
    yield Scene("second-factor-users", "/admin/users?second=1&filters=1")
    yield Scene("second-factor-duty", f"/rights/duties/{stage.strict}")
    yield Scene("second-factor-person", f"/rights/people/{lacks_one}")
    giving = f"/rights/assign?duty={stage.strict}&user={stage.people['fresh'].id}"
    yield Scene("second-factor-giving", giving, act=look)
    yield Scene("second-factor-duties", "/rights/duties?second=1")


def _make(stage: Stage) -> None:
    """Make the accounts: two with a phone, two with a duty that needs one, one with neither."""
    hashed = hash_password(PASSWORD)
    with unit_of_work(MAKING) as session:
        duty = make_duty(session, "audit-strict", NAME, AUDIT)
        duty.second_factor, stage.strict = True, duty.id
        for login in CAST:
            stage.people[login] = User(login=login)
            session.add(stage.people[login])
            session.flush()
            store_password(session, stage.people[login], hashed)
    for login in STRICT:
        user_id = stage.people[login].id
        with unit_of_work(MAKING) as session:
            assert session.get(Duty, stage.strict)
            assign(AssignmentFields(duty_id=stage.strict, subject="user", subject_id=user_id))
    for login in ENROLLED:
        _give_phone(stage.people[login].id)
    with unit_of_work(MAKING) as session:
        for login, user in stage.people.items():
            if login in CAST:
                stage.people[login] = session.get_one(User, user.id, populate_existing=True)
        mine = select(RecoveryCode).where(RecoveryCode.user_id == stage.people["phone"].id)
        for code in session.scalars(mine).all()[2:]:
            code.used_at = now()


def _give_phone(user_id: int) -> None:
    with frozen(now() - timedelta(days=40)):
        with unit_of_work(MAKING) as session:
            service.begin(session, user_id, 0)
            secret = service.waiting_secret(session, user_id, 0)
        with unit_of_work(MAKING) as session:
            code = pyotp.TOTP(str(secret)).at(now())
            assert service.enrol(session, user_id, 0, code)


def _without_phone(user_id: int) -> Callable[[Stage], None]:
    def undo(_stage: Stage) -> None:
        with unit_of_work(MAKING) as session:
            service.take_away(session, session.get_one(User, user_id))

    return undo


def _forget(_stage: Stage) -> None:
    """Forget the wrong codes, so that the next scene need not wait."""
    with unit_of_work(MAKING) as session:
        session.execute(delete(LoginAttempt))


def _signed_in(login: str, *steps: Callable[[Any, Stage], None]) -> Callable[[Any, Stage], None]:
    """Sign in by the form and do more; the window is a stranger's again when the page is there."""

    def act(page: Any, stage: Stage) -> None:
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        press(page, stage)
        for step in steps:
            step(page, stage)
        page.context.clear_cookies()

    return act


def press(page: Any, _stage: Stage) -> None:
    page.locator("main form[method=post] [type=submit]:not([name=locale])").first.click()
    page.wait_for_load_state()


def wrong_code(page: Any, stage: Stage) -> None:
    page.fill("[name=secret_code]", "000000")
    press(page, stage)


def slowed(page: Any, stage: Stage) -> None:
    """Give wrong codes until a wait runs; after five the password is asked for again."""
    for _time in range(9):
        if page.locator("[name=secret_code]").count() == 0:
            page.goto("/login")
            page.fill("input[name=login]", "phone")
            page.fill("input[name=password]", PASSWORD)
            press(page, stage)
        wrong_code(page, stage)


def ended(page: Any, stage: Stage) -> None:
    """Give as many wrong codes as end what waits for one."""
    for _time in range(5):
        wrong_code(page, stage)


def use_recovery(page: Any, _stage: Stage) -> None:
    page.click("a[href*='recovery=y']")
    page.wait_for_selector("[name=recovery]", state="attached")


def begun(page: Any, stage: Stage) -> None:
    page.goto(f"{HERE}/begin")
    page.fill("input[name=password]", PASSWORD)
    press(page, stage)


def confirmed(page: Any, stage: Stage) -> None:
    secret = page.locator("[data-secret]").inner_text().replace(" ", "")
    page.fill("[name=secret_code]", pyotp.TOTP(secret).now())
    press(page, stage)


def no_code(page: Any, stage: Stage) -> None:
    page.fill("input[name=password]", PASSWORD)
    press(page, stage)


def look(page: Any, _stage: Stage) -> None:
    page.locator("button[name=step][value=look]").first.click()
    page.wait_for_load_state()
