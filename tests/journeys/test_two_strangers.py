"""Two people with disjoint ranges: neither ever sees a trace of the other's rows, on any page.

Every row carries a word of its owner. The crawl follows every route, every id of both, every
filter, sort, search, export and history that a page links to.
"""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from addons.customers.models import Customer
from core.actor import system_actor
from core.addons.registry import registry
from core.clock import now
from core.files.services import attach, received
from core.notifications.services import Notice, notify
from core.remarks.services import write_remark
from core.testing.canaries import owned, protected_models, seed
from core.testing.client import signed_in_client
from core.testing.crawling import Crawl, all_ids
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work

pytestmark = pytest.mark.whole

OURS, THEIRS = "canary-wren", "canary-crow"
CHANGING = [
    re.compile(r'name="csrf_token"[^>]*value="[^"]+"'),
    re.compile(r'(?:nonce|content)="[A-Za-z0-9_.-]{16,}"'),
    re.compile(r"\b[0-9A-F]{4}-[0-9A-F]{4}\b"),  # the number of a refusal
    re.compile(r"<time[^>]*>[^<]*</time>"),
]


@pytest.fixture
def two(app, make):
    """Give two accounts in units of their own, each with rows of every add-on."""
    ann = make.user("ann", unit=make.unit("One"), locale="en")
    bob = make.user("bob", unit=make.unit("Two"), locale="en")
    for user, canary in ((ann, OURS), (bob, THEIRS)):
        seed(make.person_of(user), canary)
        talk(make.actor(user), canary)
    return ann, bob


def talk(actor, canary: str) -> None:
    """Let somebody write a remark on an own account, attach a file and be told of it."""
    with unit_of_work(actor) as session:
        key = session.scalars(select(Customer.id)).first()
        write_remark("customers.customer", key, f"{canary} remark, @ann @bob")
        file = (BytesIO(f"{canary} inside".encode()), f"{canary}.txt")
        with received("customers.customer", key, [file]) as stored:
            attach("customers.customer", key, stored)
    with unit_of_work(MAKING) as session:
        notice = Notice(
            kind="core.remark",
            key=canary,
            title=lambda: f"{canary} was told",
            detail=lambda: f"{canary} in detail",
            resource="customers.customer",
            record_id=key,
        )
        notify(session, notice, users=[actor.user_id])


def walk(app, user) -> Crawl:
    return walk_as(app, signed_in_client(app, user))


def walk_as(app, client) -> Crawl:
    return Crawl(app, client, search="canary").run(all_ids())


def test_neither_sees_a_trace_of_the_other(app, two):
    ann, bob = two
    for user, own, foreign in ((ann, OURS, THEIRS), (bob, THEIRS, OURS)):
        crawl = walk(app, user)
        assert not crawl.failed()
        assert crawl.holding(own), "the crawl saw nothing at all: it proves nothing"
        assert crawl.holding(f"{own} remark"), "the crawl met no remark"
        assert crawl.holding(f"{own} inside"), "the crawl met no attachment"
        assert any(path.endswith("/delete") for path in crawl.holding(f"{own}.txt"))
        assert "/notifications/" in crawl.holding(f"{own} was told")
        assert not crawl.holding(foreign)


def test_what_others_do_changes_no_answer(app, make, two, frozen):
    ann, bob = two
    client = signed_in_client(app, ann)
    # the walk would read them under its own feet
    client.submit("/notifications/read-all", follow_redirects=True)
    with frozen(now()):
        before = walk_as(app, client).pages
        seed(make.person_of(bob), THEIRS + "-again")
        after = walk_as(app, client).pages
    shared = before.keys() & after.keys()
    assert len(shared) > 30
    changed = [path for path in shared if _still(before[path]) != _still(after[path])]
    assert [difference(before[path], after[path]) for path in changed[:3]] == []


def difference(one: tuple[int, str], other: tuple[int, str]) -> list[str]:
    """Return the lines that differ, so that a failure says what leaks."""
    lines = zip(_still(one)[1].splitlines(), _still(other)[1].splitlines(), strict=False)
    return [f"{left[:300]} | {right[:300]}" for left, right in lines if left != right][:2]


def _still(page: tuple[int, str]) -> tuple[int, str]:
    status, text = page
    for pattern in CHANGING:
        text = pattern.sub("", text)
    return status, text


def test_an_administrator_sees_both(app, make, two):
    crawl = walk(app, make.administrator(locale="en"))
    assert not crawl.failed()
    assert crawl.holding(OURS)
    assert crawl.holding(THEIRS)


def test_the_crawl_sees_a_planted_leak(app, two, monkeypatch):
    """A view that reads as the system, as a careless add-on might, must not pass unseen."""
    ann, _bob = two
    endpoint = "customers.index"

    def leaking(**_arguments):
        from addons.customers.models import Customer

        with unit_of_work(system_actor("careless")) as session:
            return "\n".join(str(one.name) for one in session.query(Customer))

    monkeypatch.setitem(app.view_functions, endpoint, leaking)
    assert walk(app, ann).holding(THEIRS)


def test_both_have_rows_in_every_table_whose_rows_belong_to_people(app, make, two):
    people = [make.person_of(one) for one in two]
    with unit_of_work(MAKING) as session:
        empty = [
            model.__name__
            for name in registry().loaded
            for model in protected_models(name)
            if not all(owned(session, model, person) for person in people)
        ]
    assert not empty
