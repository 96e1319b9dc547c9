import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from addons.customers import opportunities, queries, services, stage_moves
from addons.customers.fields import CustomerFields
from addons.customers.opportunities import OpportunityFields
from addons.customers.stages import Stage
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import today
from core.errors import NotAllowed, NotFound, Refused
from core.events.models import StoredEvent
from core.unit_of_work import unit_of_work


def test_moving_forward_over_two_stages_records_both_on_that_day(house, as_, make):
    start = today() - timedelta(days=30)
    key = make.customers.customer("A", manager=house.ann.employee, since=start)
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.RELATIONSHIP, on=today() - timedelta(days=3))
    with as_(house.ann):
        steps = queries.stage_history(key)
        assert [step.stage for step in steps] == ["prospect", "opportunity", "relationship"]
        assert [step.came_from for step in steps] == [None, "prospect", "opportunity"]
        assert steps[1].happened_on == steps[2].happened_on == today() - timedelta(days=3)
        customer = queries.customer(key)
        assert (customer.stage, customer.stage_since) == (
            Stage.RELATIONSHIP,
            today() - timedelta(days=3),
        )


def test_moving_back_needs_a_reason(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee, stage=Stage.SIGNED)
    with pytest.raises(Refused) as refused, as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY)
    assert "reason" in refused.value.fields
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY, reason="合同撤回")
        last = queries.stage_history(key)[-1]
        assert (last.stage, last.forward, last.reason) == ("opportunity", False, "合同撤回")


@pytest.mark.parametrize("days", [1, -40])
def test_a_step_is_neither_in_the_future_nor_before_the_last_one(house, as_, make, days):
    since = today() - timedelta(days=10)
    key = make.customers.customer("A", manager=house.ann.employee, since=since)
    with pytest.raises(Refused) as refused, as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY, on=today() + timedelta(days=days))
    assert "happened_on" in refused.value.fields


def test_today_is_the_day_of_the_sites_zone(house, as_, make, frozen):
    with frozen(datetime(2026, 3, 1, 17, 0, tzinfo=UTC)):
        key = make.customers.customer("A", manager=house.ann.employee)
        with as_(house.ann):
            assert queries.customer(key).stage_since == date(2026, 3, 2)


def test_staying_and_unknown_stages_are_refused(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee)
    for stage in (Stage.PROSPECT, "elsewhere", None):
        with pytest.raises(Refused), as_(house.ann):
            stage_moves.move_stage(key, stage)


def test_a_move_publishes_an_event_with_the_change(house, as_, make):
    key = make.customers.customer("A", manager=house.ann.employee)
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY)
    with as_(house.ann) as session:
        event = session.scalars(
            select(StoredEvent).where(StoredEvent.type == "customers.stage_moved")
        ).one()
        assert event.record_id == key
        assert (event.payload["from"], event.payload["to"]) == ("prospect", "opportunity")


def _history(house, make):
    return make.customers.customer(
        "A", manager=house.ann.employee, since=today() - timedelta(days=30)
    )


def test_the_head_corrects_a_date_and_the_old_row_stays(house, as_, make):
    key = _history(house, make)
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY, on=today() - timedelta(days=10))
        wrong = queries.stage_history(key)[-1]
    with as_(house.head):
        stage_moves.correct_stage_date(wrong.id, today() - timedelta(days=12), reason="记错")
    with as_(house.ann):
        steps = queries.stage_history(key)
        assert [(s.current, s.is_correction) for s in steps] == [
            (True, False),
            (False, False),
            (True, True),
        ]
        assert steps[-1].reason == "记错"
        assert queries.customer(key).stage_since == today() - timedelta(days=12)


def test_a_correction_needs_the_verb_a_reason_and_a_date_that_fits(house, as_, make):
    key = _history(house, make)
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY, on=today() - timedelta(days=10))
        first, second = queries.stage_history(key)
    with pytest.raises(NotAllowed), as_(house.ann):
        stage_moves.correct_stage_date(second.id, today(), reason="x")
    with pytest.raises(Refused), as_(house.head):
        stage_moves.correct_stage_date(second.id, today() - timedelta(days=12), reason=" ")
    with pytest.raises(Refused), as_(house.head):
        stage_moves.correct_stage_date(first.id, today() - timedelta(days=5), reason="x")
    with pytest.raises(Refused), as_(house.head):
        stage_moves.correct_stage_date(second.id, today() - timedelta(days=31), reason="x")
    with pytest.raises(NotFound), as_(house.head):
        stage_moves.correct_stage_date(999_999, today(), reason="x")


def test_a_corrected_step_cannot_be_corrected_again_but_its_correction_can(house, as_, make):
    key = _history(house, make)
    with as_(house.head):
        only = queries.stage_history(key)[0]
    with as_(house.head):
        newer = stage_moves.correct_stage_date(only.id, today() - timedelta(days=20), reason="x").id
    with pytest.raises(Refused), as_(house.head):
        stage_moves.correct_stage_date(only.id, today() - timedelta(days=19), reason="x")
    with as_(house.head):
        stage_moves.correct_stage_date(newer, today() - timedelta(days=18), reason="y")
    with as_(house.ann):
        assert queries.customer(key).stage_since == today() - timedelta(days=18)


def test_the_audit_trail_names_the_customer_of_a_step(house, as_, make):
    key = make.customers.customer("Named Co", manager=house.ann.employee)
    with as_(house.ann):
        stage_moves.move_stage(key, Stage.OPPORTUNITY, reason="They called")
        stage_moves.move_stage(key, Stage.RELATIONSHIP)
    with as_(house.administrator) as session:
        reasons = session.scalars(
            select(AuditEntry.reason)
            .where(AuditEntry.resource == "customers.customer", AuditEntry.action == "update")
            .order_by(AuditEntry.id)
        ).all()
        assert list(reasons) == ["They called", ""]  # each act has its own
        labels = session.scalars(
            select(AuditEntry.label).where(AuditEntry.resource == "customers_stage_move")
        ).all()
    assert labels
    assert all("Named Co" in label for label in labels)


def test_what_the_system_recorded_says_so_in_words_on_every_page(house, make, login):
    with unit_of_work(system_actor("demo")):
        key = services.create_customer(
            CustomerFields(name="A"), manager_id=house.ann.employee.id
        ).id
    with unit_of_work(system_actor("demo")):
        deal = opportunities.open_opportunity(key, OpportunityFields(title="Line"))
    client = login(house.ann.user)
    paths = (f"/customers/{key}?tab=history", f"/customers/opportunities/{deal}", "/")
    for page in (client.get(path).text for path in paths):
        assert "The system (demonstration)" in page
        assert not re.search(r">demo[< ]", page)
