"""What tests of acts that widen rights by program have in common."""

from sqlalchemy import select

from addons.rights.models import Assignment, Duty, Exclusion, Grading
from core.access.models import AccessTerm
from core.actor import system_actor
from core.unit_of_work import read_only

ROOT = "/api/v1/rights"
CUSTOMER = "customers.customer"
SYSTEM = system_actor("test")
PAIRS = {"query": [f"{CUSTOMER}:query"], "analyse": [f"{CUSTOMER}:analyse"]}


def everything():
    """Return all that is stored about rights, and what was compiled of it."""
    with read_only(SYSTEM) as session:
        given = select(Assignment.id, Assignment.ended_at, Assignment.end_reason)
        terms = select(AccessTerm.user_id, AccessTerm.resource, AccessTerm.actions)
        stored = [given, terms, select(Exclusion.duty_id, Exclusion.other_id),
                  select(Grading.employee_id, Grading.grade_id)]  # fmt: skip
        found = [sorted(map(repr, session.execute(one))) for one in stored]
        several = session.scalars(select(Duty).order_by(Duty.id))
        return found, [
            (one.id, one.code, one.active, one.second_factor, one.contains) for one in several
        ]


def refused(answer, page):
    """Check that an act was sent to its page."""
    assert answer.status_code == 403, answer.text
    words = answer.json["detail"]
    assert "takes a password" in words
    assert "Nothing was stored" in words
    assert f"on the page {page}." in words
    assert "missing" not in answer.json  # no right is lacking
    return True


def changed(boss, key, body):
    path = f"{ROOT}/duties/{key}"
    return boss.patch(path, body, If_Match=boss.get(path).headers["ETag"])


def gift(office, key, **more):
    values = {"duty_id": key, "subject": "user", "subject_id": office.ann.user.id}
    return {**values, **more}
