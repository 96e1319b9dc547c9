"""A browser without a window: keeps cookies, fills forms, speaks HTTP to a real server."""

import http.client
import re
import secrets
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from core.accounts.sessions import cookie_name, start_session
from core.testing.client import MAKING_SIGN_IN, TOKEN
from core.unit_of_work import unit_of_work


class TornConnectionError(ConnectionError):
    """The server was not there, or went away before its answer was whole: nothing is known."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return urlsplit(self.headers.get("Location", "")).path


@dataclass
class RealClient:
    """One person at one server; TornConnectionError is raised when the answer is not whole."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    timeout: float = 30.0

    @classmethod
    def of(cls, app, user, address: str, *, timeout: float = 30.0) -> "RealClient":
        """Return a client that is signed in as `user`."""
        with unit_of_work(MAKING_SIGN_IN) as session:
            token = start_session(session, user)
        return cls(address, {cookie_name(app.config["SUNMAO"]): token}, timeout)

    def get(self, path: str) -> Answer:
        return self._send("GET", path, None, {})

    def submit(self, path: str, values: dict[str, str], *, form: str | None = None) -> Answer:
        """Send a form; its token comes from the page `form` (the path itself unless given)."""
        return self.post(path, {"csrf_token": self.token(form or path), **values})

    def token(self, path: str) -> str:
        """Return the token of the form on a page."""
        answer = self.get(path)
        found = TOKEN.search(answer.text)
        assert found, f"{answer.status} and no form on {path}"
        return found.group(1)

    def post(self, path: str, values: dict[str, str]) -> Answer:
        """Send values that hold their token already."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, urlencode(values).encode(), kind)

    def upload(self, path: str, name: str, content: bytes) -> Answer:
        """Send a file in the field `file`."""
        return self.upload_to(path, name, content, self.token(path))

    def upload_to(self, path: str, name: str, content: bytes, token: str) -> Answer:
        """Send a file in the field `file` with the token of a form on another page."""
        mark = secrets.token_hex(12)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n'
            f"{token}\r\n".encode(),
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/csv\r\n\r\n".encode(),
            content,
            f"\r\n--{mark}--\r\n".encode(),
        ]
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._send("POST", path, b"".join(parts), kind)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        place = urlsplit(self.address)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=self.timeout)
        said = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **headers}
        try:
            connection.request(method, path, body, {"Accept-Language": "en", **said})
            with connection.getresponse() as response:
                if response.length is None and not response.chunked:
                    raise http.client.IncompleteRead(b"")  # our servers always say how long it is
                answer = Answer(response.status, dict(response.getheaders()), response.read())
                for line in response.headers.get_all("Set-Cookie", []):
                    for name, morsel in SimpleCookie(line).items():
                        self.cookies[name] = morsel.value
        except TimeoutError:
            raise  # a server that is there but does not answer is a fault of its own
        except (OSError, http.client.HTTPException) as error:
            raise TornConnectionError(repr(error)) from error
        finally:
            connection.close()
        return answer


def chosen_options(text: str) -> dict[str, str]:
    """Return {name: value} of every <select> as the page proposes it."""
    found = {}
    for name, inside in re.findall(
        r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', text, re.DOTALL
    ):
        picked = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = picked.group(1) if picked else ""
    return found
