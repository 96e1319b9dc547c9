"""How a page answers a form or a button: act in one unit of work, say so, go on."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.access.guarded_session import GuardedSession
from core.errors import Refused
from core.i18n import lazy_gettext as _l
from core.unit_of_work import unit_of_work
from core.web.forms import Form

Act = Callable[[GuardedSession], Any]
Done = str | Callable[[Any], ResponseReturnValue]
SAVED, DONE = _l("Saved."), _l("Done.")


def answer(
    form: Form,
    act: Act,
    done: Done,
    *,
    said: Any = SAVED,
    template: str = "web/form.html",
    **page: Any,
) -> ResponseReturnValue:
    """Show a form; once it is sent and `act` ran, go to `done`, or answer what `done` makes of it.

    What is refused comes back at its field (422), a clash with another writer as a choice (409).
    `said` are the words told on the next page; `page` goes to the template, `cancel` of it being
    the address in `done` unless another is given.
    """
    if form.accepts(lambda: _write(act)):
        _say(said)
        return redirect(done, 303) if isinstance(done, str) else done(form.result)
    if isinstance(done, str):
        page.setdefault("cancel", done)
    shown: ResponseReturnValue = form.render(template, **page)
    return shown


def confirm(act: Act, done: Done, **page: Any) -> ResponseReturnValue:
    """Ask before an act that ends something, saying what `happens` and what it `keeps`."""
    return answer(Form(), act, done, template="web/confirm.html", **page)


def press(act: Act, done: str, *, said: Any = DONE) -> Response:
    """Answer a button: run `act` and go to `done`, where a refusal is told as well.

    `said` may make the words of the act's result.
    """
    try:
        result = _write(act)
    except Refused as refused:
        flash(str(refused), "bad")
    else:
        _say(said(result) if callable(said) else said)
    return redirect(done, 303)


def _write(act: Act) -> Any:
    with unit_of_work() as session:
        return act(session)


def _say(words: Any) -> None:
    if words:
        flash(str(words), "ok")
