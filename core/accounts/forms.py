"""The forms of sign-in, of the own account and of the administrator's pages."""

from collections.abc import Callable
from typing import Any

from flask import request
from wtforms import validators

from core.accounts.passwords import RECOMMENDED, SHORTEST
from core.accounts.proof_field import LONGEST_TYPED, ProofField
from core.accounts.queries import free_employee_choices
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session
from core.web.forms import CheckField, Form, PasswordField, PickerField, TextField


def same_as(other: str) -> Callable[[Any, Any], None]:
    """Return a rule that refuses a field that differs from another one."""

    def rule(form: Any, field: Any) -> None:
        if field.data != form[other].data:
            raise validators.ValidationError(_("The two entries differ."))

    return rule


def password_field(label: Any, *, name: str, **options: Any) -> PasswordField:
    """Return a field that password managers recognise; pasting is welcome."""
    return PasswordField(
        label, required=True, limit=LONGEST_TYPED, render_kw={"autocomplete": name}, **options
    )


def login_field() -> TextField:
    """Return the field for a login that is known already."""
    return TextField(
        _l("Login"),
        required=True,
        limit=200,
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )


NEW_HINT = _l(
    "At least %(least)s characters, %(better)s are better. A few words in a row are easy to keep.",
    least=SHORTEST,
    better=RECOMMENDED,
)


class SignInForm(Form):
    """Login and password."""

    login = login_field()
    password = password_field(_l("Password"), name="current-password")


class FirstPasswordForm(Form):
    """A one-time secret for a password of one's own."""

    login = login_field()
    secret = TextField(
        _l("One-time secret"), required=True, limit=200, render_kw={"autocomplete": "off"}
    )
    new_password = password_field(_l("New password"), name="new-password", hint=NEW_HINT)
    repeat = password_field(
        _l("New password again"), name="new-password", rules=(same_as("new_password"),)
    )


CODE_HINT = _l("Six digits; a new one every 30 seconds, and each works once.")


def code_field() -> TextField:
    """Return the field for what the app shows."""
    return TextField(
        _l("Code of your app"),
        required=True,
        limit=40,
        hint=CODE_HINT,
        span=2,
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class CodeForm(Form):
    """What the app shows just now."""

    secret_code = code_field()


class RecoveryForm(Form):
    """One of the recovery codes."""

    secret_code = TextField(
        _l("Recovery code"),
        required=True,
        limit=60,
        hint=_l("One of those that you kept when you set up the app; each works once."),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"},
    )


class ProofForm(Form):
    """The proof that it is still the same person."""

    password = ProofField(required=True)


class PasswordForm(Form):
    """The present password and a new one."""

    current = password_field(_l("Present password"), name="current-password", span=2)
    new_password = password_field(_l("New password"), name="new-password", hint=NEW_HINT, span=2)
    repeat = password_field(
        _l("New password again"), name="new-password", rules=(same_as("new_password"),), span=2
    )


def administrator_field() -> CheckField:
    """Return the tick that makes an account an administrator's."""
    return CheckField(
        _l("Administrator"), hint=_l("May do everything but correct their own figures."), span=2
    )


class NewUserForm(Form):
    """A new account."""

    login = TextField(
        _l("Login"), required=True, limit=64, hint=_l("For example the employee's code."), span=2
    )
    employee_id = PickerField(
        _l("Employee"),
        choices=lambda: free_employee_choices(current_session()),
        hint=_l("Whose records this account owns; employees without an account are offered."),
        span=2,
    )
    is_administrator = administrator_field()


def _choices_of_edited() -> list[tuple[int, str]]:
    """Offer the free employees and the one of the account whose page this is."""
    edited = (request.view_args or {}).get("record_id")
    return free_employee_choices(current_session(), of_user=edited)


class UserForm(Form):
    """What an administrator changes about an account."""

    employee_id = PickerField(_l("Employee"), choices=_choices_of_edited, span=2)
    is_administrator = administrator_field()
