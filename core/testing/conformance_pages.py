"""Conformance of an add-on's pages: rights, leaks, markup, statements; and of its measures."""

import logging
from collections.abc import Iterator
from typing import Any, cast

from flask.testing import FlaskClient
from sqlalchemy import delete, select

from core.access.models import AccessTerm
from core.accounts.models import User
from core.addons.faults import place_of
from core.addons.models import bump
from core.clock import period_of, today
from core.contributions import Verb
from core.database import db
from core.testing.canaries import protected_models, seed
from core.testing.client import Client, signed_in_client
from core.testing.crawling import NOWHERE, Crawl, all_ids, judged, may_enter, routes
from core.testing.crawling import markup_faults as forbidden
from core.testing.databases import counted
from core.testing.making import MAKING
from core.testing.subject import CANARIES, Subject
from core.unit_of_work import read_only, unit_of_work

METHODS = ("GET", "HEAD", "POST")
MISSING, UNREAD = {404}, {415, 422}  # the API may first refuse a body that it cannot read
STATEMENTS = 8
MORE_ROWS = 6
FACTS = ("subject_id", "org_id", "occurred_on", "num", "den", "weight", "ref", "title",
         "changed_at")  # fmt: skip


def route_faults(subject: Subject) -> list[str]:
    """Return what routes answer wrongly to a stranger, to staff and to an administrator.

    The administrator asks for records that do not exist: 404 is right there, 403 is not.
    """
    people = (None, subject.make.user("staff"), subject.make.administrator())
    found = []
    for user in people:
        client = signed_in_client(subject.app, user) if user else subject.app.test_client()
        for path, declared, answer in _asked(subject, client):
            allowed = may_enter(subject.app, user, declared)
            fault = judged(answer, allowed=allowed, stranger=user is None)
            right = MISSING | (UNREAD if path.startswith("POST /api/") else set())
            if not fault and allowed and str(NOWHERE) in path and answer.status_code not in right:
                fault = f"{answer.status_code} for a record that does not exist"
            if fault:
                found.append(f"{path} for {user.login if user else 'nobody'}: {fault}")
    return found


def rightless_faults(subject: Subject) -> list[str]:
    """Return the guarded routes that let somebody in who holds no right at all."""
    user = subject.make.user("nothing")
    with unit_of_work(MAKING) as session:
        session.execute(delete(AccessTerm))
        bump(session, "rights_version")
    asked = _asked(subject, signed_in_client(subject.app, user))
    return [
        f"{path}: {answer.status_code} without any right"
        for path, declared, answer in asked
        if declared[0] == "needs" and answer.status_code != 403
    ]


def _asked(subject: Subject, client: FlaskClient) -> Iterator[tuple[str, Any, Any]]:
    """Ask every route of the add-on by every method; yield "METHOD path", declaration, answer."""
    token = cast("Client", client).token()
    for method in METHODS:
        for _endpoint, declared, path in routes(subject.app, method, below=subject.roots):
            data = {"csrf_token": token} if method == "POST" else None
            yield f"{method} {path}", declared, client.open(path, method=method, data=data)


def foreign_record_faults(subject: Subject) -> list[str]:
    """Return the record pages that tell a stranger's record from one that does not exist."""
    found = []
    clients = [signed_in_client(subject.app, user) for user in subject.strangers]
    for resource in subject.own("resources"):
        if resource.model not in protected_models(subject.name) or not resource.endpoint:
            continue
        for user, own, other in zip(subject.strangers, clients, reversed(clients), strict=True):
            for key in _keys_of(subject, resource.model, user):
                path = _address(subject, resource.endpoint, key)
                if own.get(path).status_code != 200:
                    found.append(f"{path}: its own owner does not get it")
                if (status := other.get(path).status_code) != 404:
                    found.append(f"{path}: {status} for a stranger instead of 404")
    return found


def _keys_of(subject: Subject, model: type[Any], user: User) -> list[int]:
    person = subject.make.person_of(user)
    with unit_of_work(MAKING) as session:
        statement: Any = select(model).where(model.scope_owner_id == person.id)
        return [row.id for row in session.scalars(statement)]


def _address(subject: Subject, endpoint: str, key: int) -> str:
    with subject.app.test_request_context():
        return str(subject.app.url_for(endpoint, record_id=key))


def table_leaks(subject: Subject) -> list[str]:
    """Return the tables of which a person gets rows of somebody else, or none of their own."""
    found = []
    for user in subject.strangers:
        person = subject.make.person_of(user)
        for model in protected_models(subject.name):
            for action in (Verb.QUERY, Verb.EXPORT):
                with unit_of_work(subject.make.actor(user)) as session:
                    statement = select(model.scope_owner_id).execution_options(action=action)
                    owners = set(session.scalars(statement))
                if owners != {person.id}:
                    got = "nothing, although it has rows" if not owners else "rows of others"
                    found.append(f"{model.__name__}, {action}: {user.login} gets {got}")
    return found


