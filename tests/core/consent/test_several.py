"""An act that takes several people: asked for, agreed to, done in the name of who asked."""

import pytest
from sqlalchemy import func, select

from core.access.models import AccessTerm
from core.accounts import services as accounts
from core.accounts.models import User
from core.audit.models import AuditEntry
from core.consent import services
from core.consent.acts import ConsentNeeded
from core.consent.models import Consent, State, Voice
from core.consent.queries import consent, readable_consent
from core.consent.trials import standing
from core.errors import NotAllowed, NotFound, Refused
from core.notifications.models import Notification
from core.settings.services import get, set_value
from core.unit_of_work import read_only, unit_of_work
from tests.core.consent.conftest import SETTING, SYSTEM


def state(number):
    with read_only(SYSTEM):
        return consent(number).state


def test_one_person_is_enough_unless_the_site_says_otherwise(board):
    board.set_people(1)
    board.promote(board.ann)
    assert board.is_promoted


def test_alone_nothing_is_stored_not_even_where_the_refusal_is_caught(board):
    with unit_of_work(SYSTEM) as session:
        before = session.scalar(select(func.max(AuditEntry.id)))
    with unit_of_work(board.ann) as session:
        with pytest.raises(ConsentNeeded) as needed:
            accounts.update_user(
                session, board.dan.id, employee_id=board.dan.employee_id, is_administrator=True
            )
        assert not session.get_one(User, board.dan.id).is_administrator
    assert needed.value.status == 409
    assert [(one.resource, one.record_id) for one in needed.value.effects] == [
        ("core.user", board.dan.id)
    ]
    assert needed.value.effects[0].changes["is_administrator"] == [False, True]
    assert not board.is_promoted
    with read_only(SYSTEM) as session:
        assert session.scalar(select(func.max(AuditEntry.id))) == before


def test_arguments_that_do_not_matter_pass_and_the_system_acts_alone(board):
    board.promote(board.ann, is_administrator=False)
    board.promote(SYSTEM)
    assert board.is_promoted


def test_what_is_refused_anyhow_is_refused_first(board, make):
    plain = make.actor(make.user("eve"))
    with pytest.raises(NotAllowed):
        board.promote(plain)
    with unit_of_work(board.ann) as session, pytest.raises(Refused) as refused:
        accounts.update_user(session, board.dan.id, employee_id=999_999, is_administrator=True)
    assert "employee_id" in refused.value.fields


def test_the_second_voice_does_it_in_the_name_of_who_asked(board):
    number = board.ask(board.ann)
    assert not board.is_promoted
    assert board.agree(board.bob, number) is True
    assert board.is_promoted
    with read_only(SYSTEM) as session:
        one = consent(number)
        assert (one.state, one.ended_label) == (State.DONE, "Ann")
        assert [voice.user_id for voice in one.voices] == [board.bob.user_id]
        entry = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.resource == "core.user", AuditEntry.record_id == board.dan.id)
            .order_by(AuditEntry.id.desc())
        ).first()
        assert entry.actor_user_id == board.ann.user_id
        assert entry.reason == f"接替离任同事 [#{number} bob]"
        told = set(session.scalars(select(Notification.user_id)))
    assert told == {board.ann.user_id, board.bob.user_id, board.cat.user_id}


def test_nobody_agrees_to_the_own_and_nobody_twice(board):
    board.set_people(3)
    number = board.ask(board.ann)
    with pytest.raises(NotFound):  # who asked has no say at all
        board.agree(board.ann, number)
    assert board.agree(board.bob, number) is False
    assert board.agree(board.bob, number) is False
    assert not board.is_promoted
    with read_only(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(Voice)) == 1
    assert board.agree(board.cat, number) is True
    assert board.is_promoted


def test_more_people_than_when_it_was_asked_for_count_at_once(board):
    number = board.ask(board.ann)
    board.set_people(3)
    assert board.agree(board.bob, number) is False
    assert not board.is_promoted
    board.set_people(1)  # fewer: what was asked for keeps its number
    assert board.agree(board.bob, number) is True


def test_who_could_not_do_it_alone_sees_nothing_of_it(board, make):
    number = board.ask(board.ann)
    with read_only(make.actor(make.user("eve"))):
        with pytest.raises(NotFound):
            readable_consent(number)
        with pytest.raises(NotFound):
            services.agree(number)
    with read_only(make.actor(make.user("fay"))), pytest.raises(NotFound):
        services.decline(number, "no")


def test_people_agree_to_what_was_asked_for(board):
    """Once it would change another thing, nobody agrees to it, not even who asked."""
    number = board.ask(board.ann)
    with unit_of_work(SYSTEM) as session:  # the very record that the act changes
        session.get_one(User, board.dan.id).login = "dan.two"
    with read_only(board.bob):
        found = standing(number)
    assert found.against
    assert not found.may_say
    with pytest.raises(Refused):
        board.agree(board.bob, number)
    assert not board.is_promoted
    with unit_of_work(board.ann):
        services.withdraw(number)
    assert board.agree(board.bob, board.ask(board.ann)) is True


