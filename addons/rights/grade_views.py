"""Pages of manager grades."""

from flask import url_for
from flask.typing import ResponseReturnValue

from addons.rights import grades as service
from addons.rights.blueprint import blueprint
from addons.rights.duty_forms import GradeForm
from addons.rights.lists import GRADES
from addons.rights.models import GRADE
from core.access.decorators import needs
from core.contributions import Verb
from core.i18n import gettext as _
from core.i18n import localized
from core.web.answering import answer, confirm
from core.web.lists import render_list
from core.web.records import Crumb


@blueprint.get("/grades")
@needs(GRADE, Verb.QUERY)
def grades() -> ResponseReturnValue:
    """List the grades."""
    return render_list(GRADES, create="rights.create_grade")


@blueprint.route("/grades/new", methods=["GET", "POST"])
@needs(GRADE, Verb.CONFIGURE)
def create_grade() -> ResponseReturnValue:
    """Add a grade."""
    form = GradeForm()
    return answer(
        form,
        lambda _session: service.create_grade(
            form.code.data or "", form.name.data or {}, sort=form.sort.data or 0
        ),
        url_for("rights.grades"),
        title=_("New grade"),
        crumbs=[Crumb(_("Manager grades"), url_for("rights.grades"))],
    )


@blueprint.route("/grades/<int:record_id>", methods=["GET", "POST"])
@needs(GRADE, Verb.CONFIGURE)
def edit_grade(record_id: int) -> ResponseReturnValue:
    """Change a grade."""
    grade = service.grade(record_id)
    form = GradeForm.for_record(grade)
    return answer(
        form,
        lambda _session: service.change_grade(
            record_id,
            form.code.data or "",
            form.name.data or {},
            sort=form.sort.data or 0,
            row_version=form.row_version,
        ),
        url_for("rights.grades"),
        template="rights/grade.html",
        title=_("Edit %(name)s", name=localized(grade.name)),
        crumbs=[Crumb(_("Manager grades"), url_for("rights.grades"))],
        grade=grade,
    )


@blueprint.route("/grades/<int:record_id>/delete", methods=["GET", "POST"])
@needs(GRADE, Verb.CONFIGURE)
def delete_grade(record_id: int) -> ResponseReturnValue:
    """Ask, then delete a grade that nobody has."""
    grade = service.grade(record_id)
    against = service.why_not_deleted(grade)
    return confirm(
        lambda _session: service.delete_grade(record_id),
        url_for("rights.grades"),
        title=_("Delete %(name)s", name=localized(grade.name)),
        crumbs=[Crumb(_("Manager grades"), url_for("rights.grades"))],
        submit=_("Delete"),
        cancel=url_for("rights.edit_grade", record_id=record_id),
        obstacles=[against] if against else [],
        happens=[(None, _("The grade is deleted for good; nobody has it."))],
    )
