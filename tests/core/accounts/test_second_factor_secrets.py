"""The secret of a phone and recovery codes are shown once, to one session, and kept nowhere."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from core.access.decorators import declaration_of
from core.access.frames import trusted
from core.accounts import second_factor as service
from core.accounts.models import LoginAttempt
from core.clock import frozen
from core.database import Model
from core.unit_of_work import read_only
from tests.core.accounts.account_browser import PASSWORD
from tests.core.accounts.phone import OPERATOR, SECRET, Phone, enrolled, set_up, sign_in

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HERE = "/account/second-factor"


def after(**time):
    return frozen(NOON + timedelta(**time))


def secrets_of(phone):
    plain = tuple(one.replace("-", "") for one in phone.codes)
    spaced = " ".join(phone.secret[at : at + 4] for at in range(0, len(phone.secret), 4))
    return (phone.secret, phone.secret.lower(), spaced, *phone.codes, *plain)


def used(browser):
    """Set a phone up, sign in by it and by a recovery code, and give wrong ones."""
    here, later = browser(), browser()
    with after():
        here.sign_in("wang")
        phone = set_up(here)
    with after(minutes=1):
        assert sign_in(later, "wang", phone, secret_code="000000").status_code == 401
        assert sign_in(later, "wang", phone).status_code == 303
    with after(minutes=2):
        assert sign_in(browser(), "wang", phone, secret_code=phone.codes[4]).status_code == 303
        assert sign_in(browser(), "wang", phone, secret_code=phone.codes[4]).status_code == 401
    return here, phone


def test_no_table_holds_them(browser, member):
    _here, phone = used(browser)
    read = 0
    with read_only(OPERATOR) as session:
        for table in Model.metadata.sorted_tables:
            with trusted(session.connection(), "looks for secrets everywhere") as connection:
                rows = connection.exec_driver_sql(f'SELECT * FROM "{table.name}"').all()
            kept = "\n".join(str(tuple(row)) for row in rows)
            read += len(rows)
            for secret in secrets_of(phone):
                assert secret not in kept, table.name
    assert read > 20


def test_no_log_line_holds_them_nor_what_was_typed(browser, member, caplog):
    for name in ("", "core", "core.accounts"):
        caplog.set_level(logging.DEBUG, logger=name)
    browser().sign_in("wang", "not mine")
    _here, phone = used(browser)
    typed = (phone.shows(NOON), phone.shows(NOON + timedelta(minutes=1)), PASSWORD)
    said = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records)
    assert "sign-in refused" in said
    for secret in (*secrets_of(phone), *typed):
        assert secret not in said


def test_no_page_or_export_shows_them_afterwards(app, browser, member, boss):
    here, phone = used(browser)
    other = browser()
    with after(minutes=3):
        other.sign_in("boss")
        seen = 0
        for rule in app.url_map.iter_rules():
            declared = declaration_of(app.view_functions[rule.endpoint])
            if declared is None or rule.arguments or "GET" not in rule.methods:
                continue
            for reader in (here, other):
                answer = reader.get(rule.rule)
                seen += answer.status_code == 200
                body = answer.get_data(as_text=True)
                assert not [one for one in secrets_of(phone) if one in body], rule
        trail = other.get(f"/admin/audit/?q={member.login}").get_data(as_text=True)
        sent = other.get("/admin/audit/export?format=csv").get_data(as_text=True)
    assert seen > 60
    assert "2026-11-24" in sent
    assert not [one for one in secrets_of(phone) if one in trail + sent]


def test_only_the_session_that_gave_the_password_sees_the_secret(browser, member):
    here, elsewhere = browser(), browser()
    here.sign_in("wang")
    elsewhere.sign_in("wang")
    here.post(f"{HERE}/begin", {"password": PASSWORD})
    page = here.get(f"{HERE}/confirm")
    assert page.headers["Cache-Control"] == "no-store"
    phone = Phone(SECRET.search(page.get_data(as_text=True))[1].replace(" ", ""))
    assert elsewhere.get(f"{HERE}/confirm").location == HERE
    given = {"secret_code": phone.shows()}
    assert elsewhere.post(f"{HERE}/confirm", given, page="/account").location == HERE
    with read_only(OPERATOR) as session:
        assert not service.is_enrolled(session, member.id)
    assert here.post(f"{HERE}/confirm", given).status_code == 200


def test_begun_anew_the_first_secret_is_worth_nothing(browser, member):
    here = browser()
    here.sign_in("wang")
    found = []
    for _time in range(2):
        here.post(f"{HERE}/begin", {"password": PASSWORD})
        page = here.get(f"{HERE}/confirm").get_data(as_text=True)
        found.append(Phone(SECRET.search(page)[1].replace(" ", "")))
    assert found[0].secret != found[1].secret
    refused = here.post(f"{HERE}/confirm", {"secret_code": found[0].shows()})
    assert refused.status_code == 422


def test_setting_up_takes_no_failed_try_of_others_back(browser, member):
    with after():
        here = browser()
        here.sign_in("wang")
        for _time in range(3):
            browser().sign_in("nobody-here", "wrong")
        before = failures()
        assert max(before.values()) == 3
        set_up(here)
        assert failures() == before


def failures():
    with read_only(OPERATOR) as session:
        rows = session.execute(select(LoginAttempt.bucket, LoginAttempt.failures))
        return {bucket: count for bucket, count in rows if count}


@pytest.mark.parametrize("path", ["", "/begin", "/confirm", "/codes", "/off"])
def test_strangers_and_tokens_get_no_page_of_it(browser, app, member, path):
    assert browser().get(f"{HERE}{path}").status_code == 303
    phone = enrolled(member, at=NOON)
    here = browser()
    with after():
        sign_in(here, "wang", phone)
        page = {"name": "robot", "days": "7", "scopes": ["core.notification:query"]}
        proof = {"password": PASSWORD, "password-code": phone.codes[0]}
        made = here.post("/account/tokens/new", page | proof).get_data(as_text=True)
        secret = made.split("data-secret>")[1].split("<")[0]
        bearer = {"Authorization": f"Bearer {secret}"}
        assert app.test_client().get(f"{HERE}{path}", headers=bearer).status_code == 303


def test_a_site_with_another_key_takes_no_code_but_recovery_codes(browser, member, app):
    phone = enrolled(member, at=NOON)
    key = app.config["SUNMAO"].instance / "second-factor.key"
    key.chmod(0o600)
    key.write_bytes(b"lost and made anew, as long as it must be")
    with after():
        assert sign_in(browser(), "wang", phone).status_code == 401
        assert sign_in(browser(), "wang", phone, secret_code=phone.codes[0]).status_code == 303
