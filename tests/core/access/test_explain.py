"""Why somebody may or may not: the first element that is missing, and who can give it."""

from datetime import timedelta
from typing import Any

import pytest

from core.access.declarations import Protected
from core.access.explain import Explanation, explain
from core.access.models import AccessTerm
from core.actor import Actor, system_actor
from core.addons.models import bump
from core.clock import frozen, now
from core.i18n import force_locale
from core.unit_of_work import read_only, unit_of_work


class Thing(Protected):
    """A record that only says where it lies; no table is asked for it."""

    __resource__ = "core.thing"

    def __init__(self, org: int | None = None, owner: int | None = None) -> None:
        self.scope_org_id, self.scope_customer_id, self.scope_owner_id = org, None, owner


class Elsewhere(Thing):
    __resource__ = "gone.thing"


def _ask(user: Any, action: str, record: Any) -> Explanation:
    actor = Actor("user", user_id=user.id, employee_id=user.employee_id, label=user.login)
    with force_locale("en"), read_only(actor) as session:
        return explain(session, actor, action, record)


def _states(explanation: Explanation) -> str:
    return "".join(
        {"passed": "+", "failed": "-", "unreached": "."}[s.state] for s in explanation.steps
    )


def _give(user: Any, actions: list[str], **values: Any) -> None:
    with unit_of_work(system_actor("test")) as session:
        term = {
            "provider": "test",
            "resource": "core.thing",
            "source": {"zh": "特批", "en": "special"},
        }
        session.add(AccessTerm(**(term | values), user_id=user.id, actions=actions))
        session.flush()
        bump(session, "rights_version")


def test_an_own_record_passes_every_element(make: Any) -> None:
    user = make.user()
    told = _ask(user, "query", Thing(owner=user.employee_id))
    assert _states(told) == "++++++"
    assert told.allowed
    assert told.who_can_give == ""


def test_a_foreign_record_fails_at_the_range_and_names_who_can_give_it(make: Any) -> None:
    administrator = make.user(administrator=True)
    user = make.user()
    told = _ask(user, "query", Thing(owner=administrator.employee_id))
    assert _states(told) == "++++-."
    assert not told.allowed
    assert "an administrator can give it" in told.who_can_give


def test_a_missing_verb_is_named(make: Any) -> None:
    user = make.user()
    told = _ask(user, "delete", Thing(owner=user.employee_id))
    assert _states(told) == "++-..."
    assert "delete" in told.steps[2].label


def test_a_module_that_is_off_is_the_first_thing_said(make: Any) -> None:
    user = make.user(administrator=True)
    assert _states(_ask(user, "query", Elsewhere(owner=user.employee_id))) == "-....."


def test_a_window_that_is_not_open_yet_is_told_from_a_missing_right(make: Any) -> None:
    user = make.user()
    opening = now() + timedelta(days=1)
    _give(user, ["approve"], valid_from=opening)
    assert _states(_ask(user, "approve", Thing(org=1))) == "+++-.."
    assert "from" in _ask(user, "approve", Thing(org=1)).steps[3].detail
    with frozen(opening):
        assert _states(_ask(user, "approve", Thing(org=1))) == "++++++"


def test_a_denial_is_the_last_word(make: Any) -> None:
    user = make.user()
    _give(user, ["query"], allow=False, owner_self=True)
    told = _ask(user, "query", Thing(owner=user.employee_id))
    assert _states(told) == "+++++-"
    assert "special" in told.steps[-1].detail


def test_a_closed_account_is_said_so(make: Any) -> None:
    from core.accounts.models import User

    user = make.user()
    with unit_of_work(system_actor("test")) as session:
        session.get(User, user.id).active = False
    assert _states(_ask(user, "query", Thing(owner=user.employee_id))) == "+-...."


@pytest.mark.parametrize(("administrator", "states"), [(True, "++++++"), (False, "++++-.")])
def test_a_public_record_asks_for_the_verb_without_limits(
    make: Any, *, administrator: bool, states: str
) -> None:
    user = make.user(administrator=administrator)
    told = _ask(user, "update", make.employee())
    assert _states(told) == states


def test_the_badge_says_to_what_a_list_is_limited(make: Any) -> None:
    user = make.user(employee=make.employee("Wang"))
    head = make.user(heads=make.unit("East"))
    administrator = make.user(administrator=True)

    def words(one: Any) -> str | None:
        actor = Actor("user", user_id=one.id, employee_id=one.employee_id)
        with force_locale("en"), read_only(actor) as session:
            return session.access.limited_words("core.thing", "query")

    assert words(administrator) is None
    assert words(user) == "own records"
    assert "East" in str(words(head))
    assert " or " in str(words(head))
