"""Every refusal as a page that says what happened, why and what to do; or as problem+json."""

import sys
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge
from werkzeug.exceptions import NotFound as HTTPNotFound
from werkzeug.wrappers import Response

from core.access.explain import who_can_give
from core.access.principal import beyond_token
from core.actor import current_actor
from core.audit.values import as_json
from core.errors import Conflict, DomainError, NotAllowed, NotFound, Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit, has_stored, is_retryable
from core.web.addresses import came_from
from core.web.edge import comes_from_here, request_id
from core.web.typed import is_own_form, readable_fields
from core.web.why import explanation_for, why_address

MB = 1024 * 1024


@dataclass(frozen=True)
class Problem:
    """What an error page shows; `members` are what a program gets besides (RFC 9457)."""

    status: int
    title: str
    message: str
    detail: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Any] = field(default_factory=dict)


def words_for(status: int) -> tuple[str, str]:
    """Return title and message for an HTTP status."""
    known = {
        400: (
            _("This request cannot be read"),
            _("Something in it is malformed. Nothing was stored."),
        ),
        401: (_("Please sign in"), _("This page is for people with an account.")),
        403: (_("You may not do this"), _("Your other rights are not affected.")),
        404: (
            _("Not found"),
            _("It does not exist, or it lies outside your range. Which of the two is not told."),
        ),
        405: (_("This cannot be done here"), _("The page exists, but does not take this action.")),
        409: (_("Somebody else was first"), _("Nothing of yours was stored.")),
        412: (_("Somebody else was first"), _("Nothing of yours was stored.")),
        413: (_("This is too large"), _("Send a smaller file or less text. Nothing was stored.")),
        415: (
            _("This kind of content is not read here"),
            _("Send a form, or use the programming interface. Nothing was stored."),
        ),
        422: (_("Something needs mending"), _("Nothing was stored.")),
        428: (_("The version is missing"), _("Say which version you have changed.")),
        429: (_("Too many attempts"), _("Wait a little and try again.")),
    }
    fault = (
        _("Something went wrong here"),
        _("It is our fault, not yours. Nothing was stored. Tell an administrator this number:"),
    )
    general = known[400] if status < InternalServerError.code else fault
    return known.get(status, general)


def answer(problem: Problem) -> tuple[Response | str, int]:
    """Render a problem as a page, or as JSON for programs."""
    if wants_json():
        body = {
            "type": "about:blank",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.message,
            "instance": request_id(),
            **problem.members,
        }
        response = jsonify(body)
        response.mimetype = "application/problem+json"
        if problem.status == 401:  # noqa: PLR2004 - the one that names how to sign in
            response.headers["WWW-Authenticate"] = "Bearer"
        return response, problem.status
    return page(problem), problem.status


def page(problem: Problem) -> str:
    """Render the page; without the shell for strangers and when the shell itself fails."""
    back = way_back(problem.status)
    context = {"problem": problem, "request_id": request_id(), "back": back, **problem.detail}
    fault = problem.status >= InternalServerError.code
    if current_actor().is_signed_in and not fault:
        try:
            return render_template("web/error.html", frame="web/base.html", **context)
        except Exception:  # the page about an error must not fail as well
            current_app.logger.exception("the shell failed on an error page")
    return render_template("web/error.html", frame="web/bare.html", **context)


def way_back(status: int) -> str | None:
    """Return where the reader was before, unless that is this page or what is gone."""
    back, here = came_from(), request.full_path.rstrip("?")
    again = back == here and (request.method == "GET" or status == HTTPNotFound.code)
    return None if again or back == "/" else back


