"""The steps of an import before its job runs: take the file, map its columns, try, start."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import islice
from typing import cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.addons.registry import registry
from core.audit.services import record
from core.clock import now
from core.contributions import Exchange
from core.errors import Conflict
from core.exchange.applying import Plan, Verdict, apply_rows, check_mapping, guess, preset
from core.exchange.models import ImportRun, ImportState
from core.exchange.queries import exchange_for, own_import
from core.exchange.upload import Upload, original_of, read_rows, stored_path
from core.i18n import gettext as _
from core.jobs.models import JobState
from core.jobs.services import cancel, enqueue, retry
from core.notifications.services import Notice, notify
from core.unit_of_work import unit_of_work

APPLY = "exchange.apply"
PREVIEW_ROWS = 10
FOLLOWED = {
    JobState.PENDING: ImportState.RUNNING,
    JobState.DEAD: ImportState.FAILED,
    JobState.CANCELLED: ImportState.CANCELLED,
}


class _UndoPreview(Exception):  # noqa: N818 - a way out of the unit, not a fault
    """Leaves the preview's unit of work so that nothing of it is stored."""


def add_import(session: Session, exchange_key: str, upload: Upload) -> int:
    """Note an uploaded file with a guessed mapping and return the import's id."""
    exchange = exchange_for(session, exchange_key)
    run = ImportRun(
        owner_user_id=session.info["unit"].actor.user_id,
        exchange=exchange.key,
        addon=registry().owner_of(exchange),
        filename=upload.filename,
        stored_as=upload.stored_as,
        encoding=upload.encoding,
        headings=upload.headings,
        mapping=_likely_mapping(exchange, upload),
        rows_total=upload.rows,
        uploaded_at=now(),
    )
    session.add(run)
    session.flush()
    return run.id


def change_encoding(session: Session, import_id: int, upload: Upload) -> None:
    """Take what the same file holds when it is read in another encoding; guess its columns anew."""
    run = _waiting(session, import_id)
    before = stored_path(run.stored_as)
    run.mapping = _likely_mapping(exchange_for(session, run.exchange), upload)
    run.stored_as, run.encoding = upload.stored_as, upload.encoding
    run.headings, run.rows_total = upload.headings, upload.rows
    session.info["unit"].after_commit.append(lambda: before.unlink(missing_ok=True))


def _likely_mapping(exchange: Exchange, upload: Upload) -> dict[str, str]:
    return preset(exchange, upload.headings) or guess(exchange, upload.headings)


def set_mapping(session: Session, import_id: int, mapping: Mapping[str, str]) -> None:
    """Keep the user's choice of columns, complete or not; raise Refused for what cannot be."""
    run = _waiting(session, import_id)
    exchange = exchange_for(session, run.exchange)
    known = {column.name for column in exchange.columns}
    run.mapping = {
        name: heading
        for name, heading in mapping.items()
        if name in known and heading in run.headings
    }


def preview(import_id: int, *, limit: int = PREVIEW_ROWS) -> Sequence[Verdict]:
    """Apply the first rows for real, tell what would become of each, and undo all of it.

    Raises Refused while required columns are not mapped.
    """
    verdicts: list[Verdict] = []
    try:
        with unit_of_work(reason="import preview") as session:
            run = _waiting(session, import_id)
            plan = _plan(session, run)
            verdicts = apply_rows(session, plan, _first_rows(run, limit))
            _undo()
    except _UndoPreview:
        pass
    return verdicts


def untried(run: ImportRun, *, limit: int = PREVIEW_ROWS) -> Sequence[Verdict]:
    """Return the first rows as they stand in the file, for as long as they cannot be tried."""
    return [Verdict(number, cells, "") for number, cells in _first_rows(run, limit)]


def _first_rows(run: ImportRun, limit: int) -> list[tuple[int, list[str]]]:
    rows = islice(read_rows(run.stored_as), limit)
    return [(number, cells) for _offset, number, cells in rows]


def _undo() -> None:
    raise _UndoPreview


