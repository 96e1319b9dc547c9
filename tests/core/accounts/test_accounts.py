"""Accounts: made, linked, switched, reset; the first password; the last administrator."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from core.access.context import resolve_context
from core.accounts import services
from core.accounts.models import User
from core.accounts.password_change import redeem_secret
from core.accounts.sessions import Client
from core.accounts.throttling import LIMITS
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import frozen, now
from core.errors import Conflict, DomainError, NotAllowed, Refused
from core.unit_of_work import read_only, unit_of_work

OPERATOR = system_actor("accounts test")
CHOSEN = "seven loud kettles sing"


def made(login="li", **options):
    with unit_of_work(OPERATOR) as session:
        return services.create_user(session, login=login, **options)


def stored(user_id):
    with read_only(OPERATOR) as session:
        return session.get_one(User, user_id)


def test_a_new_account_has_no_password_and_a_hashed_secret(app):
    new = made("Li.Na")
    user = stored(new.user_id)
    assert user.login == "li.na"
    assert user.password_hash is None
    assert new.secret not in (user.secret_hash, "")
    assert len(new.secret.replace("-", "")) == 32  # 160 bits
    assert new.secret not in repr(new)


def test_the_secret_buys_a_password_once(app):
    new = made()
    done = redeem_secret("li", new.secret.lower().replace("-", " "), CHOSEN, Client())
    assert done.user_id == new.user_id
    with pytest.raises(DomainError) as again:
        redeem_secret("li", new.secret, CHOSEN, Client())
    assert again.value.status == 401
    assert stored(new.user_id).secret_hash is None


def test_asvs_6_4_1_the_secret_runs_out_after_a_day(app):
    new = made()
    with frozen(now() + timedelta(hours=24, seconds=1)), pytest.raises(DomainError) as late:
        redeem_secret("li", new.secret, CHOSEN, Client())
    with pytest.raises(DomainError) as unknown:
        redeem_secret("nobody", new.secret, CHOSEN, Client())
    with pytest.raises(DomainError) as wrong:
        redeem_secret("li", "AAAA-BBBB", CHOSEN, Client())
    assert str(late.value) == str(unknown.value) == str(wrong.value)


def test_guessing_secrets_is_slowed_too(app):
    made()
    with frozen(now()):
        for _ in range(LIMITS["pair"].free + 1):
            with pytest.raises(DomainError):
                redeem_secret("li", "WRONG", CHOSEN, Client("203.0.113.7"))
        with pytest.raises(DomainError) as slowed:
            redeem_secret("li", "WRONG", CHOSEN, Client("203.0.113.7"))
    assert slowed.value.status == 429


def test_the_first_password_must_follow_the_rules(app):
    new = made("liming")
    for bad in ("short", "password123", "liming2026"):
        with pytest.raises(Refused) as caught:
            redeem_secret("liming", new.secret, bad, Client())
        assert "new_password" in caught.value.fields
    assert stored(new.user_id).secret_hash is not None


def test_a_disabled_account_cannot_redeem_its_secret(make):
    make.administrator()
    new = made()
    with unit_of_work(OPERATOR) as session:
        services.set_user_active(session, new.user_id, active=False)
        services.set_user_active(session, new.user_id, active=True)
    with pytest.raises(DomainError):
        redeem_secret("li", new.secret, CHOSEN, Client())


@pytest.mark.parametrize("login", ["", "a", "two words", "semi;colon", "-dash", "x" * 90 + " y"])
def test_unusable_logins_are_refused(app, login):
    with pytest.raises(Refused) as caught:
        made(login)
    assert "login" in caught.value.fields


def test_logins_are_unique_without_regard_to_case(app):
    made("Li")
    with pytest.raises(Refused) as caught:
        made("lI")
    assert "login" in caught.value.fields


def test_an_employee_has_one_account(make):
    user = make.user()
    with pytest.raises(Refused) as caught:
        made(employee_id=user.employee_id)
    assert "employee_id" in caught.value.fields


def test_the_last_administrator_can_neither_go_nor_step_down(make):
    admin = make.administrator()
    with unit_of_work(OPERATOR) as session:
        with pytest.raises(Refused):
            services.set_user_active(session, admin.id, active=False)
        with pytest.raises(Refused):
            services.update_user(
                session, admin.id, employee_id=admin.employee_id, is_administrator=False
            )
    make.administrator("second")
    with unit_of_work(OPERATOR) as session:
        services.set_user_active(session, admin.id, active=False)
    assert not stored(admin.id).active


def test_nobody_switches_the_own_account_off(make):
    admin = make.administrator()
    make.administrator("second")
    with unit_of_work(make.actor(admin)) as session, pytest.raises(Refused):
        services.set_user_active(session, admin.id, active=False)


def test_becoming_an_administrator_counts_at_once(make):
    make.administrator()
    user = make.user()
    with unit_of_work(OPERATOR) as session:
        assert not resolve_context(session.connection(), make.actor(user)).may(
            "core.user", "update"
        )
        services.update_user(session, user.id, employee_id=user.employee_id, is_administrator=True)
        assert resolve_context(session.connection(), make.actor(user)).may("core.user", "update")


def test_only_administrators_look_after_accounts(make):
    user = make.user()
    with unit_of_work(make.actor(user)) as session:
        for act in (
            lambda: services.create_user(session, login="x1"),
            lambda: services.reset_user(session, user.id),
            lambda: services.set_user_active(session, user.id, active=False),
            lambda: services.end_sessions_of(session, user.id),
        ):
            with pytest.raises(NotAllowed):
                act()


def test_the_second_administrator_gets_a_conflict(make):
    user = make.user()
    seen = user.row_version
    values = {"employee_id": user.employee_id, "row_version": seen}
    with unit_of_work(OPERATOR) as session:
        services.update_user(session, user.id, is_administrator=True, **values)
    with unit_of_work(OPERATOR) as session, pytest.raises(Conflict):
        services.update_user(session, user.id, is_administrator=False, **values)


def test_no_secret_and_no_hash_reaches_the_audit_trail(make):
    new = made()
    redeem_secret("li", new.secret, CHOSEN, Client())
    user = stored(new.user_id)
    with read_only(OPERATOR) as session:
        trail = session.execute(
            select(AuditEntry.changes, AuditEntry.label).where(AuditEntry.resource == "core.user")
        ).all()
    text = str(trail)
    assert len(trail) >= 3
    for hidden in (new.secret, user.password_hash, "argon2", CHOSEN):
        assert hidden not in text
