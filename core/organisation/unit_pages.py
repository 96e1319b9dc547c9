"""The administrator's pages of the tree of units and of positions."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.contributions import Verb
from core.errors import NotFound
from core.i18n import gettext as _
from core.i18n import localized
from core.organisation import services
from core.organisation.blueprint import blueprint
from core.organisation.forms import (
    KINDS,
    HeadForm,
    MoveForm,
    NewPositionForm,
    NewUnitForm,
    PositionForm,
    UnitForm,
)
from core.organisation.lists import POSITIONS
from core.organisation.models import Employee, OrgUnit, Position
from core.organisation.queries import directory, unit_tree, units_above
from core.organisation.resources import Permission
from core.unit_of_work import current_session
from core.web.answering import answer, press
from core.web.lists import render_list
from core.web.records import Action, Crumb, Fact, RecordPage, render_record

UNIT, POSITION = Permission.UNIT, Permission.POSITION


@blueprint.get("/admin/organisation")
@needs(UNIT, Verb.QUERY)
def index() -> ResponseReturnValue:
    """Show the tree with heads and numbers of people; `q` leaves the units that hold its words."""
    closed = request.args.get("closed") == "1"
    words = request.args.get("q", "").casefold().split()
    return render_template(
        "organisation/index.html",
        rows=[
            row
            for row in unit_tree(current_session(), inactive=closed)
            if all(word in f"{row.name} {row.code}".casefold() for word in words)
        ],
        searched=" ".join(words),
        closed=closed,
        kinds=KINDS,
    )


@blueprint.route("/admin/organisation/units/new", methods=["GET", "POST"])
@needs(UNIT, Verb.CREATE)
def new_unit() -> ResponseReturnValue:
    """Add a unit, below the one that the address names."""
    below = request.args.get("below", type=int)
    form = NewUnitForm(parent_id=below)
    return answer(
        form,
        lambda session: services.create_unit(session, **form.values()),
        url_for("organisation.index"),
        title=_("New unit"),
    )


@blueprint.get("/admin/organisation/units/<int:record_id>")
@needs(UNIT, Verb.QUERY)
def show_unit(record_id: int) -> ResponseReturnValue:
    """Show a unit with its people."""
    session = current_session()
    unit = services.load_unit(session, record_id)
    head = session.get(Employee, unit.head_employee_id) if unit.head_employee_id else None
    return render_record(
        RecordPage(
            resource=UNIT,
            record_id=unit.id,
            record=unit,
            title=localized(unit.name),
            sub=[unit.code, KINDS.get(unit.kind, unit.kind)],
            crumbs=_crumbs(unit),
            tags=[] if unit.active else [(_("closed"), "")],
            facts=[
                Fact(_("Head of unit"), head.name if head else None),
                Fact(_("Kind"), KINDS.get(unit.kind, unit.kind)),
                Fact(_("Sort order"), unit.sort, kind="number"),
            ],
            actions=_actions(unit),
        ),
        template="organisation/unit.html",
        people=directory(session, unit_id=unit.id, limit=200),
    )


@blueprint.route("/admin/organisation/units/<int:record_id>/edit", methods=["GET", "POST"])
@needs(UNIT, Verb.UPDATE)
def edit_unit(record_id: int) -> ResponseReturnValue:
    """Rename a unit, change its code, kind and order."""
    unit = services.load_unit(current_session(), record_id)
    form = UnitForm.for_record(unit)
    return answer(
        form,
        lambda session: services.update_unit(session, record_id, **form.changes()),
        url_for("organisation.show_unit", record_id=record_id),
        title=_("Edit unit"),
        crumbs=_crumbs(unit),
        sub=f"{localized(unit.name)} · {unit.code}",
    )


@blueprint.route("/admin/organisation/units/<int:record_id>/move", methods=["GET", "POST"])
@needs(UNIT, Verb.UPDATE)
def move_unit(record_id: int) -> ResponseReturnValue:
    """Hang a unit with everything below it elsewhere."""
    unit = services.load_unit(current_session(), record_id)
    form = MoveForm.for_record(unit)
    return answer(
        form,
        lambda session: services.move_unit(session, record_id, **form.changes()),
        url_for("organisation.index"),
        title=_("Move %(unit)s", unit=localized(unit.name)),
        crumbs=_crumbs(unit),
    )


@blueprint.route("/admin/organisation/units/<int:record_id>/head", methods=["GET", "POST"])
@needs(UNIT, Verb.UPDATE)
def set_head(record_id: int) -> ResponseReturnValue:
    """Name the head of a unit."""
    unit = services.load_unit(current_session(), record_id)
    form = HeadForm.for_record(unit)
    return answer(
        form,
        lambda session: services.set_head(
            session, record_id, form.head_employee_id.data, row_version=form.row_version
        ),
        url_for("organisation.show_unit", record_id=record_id),
        title=_("Head of %(unit)s", unit=localized(unit.name)),
        crumbs=_crumbs(unit),
    )


@blueprint.post("/admin/organisation/units/<int:record_id>/close")
@needs(UNIT, Verb.UPDATE)
def close_unit(record_id: int) -> ResponseReturnValue:
    """Close a unit that is empty."""
    here = url_for("organisation.show_unit", record_id=record_id)
    return press(lambda session: services.set_unit_active(session, record_id, active=False), here)


@blueprint.post("/admin/organisation/units/<int:record_id>/reopen")
@needs(UNIT, Verb.UPDATE)
def reopen_unit(record_id: int) -> ResponseReturnValue:
    """Open a closed unit again."""
    here = url_for("organisation.show_unit", record_id=record_id)
    return press(lambda session: services.set_unit_active(session, record_id, active=True), here)


@blueprint.get("/admin/organisation/positions")
@needs(POSITION, Verb.QUERY)
def positions() -> ResponseReturnValue:
    """List the posts."""
    return render_list(POSITIONS, create="organisation.new_position")


@blueprint.route("/admin/organisation/positions/new", methods=["GET", "POST"])
@needs(POSITION, Verb.CREATE)
def new_position() -> ResponseReturnValue:
    """Add a post."""
    form = NewPositionForm()
    return answer(
        form,
        lambda session: services.create_position(session, **form.values()),
        url_for("organisation.positions"),
        title=_("New position"),
    )


@blueprint.route("/admin/organisation/positions/<int:record_id>", methods=["GET", "POST"])
@needs(POSITION, Verb.UPDATE)
def edit_position(record_id: int) -> ResponseReturnValue:
    """Rename, sort, close or reopen a post."""
    position = current_session().get(Position, record_id)
    if position is None:
        raise NotFound(_("There is no such position."))
    form = PositionForm.for_record(position)
    return answer(
        form,
        lambda session: services.update_position(session, record_id, **form.changes()),
        url_for("organisation.positions"),
        title=_("Edit position"),
        sub=f"{localized(position.name)} · {position.code}",
    )


def _crumbs(unit: OrgUnit) -> list[Crumb]:
    top = [Crumb(_("Organisation"), url_for("organisation.index"))]
    return top + [
        Crumb(name, url_for("organisation.show_unit", record_id=key))
        for key, name in units_above(current_session(), unit.id)
    ]


def _actions(unit: OrgUnit) -> list[Action]:
    may = (UNIT.value, Verb.UPDATE.value)

    def url(verb: str) -> str:
        return url_for(f"organisation.{verb}", record_id=unit.id)

    if not unit.active:
        return [Action(_("Reopen unit"), url("reopen_unit"), primary=True, post=True, needs=may)]
    below = url_for("organisation.new_unit", below=unit.id)
    return [
        Action(_("New unit below"), below, icon="plus", needs=(UNIT.value, Verb.CREATE.value)),
        Action(_("Move unit…"), url("move_unit"), icon="right", needs=may),
        Action(_("Head of unit…"), url("set_head"), icon="user", needs=may),
        Action(_("Close unit"), url("close_unit"), post=True, dangerous=True, needs=may),
        Action(_("Edit"), url("edit_unit"), icon="edit", primary=True, needs=may),
    ]
