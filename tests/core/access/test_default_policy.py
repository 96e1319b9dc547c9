"""The rights of a site without the rights add-on, on the real tables."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.access.context import AccessContext, resolve_context
from core.access.drafts import shared_set
from core.access.models import AccessTerm, KeyRange, KeyRangeKey
from core.access.policy import recompile
from core.access.reach import ARRAY
from core.access.terms import drop_unused_sets
from core.actor import Actor, system_actor
from core.addons.models import Addon, CoreEpoch, bump
from core.clock import frozen, now
from core.database import db
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
RESOURCE = "no.such"  # undeclared: rows with all three dimensions are assumed


@pytest.fixture(autouse=True)
def built_in(app: Flask) -> None:
    """Let the built-in rules count: no add-on that gives rights is on."""
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Addon).where(Addon.name == "rights").values(state="disabled"))
        recompile(session)


def _actor(user: Any) -> Actor:
    return Actor("user", user_id=user.id, employee_id=user.employee_id, label=user.login)


def _context(user: Any) -> AccessContext:
    with db.engine.connect() as connection:
        return resolve_context(connection, _actor(user))


def _org_keys(access: AccessContext, action: str) -> set[int]:
    return {
        key
        for part in access.reach(RESOURCE, action).allow
        for dimension, keys in part.dimensions
        if dimension == "org"
        for key in keys.keys
    }


@pytest.mark.parametrize("action", ["query", "create", "update", "export", "analyse"])
def test_everybody_handles_their_own_records(make: Any, action: str) -> None:
    user = make.user()
    reach = _context(user).reach(RESOURCE, action)
    assert [dict(part.dimensions)["owner"].keys for part in reach.allow] == [{user.employee_id}]


@pytest.mark.parametrize("action", ["delete", "assign", "import", "correct", "configure"])
def test_nobody_holds_further_verbs_by_being_there(make: Any, action: str) -> None:
    assert _context(make.user()).may(RESOURCE, action) is False


@pytest.mark.parametrize("action", ["query", "update", "configure"])
def test_pages_without_rows_are_not_opened_by_rights_over_own_rows(make: Any, action: str) -> None:
    access = _context(make.user())
    assert access.may("core.user", action) is False
    assert access.may("core.addon", action) is False


def test_a_head_sees_the_unit_and_all_below(make: Any) -> None:
    top = make.unit()
    middle = make.unit(parent=top)
    bottom = make.unit(parent=middle)
    make.unit()
    head = make.user(heads=middle)
    for action in ("query", "analyse", "correct", "export", "assign"):
        assert _org_keys(_context(head), action) == {middle.id, bottom.id}
    for action in ("update", "delete", "create"):
        assert _org_keys(_context(head), action) == set()


def test_an_administrator_may_all_but_correct_the_own_figures(make: Any) -> None:
    administrator = make.user(administrator=True)
    access = _context(administrator)
    assert access.reach(RESOURCE, "delete").is_everything
    assert access.may("core.user", "configure")
    correcting = access.reach(RESOURCE, "correct")
    own = {"org": 1, "customer": None, "owner": administrator.employee_id}
    assert correcting.admits({**own, "owner": administrator.employee_id + 1}, lambda *_: False)
    assert correcting.admits(own, lambda *_: False) is False


def test_a_head_may_not_correct_the_own_figures_either(make: Any) -> None:
    unit = make.unit()
    head = make.user(heads=unit)
    correcting = _context(head).reach(RESOURCE, "correct")
    own = {"org": unit.id, "customer": None, "owner": head.employee_id}
    assert correcting.admits({**own, "owner": head.employee_id + 1}, lambda *_: False)
    assert correcting.admits(own, lambda *_: False) is False


def test_nobody_signed_in_may_nothing(app: Flask) -> None:
    with db.engine.connect() as connection:
        access = resolve_context(connection, Actor("anonymous"))
    assert access.may(RESOURCE, "query") is False
    assert access.is_system is False


def test_users_of_the_same_range_share_one_set(make: Any) -> None:
    with unit_of_work(SYSTEM) as session:
        first = shared_set(session, [3, 1, 2])
        assert shared_set(session, (2, 1, 3, 3)) == first
        assert shared_set(session, [1, 2]) != first
        drop_unused_sets(session)
        assert session.scalars(select(KeyRange.id).where(KeyRange.id == first)).all() == []
        assert (
            session.scalars(select(KeyRangeKey.key).where(KeyRangeKey.set_id == first)).all() == []
        )


def test_compiling_again_changes_nothing_but_the_version(make: Any) -> None:
    make.user(heads=make.unit(), administrator=True)

    def picture() -> tuple[set[tuple[Any, ...]], int]:
        with read_only(SYSTEM) as session:
            rows = session.execute(
                select(
                    AccessTerm.user_id,
                    AccessTerm.allow,
                    AccessTerm.owner_self,
                    AccessTerm.org_set_id,
                )
            )
            version = session.scalar(select(CoreEpoch.rights_version))
            return {tuple(row) for row in rows}, int(version or 0)

    before = picture()
    with unit_of_work(SYSTEM) as session:
        recompile(session)
    after = picture()
    assert after[0] == before[0]
    assert after[1] == before[1] + 1


def test_losing_the_post_takes_the_range_away_at_once(make: Any) -> None:
    from core.organisation import services

    unit = make.unit()
    head = make.user(heads=unit)
    assert _org_keys(_context(head), "query") == {unit.id}
    with unit_of_work(SYSTEM) as session:
        services.set_head(session, unit.id, None)
    assert _org_keys(_context(head), "query") == set()


def test_a_closed_account_has_no_terms_of_its_own(make: Any) -> None:
    from core.accounts.models import User

    user = make.user(administrator=True)
    with unit_of_work(SYSTEM) as session:
        session.get(User, user.id).active = False
        recompile(session, [user.id])
        mine = select(AccessTerm.id).where(AccessTerm.user_id == user.id)
        assert session.scalars(mine).all() == []


def test_contexts_are_remembered_until_the_version_or_an_edge(make: Any) -> None:
    user = make.user()
    first = _context(user).grants
    assert _context(user).grants is first
    with unit_of_work(SYSTEM) as session:
        bump(session, "rights_version")
    second = _context(user).grants
    assert second is not first
    edge = now() + timedelta(hours=1)
    with unit_of_work(SYSTEM) as session:
        mine = {
            "provider": "test",
            "user_id": user.id,
            "resource": RESOURCE,
            "source": {"zh": "期"},
        }
        session.add(AccessTerm(**mine, actions=["approve"], valid_from=edge))
        session.flush()
        bump(session, "rights_version")
    assert _context(user).may(RESOURCE, "approve") is False
    with frozen(edge):
        assert _context(user).may(RESOURCE, "approve") is True
    with frozen(edge - timedelta(seconds=1)):
        assert _context(user).may(RESOURCE, "approve") is False


def test_a_large_set_stays_in_the_database(make: Any) -> None:
    user = make.user()
    with unit_of_work(SYSTEM) as session:
        large = shared_set(session, range(1, ARRAY + 2))
        session.add(
            AccessTerm(
                provider="test",
                user_id=user.id,
                resource=RESOURCE,
                actions=["approve"],
                org_set_id=large,
                source={"zh": "大"},
            )
        )
        session.flush()
        bump(session, "rights_version")
    (part,) = _context(user).reach(RESOURCE, "approve").allow
    assert dict(part.dimensions)["org"].large == {large}
    with unit_of_work(SYSTEM) as session:
        session.execute(
            update(AccessTerm).where(AccessTerm.org_set_id == large).values(org_set_id=None)
        )
