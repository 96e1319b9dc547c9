"""Record pages: head, status bar, tabs that other add-ons fill, rail of remarks and acts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

from flask import g, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from core.access.records import may_on
from core.audit.queries import MASKED, HistoryEntry, history
from core.audit.words import action_words
from core.contributions import Slot, Verb
from core.files.models import FILE
from core.files.queries import count_files
from core.files.views import TAB, render_tab
from core.i18n import format_date, format_datetime, format_number, money_unit, read_money
from core.i18n import gettext as _
from core.remarks.following import follows
from core.remarks.models import REMARK
from core.remarks.queries import RemarkView, remarks_of
from core.remarks.subject import has_page, subject_of
from core.unit_of_work import current_unit
from core.web.list_spec import ListSpec
from core.web.list_walk import walk_from
from core.web.slots import allowed_slots, count_slot, render_slot
from core.web.why import who_address

OVERVIEW = "overview"
SHOWN = 30
PLACE_DIGITS = 18
REMARKS, CHANGES = "remarks", "changes"


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to this page."""

    title: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One term and its value; `url` makes the value a link.

    `field` names the resource's field behind it, so that a sensitive one is masked.
    """

    title: str
    value: Any
    kind: Literal["text", "date", "instant", "money", "number", "bool"] = "text"
    url: str | None = None
    field: str | None = None

    @property
    def head(self) -> str:
        """The term; an amount's with the unit in which it is read."""
        return money_unit().titled(self.title) if self.kind == "money" else self.title

    @property
    def shown(self) -> str:
        """The value in the reader's format; a dash for nothing."""
        if self.value is None or self.value == "":
            return "–"
        formats: Mapping[str, Callable[[Any], str]] = {
            "date": format_date,
            "instant": format_datetime,
            "money": read_money,
            "number": format_number,
            "bool": lambda value: _("yes") if value else _("no"),
        }
        return formats[self.kind](self.value) if self.kind in formats else str(self.value)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the status bar; `note` is a date or a number of days."""

    title: str
    state: Literal["done", "now", "next"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """A link, or with `post` a button of a form, in the head; `needs` hides it without the verb.

    A verb of the page's own resource is asked for on the very record.
    """

    title: str
    url: str
    icon: str = ""
    primary: bool = False
    post: bool = False
    dangerous: bool = False
    needs: tuple[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class RecordPage:
    """What a record page shows; `tabs` is the place whose slots become tabs."""

    resource: str
    record_id: int
    record: Any
    title: str
    sub: Sequence[Any] = ()
    mark: str = ""
    grade: str | None = None
    crumbs: Sequence[Crumb] = ()
    facts: Sequence[Fact] = ()
    stages: Sequence[Stage] = ()
    actions: Sequence[Action] = ()
    tabs: str | None = None
    tags: Sequence[tuple[str, str]] = ()
    with_history: bool = True
    walk: ListSpec | None = None  # the list whose order ‹ and › follow, where a link named it
    walk_id: int | None = None  # what of that list is shown here, if not the record itself

    @property
    def initial(self) -> str:
        """The letter of the avatar."""
        return (self.mark or self.title)[:1]


@dataclass(slots=True)
class TabView:
    """One tab: its words, address, figure and whether it is open."""

    key: str
    title: str
    url: str
    count: int | None
    here: bool


@dataclass(slots=True)
class Opened:
    """The tab that is open."""

    key: str = OVERVIEW
    body: Markup | None = None
    tabs: list[TabView] = field(default_factory=list)


def render_record(page: RecordPage, template: str = "web/record.html", **context: Any) -> str:
    """Answer a record's page; the caller has loaded the record under the reader's own right."""
    unit = current_unit()
    opened = open_tab(page, request.args.get("tab", OVERVIEW))
    rail = rail_of(page.resource, page.record_id, page.record) if page.with_history else None
    hidden = unit.access.hidden_fields(page.resource)
    facts = [replace(f, value=MASKED, kind="text") if f.field in hidden else f for f in page.facts]
    return render_template(
        template,
        page=page,
        record=page.record,
        facts=facts,
        opened=opened,
        actions=[one for one in page.actions if _is_offered(one, page)],
        why_url=url_for("web.why", resource=page.resource, record=page.record_id),
        who_url=who_address(page.resource, page.record_id),
        rail=rail,
        walk=walk_from(page.walk, page.walk_id or page.record_id)
        if page.walk is not None
        else None,
        **context,
    )


def _is_offered(action: Action, page: RecordPage) -> bool:
    """Tell whether the reader may do this, be it with just this record."""
    if action.needs is None:
        return True
    if action.needs[0] == page.resource:
        return may_on(page.record, action.needs[1])
    return current_unit().access.may(*action.needs)


def open_tab(page: RecordPage, wanted: str) -> Opened:
    """Return the tabs that the reader may see, and the one that is open rendered."""
    opened = Opened()
    slots = allowed_slots(page.tabs) if page.tabs is not None else []
    has_files = has_page(page.resource) and current_unit().access.may(FILE, Verb.QUERY)
    if not slots and not has_files:
        return opened
    chosen = next((slot for slot in slots if slot.key == wanted), None)
    if chosen is not None:
        opened.key = chosen.key
        opened.body = render_slot(chosen, page.record)
    elif has_files and wanted == TAB:
        opened.key = TAB
        opened.body = render_tab(subject_of(page.resource, page.record_id, page.record))
    first = TabView(OVERVIEW, _("Overview"), address(tab=None), None, opened.key == OVERVIEW)
    opened.tabs = [first, *(_tab(slot, page.record, slot is chosen) for slot in slots)]
    if has_files:
        count = count_files(current_unit().session, page.resource, page.record_id)
        url, here = address(tab=TAB), opened.key == TAB
        opened.tabs.append(TabView(TAB, _("Attachments"), url, count, here))
    return opened


def _tab(slot: Slot, record: Any, here: bool) -> TabView:  # noqa: FBT001 - one private caller
    return TabView(slot.key, str(slot.title), address(tab=slot.key), count_slot(slot, record), here)


def act_words(action: str) -> str:
    """Return what was done, in words; an add-on's own verb by its code."""
    return action_words().get(action, action)


