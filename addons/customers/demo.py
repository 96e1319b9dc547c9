"""Accounts for the demonstration: invented companies and operators, spread over the managers."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import exists, select

from addons.customers import contacts, opportunities, services, stage_moves
from addons.customers.contacts import ContactFields
from addons.customers.credit_codes import check_sign
from addons.customers.demo_data import COMPANIES, INDUSTRIES, OPERATORS, PEOPLE, TITLES
from addons.customers.fields import CustomerFields
from addons.customers.industries import insert_node
from addons.customers.industry_import import IndustryIndex
from addons.customers.models import Customer, Network
from addons.customers.operator_import import OPERATORS_CODE, OPERATORS_NAME
from addons.customers.stages import STAGES, OpportunityStage, Stage
from core.clock import today
from core.organisation.models import Employee, OrgUnit
from core.unit_of_work import current_session

ROOMS = ("市场开拓室", "市场规划室")
SPREAD = 340
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"


def seed() -> None:
    """Add industries, about sixty accounts and their business; nothing where there are any."""
    session = current_session()
    if session.scalar(select(exists().where(Customer.id > 0))):
        return
    industries = _industries()
    managers = _managers()
    for number, company in enumerate(COMPANIES):
        _account(number, company, industries, managers)
    for number, operator in enumerate(OPERATORS, start=len(COMPANIES)):
        _operator(number, operator, managers)


def _industries() -> dict[str, int]:
    found: dict[str, int] = {}
    for sort, (code, zh, en, below) in enumerate(INDUSTRIES):
        top = insert_node({"zh": zh, "en": en}, code=code, sort=sort)
        found[zh] = top.id
        for place, (child_zh, child_en) in enumerate(below):
            node = insert_node({"zh": child_zh, "en": child_en}, parent_id=top.id, sort=place)
            found[f"{zh}/{child_zh}"] = node.id
    return found


def _managers() -> Sequence[int]:
    """Return those who look after accounts: members of the market rooms, else everybody."""
    session = current_session()
    rows = session.execute(
        select(Employee.id, OrgUnit.name, OrgUnit.head_employee_id)
        .join(OrgUnit, OrgUnit.id == Employee.unit_id)
        .where(Employee.active.is_(True))
        .order_by(Employee.id)
    ).all()
    members = [key for key, name, head in rows if name.get("zh") in ROOMS and key != head]
    return members or [key for key, _name, head in rows if key != head] or [None]  # type: ignore[list-item]


def _account(
    number: int,
    company: tuple[str, str, str, str, str],
    industries: dict[str, int],
    managers: Sequence[int],
) -> None:
    name, name_en, industry, region, grade = company
    entered = today() - timedelta(days=SPREAD - number * 5)
    body = f"9{number % 9 + 1}110000MA0{number:04d}X{number % 10}"
    customer = services.create_customer(
        CustomerFields(
            name=name,
            name_en=name_en,
            grade=grade,
            region=region,
            country="CN",
            industry_id=industries[industry],
            registration_no=body + check_sign(body),
        ),
        manager_id=managers[number % len(managers)],
        since=entered,
    )
    _advance(customer.id, number, entered)
    _people(customer.id, number)
    if number % 3 != 1:
        _business(customer.id, number, entered)


def _advance(customer_id: int, number: int, entered: date) -> None:
    """Let some accounts come further than others, a few weeks a step."""
    for step, stage in enumerate(STAGES[1 : 1 + number % 4], start=1):
        day = entered + timedelta(days=28 * step)
        if day > today():
            return
        stage_moves.move_stage(customer_id, stage, on=day)


def _people(customer_id: int, number: int) -> None:
    for turn in range(1 + number % 3):
        family = SURNAMES[(number * 3 + turn) % len(SURNAMES)]
        given, position, department = PEOPLE[(number + turn * 5) % len(PEOPLE)]
        contacts.add_contact(
            customer_id,
            ContactFields(
                name=f"{family}{given}",
                position=position,
                department=department,
                phone=f"010-5550-{(number * 37 + turn) % 10000:04d}",
                is_main=turn == 0,
            ),
        )


def _business(customer_id: int, number: int, entered: date) -> None:
    opened = entered + timedelta(days=10)
    key = opportunities.open_opportunity(
        customer_id,
        opportunities.OpportunityFields(
            title=TITLES[number % len(TITLES)],
            expected_value=Decimal(120_000 + (number * 7919) % 90 * 45_000),
            expected_close_on=today() + timedelta(days=15 + number * 3 % 160),
        ),
        opened_on=opened,
    )
    ladder = (
        (),
        (OpportunityStage.PROPOSAL,),
        (OpportunityStage.PROPOSAL, OpportunityStage.NEGOTIATION),
        (OpportunityStage.PROPOSAL, OpportunityStage.NEGOTIATION, OpportunityStage.WON),
        (OpportunityStage.PROPOSAL, OpportunityStage.LOST),
    )
    for step, stage in enumerate(ladder[number % len(ladder)], start=1):
        day = opened + timedelta(days=21 * step)
        if day > today():
            return
        reason = "对方预算推迟到明年" if stage == OpportunityStage.LOST else ""
        opportunities.move_opportunity(key, stage, on=day, reason=reason)


def _operator(
    number: int, operator: tuple[str, str, str, str, str], managers: Sequence[int]
) -> None:
    name, country, mcc, mnc, bands = operator
    session = current_session()
    customer = services.create_customer(
        CustomerFields(
            name=name,
            name_en=name,
            grade="B" if number % 3 else "A",
            country=country,
            industry_id=IndustryIndex().by_code(OPERATORS_CODE, OPERATORS_NAME),
        ),
        manager_id=managers[number % len(managers)],
        stage=Stage.RELATIONSHIP if number % 2 else Stage.PROSPECT,
        since=today() - timedelta(days=number),
    )
    network = Network(
        customer=customer,
        mcc=mcc,
        mnc=mnc,
        brand=name.split()[0],
        status="Operational",
        bands=bands,
    )
    session.add(network)
    session.flush()
