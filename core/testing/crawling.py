"""Walk a site as one person and collect all that it answers, files included.

Nothing here knows an add-on: pages come from the URL map and from the links of pages, ids from
the rows that are there.
"""

import io
import itertools
import re
import zipfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import inspect, select
from werkzeug.routing import IntegerConverter, Rule
from werkzeug.test import TestResponse

from core.access.declarations import Protected
from core.access.decorators import declaration_of
from core.accounts.models import User
from core.actor import Actor
from core.addons.registry import registry
from core.database import Model
from core.testing.making import MAKING
from core.unit_of_work import current_unit, read_only, unit_of_work

HREF = re.compile(r"""(?:href|action|hx-get|src)\s*=\s*["']([^"']+)["']""")
LEAVES_ALONE = {"/logout"}
LIMIT = 400
NOWHERE = 2_000_000_000  # an id that no record has
SENT_AWAY = frozenset({301, 302, 303})
Route = tuple[str, tuple[str, ...], str]  # endpoint, declaration, address
FAULTS = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "inline script": re.compile(
        r"<script(?![^>]*\s(?:src\s*=|type=\"application/json\"))", re.IGNORECASE
    ),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "javascript link": re.compile(r"javascript:", re.IGNORECASE),
}
POST_FORM = re.compile(r"<form[^>]*method=[\"']post[\"'].*?</form>", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def all_ids() -> list[int]:
    """Return the ids of every row that only some people may see, whatever its table."""
    ids: set[int] = set()
    with unit_of_work(MAKING) as session:
        for mapper in Model.registry.mappers:
            key = inspect(mapper.class_).primary_key
            if issubclass(mapper.class_, Protected) and len(key) == 1:
                ids |= set(session.scalars(select(key[0])))
    return sorted(ids)


def text_of(body: bytes) -> str:
    """Return all the text of an answer; XLSX is opened, but for the time at which it was made."""
    if body[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            inside = [name for name in archive.namelist() if not name.startswith("docProps/")]
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in inside)
    return body.decode("utf-8", "replace")


def takes_number(rule: Rule, name: str) -> bool:
    """Tell whether an argument of an address is a number, such as an id."""
    return isinstance(rule._converters[name], IntegerConverter)  # noqa: SLF001 - no public way


def built(app: Flask, rule: Rule, values: dict[str, Any]) -> str:
    """Return the address of a rule with values for its arguments."""
    with app.test_request_context():
        return str((rule.build(values, append_unknown=False) or ("", ""))[1])


@dataclass
class Crawl:
    """One person's walk: `pages` maps each address to (status, text)."""

    app: Flask
    client: FlaskClient
    search: str
    below: str | tuple[str, ...] = "/"  # where the walk begins; links lead it anywhere
    follow: bool = True
    pages: dict[str, tuple[int, str]] = field(default_factory=dict)

    def run(self, ids: list[int]) -> "Crawl":
        """Visit every GET route with every id, then whatever the pages link to."""
        queue = deque(self._starts(ids))
        while queue and len(self.pages) < LIMIT + len(ids) * 60:
            path = queue.popleft()
            key = self._normal(path)
            if key in self.pages or urlsplit(path).path in LEAVES_ALONE:
                continue
            response = self.client.get(path)
            self.pages[key] = response.status_code, text_of(response.data)
            if self.follow and response.status_code == 200 and response.mimetype == "text/html":
                queue.extend(self._links(path, self.pages[key][1]))
        return self

    def holding(self, word: str) -> list[str]:
        """Return the addresses whose answer holds `word`, but where the address itself said it."""
        return [path for path, (_, text) in self.pages.items() if word in text and word not in path]

    def failed(self) -> dict[str, int]:
        """Return the addresses that broke."""
        return {path: status for path, (status, _) in self.pages.items() if status >= 500}

    def _starts(self, ids: list[int]) -> list[str]:
        starts = []
        for rule in self.app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or rule.endpoint in {"static", "assets"}:
                continue
            if not f"{rule.rule}/".startswith(self.below):
                continue
            choices = [self._values(rule, name, ids) for name in sorted(rule.arguments)]
            for values in itertools.product(*choices):
                path = built(self.app, rule, dict(zip(sorted(rule.arguments), values, strict=True)))
                starts.append(path)
                if not rule.arguments:
                    starts += [
                        f"{path}?{urlencode({'q': word})}" for word in (self.search, "%", "_")
                    ]
                    starts += [f"{path}?format={kind}" for kind in ("csv", "xlsx")]
        kinds = registry().resources if self.below == "/" else ()
        return starts + [f"/why?resource={kind}&record={one}" for kind in kinds for one in ids]

    def _values(self, rule: Rule, name: str, ids: list[int]) -> list[Any]:
        if takes_number(rule, name):
            return ids
        known = {
            "name": list(registry().loaded),
            "act": ["disable", "uninstall", "purge"],
            "owner": ["core", *registry().loaded],
            "key": [one.key for one in registry().exchanges()],
            "kind": ["jobs.tidy"],
        }
        return known.get(name, ["nothing"])

    def _links(self, base: str, text: str) -> list[str]:
        found = []
        for href in HREF.findall(text):
            path = urljoin(base, unescape(href)).partition("#")[0]
            if path.startswith("/") and not path.startswith(("/static", "/assets")):
                found.append(path)
        return found

    def _normal(self, path: str) -> str:
        parts = urlsplit(path)
        pairs = sorted(parse_qsl(parts.query, keep_blank_values=True))
        return f"{parts.path}?{urlencode(pairs)}" if pairs else parts.path


def routes(
    app: Flask,
    method: str,
    *,
    texts: Mapping[str, str] | None = None,
    below: str | tuple[str, ...] = "/",
) -> list[Route]:
    """Return every route that takes the method, with an id of nothing where it wants one."""
    found: list[Route] = []
    for rule in app.url_map.iter_rules():
        declared = declaration_of(app.view_functions[rule.endpoint])
        outside = rule.endpoint in {"static", "assets"} or not f"{rule.rule}/".startswith(below)
        if declared is None or method not in (rule.methods or ()) or outside:
            continue
        values: dict[str, Any] = {
            name: NOWHERE if takes_number(rule, name) else (texts or {}).get(name, "nothing")
            for name in rule.arguments
        }
        found.append((rule.endpoint, declared, built(app, rule, values)))
    return found


def may_enter(app: Flask, user: User | None, declared: tuple[str, ...]) -> bool:
    """Tell whether a user, or nobody, passes what a route declares."""
    if declared[0] == "public" or user is None:
        return declared[0] == "public"
    if declared[0] == "signed_in":
        return True
    with app.app_context(), read_only(actor_of(user)):
        return current_unit().access.may(declared[1], declared[2])


def actor_of(user: User) -> Actor:
    """Return the actor as whom a user acts."""
    return Actor(
        "user",
        user_id=user.id,
        employee_id=user.employee_id,
        label=user.login,
        is_administrator=user.is_administrator,
    )


def judged(response: TestResponse, *, allowed: bool, stranger: bool) -> str | None:
    """Return what is wrong with an answer, None when it is right."""
    status = response.status_code
    to_login = status in SENT_AWAY and "/login" in response.headers["Location"]
    if status >= 500:
        return f"{status}"
    if allowed:
        return f"{status} although allowed" if to_login or status in {401, 403} else None
    if stranger:
        return None if to_login or status == 401 else f"{status} for a stranger"
    return None if status == 403 else f"{status} without the right"


def markup_faults(text: str) -> list[str]:
    """Return what the content security policy forbids in a template or a page."""
    bare = COMMENT.sub("", text)
    found = [name for name, pattern in FAULTS.items() if pattern.search(bare)]
    if any("csrf" not in form and "hidden_tag" not in form for form in POST_FORM.findall(bare)):
        found.append("post form without token")
    return found
