"""kill -9 of the workers at random points: no letter is lost, nothing is told twice."""

import random
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from core.notifications.letter_models import Letter
from core.notifications.letters import FIND_DUE, SEND, WRITE
from core.notifications.services import Notice
from core.organisation.models import Employee
from core.testing.making import MAKING
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.test_kills import all_over, wait_until
from tests.core.notifications.conftest import files, tell, wants

ROUNDS, PEOPLE, EACH = 6, 4, 3
pytestmark = [pytest.mark.processes, pytest.mark.usefixtures("toys")]


def person(make, number):
    """Give an account that is written to at any hour of any day."""
    user = make.user(f"reader{number}", unit=make.unit(f"Unit {number}"))
    with unit_of_work(MAKING) as session:
        session.get_one(Employee, user.employee_id).email = f"reader{number}@sunmao.example"
    wants(make, user, quiet_from=None, quiet_until=None, rest_days=True)
    return user


def look():
    with unit_of_work(MAKING) as session:
        run = SimpleNamespace(session=session, cursor={}, time_is_up=lambda: False)
        assert FIND_DUE.step(run).done


def test_killed_workers_lose_no_letter_and_tell_nothing_twice(app, make, victims):
    groups = [[person(make, g * PEOPLE + n) for n in range(PEOPLE)] for g in range(ROUNDS)]
    workers, dice, told = victims(2), random.Random(7), []
    for number, group in enumerate(groups):
        for piece in range(EACH):
            words = f"news-{number}-{piece}."
            told += [words] * PEOPLE
            tell(group, Notice(kind="core.job", key=words, title=lambda words=words: words))
        look()
        time.sleep(dice.uniform(0.02, 0.5))
        victim = workers[number % 2]
        victim.kill()
        victim.start()
    look()
    for kind in (WRITE, SEND):
        wait_until(lambda kind=kind: all_over(kind))
    with read_only(MAKING) as session:
        letters = session.scalars(select(Letter)).all()
    assert all(letter.sent_at for letter in letters)
    lines = [line for letter in letters for line in letter.body.splitlines()]
    assert Counter(line for line in lines if line.startswith("news-")) == Counter(told)
    sent = files(app)
    assert len(sent) == len(letters) == len({one["Message-ID"] for one in sent})
    assert sum(worker.kills for worker in workers) == ROUNDS
