"""Pages of people: what each may do on a day, where it comes from, and when it ends."""

from datetime import date

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from addons.rights import grades
from addons.rights.answers import answer_proved
from addons.rights.blueprint import blueprint
from addons.rights.duty_forms import GradingForm
from addons.rights.lists import PEOPLE
from addons.rights.models import ASSIGNMENT, GRADE, Grading
from addons.rights.person import account, graded, rights_on
from addons.rights.words import STATES, TONES
from core.access.decorators import needs
from core.accounts.second_factor import is_enrolled
from core.clock import today
from core.contributions import Verb
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit
from core.web.forms import parse_date
from core.web.lists import render_list
from core.web.records import Crumb


@blueprint.get("/people", endpoint="people")
@needs(ASSIGNMENT, Verb.QUERY)
def list_people() -> ResponseReturnValue:
    """List people with what their rights hang on."""
    return render_list(PEOPLE)


@blueprint.get("/people/<int:record_id>")
@needs(ASSIGNMENT, Verb.QUERY)
def show_person(record_id: int) -> ResponseReturnValue:
    """Show what somebody may do on a day, assignment by assignment."""
    user, employee = account(record_id)
    day = _as_of()
    access = current_unit().access
    return render_template(
        "rights/person.html",
        user=user,
        name=employee.name if employee else user.login,
        second_factor=is_enrolled(current_session(), user.id),
        day=day,
        today=today(),
        rights=rights_on(user.id, day),
        states=STATES,
        tones=TONES,
        may_give=access.may(ASSIGNMENT, Verb.CREATE),
        may_grade=employee is not None and access.may(GRADE, Verb.CONFIGURE),
    )


@blueprint.route("/people/<int:record_id>/grade", methods=["GET", "POST"])
@needs(GRADE, Verb.CONFIGURE)
def grade_person(record_id: int) -> ResponseReturnValue:
    """Give somebody a manager grade."""
    user, employee = graded(record_id)
    held = current_session().get(Grading, employee.id)
    form = GradingForm(grade_id=held.grade_id if held else None)
    return answer_proved(
        form,
        lambda: grades.set_grade(employee.id, form.grade_id.data),
        url_for("rights.show_person", record_id=user.id),
        widens=lambda: True,
        title=_("Manager grade of %(name)s", name=employee.name),
        crumbs=[
            Crumb(_("Rights of people"), url_for("rights.people")),
            Crumb(employee.name, url_for("rights.show_person", record_id=user.id)),
        ],
    )


def _as_of() -> date:
    try:
        return parse_date(request.args.get("as_of", "")) or today()
    except ValueError:
        return today()
