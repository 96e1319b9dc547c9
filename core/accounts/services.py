"""Verbs about accounts: make, link, switch off and on, reset; passwords are in password_change."""

import re
from typing import Any

from sqlalchemy import select

from core.access.guarded_session import GuardedSession
from core.access.policy import recompile
from core.access.records import check_version, require_in
from core.accounts.models import User
from core.accounts.one_time import NewSecret, give_secret
from core.accounts.resources import USER
from core.accounts.second_factor import is_enrolled, take_away
from core.accounts.sessions import end_all_sessions
from core.accounts.sign_in import normal_login
from core.audit.services import record
from core.consent.acts import act_of, by_several, people_by_setting, people_setting
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.organisation.models import Employee
from core.unit_of_work import current_session, current_unit

LOGIN = re.compile(r"[\w][\w.@-]{1,63}")


def create_user(
    session: GuardedSession,
    *,
    login: str,
    employee_id: int | None = None,
    is_administrator: bool = False,
    locale: str | None = None,
) -> NewSecret:
    """Make an account that nobody can use until its one-time secret is redeemed."""
    require_in(session, USER, Verb.CREATE)
    if is_administrator:
        require_in(session, USER, Verb.CONFIGURE)
        _refuse_new_administrator()
    wanted = normal_login(login)
    if not LOGIN.fullmatch(wanted):
        raise Refused(
            _("This login cannot be used."),
            fields={"login": [_("Use 2 to 64 letters, digits, dots, dashes or @.")]},
        )
    if session.scalar(select(User.id).where(User.login == wanted)) is not None:
        raise Refused(
            _("The login %(login)s is taken.", login=wanted),
            fields={"login": [_("This login is taken. Choose another one.")]},
        )
    _check_employee(session, employee_id)
    user = User(
        login=wanted,
        employee_id=employee_id,
        is_administrator=is_administrator,
        locale=locale,
        active=True,
        must_change_password=False,
        theme="auto",
        density="normal",
        session_version=1,
    )
    session.add(user)
    session.flush()
    secret = give_secret(user)
    session.flush()
    recompile(session, [user.id])
    return NewSecret(user.id, user.login, secret)


ADMINISTRATORS = people_setting(
    "core.several_make_administrator",
    _l("make somebody an administrator, switch the account of one on again"),
)


def _makes_administrator(user_id: int, *, is_administrator: bool, **_rest: Any) -> bool:
    user = current_session().get(User, user_id)
    return is_administrator and user is not None and not user.is_administrator


@by_several(
    "core.make_administrator",
    title=_l("Make somebody an administrator"),
    needs=(USER, Verb.CONFIGURE),
    record="user_id",
    concerns=_makes_administrator,
    setting=ADMINISTRATORS,
)
def update_user(
    session: GuardedSession,
    user_id: int,
    *,
    employee_id: int | None,
    is_administrator: bool,
    row_version: int | None = None,
) -> User:
    """Link an account to an employee, make it an administrator's or not.

    Needs `configure` for administrators' accounts, for making one, and for the own account: who
    merely looks after accounts must not rise by it.
    """
    user = _load_for_change(session, user_id)
    if is_administrator or user.id == session.access.actor.user_id:
        require_in(session, USER, Verb.CONFIGURE)
    wanted: dict[str, Any] = {"employee_id": employee_id, "is_administrator": is_administrator}
    check_version(user, row_version, wanted)
    if employee_id != user.employee_id:
        _check_employee(session, employee_id)
    if user.is_administrator and not is_administrator:
        _check_not_last(session, user)
    if all(getattr(user, key) == value for key, value in wanted.items()):
        return user
    user.employee_id, user.is_administrator = employee_id, is_administrator
    session.flush()
    recompile(session, [user.id])
    return user


def _refuse_new_administrator() -> None:
    """Refuse it where several people are needed: its one-time secret could be shown to nobody."""
    if people_by_setting(ACTS[0]) > 1 and current_unit().actor.is_signed_in:
        words = _("Others must agree to that. Make the account first, then change its role.")
        raise Refused(words, fields={"is_administrator": [words]})


def _reopens_administrator(user_id: int, *, active: bool, **_rest: Any) -> bool:
    user = current_session().get(User, user_id)
    return active and user is not None and user.is_administrator and not user.active


@by_several(
    "core.reopen_administrator",
    title=_l("Switch the account of an administrator on again"),
    needs=(USER, Verb.CONFIGURE),
    record="user_id",
    concerns=_reopens_administrator,
    setting=ADMINISTRATORS,
)
def set_user_active(
    session: GuardedSession, user_id: int, *, active: bool, row_version: int | None = None
) -> User:
    """Switch an account off or on; off ends its sessions, so its next request is refused."""
    user = _load_for_change(session, user_id)
    check_version(user, row_version, {"active": active})
    if active == user.active:
        return user
    if not active:
        _check_not_self(session, user)
        _switch_off(session, user)
    user.active = active
    session.flush()
    recompile(session, [user.id])
    return user


