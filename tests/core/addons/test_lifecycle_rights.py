import pytest
from sqlalchemy import select

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.addons.models import Addon, State
from core.errors import NotAllowed
from core.unit_of_work import read_only


@pytest.mark.parametrize("act", ["enable", "disable", "uninstall"])
def test_nobody_but_an_administrator_may_act_or_even_look(pet_app, make, act):
    with acting_as(make.actor()):
        with pytest.raises(NotAllowed):
            lifecycle.look(act, "leash")
        with pytest.raises(NotAllowed):
            getattr(lifecycle, act)("leash")
        with pytest.raises(NotAllowed):
            lifecycle.purge("leash", confirmation="leash")
        with pytest.raises(NotAllowed):
            lifecycle.reload_code()
        with pytest.raises(NotAllowed):
            lifecycle.examine()
    with read_only(system_actor("test")) as session:
        found = session.scalar(select(Addon.state).where(Addon.name == "leash"))
    assert found == State.ENABLED
