"""Elevation is a second session on the same transaction, and the audit knows of it."""

from typing import Any

import pytest
from sqlalchemy import select

from core.access.elevation import ACT, elevated
from core.accounts.models import User
from core.actor import Actor, system_actor
from core.audit.models import AuditEntry
from core.errors import ProgrammingFault
from core.unit_of_work import read_only, unit_of_work


def _actor(user: Any) -> Actor:
    return Actor("user", user_id=user.id, employee_id=user.employee_id, label=user.login)


def _elevations(user: Any) -> Any:
    return select(AuditEntry).where(AuditEntry.action == ACT, AuditEntry.actor_user_id == user.id)


def test_it_has_its_own_identity_map_and_sees_the_same_transaction(make: Any) -> None:
    user = make.user()
    with unit_of_work(_actor(user)) as session:
        mine = session.get(User, user.id)
        mine.theme = "dark"
        with elevated("test") as system:
            theirs = system.get(User, user.id)
            assert theirs is not mine
            assert theirs.theme == "dark"
            assert system.access.is_system
        assert not session.access.is_system


def test_it_stands_or_falls_with_the_unit(make: Any) -> None:
    user = make.user()

    def fail() -> None:
        with unit_of_work(_actor(user)):
            with elevated("test") as system:
                system.get(User, user.id).theme = "dark"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with read_only(system_actor("test")) as session:
        assert session.get(User, user.id).theme == "auto"
        assert session.scalars(_elevations(user)).all() == []


def test_it_is_audited_under_the_real_actor(make: Any) -> None:
    user = make.user()
    with unit_of_work(_actor(user)), elevated("because of a test"):
        pass
    with read_only(system_actor("test")) as session:
        entry = session.scalars(_elevations(user)).one()
        assert entry.reason == "because of a test"


def test_it_needs_a_reason_and_a_unit(app: Any) -> None:
    with pytest.raises(ProgrammingFault, match="unit of work"), elevated("test"):
        pass
    with (
        unit_of_work(system_actor("test")),
        pytest.raises(ProgrammingFault, match="reason"),
        elevated(" "),
    ):
        pass
