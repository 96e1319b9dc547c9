"""Two accounts are two people only where no one person could act by both."""

import pytest

from core.accounts import services as accounts
from core.accounts.models import User
from core.clock import now
from core.consent import services
from core.consent.distinct import masters
from core.consent.queries import consent
from core.consent.trials import standing
from core.errors import Refused
from core.settings.services import set_value
from core.unit_of_work import read_only, unit_of_work
from tests.core.consent.conftest import SYSTEM


def reset(actor, whose):
    with unit_of_work(actor) as session:
        accounts.reset_user(session, whose.user_id)


def refused(board, actor, number):
    """Whether somebody has no voice."""
    with read_only(actor):
        found = standing(number)
    with pytest.raises(Refused):
        board.agree(actor, number)
    with read_only(actor), pytest.raises(Refused):  # nor may it be declined by such an account
        services.decline(number, "no")
    return bool(found.barred) and not found.may_say and found.effects == []


def test_whose_password_the_asker_has_reset_is_no_other_person(board):
    reset(board.ann, board.bob)
    number = board.ask(board.ann)
    assert refused(board, board.bob, number)
    assert board.agree(board.cat, number) is True


def test_who_has_reset_the_asker_is_no_other_person(board):
    reset(board.bob, board.ann)
    assert refused(board, board.bob, board.ask(board.ann))


def test_nor_by_way_of_a_third_account(board):
    reset(board.ann, board.cat)
    reset(board.cat, board.bob)
    assert refused(board, board.bob, board.ask(board.ann))


def test_two_whom_a_third_could_be_are_not_two(board):
    reset(board.cat, board.ann)
    reset(board.cat, board.bob)
    assert refused(board, board.bob, board.ask(board.ann))


def test_voices_are_different_people_too(board):
    board.set_people(3)
    reset(board.bob, board.cat)
    number = board.ask(board.ann)
    assert board.agree(board.bob, number) is False
    assert refused(board, board.cat, number)


def test_a_reset_after_the_voice_takes_it_back(board):
    board.set_people(3)
    number = board.ask(board.ann)
    board.agree(board.bob, number)
    reset(board.ann, board.bob)
    assert board.agree(board.cat, number) is False
    assert not board.is_promoted


@pytest.mark.parametrize("act", ["create", "reset", "reset-second-factor"])
def test_making_an_account_and_both_resets_tell(board, make, act):
    with unit_of_work(board.ann) as session:
        if act == "create":
            made = accounts.create_user(session, login="helper").user_id
        else:
            made = board.bob.user_id
            from core.audit.services import record

            record(session, act, "core.user", made, label="bob")
    with read_only(SYSTEM) as session:
        assert masters(session, [made], now())[made] == {made, board.ann.user_id}


def test_it_is_forgotten_after_a_month_before_the_asking(board, later):
    reset(board.ann, board.bob)
    with later(31):
        assert board.agree(board.bob, board.ask(board.ann)) is True


def test_and_not_by_waiting_after_it(board, later):
    with unit_of_work(SYSTEM) as session:
        set_value(session, "core.consent_days", 60)
    reset(board.ann, board.bob)
    number = board.ask(board.ann)
    with later(40):
        assert refused(board, board.bob, number)


def test_a_voice_of_an_account_that_is_off_counts_no_more(board):
    board.set_people(3)
    number = board.ask(board.ann)
    board.agree(board.bob, number)
    with unit_of_work(SYSTEM) as session:
        accounts.set_user_active(session, board.bob.user_id, active=False)
    assert board.agree(board.cat, number) is False
    assert not board.is_promoted


def test_an_administrator_is_not_switched_on_again_by_one_person(board):
    from core.consent.acts import ConsentNeeded

    with unit_of_work(SYSTEM) as session:
        accounts.set_user_active(session, board.cat.user_id, active=False)
    with unit_of_work(board.ann) as session, pytest.raises(ConsentNeeded):
        accounts.set_user_active(session, board.cat.user_id, active=True)
    with read_only(SYSTEM) as session:
        assert not session.get_one(User, board.cat.user_id).active


def test_who_asked_alone_completes_nothing(board):
    number = board.ask(board.ann)
    with read_only(board.ann):
        assert services.complete(number) is False
    assert not board.is_promoted
    with read_only(SYSTEM):
        assert consent(number).state == "open"
