"""`register_policies`: the add-on that is on gives the rights, the built-in rules otherwise."""

from typing import Any

from sqlalchemy import select, update

from core.access import policy
from core.access.models import AccessTerm
from core.actor import system_actor
from core.addons.models import Addon
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


def _providers(session: Any) -> set[str]:
    return set(session.scalars(select(AccessTerm.provider)))


def test_the_policy_of_the_add_on_that_is_on_counts(app: Any, make: Any) -> None:
    make.user()
    with unit_of_work(SYSTEM) as session:
        assert policy.active(session).key == "rights"
        policy.recompile(session)
        assert _providers(session) == {"rights"}


def test_switched_off_nothing_of_it_stays(app: Any, make: Any) -> None:
    make.user()
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Addon).where(Addon.name == "rights").values(state="disabled"))
        assert policy.active(session) is policy.DEFAULT
        policy.recompile(session)
        assert _providers(session) == {"default"}


def test_terms_of_nobody_s_policy_are_left_alone(app: Any, make: Any) -> None:
    user = make.user()
    with unit_of_work(SYSTEM) as session:
        session.add(
            AccessTerm(
                provider="mine", user_id=user.id, resource="*", actions=["query"],
                source={"zh": "我", "en": "mine"},
            )
        )  # fmt: skip
        policy.recompile(session)
        assert _providers(session) == {"rights", "mine"}
