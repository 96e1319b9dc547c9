"""Two people with accounts of their own, and ways to tell them things."""

import email
import email.policy
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from core.accounts.models import User
from core.actor import Actor
from core.i18n import gettext as _
from core.notifications import posting
from core.notifications.mail_choices import Wish, choose
from core.notifications.models import Notification
from core.notifications.services import Notice, notify
from core.organisation.models import Employee
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.api.conftest import program
from tests.core.jobs.test_kills import victims
from tests.core.jobs.toys import toys


@dataclass
class Pair:
    """Ann and Bob share nothing; each has one account whose name holds a word of its owner."""

    ann: User
    bob: User
    anns: int
    bobs: int


@pytest.fixture
def pair(make: Any) -> Pair:
    ann = make.user("ann", unit=make.unit("One"), locale="en")
    bob = make.user("bob", unit=make.unit("Two"), locale="en")
    anns = make.customers.customer("canary-wren", manager=make.person_of(ann))
    bobs = make.customers.customer("canary-crow", manager=make.person_of(bob))
    return Pair(ann, bob, anns, bobs)


def about(record_id: int, key: str = "k", **more: Any) -> Notice:
    """Return a notice about a customer, with a detail that quotes it."""
    given = {"title": lambda: _("Notifications"), "detail": lambda: f"detail-{record_id}", **more}
    return Notice(
        kind="core.mention", key=key, resource="customers.customer", record_id=record_id, **given
    )


def tell(users: Any, notice: Notice, *, actor: Actor = MAKING) -> int:
    """Store a notice in a unit of its own."""
    with unit_of_work(actor) as session:
        return notify(session, notice, users=[one.id for one in users])


def lines(user: User) -> list[Notification]:
    """Return every line of an account, oldest first, as stored."""
    with unit_of_work(MAKING) as session:
        mine = select(Notification).where(Notification.user_id == user.id)
        return list(session.scalars(mine.order_by(Notification.id)))


@pytest.fixture
def ann(pair, make):
    """Give Ann, who has an address."""
    with unit_of_work(MAKING) as session:
        session.get_one(Employee, pair.ann.employee_id).email = "ann@sunmao.example"
    return pair.ann


def wants(make, user, **wish):
    with unit_of_work(make.actor(user)) as session:
        choose(session, Wish(**{"mail": "once", **wish}))


def files(app):
    folder = app.config["SUNMAO"].instance / posting.FOLDER
    found = sorted(folder.glob("*.eml")) if folder.exists() else []
    return [
        email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found
    ]


@pytest.fixture(autouse=True)
def _no_letters(app: Any) -> None:
    """Begin without the letters of other tests, which share the folder of the site."""
    for one in (app.config["SUNMAO"].instance / posting.FOLDER).glob("*"):
        one.unlink()


__all__ = ["about", "ann", "files", "lines", "pair", "program", "tell", "toys", "victims", "wants"]
