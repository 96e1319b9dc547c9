"""What the pages of the wizard show, and the start page of the reader's own imports and exports."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, url_for
from sqlalchemy import select

from core.addons.registry import registry
from core.addons.status import disabled_titles
from core.clock import now
from core.contributions import Exchange, Slot
from core.exchange.export_job import KIND as EXPORT
from core.exchange.importing import errors_kept
from core.exchange.models import ImportRowError, ImportRun, ImportState
from core.exchange.queries import (
    exchange_for,
    own_import,
    recent_imports,
    row_errors,
    usable_exchanges,
)
from core.exchange.services import APPLY, can_resume
from core.exchange.upload import original_of
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.definitions import addon_title
from core.jobs.lists import STATES, TONES
from core.jobs.models import Job, JobState
from core.jobs.queries import Progress, progress
from core.unit_of_work import current_session, current_unit
from core.web.navigation import list_address

SHOWN_ERRORS = 50
SHOWN_UNMAPPED = 4
SHOWN = 5
RECENT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class IndexPage:
    """What can be imported, and what was."""

    exchanges: Sequence[Exchange]
    recent: Sequence[ImportRun]
    states: dict[int, tuple[str, str]]
    kinds: dict[int, str]
    disabled: str  # titles of disabled add-ons, whose imports are not offered


@dataclass(frozen=True, slots=True)
class MappingPage:
    """A file and the columns that wait for its headings."""

    exchange: Exchange
    run: ImportRun

    @property
    def can_be_read_again(self) -> bool:
        """Tell whether another encoding may be chosen."""
        return original_of(self.run.stored_as).exists()

    @property
    def columns(self) -> list[tuple[int, str, bool]]:
        """Place, heading and whether it is mapped, of the file's columns that the trial shows."""
        taken = set(self.run.mapping.values())
        every = [(place, one, one in taken) for place, one in enumerate(self.run.headings)]
        mapped = [column for column in every if column[2]]
        return mapped + [column for column in every if not column[2]][:SHOWN_UNMAPPED]

    @property
    def hidden_columns(self) -> int:
        """How many columns the trial leaves out."""
        return len(self.run.headings) - len(self.columns)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """How far an import is, and what was refused."""

    run: ImportRun
    job: Progress | None
    errors: Sequence[ImportRowError]
    errors_kept: int
    can_resume: bool
    kind: str
    records_url: str | None

    @property
    def is_open(self) -> bool:
        """Tell whether more will happen, so that the page should look again."""
        return self.run.standing in {ImportState.RUNNING, ImportState.WAITING}

    @property
    def waits_for(self) -> str:
        """The title of the add-on that it waits for."""
        waits = self.run.standing == ImportState.WAITING
        return addon_title(self.run.addon) if waits else ""

    @property
    def state(self) -> tuple[str, str]:
        """The state in the reader's language, and its tone."""
        return state_words(self.run)


def index_page() -> IndexPage:
    """Return the first page of the wizard."""
    session = current_session()
    recent = recent_imports(session)
    states = {run.id: state_words(run) for run in recent}
    usable = usable_exchanges(session)
    titles = {one.key: str(one.title) for one in registry().every("exchanges")}
    kinds = {run.id: titles.get(run.exchange, run.exchange) for run in recent}
    return IndexPage(usable, recent, states, kinds, disabled_titles())


def mapping_page(import_id: int) -> MappingPage:
    """Return the page that maps columns of an own import."""
    session = current_session()
    run = own_import(session, import_id)
    return MappingPage(exchange_for(session, run.exchange), run)


def result_page(import_id: int) -> ResultPage:
    """Return progress or result of an own import."""
    session = current_session()
    run = own_import(session, import_id)
    return ResultPage(
        run,
        progress(session, run.job_id) if run.job_id else None,
        row_errors(session, import_id, limit=SHOWN_ERRORS),
        errors_kept(session, import_id),
        can_resume(run),
        *_kind_and_list(run.exchange),
    )


def _kind_and_list(key: str) -> tuple[str, str | None]:
    """Return the title of a kind of import, and the list of its records if the reader has it."""
    found = next((one for one in registry().every("exchanges") if one.key == key), None)
    if found is None:
        return key, None
    return str(found.title), list_address(found.resource)


def state_words(run: ImportRun) -> tuple[str, str]:
    """Return the words for where an import stands, and their tone."""
    return {
        ImportState.UPLOADED: (_("not started"), "neutral"),
        ImportState.RUNNING: (_("running"), "info"),
        ImportState.WAITING: (_("waits for its add-on"), "warn"),
        ImportState.FAILED: (_("failed"), "bad"),
        ImportState.DONE: (_("done"), "ok"),
        ImportState.CANCELLED: (_("stopped"), "warn"),
    }[run.standing]


def outcome_words() -> dict[str, str]:
    """Return the words for what may become of a row."""
    return {
        "created": _("new"),
        "updated": _("changed"),
        "unchanged": _("unchanged"),
        "refused": _("refused"),
    }


@dataclass(frozen=True, slots=True)
class Errand:
    """One import or export that goes on or failed."""

    title: str
    url: str
    state: str
    tone: str
    done: int
    total: int | None


def errands() -> list[Errand]:
    """Return the reader's imports and exports of the week that run or failed, the newest first."""
    rows = current_session().execute(
        select(
            Job.id,
            Job.state,
            Job.progress_done,
            Job.progress_total,
            ImportRun.id.label("import_id"),
            ImportRun.filename,
        )
        .outerjoin(ImportRun, ImportRun.job_id == Job.id)
        .where(
            Job.as_user_id == current_unit().actor.user_id,
            Job.kind.in_((APPLY, EXPORT)),
            Job.state.in_((JobState.PENDING, JobState.LEASED, JobState.DEAD)),
            Job.created_at > now() - RECENT,
        )
        .order_by(Job.id.desc())
        .limit(SHOWN)
    )
    return [
        Errand(
            _("Import of %(file)s", file=row.filename) if row.import_id else _("Export of a list"),
            url_for("exchange.result", import_id=row.import_id)
            if row.import_id
            else url_for("exports.show", job_id=row.id),
            str(STATES[row.state]),
            TONES.get(row.state, ""),
            row.progress_done,
            row.progress_total,
        )
        for row in rows
    ]


def panel(_record: Any) -> str:
    """Return the panel, nothing when nothing of the reader's runs or failed."""
    found = errands()
    return render_template("exchange/panel.html", errands=found) if found else ""


SLOTS = (
    Slot(
        place="workspace.main",
        key="errands",
        title=_l("My imports and exports"),
        render=panel,
        order=10,
    ),
)