def address(**changes: str | None) -> str:
    """Return this page's address with some parameters changed or dropped."""
    given: MultiDict[str, str] = MultiDict(request.args)
    for name, value in changes.items():
        given.poplist(name)
        if value is not None:
            given[name] = value
    if back := g.get("back_to_list"):  # a tab's Referer is this record, not the list
        given["back"] = back
    query = urlencode(list(given.items(multi=True)))
    return f"{request.path}?{query}" if query else request.path


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing in the line of time: an act or a remark."""

    at: datetime
    number: int
    act: HistoryEntry | None = None
    remark: RemarkView | None = None


@dataclass(frozen=True, slots=True)
class Rail:
    """What stands beside a record; without an address nothing can be written or followed."""

    moments: list[Moment]
    views: list[tuple[str, str | None, bool]]
    follows: bool = False
    follow_url: str | None = None
    write_url: str | None = None
    before: int | None = None  # the last one shown, where earlier ones follow


def rail_of(resource: str, record_id: int, record: object) -> Rail:
    """Return the newest acts and remarks; the caller has loaded the record under its own right."""
    unit, view = current_unit(), request.args.get("rail", "")
    mixed = has_page(resource) and unit.access.may(REMARK, Verb.QUERY)
    alone = not mixed or view in {REMARKS, CHANGES}  # only one kind has places to go on from
    before = _place(request.args.get("before", "")) if alone else 0
    moments: list[Moment] = []
    if view != REMARKS or not mixed:
        acts = history(unit.session, resource, record_id, limit=SHOWN + 1, before=before)
        moments += [Moment(act.at, act.id, act=act) for act in acts]
    if mixed and view != CHANGES:
        found = remarks_of(unit.session, resource, record_id, limit=SHOWN + 1, before=before)
        moments += [Moment(one.at, one.id, remark=one) for one in found]
    moments.sort(key=lambda moment: moment.at, reverse=True)
    earlier = moments[SHOWN - 1].number if alone and len(moments) > SHOWN else None
    del moments[SHOWN:]
    if not mixed:
        return Rail(moments, [], before=earlier)
    own: dict[str, Any] = {"resource": resource, "record_id": record_id}
    known = (("", _("All")), (REMARKS, _("Remarks")), (CHANGES, _("Changes")))
    return Rail(
        moments,
        [(title, code or None, code == view) for code, title in known],
        follows(unit.session, subject_of(resource, record_id, record), unit.actor.user_id),
        url_for("remarks.follow", **own),
        url_for("remarks.write", **own) if unit.access.may(REMARK, Verb.CREATE) else None,
        earlier,
    )


def _place(text: str) -> int:
    """Return the number that an address names; 0, the newest, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= PLACE_DIGITS else 0
