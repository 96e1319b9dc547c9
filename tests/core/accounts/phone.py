"""A phone with an authenticator app, and accounts that have one."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp

from core.accounts import second_factor as service
from core.accounts.models import User
from core.actor import system_actor
from core.clock import frozen, now
from core.unit_of_work import unit_of_work
from tests.core.accounts.account_browser import PASSWORD, Browser

HERE = 0  # no login session at all
OPERATOR = system_actor("second factor test")
SECRET = re.compile(r"<code[^>]*data-secret>([A-Z2-7 ]+)</code>")
CODES = re.compile(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}")


@dataclass
class Phone:
    secret: str
    codes: tuple[str, ...] = ()

    def shows(self, at: datetime | None = None, *, steps: int = 0) -> str:
        instant = (at or now()) + timedelta(seconds=30 * steps)
        return pyotp.TOTP(self.secret).at(int(instant.timestamp()))


def enrolled(user: User, *, at: datetime | None = None) -> Phone:
    """Give an account a phone, as if it had been set up an hour ago."""
    moment = (at or now()) - timedelta(hours=1)
    with frozen(moment):
        with unit_of_work(OPERATOR) as session:
            service.begin(session, user.id, HERE)
            secret = service.waiting_secret(session, user.id, HERE)
        phone = Phone(secret)
        with unit_of_work(OPERATOR) as session:
            phone.codes = service.enrol(session, user.id, HERE, phone.shows())
    assert phone.codes
    return phone


def sign_in(here: Browser, login: str, phone: Phone, **code):
    """Sign in with password and code."""
    answer = here.sign_in(login)
    assert (answer.status_code, answer.location) == (303, "/login/code")
    return here.post("/login/code", {"secret_code": phone.shows()} | code)


def set_up(here: Browser) -> Phone:
    """Set a phone up by the pages, signed in; return it with its recovery codes."""
    begun = here.post("/account/second-factor/begin", {"password": PASSWORD})
    assert begun.location == "/account/second-factor/confirm", begun.get_data(as_text=True)
    page = here.get("/account/second-factor/confirm").get_data(as_text=True)
    phone = Phone(SECRET.search(page)[1].replace(" ", ""))
    shown = here.post("/account/second-factor/confirm", {"secret_code": phone.shows()})
    assert shown.status_code == 200, shown.get_data(as_text=True)
    phone.codes = tuple(CODES.findall(shown.get_data(as_text=True).split("<pre")[1]))[:10]
    return phone
