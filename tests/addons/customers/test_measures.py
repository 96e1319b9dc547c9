from datetime import UTC, date, datetime

import pytest

from addons.customers import hand_over, queries, stage_moves
from addons.customers.measures import MEASURES
from addons.customers.stages import Stage
from core.unit_of_work import unit_of_work
from tests.factories.customers import MAKING

COLUMNS = (
    "subject_id",
    "org_id",
    "occurred_on",
    "num",
    "den",
    "weight",
    "ref",
    "title",
    "changed_at",
)
NOON = datetime(2026, 4, 20, 4, 0, tzinfo=UTC)
FACTS = {measure.key: measure.facts for measure in MEASURES}


@pytest.fixture
def on_20_april(app, frozen):
    with frozen(NOON):
        yield


def facts(key: str, period: int):
    with unit_of_work(MAKING) as session:
        return session.execute(FACTS[key](period)).all()


def by_title(key: str, period: int):
    return sorted(row.title for row in facts(key, period))


@pytest.mark.usefixtures("on_20_april")
def test_facts_have_exactly_the_columns_of_the_contract(house, make):
    make.customers.customer("A", manager=house.ann.employee, since=date(2026, 3, 5))
    for key, select_facts in FACTS.items():
        assert tuple(select_facts(202603).selected_columns.keys()) == COLUMNS, key
    (row,) = facts("sales.prospect.new", 202603)
    assert (row.subject_id, row.org_id) == (house.ann.employee.id, house.first_room.id)
    assert (row.occurred_on, row.num, row.title) == (date(2026, 3, 5), 1, "A")


@pytest.mark.usefixtures("on_20_april")
def test_each_stage_counts_in_the_month_in_which_it_was_reached(house, as_, make):
    for name, day in (("One", date(2026, 2, 28)), ("Two", date(2026, 3, 1))):
        key = make.customers.customer(name, manager=house.ann.employee, since=day)
        with as_(house.ann):
            stage_moves.move_stage(key, Stage.RELATIONSHIP, on=date(2026, 3, 31))
            stage_moves.move_stage(key, Stage.SIGNED, on=date(2026, 4, 1))
    assert by_title("sales.prospect.new", 202602) == ["One"]
    assert by_title("sales.prospect.new", 202603) == ["Two"]
    assert by_title("sales.relationship.confirmed", 202603) == ["One", "Two"]
    assert by_title("sales.migration.signed", 202603) == []
    assert by_title("sales.migration.signed", 202604) == ["One", "Two"]


@pytest.mark.usefixtures("on_20_april")
def test_going_back_and_forth_counts_once_and_falling_back_not_at_all(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee, since=date(2026, 1, 1))
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.SIGNED, on=date(2026, 2, 1))
        stage_moves.move_stage(key, Stage.OPPORTUNITY, on=date(2026, 2, 10), reason="撤回")
    assert by_title("sales.migration.signed", 202602) == []
    assert by_title("sales.relationship.confirmed", 202602) == []
    assert by_title("sales.prospect.new", 202601) == ["A"]
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.PROSPECT, on=date(2026, 2, 11), reason="再退")
        stage_moves.move_stage(key, Stage.SIGNED, on=date(2026, 3, 1))
    assert by_title("sales.migration.signed", 202602) == []
    assert by_title("sales.migration.signed", 202603) == ["A"]
    assert by_title("sales.prospect.new", 202602) == []


@pytest.mark.usefixtures("on_20_april")
def test_a_corrected_date_moves_the_fact_to_its_month(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee, since=date(2026, 3, 2))
    with as_(house.head):
        step = queries.stage_history(key)[0]
        stage_moves.correct_stage_date(step.id, date(2026, 2, 27), reason="记错")
    assert by_title("sales.prospect.new", 202603) == []
    assert by_title("sales.prospect.new", 202602) == ["A"]


@pytest.mark.usefixtures("on_20_april")
def test_credit_stays_with_who_earned_it(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee, since=date(2026, 3, 2))
    make.customers.opportunity(key, "Line", opened_on=date(2026, 3, 3))
    with as_(house.head):
        hand_over.hand_over([key], to_employee_id=house.bob.employee.id, reason="x")
    for measure in ("sales.prospect.new", "sales.opportunity.new"):
        (row,) = facts(measure, 202603)
        assert row.subject_id == house.ann.employee.id


@pytest.mark.usefixtures("on_20_april")
def test_new_opportunities_count_in_the_month_in_which_they_were_opened(house, make):
    key = make.customers.customer("A", manager=house.ann.employee, since=date(2026, 1, 1))
    for title, day in (("x", date(2026, 3, 1)), ("y", date(2026, 3, 31)), ("z", date(2026, 4, 1))):
        make.customers.opportunity(key, title, opened_on=day)
    assert by_title("sales.opportunity.new", 202603) == ["x", "y"]


@pytest.mark.usefixtures("on_20_april")
def test_a_manager_gets_only_facts_of_own_accounts(house, as_, make):
    make.customers.customer("Mine", manager=house.ann.employee, since=date(2026, 3, 2))
    make.customers.customer("Theirs", manager=house.bob.employee, since=date(2026, 3, 2))
    with as_(house.ann) as session:
        rows = session.execute(FACTS["sales.prospect.new"](202603)).all()
    assert [row.title for row in rows] == ["Mine"]
