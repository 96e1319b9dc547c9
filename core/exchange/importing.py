"""The job that applies an import; it resumes at the byte where its last commit stopped."""

import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import islice

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from core.audit.services import record
from core.clock import now
from core.contributions import Exchange, JobDef, Step
from core.errors import Refused
from core.exchange.applying import REFUSED, Plan, Verdict, apply_rows, count
from core.exchange.export_job import tidy_exports
from core.exchange.limits import MAX_KEPT_ERRORS
from core.exchange.models import ImportRowError, ImportRun, ImportState
from core.exchange.queries import exchange_for, own_import
from core.exchange.services import APPLY, follow_job, tell_importer
from core.exchange.upload import read_rows, stored_path
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.running import JobRun

SMALLEST_BATCH, LARGEST_BATCH = 10, 500  # where rows are taken at once, five times as many
NEED_THEIR_FILE = (ImportState.UPLOADED, ImportState.RUNNING, ImportState.FAILED)
BATCH_SECONDS = 0.15  # how long a writer may have to wait for SQLite's only lock


def apply_step(run: JobRun) -> Step:
    """Apply the next rows, as many as the speed of the last batch allows.

    Rows, refusals, counts and the place in the file are stored by the same commit, so a kill at
    any point neither loses nor repeats a row. The importer's right is asked again at every step.
    """
    session = run.session
    record_ = own_import(session, int(run.payload["import_id"]))
    exchange = exchange_for(session, record_.exchange)
    plan = Plan(exchange, tuple(record_.headings), record_.mapping, dict(record_.options))
    least = SMALLEST_BATCH * (5 if exchange.apply_many else 1)
    offset, size = int(run.cursor.get("offset", 0)), int(run.cursor.get("size", least))
    try:
        batch = list(islice(read_rows(record_.stored_as, offset=offset), size))
    except FileNotFoundError as error:
        raise Refused(_("The uploaded file is no longer there. Upload it again.")) from error
    at_end = len(batch) < size
    if batch:
        began = time.monotonic()
        verdicts = apply_rows(session, plan, [(number, cells) for _o, number, cells in batch])
        _keep(session, record_, verdicts)
        offset, size = batch[-1][0], max(least, next_size(size, time.monotonic() - began))
    if at_end:
        _finish(session, record_, exchange)
    return Step(
        cursor={"offset": offset, "size": size},
        done=at_end,
        progress=(record_.rows_done, record_.rows_total),
        note=_("%(name)s: row %(row)s", name=record_.filename, row=record_.rows_done),
    )


def next_size(size: int, seconds: float) -> int:
    """Return how many rows the next batch may have, so that it holds the database 150 ms."""
    fitting = int(size * BATCH_SECONDS / max(seconds, 0.001))
    return max(SMALLEST_BATCH, min(fitting, 2 * size, LARGEST_BATCH))


def _keep(session: Session, run: ImportRun, verdicts: Sequence[Verdict]) -> None:
    outcomes = count(verdicts)
    room = MAX_KEPT_ERRORS - run.refused
    run.rows_done += len(verdicts)
    run.created += outcomes["created"]
    run.updated += outcomes["updated"]
    run.unchanged += outcomes["unchanged"]
    run.refused += outcomes[REFUSED]
    bad = [verdict for verdict in verdicts if verdict.outcome == REFUSED][: max(room, 0)]
    if bad:
        session.execute(
            insert(ImportRowError),
            [
                {
                    "import_id": run.id,
                    "row_number": verdict.row_number,
                    "cells": list(verdict.cells),
                    "reason": verdict.reason,
                }
                for verdict in bad
            ],
        )


def _finish(session: Session, run: ImportRun, exchange: Exchange) -> None:
    run.state = ImportState.DONE
    run.finished_at = now()
    counts = {name: getattr(run, name) for name in ("created", "updated", "unchanged", "refused")}
    record(session, "imported", exchange.resource, None, changes=counts, label=run.filename)
    tell_importer(session, run, done=True)
    path = stored_path(run.stored_as)
    session.info["unit"].after_commit.append(lambda: path.unlink(missing_ok=True))


def tidy_files(run: JobRun) -> Step:
    """Delete files a day old: exports, and uploads that no import needs any more."""
    folder = stored_path("x").parent
    before = (now() - timedelta(days=1)).timestamp()
    needed = set(
        run.session.execute(
            select(ImportRun.stored_as).where(
                ImportRun.state.in_(NEED_THEIR_FILE),
                ImportRun.uploaded_at > now() - timedelta(days=30),
            )
        ).scalars()
    )
    tokens = {name.partition(".")[0] for name in needed}
    for path in list(folder.glob("*.*")):
        if path.name.partition(".")[0] not in tokens and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
    tidy_exports()
    return Step(done=True)


def errors_kept(session: Session, import_id: int) -> int:
    """Return how many refused rows are kept for download (at most 10,000)."""
    return session.execute(
        select(func.count()).where(ImportRowError.import_id == import_id)
    ).scalar_one()


JOBS = (
    JobDef(kind=APPLY, title=_l("Import a file"), step=apply_step, moved=follow_job),
    JobDef(
        kind="exchange.tidy",
        title=_l("Delete files of imports and exports that are no longer needed"),
        step=tidy_files,
        every=timedelta(days=1),
    ),
)
