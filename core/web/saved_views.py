"""Saved views: the addresses of lists that people keep under a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request
from sqlalchemy import ForeignKey, Index, Select, String, bindparam, exists, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import MultiDict

from core.access.declarations import Technical
from core.access.records import check_version
from core.accounts.models import User
from core.actor import Actor
from core.audit.services import record
from core.contributions import Verb
from core.database import Model, Versioned
from core.errors import DomainError, NotFound, Refused
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.organisation.models import Employee, OrgClosure
from core.settings.kept import changed, kept
from core.unit_of_work import UnitOfWork, current_session, current_unit
from core.web.list_spec import ListSpec

VIEW = "core.savedview"
LONGEST_NAME = 40
LONGEST_QUERY = 2_000
MOST = 20
SHOWN = 40


class SavedView(Versioned, Model):
    """One list's filters, order, grouping and columns as an address; it grants nothing.

    Who opens it sees what the list shows them. `page` is the endpoint of the list. A shared view
    is offered to the owner's unit and those below, an administrator's to everybody.
    """

    __tablename__ = "core_saved_view"
    __access__ = Technical("each user sees the own ones and those shared with the own unit")
    __resource__ = "core.savedview"
    __table_args__ = (Index(None, "page", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("core_user.id"), index=True)
    page: Mapped[str] = mapped_column(String(120))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(2000))
    shared: Mapped[bool] = mapped_column(default=False)
    is_default: Mapped[bool] = mapped_column(default=False)
    sort: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class ViewLine:
    """A view as it is offered to the reader."""

    id: int
    name: str
    query: str
    own: bool
    shared: bool
    is_default: bool
    owner: str

    @property
    def icon(self) -> str:
        """A star for the own ones, a person for what others share."""
        return "star" if self.own else "user"


def offered_views(unit: UnitOfWork, spec: ListSpec) -> list[ViewLine] | None:
    """Return the reader's views of the list on this page; None where none can be kept."""
    on_its_page = request.endpoint == spec.endpoint and not request.view_args
    return views_of(spec.endpoint) if on_its_page and unit.actor.user_id is not None else None


def views_of(page: str) -> list[ViewLine]:
    """Return the own views of a list in their order, then those shared with the reader."""
    actor = current_unit().actor
    values = {"page": page, "reader": actor.user_id, "employee": actor.employee_id}

    def read() -> list[ViewLine]:
        return [ViewLine(*row) for row in current_session().execute(_OFFERED, values)]

    return kept(("views", *values.values()), read)


def _offered() -> Select[Any]:
    """Build the statement of `views_of` once: it is sent with every page of every list."""
    view, user = SavedView.__table__.c, User.__table__.c
    sharing = Employee.__table__.alias("sharer")
    sharer, reader = sharing.c, Employee.__table__.alias("reader").c
    near = exists().where(
        reader.id == bindparam("employee"),
        OrgClosure.__table__.c.ancestor_id == sharer.unit_id,
        OrgClosure.__table__.c.descendant_id == reader.unit_id,
    )
    mine = view.user_id == bindparam("reader")
    shown = (view.id, view.name, view.query, mine.label("own"), view.shared, view.is_default)
    return (
        select(*shown, func.coalesce(sharer.name, ""))
        .join_from(SavedView.__table__, User.__table__, user.id == view.user_id)
        .outerjoin(sharing, sharer.id == user.employee_id)  # a login is for administrators to know
        .where(
            view.page == bindparam("page"),
            or_(mine, view.shared & or_(user.is_administrator, near)),
        )
        .order_by(mine.desc(), view.sort, view.id)
        .limit(SHOWN)
    )


_OFFERED = _offered()


def readable(spec: ListSpec, query: str) -> str:
    """Return a view's address as the list knows it today; "" when nothing of it is left."""
    try:
        return spec.parse(MultiDict(parse_qsl(query))).query()
    except DomainError:
        return ""


