"""How pages that may widen somebody's rights answer: the password first, then the act."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue

from core.accounts.proving import prove_present
from core.errors import Refused
from core.i18n import gettext as _
from core.unit_of_work import unit_of_work
from core.web.forms import Form

Done = str | Callable[[Any], str]


def demand_password(form: Any) -> None:
    """Raise Refused unless the form holds the password of whoever sends it."""
    typed = form.password.data or ""
    if not typed:
        words = _("People get more rights by this: give your password to confirm.")
        raise Refused(words, fields={"password": [words]})
    prove_present(form.password)


def answer_proved(
    form: Form,
    act: Callable[[], Any],
    done: Done,
    *,
    widens: Callable[[], bool],
    template: str = "web/form.html",
    **page: Any,
) -> ResponseReturnValue:
    """Show a form; once sent, ask for the password if the act `widens` rights, act, go to `done`.

    `widens` is asked in the reading unit of the request and may raise Refused.
    """

    def proved() -> Any:
        if widens():
            demand_password(form)
        with unit_of_work():
            return act()

    if form.accepts(proved):
        flash(_("Saved. It counts from the next request on."), "ok")
        return redirect(done if isinstance(done, str) else done(form.result), 303)
    if isinstance(done, str):
        page.setdefault("cancel", done)
    shown: ResponseReturnValue = form.render(template, **page)
    return shown
