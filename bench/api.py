"""Accounts through the programming interface: a thousand in one call, and one by one.

`python -m bench.api [sqlite|postgresql …]`. Rights, audit and scope are checked for each record;
the bars are those of the issue, in records a second of this machine's wall clock.
"""

import json
import secrets
import statistics
import sys
import time
from datetime import timedelta
from functools import partial
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.measure import settle, table
from bench.pages import BENCH, addresses, create_site
from core.accounts.models import ApiToken, User
from core.accounts.sessions import digest
from core.clock import now
from core.unit_of_work import unit_of_work

ROOT = "/api/v1/customers"
BATCH, SINGLES, ROUNDS = 1_000, 200, 5
BARS = {"create 1,000": 1_250.0, "change 1,000": 1_250.0, "create 1": 120.0, "change 1": 120.0}
SCOPES = [["customers.customer", action] for action in ("query", "create", "update")]


def token_of(app: Flask, user_id: int) -> str:
    """Make a token for accounts and return it."""
    secret = f"sunmao_{secrets.token_urlsafe(32)}"
    with app.app_context(), unit_of_work(BENCH) as session:
        user = session.get_one(User, user_id)
        session.add(
            ApiToken(
                token_hash=digest(secret), prefix=secret[:15], user_id=user_id, name="bench",
                scopes=SCOPES, session_version=user.session_version, created_at=now(),
                expires_at=now() + timedelta(days=1),
            )
        )  # fmt: skip
    return secret


def send(app: Flask, token: str, method: str, path: str, body: Any, **headers: str) -> Any:
    """Send one request through the whole WSGI stack and return the answer's JSON."""
    data = json.dumps(body).encode()
    said = {"Authorization": f"Bearer {token}", **headers}
    builder = EnvironBuilder(
        path=path, method=method, data=data, content_type="application/json", headers=said
    )
    parts, status, _headers = run_wsgi_app(app.wsgi_app, builder.get_environ(), buffered=True)
    text = b"".join(parts)
    assert status.startswith("20"), (status, text[:500])
    return json.loads(text)


def rates(app: Flask, token: str) -> dict[str, float]:
    """Return records a second of each way, the median of some rounds."""
    found: dict[str, list[float]] = {name: [] for name in BARS}

    def timed(name: str, count: int, act: Any) -> Any:
        begin = time.perf_counter()
        result = act()
        found[name].append(count / (time.perf_counter() - begin))
        return result

    def changed(one: dict[str, Any]) -> Any:
        path = f"{ROOT}/{one['id']}"
        return send(app, token, "PATCH", path, {"region": "N"}, **{"If-Match": '"1"'})

    def created(draft: dict[str, Any]) -> Any:
        return send(app, token, "POST", ROOT, draft)

    def each(act: Any, items: list[Any]) -> list[Any]:
        return [act(one) for one in items]

    def batch(method: str, items: list[Any]) -> Any:
        return send(app, token, method, f"{ROOT}/batch", {"items": items})

    for number in range(ROUNDS):
        drafts = [{"name": f"Batch {number} {one}", "grade": "B"} for one in range(BATCH)]
        made = timed("create 1,000", BATCH, partial(batch, "POST", drafts))["items"]
        changes = [{"id": o["id"], "row_version": 1, "region": "N"} for o in made]
        timed("change 1,000", BATCH, partial(batch, "PATCH", changes))
        names = [{"name": f"Single {number} {one}"} for one in range(SINGLES)]
        ones = timed("create 1", SINGLES, partial(each, created, names))
        timed("change 1", SINGLES, partial(each, changed, ones))
    return {name: statistics.median(values) for name, values in found.items()}


def run(kind: str) -> bool:
    """Measure one kind of database; return whether every bar is held."""
    with addresses(kind) as (_bare_url, site_url, instance):
        app, people = create_site(site_url, instance)
        settle()
        token = token_of(app, people.own)
        figures = rates(app, token)
    rows = [(name, f"{rate:,.0f}", f"{BARS[name]:,.0f}") for name, rate in figures.items()]
    table(f"{kind}: accounts through the API beside 100,000", rows, ("way", "records/s", "bar"))
    return all(figures[name] >= bar for name, bar in BARS.items())


if __name__ == "__main__":
    results = [run(kind) for kind in sys.argv[1:] or ["sqlite", "postgresql"]]
    print("\nevery bar is held" if all(results) else "\nA BAR IS NOT HELD")
    sys.exit(0 if all(results) else 1)
