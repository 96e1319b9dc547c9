"""What strangers get: the sign-in page, and a way back that loses nothing they had typed."""

from collections.abc import Collection
from hashlib import sha256
from typing import Any

from flask import Flask, current_app, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict

from core.access.principal import present_actor
from core.accounts.identity import SignedInUser
from core.accounts.models import Stage
from core.accounts.second_factor import is_demanded_of_role
from core.errors import DomainError, SignInFirst
from core.i18n import gettext as _
from core.unit_of_work import current_unit
from core.web.errors import on_domain_error, wants_json
from core.web.typed import had_files, typed_fields

KEPT_SECONDS = 3600
LONGEST_NEXT = 1_500  # the edge refuses longer values
MOST_KEPT_BYTES = 512 * 1024
ALWAYS = frozenset({"accounts.sign_out", "web.preferences", "static"})
SETTING_UP = frozenset(
    {"accounts.second_factor", "accounts.begin_second_factor", "accounts.confirm_second_factor"}
)


def configure(app: Flask) -> None:
    """Answer SignInFirst with the sign-in page."""
    app.register_error_handler(SignInFirst, on_sign_in_first)


def on_sign_in_first(error: SignInFirst) -> ResponseReturnValue:
    """Send readers to the sign-in page; let writers sign in with their input kept."""
    if wants_json():
        refused: ResponseReturnValue = on_domain_error(error)
        return refused
    if request.method in {"GET", "HEAD"}:
        target = request.full_path.rstrip("?")
        wanted = target if target != "/" and len(target) <= LONGEST_NEXT else None
        return redirect(url_for("accounts.sign_in", next=wanted), 303)
    return render_template("accounts/expired.html", kept=keep_form()), 401


def demand_what_is_due() -> ResponseReturnValue | None:
    """Let who must change the password, or set up a second factor, see only the pages for it."""
    user = g.get("signed_in_user")
    if user is None or request.endpoint in ALWAYS:
        return None
    if user.must_change_password:
        words = _("Choose a new password first. Nothing was stored.")
        return _lead_to("accounts.password", {"accounts.password"}, words)
    if not user.second_factor and _must_set_up(user):
        words = _("Set up a second factor first. Nothing was stored.")
        return _lead_to("accounts.second_factor", SETTING_UP, words)
    return None


def _lead_to(page: str, open_to: Collection[str], words: str) -> ResponseReturnValue | None:
    if request.endpoint in open_to:
        return None
    if request.method in {"GET", "HEAD"} and not wants_json():
        return redirect(url_for(page), 303)
    raise DomainError(words, status=403)


def _must_set_up(user: SignedInUser) -> bool:
    """Tell whether the site demands it of the role, or some duty did when the session began.

    Rights that ask for it count for nobody without it anyway; this only leads people there.
    """
    if is_demanded_of_role(user):
        return True
    held = g.login_session
    began = held is not None and held.stage == Stage.ENROL
    return began and current_unit().access.grants.demands_second_factor


def keep_form() -> str | None:
    """Return the posted form sealed, to be sent again after signing in; None if it cannot be kept.

    Only a form that this site's own page sent is kept (the checks against forgery have passed):
    for the user whose session is over, or, where the browser has lost the session's cookie, for
    whoever signs in next in this very browser. Files, passwords and large forms are not.
    """
    # the session may have been over at the start, or have ended while the request was on its way
    user_id, fields = g.get("late_user_id") or present_actor().user_id, typed_fields()
    if not fields:
        return None
    if sum(len(name) + len(value) for name, value in fields) > MOST_KEPT_BYTES:
        return None
    kept = {"path": request.full_path.rstrip("?"), "user": user_id, "fields": fields}
    kept["files"] = had_files()
    if user_id is None:
        kept["browser"] = _this_browser()
    return str(_serializer().dumps(kept))


def kept_form(sealed: str | None, user_id: int) -> dict[str, Any] | None:
    """Return {path, fields, files} of a sealed form if it is fresh and this user's or browser's."""
    if not sealed:
        return None
    try:
        kept = _serializer().loads(sealed, max_age=KEPT_SECONDS)
    except BadSignature:
        return None
    if kept["user"] != user_id and (kept["user"] is not None or not _is_here(kept)):
        return None
    fields = MultiDict(kept["fields"])
    return {"path": kept["path"], "fields": fields, "files": kept.get("files", False)}


def _this_browser() -> str:
    """Return a mark of the browser that only its own cookie can make again."""
    return sha256(str(session.get("csrf_token", "")).encode()).hexdigest()


def _is_here(kept: dict[str, Any]) -> bool:
    return "csrf_token" in session and kept.get("browser") == _this_browser()


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="sunmao kept form")
