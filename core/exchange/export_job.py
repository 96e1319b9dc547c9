"""Large exports: a job collects the rows in short reading steps and then writes the file."""

import json
import secrets
import shutil
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path, PurePath
from typing import Any, cast
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from core.access.guarded_session import GuardedSession
from core.addons.registry import registry
from core.clock import now
from core.config import Config, site_config
from core.contributions import JobDef, Step
from core.errors import NotFound, ProgrammingFault
from core.exchange.cells import outgoing
from core.exchange.export import MIMETYPES, Format, audit_export, write_file
from core.exchange.list_export import check_right, converted, export_statement, titles
from core.i18n import current_locale, force_locale, keeping, spoken
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.jobs.models import Job, JobState
from core.jobs.queries import Progress, progress
from core.jobs.running import JobRun
from core.jobs.services import enqueue
from core.notifications.services import Notice, notify
from core.unit_of_work import current_session
from core.web.list_args import ListArgs
from core.web.list_spec import ListSpec

KIND = "exchange.export"
ROWS_A_STEP = 1000
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OwnExport:
    """A large export of the unit's actor: how far it is, and the file while it is kept."""

    job_id: int
    title: str
    file: Path
    filename: str
    mimetype: str
    job: Progress

    @property
    def is_running(self) -> bool:
        """Tell whether the page should look again."""
        return not self.job.is_over

    @property
    def kept_until(self) -> datetime | None:
        """When the file goes; None while there is no file, or no more."""
        if self.job.state != JobState.DONE or self.job.finished_at is None:
            return None
        end = self.job.finished_at + KEPT
        return end if now() < end and self.file.exists() else None


def enqueue_export(
    session: GuardedSession, spec: ListSpec, args: ListArgs, fmt: Format, *, rows: int
) -> int:
    """Let a job write the rows behind a list's address into a file; return the job's id."""
    resource = registry().resources.get(spec.resource)
    payload = {
        "list": _address(spec),
        "arguments": args.query(),
        "format": fmt,
        "locale": current_locale(),
        "file": secrets.token_hex(16),
        "rows": rows,
    }
    addon = registry().owner_of(resource) if resource is not None else None
    return enqueue(session, KIND, payload, addon=addon)


def own_export(job_id: int) -> OwnExport:
    """Return an export of the unit's actor; raise NotFound for anybody else's."""
    session = current_session()
    user_id = session.info["unit"].actor.user_id
    payload = session.scalar(
        select(Job.payload).where(Job.id == job_id, Job.kind == KIND, Job.as_user_id == user_id)
    )
    found = progress(session, job_id) if payload is not None and user_id is not None else None
    if payload is None or found is None:
        raise NotFound(_("There is no such export."))
    spec, fmt = _spec(payload), cast("Format", payload["format"])
    if found.is_over:
        check_right(session, spec)
    return OwnExport(
        job_id, str(spec.title), _place(payload, fmt), f"{spec.key}.{fmt}", MIMETYPES[fmt], found
    )


def export_step(run: JobRun) -> Step:
    """Collect the next rows, or write the file when all are there; the database is only read.

    The right and the range are those of this moment. Lines are written from the byte on that the
    last commit names, so a step that was killed is done over and adds nothing twice.
    """
    with force_locale(run.payload["locale"]):
        spec = _spec(run.payload)
        check_right(run.session, spec)
        args = spec.parse(MultiDict(parse_qsl(run.payload["arguments"])))
        return _finish(run, spec, args) if run.cursor.get("whole") else _collect(run, spec, args)


