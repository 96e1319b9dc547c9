"""Who looks after accounts, by a finer right than the administrator's, does not rise by it."""

import pytest

from core.access.models import AccessTerm
from core.accounts import services
from core.accounts.models import User
from core.actor import system_actor
from core.addons.models import bump
from core.errors import NotAllowed
from core.organisation import leaving
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")


@pytest.fixture
def keeper(make):
    """Somebody who may create and change accounts and people, but is no administrator."""
    user = make.user("keeper")
    with unit_of_work(SYSTEM) as session:
        for resource in ("core.user", "core.employee"):
            session.add(
                AccessTerm(
                    provider="test",
                    user_id=user.id,
                    resource=resource,
                    actions=["query", "create", "update"],
                    source={"zh": "特批", "en": "special"},
                )
            )
        session.flush()
        bump(session, "rights_version")
    return make.actor(user)


def test_looking_after_ordinary_accounts_works(keeper, make):
    user = make.user()
    with unit_of_work(keeper) as session:
        services.create_user(session, login="new.one")
        services.reset_user(session, user.id)
        services.set_user_active(session, user.id, active=False)
    with read_only(SYSTEM) as session:
        assert not session.get_one(User, user.id).active


def test_nobody_makes_administrators_but_who_may_configure_accounts(keeper, make):
    user = make.user()
    with unit_of_work(keeper) as session:
        for act in (
            lambda: services.create_user(session, login="boss2", is_administrator=True),
            lambda: services.update_user(
                session, user.id, employee_id=user.employee_id, is_administrator=True
            ),
            lambda: services.update_user(
                session, keeper.user_id, employee_id=None, is_administrator=False
            ),
        ):
            with pytest.raises(NotAllowed) as refused:
                act()
            assert refused.value.missing == ("core.user", "configure")


def test_the_account_of_an_administrator_is_not_taken_over_or_closed(keeper, make):
    make.administrator("another")
    boss = make.user("boss", administrator=True)
    with unit_of_work(keeper) as session:
        for act in (
            lambda: services.reset_user(session, boss.id),
            lambda: services.set_user_active(session, boss.id, active=False),
            lambda: services.end_sessions_of(session, boss.id),
            lambda: services.update_user(
                session, boss.id, employee_id=None, is_administrator=False
            ),
            lambda: leaving.leave(session, boss.employee_id),
        ):
            with pytest.raises(NotAllowed) as refused:
                act()
            assert refused.value.missing == ("core.user", "configure")
    with read_only(SYSTEM) as session:
        assert session.get_one(User, boss.id).active
        assert session.get_one(User, boss.id).secret_hash is None
