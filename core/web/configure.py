"""Gives an app its web face, and writing requests another try when the database says so."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, g, request
from flask_wtf import CSRFProtect
from sqlalchemy.exc import NotSupportedError, OperationalError

from core.access.records import may_on
from core.audit.words import actor_said
from core.charts import configure_charts
from core.unit_of_work import current_unit, has_stored, is_retryable
from core.web.assets import configure_assets
from core.web.compiled_templates import configure_compiled_templates
from core.web.edge import check_media_type, comes_from_elsewhere, configure_edge, configure_headers
from core.web.errors import configure_errors
from core.web.icons import icon
from core.web.navigation import configure_navigation
from core.web.records import act_words, address
from core.web.static_files import configure_static

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
ATTEMPTS = 3


class _Protection(CSRFProtect):  # type: ignore[misc]
    """Forged requests live on cookies: who shows an API token instead cannot be forged.

    A stranger at the programming interface meets the check of the view, which says 401.
    """

    def protect(self, **options: Any) -> None:
        """Check the form's (or the header's) token unless no cookie speaks for the caller."""
        if request.method not in UNSAFE:
            return  # links from mail, chat and portals lead here like any others
        if g.get("login_session") is None and request.path.startswith("/api/"):
            return
        if comes_from_elsewhere(request):
            self._error_response("the browser names another site")
        if not request.path.startswith("/api/"):
            check_media_type(request)
        super().protect(**options)


csrf = _Protection()


def configure_web(app: Flask) -> None:
    """Install static files, protection, error pages and the shell, just before the gate."""
    secure = app.config["SUNMAO"].secure_cookies
    app.config.update(
        WTF_CSRF_TIME_LIMIT=None,  # a form that stood open over lunch must still save
        WTF_CSRF_METHODS=UNSAFE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_NAME="__Host-csrf" if secure else "csrf",
        MAX_FORM_PARTS=2_000,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
    )
    settings: dict[str, Any] = {"trim_blocks": True, "lstrip_blocks": True}
    for name, value in settings.items():
        setattr(app.jinja_env, name, value)
    configure_compiled_templates(app)
    app.jinja_env.globals.update(icon=icon, act_words=act_words, actor_said=actor_said)
    app.jinja_env.globals.update(record_address=address, may_on=may_on)
    configure_static(app)
    configure_assets(app)
    configure_charts(app)
    csrf.init_app(app)
    configure_edge(app)
    configure_headers(app)
    configure_errors(app)
    configure_navigation(app)
    configure_retry(app)


def retrying(dispatch: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap the dispatch: a view that has stored nothing yet may run again."""

    @wraps(dispatch)
    def run() -> Any:
        has_stored.set(False)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return dispatch()
            except (OperationalError, NotSupportedError) as error:
                if attempt == ATTEMPTS or has_stored.get() or not is_retryable(error):
                    raise
                current_app.logger.info("request retried", extra={"attempt": attempt})
                current_unit().release()  # a failed transaction reads nothing more
                for file in request.files.values():
                    file.stream.seek(0)
        raise AssertionError

    return run


def configure_retry(app: Flask) -> None:
    """Wrap this app's dispatch."""
    app.dispatch_request = retrying(app.dispatch_request)  # type: ignore[method-assign]
