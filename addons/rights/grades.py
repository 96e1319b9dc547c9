"""Grades of account managers, and who has which: rights may hang on them."""

from collections.abc import Mapping

from sqlalchemy import exists, select

from addons.rights import ceiling
from addons.rights.models import GRADE, Assignment, Grade, Grading, Subject
from addons.rights.names import kept_name, wrong_code, wrong_name
from addons.rights.several import WIDENING
from core.access.policy import recompile_people
from core.access.records import check_version, require
from core.accounts.models import User
from core.consent.acts import by_several
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.i18n import localized
from core.organisation.models import Employee
from core.unit_of_work import current_session


def grade(grade_id: int) -> Grade:
    """Return a grade; raise NotFound."""
    found = current_session().get(Grade, grade_id)
    if found is None:
        raise NotFound(_("There is no such grade."))
    return found


def create_grade(code: str, name: Mapping[str, str], *, sort: int = 0) -> Grade:
    """Add a grade that nobody has yet."""
    require(GRADE, Verb.CONFIGURE)
    session = current_session()
    made = Grade(code=_free_code(code, None), name=_checked_name(name), sort=sort)
    session.add(made)
    session.flush()
    return made


def change_grade(
    grade_id: int, code: str, name: Mapping[str, str], *, sort: int, row_version: int | None = None
) -> Grade:
    """Rename a grade or move it among the others."""
    require(GRADE, Verb.CONFIGURE)
    found = grade(grade_id)
    check_version(found, row_version, {"code": code, "name": name, "sort": sort})
    found.code, found.name, found.sort = _free_code(code, grade_id), _checked_name(name), sort
    current_session().flush()
    return found


def delete_grade(grade_id: int) -> None:
    """Delete a grade that nobody has and nothing was given to; else raise Refused."""
    require(GRADE, Verb.CONFIGURE)
    found = grade(grade_id)
    if words := why_not_deleted(found):
        raise Refused(words)
    session = current_session()
    session.delete(found)
    session.flush()


def why_not_deleted(found: Grade) -> str:
    """Say why a grade cannot be deleted; "" when it can."""
    session = current_session()
    if session.scalar(select(exists().where(Grading.grade_id == found.id))):
        return _("Somebody has this grade. Give them another one first.")
    given = (Assignment.subject == Subject.GRADE) & (Assignment.subject_id == found.id)
    if session.scalar(select(exists().where(given))):
        return _("Duties have been given to this grade; who held what stays on record.")
    return ""


def _words_of(employee_id: int, grade_id: int | None) -> str:
    person = current_session().get(Employee, employee_id)
    name = localized(grade(grade_id).name) if grade_id is not None else _("no grade")
    return _("%(person)s – %(grade)s", person=person.name if person else "", grade=name)


@by_several(
    "rights.set_grade",
    title=_l("Give somebody a grade"),
    needs=(GRADE, Verb.CONFIGURE),
    summary=_words_of,
    setting=WIDENING,
)
def set_grade(employee_id: int, grade_id: int | None) -> None:
    """Give an employee a grade, or none; the next request of the person has the rights of it."""
    require(GRADE, Verb.CONFIGURE)
    session = current_session()
    if session.get(Employee, employee_id) is None:
        raise NotFound(_("There is no such employee."))
    if grade_id is not None:
        grade(grade_id)
    users = session.scalars(select(User.id).where(User.employee_id == employee_id))
    ceiling.refuse_own(users, field="grade_id")
    held = session.get(Grading, employee_id)
    if (held.grade_id if held else None) == grade_id:
        return
    if grade_id is None:
        session.delete(held)
    elif held is None:
        session.add(Grading(employee_id=employee_id, grade_id=grade_id))
    else:
        held.grade_id = grade_id
    session.flush()
    recompile_people(session, [employee_id])


def _checked_name(name: Mapping[str, str]) -> dict[str, str]:
    if wrong := wrong_name(name):
        raise Refused(wrong, fields={"name": [wrong]})
    return kept_name(name)


def _free_code(code: str, grade_id: int | None) -> str:
    wanted = code.strip()
    if wrong := wrong_code(wanted):
        raise Refused(wrong, fields={"code": [wrong]})
    taken = exists().where(Grade.code == wanted, Grade.id != (grade_id or 0))
    if current_session().scalar(select(taken)):
        words = _("This code is taken. Choose another one.")
        raise Refused(words, fields={"code": [words]})
    return wanted