def default_address(spec: ListSpec, views: Sequence[ViewLine]) -> str:
    """Return the address of the reader's default view, or "" without one that still works."""
    chosen = next((view for view in views if view.own and view.is_default), None)
    return readable(spec, chosen.query) if chosen is not None else ""


def sharing_words(actor: Actor) -> str:
    """Return with whom an actor shares; "" for accounts without a place in the house."""
    if actor.is_administrator:
        return _("Share with everybody")
    return _("Share with my unit") if actor.employee_id is not None else ""


def own_view(view_id: int) -> SavedView:
    """Return one of the actor's views; raise NotFound for anybody else's."""
    found = current_session().get(SavedView, view_id)
    if found is None or found.user_id != current_unit().actor.user_id:
        raise NotFound(_("There is no such view."))
    return found


def create_view(page: str, query: str, *, name: str, shared: bool, is_default: bool) -> int:
    """Keep an address under a name for the actor; raise Refused naming the field."""
    session, user_id = current_session(), current_unit().actor.user_id
    name, query = _checked(name), urlencode(parse_qsl(query))
    if not query or len(query) > LONGEST_QUERY:
        raise Refused(
            _("Search, filter, sort, group or choose columns first: there is nothing to keep.")
        )
    own = list(session.scalars(_own(page)))
    if len(own) >= MOST:
        raise Refused(_("You have %(limit)s views of this list. Delete one first.", limit=MOST))
    view = SavedView(
        user_id=user_id, page=page, name=name, query=query, shared=shared, is_default=is_default
    )
    view.sort = max((one.sort for one in own), default=0) + 1
    session.add(view)
    _settle(view)
    return view.id


def change_view(
    view_id: int, *, name: str, shared: bool, is_default: bool, row_version: int
) -> None:
    """Rename an own view, share it or make it the default; raise NotFound, Refused, Conflict."""
    view = own_view(view_id)
    wanted = {"name": name, "shared": shared, "is_default": is_default}
    check_version(view, row_version, wanted)
    view.name, view.shared, view.is_default = _checked(name), shared, is_default
    _settle(view)


def move_view(view_id: int, *, up: bool) -> None:
    """Change the place of an own view among the own ones of its list."""
    view = own_view(view_id)
    own = list(current_session().scalars(_own(view.page)))
    at = own.index(view)
    to = max(0, at - 1) if up else min(len(own) - 1, at + 1)
    own.insert(to, own.pop(at))
    for place, one in enumerate(own, start=1):
        one.sort = place
    _settle(view)


def delete_view(view_id: int) -> str:
    """Delete an own view, or with the right a shared one of others; return the list's endpoint."""
    session, unit = current_session(), current_unit()
    view = session.get(SavedView, view_id)
    own = view is not None and view.user_id == unit.actor.user_id
    if view is None or not (own or (view.shared and unit.access.may(VIEW, Verb.DELETE))):
        raise NotFound(_("There is no such view."))
    if not own:
        facts = {"name": view.name, "page": view.page, "owner": view.user_id}
        record(session, Verb.DELETE, VIEW, view.id, changes=facts, label=view.name)
    session.delete(view)
    session.flush()
    changed(session)
    return view.page


def _own(page: str) -> Select[SavedView]:
    mine = SavedView.user_id == current_unit().actor.user_id
    return (
        select(SavedView).where(mine, SavedView.page == page).order_by(SavedView.sort, SavedView.id)
    )


def _checked(name: str) -> str:
    words = name.strip()
    wrong = wrong_text(words)
    if not words or len(words) > LONGEST_NAME:
        wrong = _("Give it a name of at most %(limit)s signs.", limit=LONGEST_NAME)
    if wrong:
        raise Refused(wrong, fields={"name": [wrong]})
    return words


def _settle(view: SavedView) -> None:
    """Keep one default a list, and let every process read the views anew."""
    session = current_session()
    session.flush()
    if view.is_default:
        for other in session.scalars(_own(view.page)):
            if other.id != view.id:
                other.is_default = False
        session.flush()
    changed(session)
