"""What becomes of asking and agreeing when people lose rights, leave, hurry or flood."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from core.accounts import services as accounts
from core.consent import services
from core.consent.trials import standing
from core.errors import Refused
from core.unit_of_work import read_only, unit_of_work
from tests.core.consent.conftest import SYSTEM


def test_who_lost_the_right_has_asked_in_vain(board):
    number = board.ask(board.ann)
    with unit_of_work(SYSTEM) as session:
        accounts.update_user(
            session, board.ann.user_id, employee_id=board.ann.employee_id, is_administrator=False
        )
    with read_only(board.bob), pytest.raises(Refused):
        services.agree(number)
    with read_only(board.bob):
        assert standing(number).against
    assert not board.is_promoted


def test_who_left_has_asked_in_vain(board):
    number = board.ask(board.ann)
    with unit_of_work(SYSTEM) as session:
        accounts.set_user_active(session, board.ann.user_id, active=False)
    with read_only(board.bob):
        assert "Ann" in standing(number).against or "ann" in standing(number).against
    with read_only(board.bob), pytest.raises(Refused):
        services.agree(number)


def test_nobody_floods_the_others(board, make, monkeypatch):
    monkeypatch.setattr(services, "MOST_OPEN", 1)
    board.ask(board.ann)
    other = make.user("eve")
    payload = {"user_id": other.id, "employee_id": None, "is_administrator": True}
    with unit_of_work(board.ann), pytest.raises(Refused):
        services.ask("core.make_administrator", payload, "again")
    with unit_of_work(board.bob):  # it is counted by person
        assert services.ask("core.make_administrator", payload, "again")[0].id


def test_two_last_voices_at_once_do_it_once_and_neither_is_told_off(board):
    number = board.ask(board.ann)
    start = Barrier(2)

    def agree(actor):
        with board.app.app_context():
            start.wait(20)
            try:
                with read_only(actor):
                    return services.agree(number)
            except Refused as refused:  # it was done before this voice was taken
                return "已经有了结果" in str(refused)

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(agree, (board.bob, board.cat)))
    assert said == [True, True]
    assert board.is_promoted
    assert board.changes == 1


def test_who_agreed_and_lost_the_sight_sees_no_effects(board):
    board.set_people(3)
    number = board.ask(board.ann)
    board.agree(board.bob, number)
    with unit_of_work(SYSTEM) as session:
        accounts.update_user(
            session, board.bob.user_id, employee_id=board.bob.employee_id, is_administrator=False
        )
    with read_only(board.bob):
        found = standing(number)
    assert found.effects == []
    assert not found.may_say
    assert not found.may_look  # nor the reason, nor what it is about