def test_what_does_not_concern_the_act_does_not_disturb_it(board):
    """A sign-in, a theme: the account has another version, and is the same to those who agree."""
    number = board.ask(board.ann)
    with unit_of_work(SYSTEM) as session:
        session.get_one(User, board.dan.id).theme = "dark"
    assert board.agree(board.bob, number) is True


def test_it_is_over_after_its_days(board, later):
    number = board.ask(board.ann)
    with later(8):
        with read_only(board.bob):
            assert not standing(number).may_say
        with read_only(board.bob), pytest.raises(Refused):
            services.agree(number)
        assert not board.is_promoted
        assert board.agree(board.bob, board.ask(board.ann)) is True  # and can be asked again


def test_declined_and_withdrawn_end_it(board):
    first = board.ask(board.ann)
    with read_only(board.bob), pytest.raises(Refused):
        services.decline(first, "  ")
    with read_only(board.bob):
        services.decline(first, "不需要")
    second = board.ask(board.ann)
    with unit_of_work(board.bob), pytest.raises(NotFound):
        services.withdraw(second)
    with unit_of_work(board.ann):
        services.withdraw(second)
    assert [state(first), state(second)] == [State.DECLINED, State.WITHDRAWN]
    with read_only(board.cat), pytest.raises(Refused):
        services.agree(second)
    assert not board.is_promoted


def test_the_same_is_not_asked_for_twice_at_a_time(board):
    board.ask(board.ann)
    with pytest.raises(Refused):
        board.ask(board.bob)
    with read_only(SYSTEM) as session:
        assert session.scalar(select(func.count()).select_from(Consent)) == 1


def test_it_is_done_once(board):
    number = board.ask(board.ann)
    board.agree(board.bob, number)
    with read_only(board.ann):
        assert services.complete(number) is True  # and does nothing again
    assert board.changes == 1
    with read_only(board.cat), pytest.raises(NotFound):  # had nothing to do with it
        services.complete(number)


def test_a_new_account_cannot_begin_as_an_administrators(board):
    with unit_of_work(board.ann) as session, pytest.raises(Refused) as refused:
        accounts.create_user(session, login="mallory", is_administrator=True)
    assert "is_administrator" in refused.value.fields


def test_fewer_people_need_the_people_of_before(board):
    with unit_of_work(board.ann) as session:
        set_value(session, SETTING, "3")  # more: at once
    with unit_of_work(board.ann) as session, pytest.raises(ConsentNeeded) as needed:
        set_value(session, SETTING, "1")
    assert needed.value.people == 3
    with unit_of_work(board.ann):
        number = services.ask(needed.value.act.name, needed.value.payload, "太慢")[0].id
    assert board.agree(board.bob, number) is False
    with read_only(SYSTEM):
        assert get(SETTING) == "3"
    assert board.agree(board.cat, number) is True
    with read_only(SYSTEM):
        assert get(SETTING) == "1"


def test_only_the_very_act_is_let_through(board, make):
    """What is granted is this call with these arguments, not whatever runs beside it."""
    other = make.user("eve")
    number = board.ask(board.ann)
    with read_only(SYSTEM):
        payload = consent(number).payload
    with unit_of_work(board.ann) as session:
        from core.consent.acts import granted, known_act

        with granted(known_act("core.make_administrator"), payload), pytest.raises(ConsentNeeded):
            accounts.update_user(
                session, other.id, employee_id=other.employee_id, is_administrator=True
            )


def test_a_narrower_right_sees_only_its_records(board, make):
    """Who may configure accounts but not see them has no say about one of them."""
    keeper = make.user("keeper")
    with unit_of_work(SYSTEM) as session:
        from core.addons.models import bump

        session.add(
            AccessTerm(
                provider="test",
                user_id=keeper.id,
                resource="core.user",
                actions=["configure"],
                source={"zh": "特批", "en": "special"},
            )
        )
        session.flush()
        bump(session, "rights_version")
    number = board.ask(board.ann)
    with read_only(make.actor(keeper)), pytest.raises(NotFound):
        readable_consent(number)


def test_more_people_than_there_are_is_refused(board, make):
    """Nothing could be done any more, and nobody could take it back."""
    with unit_of_work(SYSTEM) as session:
        accounts.set_user_active(session, board.cat.user_id, active=False)
    with unit_of_work(board.ann) as session, pytest.raises(Refused) as refused:
        set_value(session, SETTING, "3")
    assert "2" in str(refused.value)
    with read_only(SYSTEM):
        assert get(SETTING) == "2"


def test_a_raise_after_the_asking_counts_for_fewer_people_too(board):
    """Who asked for one person at two, is asked for three once it takes three."""
    with unit_of_work(board.ann) as session, pytest.raises(ConsentNeeded) as needed:
        set_value(session, SETTING, "1")
    with unit_of_work(board.ann):
        number = services.ask(needed.value.act.name, needed.value.payload, "太慢")[0].id
    board.set_people(3)
    with pytest.raises(Refused):  # it would go from three to one, not from two
        board.agree(board.bob, number)
    with read_only(SYSTEM):
        assert get(SETTING) == "3"
