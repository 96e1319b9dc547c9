"""A browser that signs in by the form, and accounts with passwords."""

import re
from dataclasses import dataclass
from typing import Any

from core.accounts.models import User
from core.accounts.password_change import store_password
from core.accounts.passwords import hash_password
from core.actor import system_actor
from core.unit_of_work import unit_of_work

PASSWORD = "three calm herons wait"
HASHED = hash_password(PASSWORD)
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def set_password(user: User, *, must_change: bool = False, hashed: str = HASHED) -> None:
    with unit_of_work(system_actor("test password")) as session:
        stored = session.get_one(User, user.id)
        store_password(session, stored, hashed, must_change=must_change)


@dataclass
class Browser:
    """A client that takes the CSRF token from the page before it posts."""

    client: Any

    def post(self, path: str, data: dict[str, Any] | None = None, *, page: str = "", **options):
        shown = self.client.get(page or path)
        token = TOKEN.search(shown.get_data(as_text=True))
        assert token, f"{page or path} answered {shown.status} without a form"
        return self.client.post(path, data={"csrf_token": token[1], **(data or {})}, **options)

    def get(self, path: str, **options):
        return self.client.get(path, **options)

    def sign_in(self, login: str, password: str = PASSWORD, **data: Any):
        return self.post(
            "/login", {"login": login, "password": password, **data}, page="/login/first"
        )

    @property
    def token(self) -> str | None:
        cookie = self.client.get_cookie("sunmao")
        return cookie.value if cookie else None