def wants_json() -> bool:
    """Tell whether a program asks."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    asked = request.is_json or best == "application/json"
    return asked or request.path.startswith("/api/")


def on_domain_error(error: DomainError) -> Any:
    """Answer a refusal with its own words."""
    title, _message = words_for(error.status)
    detail: dict[str, Any] = {}
    members: dict[str, Any] = {}
    if isinstance(error, NotAllowed) and error.missing:
        resource, action = error.missing
        members = {"missing": [str(resource), str(action)]}
        lacking = current_unit().access.lacks_second_factor(str(resource), str(action))
        if not lacking and not beyond_token(str(resource), str(action)):
            members["giver"] = who_can_give(current_session())
        detail = {"why": why_address(resource, action, error.record_id)}
        if not wants_json():
            detail["explanation"] = explanation_for(resource, action, error.record_id)
    if isinstance(error, Conflict):
        detail["conflict"] = conflict_rows(error)
        members = {"current": as_json(error.theirs), "yours": as_json(error.yours)}
    if isinstance(error, NotFound | NotAllowed) and not wants_json() and is_own_form():
        detail["typed"] = readable_fields()
    if isinstance(error, Refused | NotAllowed) and error.fields:
        members["errors"] = [
            {"pointer": f"/{name}", "detail": str(words)}
            for name, several in error.fields.items()
            for words in several
        ]
    return answer(Problem(error.status, title, str(error), detail, members))


def conflict_rows(error: Conflict) -> list[tuple[str, Any, Any, Any]]:
    """Return field, original, theirs, yours for every field that any version names."""
    names = list(dict.fromkeys([*error.original, *error.theirs, *error.yours]))
    return [
        (name, error.original.get(name), error.theirs.get(name), error.yours.get(name))
        for name in names
    ]


def on_http_error(error: HTTPException) -> Any:
    """Answer an HTTP error; redirects and ready responses pass."""
    status = error.code or InternalServerError.code
    if error.response is not None or status < 400:  # noqa: PLR2004
        return error
    title, message = words_for(status)
    most = request.max_content_length
    if status == RequestEntityTooLarge.code and most and (request.content_length or 0) > most:
        size = f"{round(most / MB, 1):g}"
        message = _("At most %(size)s MB are taken at once. Nothing was stored.", size=size)
    answered, code = answer(Problem(status, title, message))
    response = current_app.make_response((answered, code))
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def on_csrf_error(error: CSRFError) -> Any:
    """Say that the form was not ours, or too old."""
    title, _message = words_for(400)
    current_app.logger.info("form refused", extra={"reason": error.description})
    message = _("The form could not be verified. Go back, reload the page and send it again.")
    # the browser may have lost its cookies; what was typed is shown, unless another site sent it
    typed = [] if wants_json() or not comes_from_here(request) else readable_fields()
    return answer(Problem(400, title, message, {"typed": typed}))


def on_clash(error: Exception) -> Any:
    """Answer a broken constraint or a lost race: nothing was stored."""
    current_app.logger.info("write refused by the database: %s", error)
    message = _("This clashes with what is already stored. Nothing of yours was stored.")
    return answer(Problem(409, words_for(409)[0], message))


def on_bad_value(error: Exception) -> Any:
    """Answer a value that no column can hold."""
    current_app.logger.info("value refused by the database: %s", error)
    message = _("A value is outside of what can be stored. Nothing was stored.")
    return answer(Problem(400, words_for(400)[0], message))


def on_statement_error(error: StatementError) -> Any:
    """Answer a value that its column's own type refuses; any other statement is a fault of ours."""
    if isinstance(error.orig, ValueError | ArithmeticError):
        return on_bad_value(error)
    current_app.log_exception(sys.exc_info())
    return on_fault(error)


def on_database_error(error: OperationalError) -> Any:
    """Ask for another try when the database is busy; else it is a fault of ours."""
    if not is_retryable(error):
        current_app.log_exception(sys.exc_info())
        return on_fault(error)
    message = (
        _("Many people are writing just now. A part was stored; look before you send it again.")
        if has_stored.get()
        else _("Many people are writing just now. Nothing was stored; please send it again.")
    )
    title = _("The site is busy")
    return answer(Problem(503, title, message))


def on_fault(error: Exception) -> Any:
    """Show the request's number and nothing else; Flask has logged the fault itself."""
    original = getattr(error, "original_exception", None) or error
    current_app.logger.error("request %s failed: %s", request_id(), type(original).__name__)
    title, message = words_for(500)
    return answer(Problem(500, title, message))


def configure_errors(app: Flask) -> None:
    """Map each kind of error once, for every package."""
    app.register_error_handler(DomainError, on_domain_error)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(InternalServerError, on_fault)
    for kind in (IntegrityError, StaleDataError):
        app.register_error_handler(kind, on_clash)
    for bad in (DataError, OverflowError):
        app.register_error_handler(bad, on_bad_value)
    app.register_error_handler(StatementError, on_statement_error)
    app.register_error_handler(OperationalError, on_database_error)
