"""A site on which it takes two people to make an administrator."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core.accounts import services as accounts
from core.accounts.models import User
from core.actor import Actor, system_actor
from core.audit.models import AuditEntry
from core.consent import services
from core.consent.acts import ConsentNeeded
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
SETTING = "core.several_make_administrator"


@dataclass
class Board:
    """Three administrators, and somebody who is to become one."""

    ann: Actor
    bob: Actor
    cat: Actor
    dan: User
    app: Flask
    set_people: Callable[[int], None]

    def promote(self, actor: Actor, *, is_administrator: bool = True) -> None:
        """Change the role of `dan` as somebody."""
        with unit_of_work(actor) as session:
            dan = session.get_one(User, self.dan.id)
            accounts.update_user(
                session,
                dan.id,
                employee_id=dan.employee_id,
                is_administrator=is_administrator,
            )

    def ask(self, actor: Actor, reason: str = "接替离任同事") -> int:
        """Ask for the promotion and return the number."""
        with pytest.raises(ConsentNeeded) as needed:
            self.promote(actor)
        with unit_of_work(actor):
            made, _told = services.ask(needed.value.act.name, needed.value.payload, reason)
            return made.id

    def agree(self, actor: Actor, number: int) -> bool:
        """Agree to what is shown now."""
        with read_only(actor):
            return services.agree(number)

    @property
    def is_promoted(self) -> bool:
        """Whether the role has changed."""
        with read_only(SYSTEM) as session:
            return session.get_one(User, self.dan.id).is_administrator

    @property
    def changes(self) -> int:
        """How often the account was changed, by the audit trail."""
        rows = select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "update")
        here = (AuditEntry.resource == "core.user", AuditEntry.record_id == self.dan.id)
        with read_only(SYSTEM) as session:
            return session.scalar(rows.where(*here)) or 0


@pytest.fixture
def board(app: Flask, make: Any) -> Board:
    def set_people(number: int) -> None:
        with unit_of_work(SYSTEM) as session:
            set_value(session, SETTING, str(number))

    set_people(2)
    ann, bob, cat = (make.actor(make.administrator(name)) for name in ("ann", "bob", "cat"))
    return Board(ann, bob, cat, make.user("dan"), app, set_people)


@pytest.fixture
def later(frozen: Any) -> Callable[..., AbstractContextManager[None]]:
    """Give a function whose block is some days from now."""
    from datetime import timedelta

    from core.clock import now

    return lambda days: frozen(now() + timedelta(days=days))
