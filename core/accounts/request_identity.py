"""Before each request: who is it? One statement on the connection that the request goes on with."""

from contextlib import ExitStack
from datetime import datetime

from flask import Flask, Response, current_app, g, request
from flask_login import LoginManager
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as BaseResponse

from core.accounts import reauthentication
from core.accounts.identity import Identity, SignedInUser, load_identity, load_token
from core.accounts.models import ApiToken, LoginSession
from core.accounts.sessions import Client, cookie_name, digest, idle_limit, note_seen
from core.actor import ANONYMOUS, acting_as, system_actor
from core.clock import now
from core.config import Config, site_config
from core.database import READ
from core.unit_of_work import UnitOfWork, enter_request_unit, is_retryable, unit_of_work

SEEN_EVERY_SECONDS = 60
STATIC = ("/static/", "/assets/")
PROBES = ("/health", "/health/ready")  # load balancers ask; nobody is looked up
API = "/api/"
NO_TOKEN = ""

Kind = type[LoginSession | ApiToken]


def configure_accounts(app: Flask) -> None:
    """Install the identity of requests, the sign-in page for strangers and proxy addresses."""
    config: Config = app.config["SUNMAO"]
    if config.proxy_hops:
        hops = config.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    manager = LoginManager()
    manager.session_protection = None  # our sessions are in the database, not in Flask's cookie
    manager.init_app(app)
    manager.request_loader(_current_user)
    app.before_request(identify)
    app.after_request(_after)
    app.teardown_request(_leave)
    reauthentication.configure(app)


def identify() -> None:
    """Set g.actor, g.epoch, g.login_session and open the request's reading unit."""
    unit = UnitOfWork(ANONYMOUS, READ)
    stack = g.accounts_stack = ExitStack()
    g.actor, g.epoch, g.login_session, g.identity_state = ANONYMOUS, None, None, "none"
    g.api_token = g.half_session = None
    if not is_static():
        identity = _load(unit)
        unit.actor = g.actor = identity.actor
        unit.rights_version = identity.epoch.rights_version  # read in the unit's own transaction
        unit.settings_version = identity.epoch.settings_version
        g.epoch = identity.epoch
        g.login_session = identity.session
        g.half_session = identity.half
        g.api_token = identity.token
        g.identity_state = identity.state
        g.signed_in_user = identity.user
        g.late_user_id = identity.late_user_id
    stack.enter_context(acting_as(g.actor))
    stack.callback(enter_request_unit(unit))


def is_static() -> bool:
    """Tell whether the request is for something that is the same for everybody."""
    return request.path.startswith(STATIC) or request.path in PROBES


def client_of_request() -> Client:
    """Return where the request comes from."""
    return Client(request.remote_addr or "", request.user_agent.string)


def session_cookie() -> str | None:
    """Return the token of the session cookie, if the browser sent one."""
    return request.cookies.get(cookie_name(site_config()))


def set_session_cookie(response: BaseResponse, token: str) -> None:
    """Give the browser a new session."""
    config = site_config()
    response.set_cookie(
        cookie_name(config),
        token,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )


def clear_session_cookie(response: BaseResponse) -> None:
    """Take the session from the browser."""
    config = site_config()
    response.delete_cookie(
        cookie_name(config),
        path="/",
        httponly=True,
        samesite="Lax",
        secure=config.secure_cookies,
    )


def bearer_token() -> str | None:
    """Return the API token of the request, "" for any other Authorization, None without one.

    Tokens are for the programming interface only, and there they replace the cookie.
    """
    if not request.path.startswith(API) or "Authorization" not in request.headers:
        return None
    kind, _space, token = request.headers["Authorization"].partition(" ")
    return token.strip() if kind.lower() == "bearer" else NO_TOKEN


def _load(unit: UnitOfWork) -> Identity:
    bearer = bearer_token()
    if bearer is not None:
        return load_token(unit.connection, digest(bearer))
    token = session_cookie()
    return load_identity(unit.connection, digest(token) if token else NO_TOKEN, idle_limit())


def _current_user(_request: object) -> SignedInUser | None:
    user: SignedInUser | None = g.get("signed_in_user")
    return user


def _after(response: Response) -> Response:
    """Note the session as seen once the answer is on its way, at most once a minute."""
    held = g.get("login_session") or g.get("api_token")
    if held is None:
        return response
    seen, instant = held.last_seen_at, now()
    if seen is None or (instant - seen).total_seconds() >= SEEN_EVERY_SECONDS:
        app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        kind = LoginSession if g.login_session is not None else ApiToken
        response.call_on_close(lambda: _note_seen(app, kind, held.id, instant))
    return response


def _note_seen(app: Flask, kind: Kind, session_id: int, instant: datetime) -> None:
    with app.app_context():
        try:
            with unit_of_work(system_actor("session seen")) as session:
                note_seen(session, kind, session_id, instant)
        except OperationalError as error:
            if not is_retryable(error):
                raise
            app.logger.info("session %s was not noted as seen: %s", session_id, error)


def _leave(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("accounts_stack", None)
    if stack is not None:
        stack.close()