def page_leaks(subject: Subject) -> list[str]:
    """Return the pages, files, searches, histories and pickers that show a stranger's word."""
    found = []
    foreign = dict(zip(CANARIES, reversed(CANARIES), strict=True))
    ids = all_ids()
    for user, own in zip(subject.strangers, CANARIES, strict=True):
        client = signed_in_client(subject.app, user)
        crawl = Crawl(subject.app, client, search="canary", below=subject.roots).run(ids)
        found += [f"{path}: {status}" for path, status in crawl.failed().items()]
        found += [f"{p} shows {user.login} {foreign[own]}" for p in crawl.holding(foreign[own])]
        if protected_models(subject.name) and not crawl.holding(own):
            found.append(f"no page shows {user.login} rows of their own: the walk proves nothing")
    return found


def markup_faults(subject: Subject) -> list[str]:
    """Return the pages that break, or hold inline code, in either language."""
    found = []
    boss = subject.make.administrator(locale="en")
    ids = all_ids()
    for locale in ("en", "zh_Hans_CN"):
        with unit_of_work(MAKING) as session:
            session.get_one(User, boss.id).locale = locale
        client = signed_in_client(subject.app, boss)
        crawl = Crawl(subject.app, client, search="canary", below=subject.roots, follow=False)
        for path, (status, text) in crawl.run(ids).pages.items():
            if status >= 500:
                found.append(f"{path} in {locale}: {status}")
            if text.lstrip()[:9].lower() == "<!doctype":
                found += [f"{path} in {locale}: {one}" for one in forbidden(text)]
    return found


def fragment_faults(subject: Subject) -> list[str]:
    """Return the add-on's fragments that raise where it puts them; readers see only a note."""
    slots, found = subject.own("slots"), set()

    def hear(record: logging.LogRecord) -> bool:
        name, error = getattr(record, "slot", ""), (record.exc_info or (None, None))[1]
        if name in [f"{one.place}: {one.key}" for one in slots] and isinstance(error, Exception):
            place = place_of(error, subject.folder) or "line unknown"
            found.add(f"slot {name} raised {type(error).__name__}: {error} ({place})")
        return True

    loaded = subject.registry.loaded
    below = tuple(
        {f"/{one}/" for one in (s.place.partition(".")[0] for s in slots) if one in loaded}
    )
    subject.app.logger.addFilter(hear)
    try:
        for user in (subject.make.administrator(locale="en"), *subject.strangers[:1]):
            client = signed_in_client(subject.app, user)
            client.get("/")
            crawl = Crawl(subject.app, client, search="canary", below=below, follow=False)
            for path, (_status, text) in crawl.run(all_ids() if below else []).pages.items():
                for slot in (one for one in slots if f"tab={one.key}" in text):
                    client.get(f"{path.partition('?')[0]}?tab={slot.key}")
    finally:
        subject.app.logger.removeFilter(hear)
    return sorted(found)


def statement_faults(subject: Subject) -> list[str]:
    """Return the pages without an id that ask much of the database, or more with more rows."""
    ann = subject.strangers[0]
    client = signed_in_client(subject.app, ann)
    paths = [
        path
        for _endpoint, declared, path in routes(subject.app, "GET", below=subject.roots)
        if declared[0] == "needs" and declared[2] == "query" and str(NOWHERE) not in path
    ]
    before = {path: _cost(client, path) for path in paths}
    for _ in range(MORE_ROWS):
        seed(subject.make.person_of(ann), CANARIES[0], addons=[subject.name])
    found = []
    for path in paths:
        after = _cost(client, path)
        if max(after, before[path]) > STATEMENTS:
            found.append(f"{path}: {after} statements, {STATEMENTS} are allowed")
        elif after > before[path]:
            found.append(f"{path}: {before[path]} statements, {after} with more rows")
    return found


def _cost(client: FlaskClient, path: str) -> int:
    client.get(path)  # what is compiled and cached once does not count
    with counted(db.engine) as sent:
        client.get(path)
    return sum(1 for one in sent if not one.startswith(("PRAGMA", "BEGIN", "SAVEPOINT", "RELEASE")))


def measure_faults(subject: Subject) -> list[str]:
    """Return the measures without exactly the nine columns, or that count rows of strangers."""
    found = []
    for measure in subject.own("measures"):
        statement: Any = measure.facts(period_of(today()))
        names = tuple(statement.selected_columns.keys())
        if names != FACTS:
            found.append(
                f"{measure.key}: its columns are {', '.join(names)}, not {', '.join(FACTS)}"
            )
            continue
        for user, foreign in zip(subject.strangers, reversed(CANARIES), strict=True):
            with read_only(subject.make.actor(user)) as session:
                rows = session.execute(statement).all()
            if any(foreign in str(row.title) for row in rows):
                found.append(f"{measure.key}: {user.login} is given facts of a stranger")
    return found