def _collect(run: JobRun, spec: ListSpec, args: ListArgs) -> Step:
    after, done = run.cursor.get("after"), int(run.cursor.get("rows", 0))
    columns = spec.columns_for(run.session.info["unit"].access, args)
    statement = export_statement(spec, args).order_by(None).order_by(spec.id)
    if after is not None:
        statement = statement.where(spec.id > after)
    rows = run.session.execute(statement.limit(ROWS_A_STEP)).all()
    lines = b"".join(
        json.dumps([outgoing(cell) for cell in cells], default=_number).encode() + b"\n"
        for cells in converted((row._mapping for row in rows), columns)  # noqa: SLF001 - public
    )
    begin = int(run.cursor.get("bytes", 0))
    _append(_place(run.payload, "jsonl"), begin, lines)
    if rows:
        after = rows[-1].id
    whole = len(rows) < ROWS_A_STEP
    cursor = {
        "after": after,
        "rows": done + len(rows),
        "bytes": begin + len(lines),
        "sum": zlib.crc32(lines, int(run.cursor.get("sum", 0))),
        "columns": [column.key for column in columns],
        "whole": whole,
    }
    if run.cursor.get("columns", cursor["columns"]) != cursor["columns"]:
        raise NotFound(_("The columns that you may see have changed. Export again."))
    return Step(cursor=cursor, progress=(done + len(rows), max(run.payload["rows"], done)))


def _finish(run: JobRun, spec: ListSpec, args: ListArgs) -> Step:
    columns = spec.columns_for(run.session.info["unit"].access, args)
    collected, fmt = _place(run.payload, "jsonl"), cast("Format", run.payload["format"])
    rows = _collected(collected, run.cursor)
    with keeping(on=False):
        file = write_file(titles(columns), rows, fmt=fmt, name=spec.key.replace(".", "-"))
    place = _place(run.payload, fmt)
    with file.stream as stream, place.with_suffix(".new").open("wb") as target:
        shutil.copyfileobj(stream, target)
    place.with_suffix(".new").replace(place)

    notice = Notice(
        kind="core.export",
        key=f"export:{run.payload['file']}",
        title=lambda: _("Your file is ready: %(name)s", name=spoken(spec.title)),
        endpoint="exports.show",
        arguments={"job_id": run.id},
    )

    def effect(session: Session) -> None:
        audit_export(session, file, resource=spec.resource, arguments=args.query())
        unit = session.info["unit"]
        notify(session, notice, users=[unit.actor.user_id])
        unit.after_commit.append(lambda: collected.unlink(missing_ok=True))

    return Step(cursor=run.cursor, done=True, progress=(file.rows, file.rows), effect=effect)


def _append(place: Path, begin: int, lines: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch(mode=0o600)
    with place.open("r+b") as file:
        file.truncate(begin)
        file.seek(begin)
        file.write(lines)


def _collected(place: Path, cursor: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows; a file that is not what the steps wrote never reaches anybody."""
    total = 0
    with place.open("rb") as file:
        for line in file:
            total = zlib.crc32(line, total)
            yield json.loads(line, object_hook=lambda found: Decimal(found["number"]))
    if total != cursor["sum"]:
        raise ProgrammingFault(f"{place.name} is not what the steps of this export wrote")


def _number(value: Any) -> dict[str, str]:
    return {"number": str(value)}


def _place(payload: Any, ending: str) -> Path:
    return export_folder(site_config()) / PurePath(f"{payload['file']}.{ending}").name


def export_folder(config: Config) -> Path:
    """Return where files of large exports lie."""
    return config.instance / "files" / "exports"


def tidy_exports() -> None:
    """Delete what large exports left a day ago."""
    before = (now() - KEPT).timestamp()
    for path in export_folder(site_config()).glob("*.*"):
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def _address(spec: ListSpec) -> str:
    """Return where a list is declared, "module:NAME"; a job finds it again in any process."""
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is spec:
                return f"{module.__name__}:{name}"
    raise ProgrammingFault(f"{spec.key}: a list that is exported must be a constant of a module")


def _spec(payload: Any) -> ListSpec:
    module, _colon, name = payload["list"].partition(":")
    found = getattr(sys.modules.get(module), name, None)
    if not isinstance(found, ListSpec):
        raise NotFound(_("The list is no longer there. Export again."))
    return found


EXPORT_JOB = JobDef(
    kind=KIND,
    title=_l("Export a list"),
    step=export_step,
    reads_only=True,
    lease=timedelta(minutes=5),  # the last step writes a whole workbook
)
