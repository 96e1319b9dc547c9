"""Large exports: a job in reading steps, one file for one person, a trail of what left."""

import csv
import hashlib
import io
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select, update

from core import clock
from core.access.policy import recompile
from core.accounts.models import User
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.audit.views import ENTRIES
from core.database import READ
from core.errors import NotFound
from core.exchange import export_job, list_export
from core.exchange.export_job import enqueue_export, own_export, tidy_exports
from core.jobs import running
from core.jobs.models import Job
from core.jobs.running import run_next
from core.unit_of_work import current_unit, read_only, unit_of_work
from tests.core.exchange.test_export import NOTES
from tests.core.jobs.toys import Note

SYSTEM = system_actor("test")
ROWS = 47
pytestmark = pytest.mark.usefixtures("toys")


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch):
    monkeypatch.setattr(export_job, "ROWS_A_STEP", 10)


@pytest.fixture
def owner(make):
    return make.administrator()


@pytest.fixture
def actor(make, owner):
    with unit_of_work(SYSTEM) as session:
        texts = [{"text": f"=note {n % 5}", "code": f"c{n}"} for n in range(ROWS)]
        session.execute(insert(Note), texts)
    return make.actor(owner)


def begin(actor, fmt="csv", **arguments):
    with unit_of_work(actor) as session:
        args = NOTES.parse(arguments)
        return enqueue_export(session, NOTES, args, fmt, rows=ROWS)


def run(job_id):
    while run_next(job_id=job_id):
        pass


def found(actor, job_id):
    with read_only(actor):
        return own_export(job_id)


def stored(job_id):
    with read_only(SYSTEM) as session:
        return session.get(Job, job_id)


def exports():
    with read_only(SYSTEM) as session:
        return session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).all()


@pytest.mark.parametrize("sort", ["", "number", "text", "-text"])
def test_every_row_is_in_the_file_once_and_the_trail_has_filter_count_and_fingerprint(actor, sort):
    job_id = begin(actor, sort=sort)
    run(job_id)
    done = found(actor, job_id)
    content = done.file.read_bytes()
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[0] == ["Words", "Code", "Number"]
    assert sorted(row[1] for row in rows[1:]) == sorted(f"c{n}" for n in range(ROWS))
    assert all(row[0].startswith("'=note") for row in rows[1:])
    (entry,) = exports()
    assert entry.changes["rows"] == ROWS
    assert entry.changes["sha256"] == hashlib.sha256(content).hexdigest()
    assert entry.actor_user_id == actor.user_id
    assert not list(done.file.parent.glob("*.jsonl"))


def test_rows_sorted_by_an_instant_come_to_an_end_too(actor, monkeypatch):
    monkeypatch.setattr(export_job, "ROWS_A_STEP", 1)
    with unit_of_work(actor) as session:
        job_id = enqueue_export(session, ENTRIES, ENTRIES.parse({}), "csv", rows=9)
    for _slice in range(5):
        run_next(job_id=job_id)
    with read_only(SYSTEM) as session:
        entries = session.scalar(select(func.count()).select_from(AuditEntry))
    assert stored(job_id).state == "done"
    assert stored(job_id).progress_done == entries - 1


def test_a_workbook_keeps_numbers_as_numbers(actor):
    job_id = begin(actor, "xlsx")
    run(job_id)
    content = found(actor, job_id).file.read_bytes()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert len(rows) == ROWS + 1
    assert all(isinstance(row[2], float) for row in rows[1:])
    assert rows[1][0].startswith("'=")


def test_the_rows_are_read_in_a_unit_that_cannot_write(actor, monkeypatch):
    modes = set()
    whole = export_job.converted

    def watched(rows, columns):
        modes.add(current_unit().mode)
        return whole(rows, columns)

    monkeypatch.setattr(export_job, "converted", watched)
    run(begin(actor))
    assert modes == {READ}


def test_a_worker_that_dies_after_writing_its_lines_leaves_no_row_twice(actor, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    job_id = begin(actor)
    run_next(job_id=job_id)
    store = running.store_step

    def die(*_arguments, **_options):
        raise SystemExit

    monkeypatch.setattr(running, "store_step", die)
    with pytest.raises(SystemExit):
        run_next(job_id=job_id)
    monkeypatch.setattr(running, "store_step", store)
    with unit_of_work(SYSTEM) as session:
        past = clock.now() - timedelta(hours=1)
        session.execute(update(Job).where(Job.id == job_id).values(lease_until=past))
    run(job_id)
    lines = found(actor, job_id).file.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == len(set(lines)) == ROWS + 1
    assert len(exports()) == 1


def test_a_file_that_was_disturbed_on_the_way_reaches_nobody(actor, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    job_id = begin(actor)
    run_next(job_id=job_id)
    (part,) = found(actor, job_id).file.parent.glob("*.jsonl")
    part.write_bytes(part.read_bytes().replace(b'"c4"', b'"c0"'))
    monkeypatch.setattr(running, "SLICE_SECONDS", 1.0)
    run(job_id)
    assert "Traceback" in stored(job_id).last_error
    assert found(actor, job_id).kept_until is None
    assert exports() == []


def test_a_right_that_is_lost_on_the_way_stops_the_export_with_words(actor, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    job_id = begin(actor)
    run_next(job_id=job_id)
    with unit_of_work(SYSTEM) as session:
        session.get(User, actor.user_id).is_administrator = False
        session.flush()
        recompile(session, [actor.user_id])
    run(job_id)
    job = stored(job_id)
    assert (job.state, job.progress_done) == ("dead", 10)
    assert "Traceback" not in job.last_error
    assert exports() == []


def test_only_its_originator_finds_it_and_only_for_a_day(actor, make, login, owner, frozen):
    job_id = begin(actor)
    mine, other = login(owner), login(make.administrator(login="other"))
    assert mine.get(f"/exports/{job_id}/file").status_code == 404
    page = mine.get(f"/exports/{job_id}")
    assert page.headers["Refresh"] == "2"
    run(job_id)
    for address in (f"/exports/{job_id}", f"/exports/{job_id}/file"):
        assert mine.get(address).status_code == 200
        assert other.get(address).status_code == 404
    assert "Refresh" not in mine.get(f"/exports/{job_id}").headers
    assert other.post(f"/exports/{job_id}/stop").status_code in {400, 404}
    with pytest.raises(NotFound):
        found(SYSTEM, job_id)
    later = clock.now() + timedelta(days=1, minutes=1)
    with frozen(later):
        assert found(actor, job_id).kept_until is None
        tidy_exports()
    assert not found(actor, job_id).file.exists()


def test_it_can_be_stopped(actor, login, owner):
    job_id = begin(actor)
    client = login(owner)
    assert client.submit(f"/exports/{job_id}/stop").status_code == 302
    run(job_id)
    assert stored(job_id).state == "cancelled"
    assert exports() == []


def test_a_list_of_more_rows_than_are_sent_at_once_leads_to_a_job(login, owner, actor, monkeypatch):
    client = login(owner)
    assert client.get("/admin/audit/export").status_code == 200
    monkeypatch.setattr("core.exchange.export_views.MAX_EXPORT_AT_ONCE", 0)
    answer = client.get("/admin/audit/export?format=csv")
    assert answer.status_code == 302
    job_id = int(answer.location.rsplit("/", 1)[1])
    run(job_id)
    content = client.get(f"/exports/{job_id}/file").data
    assert content.startswith(b"\xef\xbb\xbf")
    monkeypatch.setattr(list_export, "MAX_EXPORT_ROWS", 0)
    assert client.get("/admin/audit/export?format=csv").status_code == 422