def start(session: Session, import_id: int) -> int:
    """Enqueue the job that applies the rows under the rights of the importer; return its id."""
    run = _waiting(session, import_id)
    plan = _plan(session, run)
    run.mapping = dict(plan.mapping)
    run.state = ImportState.RUNNING
    run.job_id = enqueue(
        session,
        APPLY,
        {"import_id": run.id},
        idempotency_key=f"import:{run.id}",
        addon=run.addon,
    )
    facts = {"file": run.filename, "rows": run.rows_total, "mapping": run.mapping}
    record(session, "import", plan.exchange.resource, None, changes=facts, label=run.filename)
    original = original_of(run.stored_as)
    session.info["unit"].after_commit.append(lambda: original.unlink(missing_ok=True))
    return run.job_id


def discard(session: Session, import_id: int) -> None:
    """Drop an import that was never started, with its file."""
    run = _waiting(session, import_id)
    files = (stored_path(run.stored_as), original_of(run.stored_as))
    session.delete(run)
    for file in files:
        session.info["unit"].after_commit.append(partial(file.unlink, missing_ok=True))


def stop(session: Session, import_id: int) -> None:
    """Stop a running or waiting import; the rows that it has stored stay."""
    run = own_import(session, import_id)
    if run.state != ImportState.RUNNING or run.job_id is None:
        raise Conflict(_("This import is not running any more."))
    cancel(session, run.job_id)


def resume(session: Session, import_id: int) -> None:
    """Let a failed import go on behind the last row that it stored."""
    run = own_import(session, import_id)
    exchange_for(session, run.exchange)
    if not can_resume(run):
        raise Conflict(_("This import cannot be resumed. Upload the file again to repeat it."))
    retry(session, cast("int", run.job_id))


def can_resume(run: ImportRun) -> bool:
    """Tell whether an import failed and its file and its job are still there."""
    has_failed = run.state == ImportState.FAILED and run.job_id is not None
    return has_failed and stored_path(run.stored_as).exists()


def follow_job(session: Session, job_id: int, state: str) -> None:
    """Give the import of a job the state that the job has just taken, whoever moved it."""
    over = state != JobState.PENDING
    session.execute(
        update(ImportRun)
        .where(ImportRun.job_id == job_id, ImportRun.state != ImportState.DONE)
        .values(state=FOLLOWED[JobState(state)], finished_at=now() if over else None)
        .execution_options(synchronize_session="fetch")
    )
    if state == JobState.DEAD:
        failed = select(ImportRun).where(ImportRun.job_id == job_id)
        for run in session.scalars(failed.where(ImportRun.state == ImportState.FAILED)):
            tell_importer(session, run, done=False)


def tell_importer(session: Session, run: ImportRun, *, done: bool) -> None:
    """Tell whoever sent the file that its import is over, or that it failed."""
    names = {"name": run.filename, "done": run.rows_done, "refused": run.refused}

    def title() -> str:
        if not done:
            return _("The import of %(name)s failed after row %(done)s", **names)
        if run.refused:
            return _("%(name)s was imported: %(done)s rows, %(refused)s refused", **names)
        return _("%(name)s was imported: %(done)s rows", **names)

    notice = Notice(
        kind="core.import",
        key=f"import:{run.id}:{now().isoformat()}",  # one that goes on may fail again
        title=title,
        endpoint="exchange.result",
        arguments={"import_id": run.id},
    )
    notify(session, notice, users=[run.owner_user_id])


def _waiting(session: Session, import_id: int) -> ImportRun:
    run = own_import(session, import_id)
    if run.state != ImportState.UPLOADED:
        raise Conflict(_("This import was started already. Upload the file again to repeat it."))
    return run


def _plan(session: Session, run: ImportRun) -> Plan:
    exchange = exchange_for(session, run.exchange)
    mapping = check_mapping(exchange, run.headings, run.mapping)
    return Plan(exchange, tuple(run.headings), mapping, dict(run.options))
