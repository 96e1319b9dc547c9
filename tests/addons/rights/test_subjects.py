"""What names many people costs no statement for each of them."""

import re

import pytest
from sqlalchemy import select

from addons.rights.models import Subject
from addons.rights.words import subject_titles
from core.access.models import AccessTerm
from core.access.policy import recompile
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work


@pytest.fixture
def crowd(make, give):
    """Give a function that makes accounts and gives each of them a duty."""

    def some(number, sign, duty_id):
        for one in range(number):
            give(duty_id, Subject.USER, make.user(f"{sign}{one}").id)

    return some


def test_compiling_and_the_page_of_a_duty_cost_the_same_for_many(
    office, login, duty, crowd, statements
):
    look, boss = duty("look", {"customers.customer": ["query"]}), login(office.boss.user)

    def cost():
        with statements() as compiling, unit_of_work(MAKING) as session:
            recompile(session)
        with statements() as showing:
            assert boss.get(f"/rights/duties/{look}").status_code == 200
        return len(compiling), len(showing)

    crowd(2, "few", look)
    boss.get(f"/rights/duties/{look}")
    few = cost()
    crowd(12, "many", look)
    assert cost() == few
    text = boss.get(f"/rights/duties/{look}").get_data(as_text=True)
    assert len(re.findall(r'href="/rights/\d+"', text)) == 14


def test_every_kind_of_subject_is_named(office, make, give, duty):
    look = duty("look", {"customers.customer": ["query"]})
    give(look, Subject.USER, office.ann.user.id)
    with unit_of_work(office.boss.actor):
        titles = subject_titles(
            [(Subject.USER, office.ann.user.id), (Subject.USER, 999_999), (Subject.HEADS, None)]
        )
    assert titles[Subject.USER, office.ann.user.id] == "Ann"
    assert titles[Subject.USER, 999_999] == "–"
    assert titles[Subject.HEADS, None] == "heads of units"
    with unit_of_work(MAKING) as session:
        sources = session.scalars(
            select(AccessTerm.source).where(AccessTerm.user_id == office.ann.user.id)
        ).all()
    assert {"zh": "职责「look」（给Ann）", "en": "duty “look” (given to Ann)"} in sources
