"""The administrator's list of jobs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select

from core.actor import current_actor
from core.addons.registry import registry
from core.contributions import Verb
from core.i18n import lazy_gettext as _l
from core.jobs.definitions import addon_title, definitions, running_owners
from core.jobs.models import Job, JobState
from core.web.lists import BulkAction, Column, Facet, ListSpec, Tab

STATES = {
    JobState.PENDING: _l("waiting"),
    JobState.LEASED: _l("running"),
    JobState.DONE: _l("done"),
    JobState.DEAD: _l("failed"),
    JobState.CANCELLED: _l("cancelled"),
}
INTERESTS = {"notable": _l("Open, failed or mine"), "over": _l("Finished by itself")}
PARKED = "parked"
SHOWN_STATES: Mapping[Any, Any] = {**STATES, PARKED: _l("waits for its add-on")}
TONES = {
    JobState.LEASED: "info",
    JobState.DONE: "ok",
    JobState.DEAD: "bad",
    PARKED: "warn",
}


def kinds() -> Mapping[str, str]:
    """Return the words for every kind of job that is loaded, on or off."""
    return {kind.kind: str(kind.title) for kind in registry().every("jobs")}


def _owners() -> Mapping[str, str]:
    return {"core": str(_l("The site itself"))} | {n: addon_title(n) for n in registry().loaded}


def _shown_state() -> ColumnElement[str]:
    open_ = Job.state.in_([JobState.PENDING, JobState.LEASED])
    held = or_(Job.addon.not_in(running_owners()), Job.kind.not_in(list(definitions())))
    return case((and_(open_, held), PARKED), else_=Job.state)


def _interest() -> ColumnElement[str]:
    """Tell what asks for a look, or was started by the reader, from what is over by itself."""
    over = Job.state.in_([JobState.DONE, JobState.CANCELLED])
    mine = Job.as_user_id == (current_actor().user_id or 0)
    return case((or_(~over, mine), "notable"), else_="over")


def notes() -> Mapping[str, str]:
    """Return the words for notes that are codes: the kinds of events that were delivered."""
    return {kind.key: str(kind.title) for kind in registry().every("event_types")}


def _source() -> Select[Any]:
    return select().select_from(Job)


JOBS = ListSpec(
    key="core.job",
    resource="core.job",
    title=_l("Background jobs"),
    endpoint="jobs.index",
    record_endpoint="jobs.show",
    id=Job.id,
    source=_source,
    columns=(
        Column("kind", _l("Job"), Job.kind, kind="text", labels=kinds, phone="p1"),
        Column(
            "state",
            _l("State"),
            _shown_state,
            kind="tag",
            labels=SHOWN_STATES,
            tones=TONES,
            phone="p2",
        ),
        Column("note", _l("Note"), Job.note, labels=notes, phone="p3"),
        Column("done", _l("Done"), Job.progress_done, kind="number"),
        Column("total", _l("Of"), Job.progress_total, kind="number"),
        Column("attempts", _l("Attempts"), Job.attempts, kind="number"),
        Column("due", _l("Due"), Job.due_at, kind="instant", phone="p4"),
        Column("finished", _l("Finished"), Job.finished_at, kind="instant", shown=False),
        Column("addon", _l("Add-on"), Job.addon, labels=_owners, shown=False),
        Column("error", _l("Last error"), Job.last_error, shown=False),
    ),
    facets=(
        Facet("state", _l("State"), Job.state, choices=STATES),
        Facet("interest", _l("Shown"), _interest, choices=INTERESTS),
        Facet("kind", _l("Job"), Job.kind, choices=kinds),
        Facet("addon", _l("Add-on"), Job.addon, choices=_owners),
    ),
    search=(Job.note, Job.last_error),
    search_hint=_l("Note, error"),
    sort="-due",
    tabs=(
        Tab("notable", _l("Open, failed or mine"), lambda: {"interest": "notable"}),
        Tab("failed", _l("Failed"), lambda: {"state": JobState.DEAD}),
        Tab("open", _l("Waiting"), lambda: {"state": JobState.PENDING}),
    ),
    first_tab="notable",
    bulk=(
        BulkAction("retry", _l("Run again"), "jobs.retry", icon="undo", action=Verb.UPDATE),
        BulkAction("cancel", _l("Cancel"), "jobs.cancel", icon="x", action=Verb.UPDATE),
    ),
)
