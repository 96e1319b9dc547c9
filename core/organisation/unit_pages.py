"""The administrator's pages of the tree of units and of positions."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.decorators import needs
from core.access.guarded_session import GuardedSession
from core.contributions import Verb
from core.errors import NotFound, Refused
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
from core.unit_of_work import current_session, unit_of_work
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
    if form.accepts(lambda: write(lambda s: services.create_unit(s, **_filled(form.values())))):
        flash(_("Saved."), "ok")
        return redirect(url_for("organisation.index"), 303)
    return form.render(title=_("New unit"), cancel=url_for("organisation.index"))


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
    form = UnitForm.for_record(services.load_unit(current_session(), record_id))
    return _edited(
        form,
        lambda s: services.update_unit(
            s, record_id, row_version=form.row_version, **_filled(form.values())
        ),
        title=_("Edit unit"),
        done=url_for("organisation.show_unit", record_id=record_id),
    )


@blueprint.route("/admin/organisation/units/<int:record_id>/move", methods=["GET", "POST"])
@needs(UNIT, Verb.UPDATE)
def move_unit(record_id: int) -> ResponseReturnValue:
    """Hang a unit with everything below it elsewhere."""
    unit = services.load_unit(current_session(), record_id)
    form = MoveForm.for_record(unit)
    return _edited(
        form,
        lambda s: services.move_unit(
            s, record_id, form.parent_id.data, row_version=form.row_version
        ),
        title=_("Move %(unit)s", unit=localized(unit.name)),
        done=url_for("organisation.index"),
    )


@blueprint.route("/admin/organisation/units/<int:record_id>/head", methods=["GET", "POST"])
@needs(UNIT, Verb.UPDATE)
def set_head(record_id: int) -> ResponseReturnValue:
    """Name the head of a unit."""
    unit = services.load_unit(current_session(), record_id)
    form = HeadForm.for_record(unit)
    return _edited(
        form,
        lambda s: services.set_head(
            s, record_id, form.head_employee_id.data, row_version=form.row_version
        ),
        title=_("Head of %(unit)s", unit=localized(unit.name)),
        done=url_for("organisation.show_unit", record_id=record_id),
    )


@blueprint.post("/admin/organisation/units/<int:record_id>/close")
@needs(UNIT, Verb.UPDATE)
def close_unit(record_id: int) -> ResponseReturnValue:
    """Close a unit that is empty."""
    here = url_for("organisation.show_unit", record_id=record_id)
    return act(lambda s: services.set_unit_active(s, record_id, active=False), here)


@blueprint.post("/admin/organisation/units/<int:record_id>/reopen")
@needs(UNIT, Verb.UPDATE)
def reopen_unit(record_id: int) -> ResponseReturnValue:
    """Open a closed unit again."""
    here = url_for("organisation.show_unit", record_id=record_id)
    return act(lambda s: services.set_unit_active(s, record_id, active=True), here)


@blueprint.get("/admin/organisation/positions")
@needs(POSITION, Verb.QUERY)
def positions() -> ResponseReturnValue:
    """List the posts."""
    return render_list(POSITIONS, create="organisation.new_position")


@blueprint.route("/admin/organisation/positions/new", methods=["GET", "POST"])
@needs(POSITION, Verb.CREATE)
def new_position() -> ResponseReturnValue:
    """Add a post."""
    return _edited(
        form := NewPositionForm(),
        lambda s: services.create_position(s, **_filled(form.values())),
        title=_("New position"),
        done=url_for("organisation.positions"),
    )


@blueprint.route("/admin/organisation/positions/<int:record_id>", methods=["GET", "POST"])
@needs(POSITION, Verb.UPDATE)
def edit_position(record_id: int) -> ResponseReturnValue:
    """Rename, sort, close or reopen a post."""
    position = current_session().get(Position, record_id)
    if position is None:
        raise NotFound(_("There is no such position."))
    form = PositionForm.for_record(position)
    return _edited(
        form,
        lambda s: services.update_position(
            s, record_id, row_version=form.row_version, **_filled(form.values())
        ),
        title=_("Edit position"),
        done=url_for("organisation.positions"),
    )


def write(work: Callable[[GuardedSession], Any]) -> Any:
    """Run a verb in a writing unit of work."""
    with unit_of_work() as session:
        return work(session)


def act(work: Callable[[GuardedSession], Any], here: str) -> ResponseReturnValue:
    """Run a verb of a button and go back; a refusal is told there."""
    try:
        write(work)
    except Refused as refused:
        flash(str(refused), "bad")
    else:
        flash(_("Done."), "ok")
    return redirect(here, 303)


def _edited(
    form: Any, work: Callable[[GuardedSession], Any], *, title: str, done: str
) -> ResponseReturnValue:
    if form.accepts(lambda: write(work)):
        flash(_("Saved."), "ok")
        return redirect(done, 303)
    page: ResponseReturnValue = form.render(title=title, cancel=done)
    return page


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with an empty order as 0."""
    return values | {"sort": int(values.get("sort") or 0)}


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
        Action(_("Move unit"), url("move_unit"), icon="right", needs=may),
        Action(_("Head of unit"), url("set_head"), icon="user", needs=may),
        Action(_("Close unit"), url("close_unit"), post=True, dangerous=True, needs=may),
        Action(_("Edit"), url("edit_unit"), icon="edit", primary=True, needs=may),
    ]