ACTS = (act_of(update_user), act_of(set_user_active))


def obstacles(session: GuardedSession, user: User) -> list[str]:
    """Say why an account cannot be switched off, and what to do; nothing when it can."""
    found = []
    try:
        _check_not_self(session, user)
        _check_not_last(session, user, lock=False)
    except Refused as refused:
        found.append(str(refused))
    return found


def switch_off_leaver(session: GuardedSession, employee_id: int) -> None:
    """Switch the account of an employee who leaves off; the right is that over the employee."""
    user = session.scalar(select(User).where(User.employee_id == employee_id, User.active))
    if user is not None:
        _check_not_self(session, user)
        if user.is_administrator:
            require_in(session, USER, Verb.CONFIGURE)
        _switch_off(session, user)
        session.flush()


def reset_user(session: GuardedSession, user_id: int) -> NewSecret:
    """Take the password away, end the sessions, and give a one-time secret for a new one."""
    user = _load_for_change(session, user_id)
    if not user.active:
        raise Refused(_("%(login)s is switched off. Enable it first.", login=user.login))
    secret = give_secret(user)
    user.password_hash = None
    user.session_version += 1
    end_all_sessions(session, user.id, "reset")
    record(session, "reset", USER, user.id, label=user.login)
    session.flush()
    return NewSecret(user.id, user.login, secret)


def reset_second_factor(session: GuardedSession, user_id: int) -> None:
    """Take somebody's second factor away (a lost phone): sessions and API tokens end with it."""
    user = _load_for_change(session, user_id)
    if words := why_no_reset(session, user):
        raise Refused(words)
    take_away(session, user)


def why_no_reset(session: GuardedSession, user: User) -> str:
    """Say why the actor cannot take somebody's second factor away; "" when nothing is against it.

    Whether the right is held is another question.
    """
    if user.id == session.access.actor.user_id:
        return _(
            "Your own is switched off under My account. Phone lost? Ask another administrator."
        )
    if not is_enrolled(session, user.id):
        return _("%(login)s has no second factor.", login=user.login)
    return ""


def end_sessions_of(session: GuardedSession, user_id: int) -> int:
    """End every session of a user; return how many were open."""
    user = _load_for_change(session, user_id)
    ended = end_all_sessions(session, user.id, "killed")
    record(session, "end-sessions", USER, user.id, changes={"ended": ended}, label=user.login)
    return ended


def load_user(session: GuardedSession, user_id: int) -> User:
    """Return a user; raise NotFound."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(_("There is no such account."))
    return user


def _switch_off(session: GuardedSession, user: User) -> None:
    _check_not_last(session, user)
    user.active = False
    user.session_version += 1
    user.secret_hash = user.secret_expires_at = None
    end_all_sessions(session, user.id, "disabled")


def _load_for_change(session: GuardedSession, user_id: int) -> User:
    """Return an account to change; that of an administrator needs the higher verb."""
    require_in(session, USER, Verb.UPDATE)
    user = load_user(session, user_id)
    if user.is_administrator:
        require_in(session, USER, Verb.CONFIGURE)
    return user


def _check_employee(session: GuardedSession, employee_id: int | None) -> None:
    if employee_id is None:
        return
    employee = session.get(Employee, employee_id)
    if employee is None or not employee.active:
        raise Refused(
            _("This employee cannot have an account."),
            fields={"employee_id": [_("Choose somebody who is active.")]},
        )
    holder = session.scalar(select(User.login).where(User.employee_id == employee_id))
    if holder is not None:
        raise Refused(
            _("%(name)s has the account %(login)s already.", name=employee.name, login=holder),
            fields={"employee_id": [_("Choose somebody without an account.")]},
        )


def _check_not_self(session: GuardedSession, user: User) -> None:
    if session.access.actor.user_id == user.id:
        raise Refused(
            _("You cannot switch off your own account. Ask another administrator to do it.")
        )


def _check_not_last(session: GuardedSession, user: User, *, lock: bool = True) -> None:
    """Keep one administrator who can sign in; locked, so that two cannot remove each other."""
    those = select(User.id).where(User.is_administrator, User.active).order_by(User.id)
    administrators = session.scalars(those.with_for_update() if lock else those).all()
    if user.is_administrator and user.active and set(administrators) <= {user.id}:
        raise Refused(_("This is the last administrator. Make another one first."))
