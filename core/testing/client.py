"""A test client whose requests know nothing of the test around them but the time."""

import re
import secrets
from contextvars import Context
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core import clock
from core.accounts.models import ApiToken, User
from core.accounts.sessions import cookie_name, digest, start_session
from core.accounts.tokens import MARK, PREFIX_SIGNS, SECRET_BYTES
from core.actor import system_actor
from core.addons.registry import registry
from core.unit_of_work import unit_of_work

MAKING_SIGN_IN = system_actor("test sign-in")
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Client(FlaskClient):
    """Runs each request in an empty context, as a server would, with the clock of the test.

    Without this a request would share `flask.g`, the actor and the unit of work of the test.
    """

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        """Send a request and read the whole answer before the request's context ends."""
        options["buffered"] = True
        context = Context()
        source = clock._source.get()  # noqa: SLF001 - the one place that carries it over
        context.run(clock._source.set, source)  # noqa: SLF001
        response: TestResponse = context.run(super().open, *arguments, **options)
        return response

    def submit(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Send a form with the token against forged requests, as a page of the site would."""
        return self.post(path, data={"csrf_token": self.token(), **(data or {})}, **options)

    def token(self) -> str:
        """Return a token for this client's session, from a page that everybody may open."""
        for path in ("/account", "/login"):
            found = TOKEN.search(self.get(path).get_data(as_text=True))
            if found:
                return found.group(1)
        raise AssertionError("no page holds a form with a token")


def sign_in_cookie(app: Flask, user: User) -> dict[str, str]:
    """Begin a sign-in session of `user`, without a password; return the cookie's name and value."""
    with unit_of_work(MAKING_SIGN_IN) as session:
        token = start_session(session, session.get_one(User, user.id))
    return {"name": cookie_name(app.config["SUNMAO"]), "value": token}


def token_headers(user: User, *scopes: tuple[str, str]) -> dict[str, str]:
    """Make an API token of `user`, of these scopes or of everything; return the header for it."""
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    with unit_of_work(MAKING_SIGN_IN) as session:
        held = session.get_one(User, user.id)
        instant = clock.now()
        session.add(
            ApiToken(
                token_hash=digest(secret),
                prefix=secret[:PREFIX_SIGNS],
                user_id=held.id,
                name="test",
                scopes=[list(scope) for scope in scopes or every_scope()],
                session_version=held.session_version,
                created_at=instant,
                expires_at=instant + timedelta(days=1),
            )
        )
    return {"Authorization": f"Bearer {secret}"}


def every_scope() -> list[tuple[str, str]]:
    """Return every right that can be put into a token, held or not."""
    resources = registry().resources.values()
    return [(one.key, str(action)) for one in resources for action in one.actions]


def signed_in_client(app: Flask, user: User) -> FlaskClient:
    """Return a client that carries a fresh sign-in session of `user`."""
    cookie = sign_in_cookie(app, user)
    client = app.test_client()
    client.set_cookie(cookie["name"], cookie["value"], httponly=True)
    return client
