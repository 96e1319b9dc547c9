"""What a transaction that was taken back saw of rights serves nobody afterwards."""

import pytest

from core.access.context import resolve_context
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import system_actor
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
CONFIGURE = ("core.user", "configure")


class TakenBackError(Exception):
    pass


def rise(session, user, *, administrator):
    session.get_one(User, user.id).is_administrator = administrator
    session.flush()
    recompile(session, [user.id])


@pytest.mark.parametrize("savepoint", [False, True])
def test_rights_of_a_rolled_back_change_are_not_those_of_the_next(make, savepoint):
    user, other = make.user("ann"), make.user("bob")
    actor = make.actor(user)
    with pytest.raises(TakenBackError), unit_of_work(SYSTEM) as session:
        nested = session.begin_nested() if savepoint else None
        rise(session, user, administrator=True)
        assert resolve_context(session.connection(), actor).may(*CONFIGURE)
        if nested is not None:
            nested.rollback()
            assert not resolve_context(session.connection(), actor).may(*CONFIGURE)
        raise TakenBackError
    with unit_of_work(SYSTEM) as session:  # raises the version to the very same number
        rise(session, other, administrator=False)
    with read_only(SYSTEM) as session:
        assert not resolve_context(session.connection(), actor).may(*CONFIGURE)
