"""The list of what was asked for, as far as the reader has to do with it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, inspect, or_, select

from core.access.records import visible
from core.access.resources import resource_of
from core.actor import current_actor
from core.addons.registry import registry
from core.clock import now
from core.consent.models import CONSENT, Consent, State, Voice
from core.contributions import Act, Verb
from core.i18n import lazy_gettext as _l
from core.unit_of_work import current_session, current_unit
from core.web.lists import Column, Facet, ListSpec, Lookup, Tab

STATES: Mapping[str, Any] = {
    State.OPEN.value: _l("open"),
    State.DONE.value: _l("done"),
    State.DECLINED.value: _l("declined"),
    State.WITHDRAWN.value: _l("withdrawn"),
    "over": _l("past its last day"),
}
TONES = {"open": "warn", "done": "ok", "declined": "bad"}
SIDES = {
    "waiting": _l("waits for me"),
    "mine": _l("asked by me"),
    "agreed": _l("I agreed"),
    "other": _l("others"),
}


@dataclass(frozen=True, slots=True)
class RecordWords:
    """What a record is called, and the page that shows it."""

    label: str
    endpoint: str | None
    record_id: int


def act_titles() -> Mapping[str, str]:
    """Return the words for every act that is loaded."""
    return {one.name: str(one.title) for one in registry().every("acts")}


def state() -> ColumnElement[str]:
    """Return the state of what was asked for, as SQL."""
    over = and_(Consent.state == State.OPEN, Consent.expires_at <= now())
    return case((over, "over"), else_=Consent.state)


def _me() -> int:
    return current_actor().user_id or 0


def _agreed() -> ColumnElement[bool]:
    return exists().where(Voice.consent_id == Consent.id, Voice.user_id == _me())


def _side() -> ColumnElement[str]:
    return case(
        (Consent.asked_by == _me(), "mine"),
        (_agreed(), "agreed"),
        (and_(state() == State.OPEN.value, _judged()), "waiting"),
        else_="other",
    )


def _judged() -> ColumnElement[bool]:
    """Return where the reader could have a say: holds the verb and sees the record."""
    access = current_unit().access
    parts = [
        and_(Consent.act == act.name, _in_sight(act))
        for act in registry().acts()
        if access.may(*act.needs)
    ]
    return or_(*parts) if parts else false()


def _in_sight(act: Act) -> ColumnElement[bool]:
    declared = resource_of(act.needs[0])
    if not act.record or declared is None or declared.model is None:
        return Consent.record_id.is_(None)
    if not current_unit().access.may(declared.key, Verb.QUERY):
        return false()
    (key,) = inspect(declared.model).primary_key
    return Consent.record_id.in_(select(key).select_from(declared.model))


def _source() -> Select[Any]:
    rows = select().select_from(Consent)
    if current_unit().access.may(CONSENT, Verb.QUERY):
        return rows
    return rows.where(or_(Consent.asked_by == _me(), _agreed(), _judged()))


def records_of(several: Iterable[Consent]) -> dict[int, RecordWords]:
    """Return the records that acts are about, by the number of the consent, where they are seen."""
    wanted: dict[str, dict[int, list[int]]] = {}
    for one in several:
        if one.record_id is not None:
            wanted.setdefault(one.resource, {}).setdefault(one.record_id, []).append(one.id)
    found: dict[int, RecordWords] = {}
    for resource, numbers in wanted.items():
        declared = resource_of(resource)
        rows = visible(current_session(), resource, list(numbers))
        for record_id, row in rows.items():
            label = declared.label(row) if declared is not None and declared.label else ""
            endpoint = declared.endpoint if declared is not None else None
            for number in numbers[record_id]:
                found[number] = RecordWords(str(label), endpoint, record_id)
    return found


def _record_words(values: Collection[str]) -> Mapping[str, str]:
    numbers = [int(one) for one in values]
    rows = current_session().scalars(select(Consent).where(Consent.id.in_(numbers))).all()
    known = records_of(rows)
    return {one: known[int(one)].label if int(one) in known else "–" for one in values}


CONSENTS = ListSpec(
    key=CONSENT,
    resource="",
    title=_l("Joint confirmation"),
    endpoint="consent.index",
    record_endpoint="consent.show",
    id=Consent.id,
    source=_source,
    columns=(
        Column("act", _l("What is asked for"), Consent.act, labels=act_titles, phone="p1"),
        Column(
            "record",
            _l("Record"),
            Consent.id,
            labels=Lookup(list, _record_words),
            sortable=False,
            phone="p3",
        ),
        Column("state", _l("State"), state, kind="tag", labels=STATES, tones=TONES, phone="p2"),
        Column("side", _l("To me"), _side, labels=SIDES, sortable=False),
        Column("asker", _l("Asked by"), Consent.asked_label, phone="p4"),
        Column("at", _l("Asked at"), Consent.asked_at, kind="instant"),
        Column("until", _l("Until"), Consent.expires_at, kind="instant"),
        Column("ended", _l("Ended"), Consent.ended_at, kind="instant", shown=False),
    ),
    facets=(
        Facet("side", _l("To me"), _side, choices=SIDES),
        Facet("state", _l("State"), state, choices=STATES),
        Facet("act", _l("What is asked for"), Consent.act, choices=act_titles),
        Facet("at", _l("Asked at"), Consent.asked_at, kind="dates"),
    ),
    search=(Consent.asked_label,),
    search_hint=_l("Who asked"),
    sort="-at",
    tabs=(
        Tab("waiting", _l("Waits for me"), lambda: {"side": "waiting"}),
        Tab("mine", _l("Asked by me"), lambda: {"side": "mine"}),
    ),
    empty_title=_l("Nothing to confirm"),
    empty_text=_l(
        "Where the settings say that an act takes several people, what is asked for stands here."
    ),
)
