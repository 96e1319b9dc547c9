"""The duties of the demonstration: ranges whose difference can be seen."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select

from addons.rights import duties, grades, reviews
from addons.rights.assignments import AssignmentFields, assign
from addons.rights.models import Duty, Grade, Grading, Subject
from addons.rights.review_plan import ReviewFields
from addons.rights.seed import make_duty
from core.accounts.models import User
from core.addons.registry import registry
from core.clock import now, today
from core.organisation.models import Employee, Position

LOOK = ("query", "analyse", "export")
KEY_ACCOUNTS = {"customer": [{"kind": "rule", "all": {"grade": ["A"]}}]}
SENIOR, JUNIOR = "senior", "junior"
DUTIES: Sequence[tuple[str, str, str, Mapping[str, Sequence[str]]]] = (
    ("key-account-analysis", "重点客户分析", "Analysis of key accounts",
     {"customers.customer": ("analyse",), "customers.opportunity": ("analyse",)}),
    ("market-research", "市场调研", "Market research",
     {"customers.customer": ("analyse",), "customers.opportunity": ("analyse",)}),
    ("product-support", "产品支撑", "Product support",
     {"customers.customer": ("query",), "customers.opportunity": ("query",)}),
    ("project-support", "项目支撑", "Project support",
     {"customers.customer": ("query",), "customers.opportunity": ("query", "update")}),
    ("auditing", "审计", "Auditing",
     {"core.audit": ("query",), "rights.assignment": ("query",), "rights.duty": ("query",),
      "rights.grade": ("query",), "rights.delegation": ("query",),
      "rights.review": ("query", "export"), "core.who": ("query",)}),
)  # fmt: skip


def seed(session: Any) -> None:
    """Make grades, duties and assignments, once."""
    if session.scalar(select(exists().where(Duty.code == DUTIES[0][0]))):
        return
    made = {
        code: make_duty(session, code, {"zh": zh, "en": en}, _declared(grants))
        for code, zh, en, grants in DUTIES
    }
    senior = grades.create_grade(SENIOR, {"zh": "高级客户经理", "en": "Senior manager"}, sort=1)
    grades.create_grade(JUNIOR, {"zh": "客户经理", "en": "Manager"}, sort=2)
    _grade_people(session)
    _give(made["key-account-analysis"], Subject.GRADE, senior.id, KEY_ACCOUNTS)
    positions = {row.code: row.id for row in session.scalars(select(Position))}
    _give(made["market-research"], Subject.POSITION, positions.get("RESEARCH"), {})
    _give(made["product-support"], Subject.POSITION, positions.get("PRODUCT"), KEY_ACCOUNTS)
    own_room = {"org": [{"kind": "own", "below": True}]}
    _give(made["project-support"], Subject.POSITION, positions.get("PROJECT"), own_room)
    _give(made["auditing"], Subject.POSITION, positions.get("AUDIT"), {})
    _give(made["auditing"], Subject.POSITION, positions.get("GM"), {}, days=180)
    independent = "审计独立于所审计的业务。 Auditing is independent of the business."
    duties.exclude(made["auditing"].id, made["project-support"].id, reason=independent)
    by_name = (Subject.USER, Subject.POSITION, Subject.GRADE)
    due = today() + timedelta(days=14)
    if session.scalar(select(exists().where(User.active, User.employee_id.is_not(None)))):
        reviews.open_review(ReviewFields(name="年度权限复核", due_on=due, subjects=by_name))


def _declared(grants: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    return {key: verbs for key, verbs in grants.items() if key in registry().resources}


def _grade_people(session: Any) -> None:
    wanted = {row.code: row.id for row in session.scalars(select(Grade))}
    sellers = session.scalars(
        select(Employee.id)
        .join(Position, Position.id == Employee.position_id)
        .where(Position.code == "SALES")
        .order_by(Employee.code)
    ).all()
    for number, employee_id in enumerate(sellers):
        if session.get(Grading, employee_id) is None:
            grades.set_grade(employee_id, wanted[SENIOR if number % 2 == 0 else JUNIOR])


def _give(
    duty: Duty, subject: Subject, subject_id: int | None, ranges: Mapping[str, Any], days: int = 0
) -> None:
    keyed = set(ranges) - {"org", "owner"}
    if subject_id is None or not duty.grants or not keyed <= registry().dimensions.keys():
        return
    assign(
        AssignmentFields(
            duty_id=duty.id,
            subject=subject,
            subject_id=subject_id,
            ranges=ranges,
            valid_to=now() + timedelta(days=days) if days else None,
        )
    )
