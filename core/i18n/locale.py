"""Whose language: the user's setting, else a cookie, else the browser, else the site's."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

import flask_babel
from flask import g, has_app_context, has_request_context, request
from flask.globals import _cv_app

from core.actor import current_actor

ZH, EN = "zh_Hans_CN", "en"
LOCALES = {ZH: "中文", EN: "English"}
COOKIE = "locale"

_default: list[str] = [ZH]
_forced: ContextVar[str | None] = ContextVar("forced_locale", default=None)


def current_locale() -> str:
    """Return the code of the reader's language, "zh_Hans_CN" or "en"; works outside requests."""
    forced = _forced.get()
    if forced is not None:
        return forced
    try:
        # Asked for every message of a page, so past flask.g, which costs ten times as much.
        kept: str = _cv_app.get().g.sunmao_locale
    except (AttributeError, LookupError):
        return _choose()
    return kept


def _choose() -> str:
    if not has_request_context():
        return _known(current_actor().locale) or _default[0]
    chosen = _select()
    if current_actor().is_signed_in:
        g.sunmao_locale = chosen  # before the session is read, the choice may still change
    return chosen


def set_default_locale(code: str) -> None:
    """Make `code` the language of whoever shows no wish; called once at start-up."""
    _default[0] = code


def language_tag() -> str:
    """Return the current locale as an HTML language tag."""
    return "zh-Hans-CN" if current_locale() == ZH else "en"


@contextmanager
def force_locale(code: str) -> Iterator[None]:
    """Use `code` for the block: letters to somebody else, files for export, tests."""
    known = _known(code) or _default[0]
    token = _forced.set(known)
    below = flask_babel.force_locale(known) if has_app_context() else nullcontext()
    try:
        with below:
            yield
    finally:
        _forced.reset(token)


def _select() -> str:
    return (
        _known(current_actor().locale)
        or _known(request.cookies.get(COOKIE))
        or _from_browser(request.accept_languages.values())
        or _default[0]
    )


def _from_browser(tags: Iterator[str]) -> str | None:
    for tag in tags:
        found = _known(tag)
        if found:
            return found
    return None


def _known(code: str | None) -> str | None:
    """Map any tag of a language that we speak to our code: zh, zh-CN and zh_TW are Chinese."""
    language = (code or "").replace("-", "_").partition("_")[0].lower()
    return {"zh": ZH, "en": EN}.get(language)
