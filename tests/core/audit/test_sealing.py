import random

import pytest
from sqlalchemy import delete, insert, select, text, update

from core.actor import system_actor
from core.audit import sealing
from core.audit.append_only import alterable_statements
from core.audit.models import AuditEntry, AuditSeal
from core.audit.sealing import ANCHOR_FILE, seal_batch, watermark
from core.audit.services import record
from core.audit.verifying import VERIFY, verify
from core.cli.audit import audit
from core.database import db
from core.jobs.running import JobRun
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.unit_of_work import read_only, unit_of_work

SYSTEM = system_actor("test")
pytestmark = pytest.mark.usefixtures("toys")
ROWS = 23
ENTRY, SEAL = AuditEntry.__table__, AuditSeal.__table__


@pytest.fixture
def sealed(app, site, monkeypatch):
    """Give a trail of sealed rows with gaps in their ids, and a database without its triggers."""
    monkeypatch.setattr(sealing, "BATCH", 5)
    (site.instance / ANCHOR_FILE).unlink(missing_ok=True)
    for number in range(ROWS):
        write(number)
        if number % 7 == 3:
            with pytest.raises(KeyError), unit_of_work(SYSTEM) as session:
                record(session, "lost", "toy.note", number)
                raise KeyError
    seal()
    with db.engine.begin() as connection:
        for table in ("core_audit", "core_audit_seal"):
            for statement in alterable_statements(table, connection.dialect.name):
                connection.execute(text(statement))
    yield ids()
    (site.instance / ANCHOR_FILE).unlink(missing_ok=True)


def write(number):
    with unit_of_work(SYSTEM) as session:
        record(
            session,
            "update",
            "toy.note",
            number,
            changes={"n": [number, number + 1]},
            label=f"n{number}",
        )


def seal():
    with unit_of_work(SYSTEM) as session:
        until = watermark(session)
    assert until is not None
    while True:
        with unit_of_work(SYSTEM) as session:
            if not seal_batch(session, until):
                return


def ids():
    with db.engine.begin() as connection:
        return list(connection.execute(select(ENTRY.c.id).order_by(ENTRY.c.id)).scalars())


def fault():
    with read_only(SYSTEM) as session:
        return verify(session).fault


def tamper(statement):
    with db.engine.begin() as connection:
        connection.execute(statement)


def test_an_untouched_trail_is_whole_and_new_rows_wait_for_their_seal(sealed):
    with read_only(SYSTEM) as session:
        verdict = verify(session)
    assert (verdict.sealed, verdict.waiting, verdict.fault) == (len(sealed), 0, None)
    write(99)
    with read_only(SYSTEM) as session:
        assert verify(session).waiting == 1
    seal()
    assert fault() is None


EDITS = {
    "actor_label": "somebody else",
    "actor_user_id": 4242,
    "action": "query",
    "record_id": 4242,
    "reason": "because",
    "label": "other",
    "changes": {"n": [0, 0]},
    "request_id": "other",
    "unit_id": "other",
    "resource": "toy.other",
    "actor_kind": "user",
}


@pytest.mark.parametrize("field", sorted(EDITS))
def test_an_edit_of_any_field_of_any_row_is_named(sealed, field):
    victim = random.choice(sealed)
    tamper(update(ENTRY).where(ENTRY.c.id == victim).values({field: EDITS[field]}))
    assert str(victim) in fault()


def test_an_edit_of_the_time_is_named(sealed):
    victim = random.choice(sealed)
    with db.engine.begin() as connection:
        at = connection.execute(select(ENTRY.c.at).where(ENTRY.c.id == victim)).scalar_one()
    tamper(update(ENTRY).where(ENTRY.c.id == victim).values(at=at.replace(year=2001)))
    assert str(victim) in fault()


def test_any_deletion_is_named(sealed):
    for victim in sealed[:: max(1, len(sealed) // 8)] + sealed[-1:]:
        with db.engine.begin() as connection:
            kept = dict(
                connection.execute(select(ENTRY).where(ENTRY.c.id == victim)).mappings().one()
            )
        tamper(delete(ENTRY).where(ENTRY.c.id == victim))
        assert str(victim) in fault()
        tamper(insert(ENTRY).values(kept))
        assert fault() is None


def test_any_row_that_was_slipped_in_is_named(sealed):
    with db.engine.begin() as connection:
        row = dict(
            connection.execute(select(ENTRY).where(ENTRY.c.id == sealed[0])).mappings().one()
        )
    gaps = [n for n in range(sealed[0] - 3, sealed[-1]) if n not in sealed]
    for place in gaps:
        tamper(insert(ENTRY).values(row | {"id": place}))
        assert str(place) in fault()
        tamper(delete(ENTRY).where(ENTRY.c.id == place))
    assert fault() is None


def test_two_rows_that_changed_places_are_named(sealed):
    for _try in range(5):
        first, second = sorted(random.sample(sealed, 2))
        swap(first, second)
        assert str(first) in fault()
        swap(first, second)
        assert fault() is None


def swap(first, second):
    for old, new in ((first, -1), (second, first), (-1, second)):
        tamper(update(ENTRY).where(ENTRY.c.id == old).values(id=new))


def test_a_seal_cannot_be_forged_removed_or_reordered_without_the_key(sealed):
    with db.engine.begin() as connection:
        seals = list(connection.execute(select(SEAL).order_by(SEAL.c.id)).mappings())
    victim = seals[2]
    forged = [[one, "0" * 64] for one, _mac in victim["entries"]]
    tamper(update(SEAL).where(SEAL.c.id == victim["id"]).values(entries=forged))
    assert fault() is not None
    tamper(update(SEAL).where(SEAL.c.id == victim["id"]).values(entries=victim["entries"]))
    assert fault() is None
    tamper(delete(SEAL).where(SEAL.c.id == victim["id"]))
    assert fault() is not None


def test_cutting_off_the_end_with_its_seals_shows_because_of_the_anchor_outside(sealed):
    with db.engine.begin() as connection:
        last = connection.execute(select(SEAL).order_by(SEAL.c.id.desc()).limit(1)).mappings().one()
    tamper(delete(SEAL).where(SEAL.c.id == last["id"]))
    tamper(delete(ENTRY).where(ENTRY.c.id >= last["first_id"]))
    assert str(last["id"]) in fault()


def test_another_key_opens_nothing(sealed, monkeypatch):
    monkeypatch.setattr("core.audit.verifying.seal_key", lambda: b"x" * 48)
    assert fault() is not None


def test_the_command_ends_with_an_error_and_names_the_row(sealed, app):
    runner = app.test_cli_runner()
    assert runner.invoke(audit, ["verify"]).exit_code == 0
    victim = sealed[4]
    tamper(update(ENTRY).where(ENTRY.c.id == victim).values(label="x"))
    result = runner.invoke(audit, ["verify"])
    assert result.exit_code == 1
    assert str(victim) in result.output


def checked(app):
    """Run the schedule that checks the trail; return what it noted there."""
    with unit_of_work(SYSTEM) as session:
        enqueue(session, VERIFY.kind, {})
    drain(app)
    with read_only(SYSTEM) as session:
        noted = select(AuditEntry.changes).where(AuditEntry.action == "verify")
        return session.scalars(noted.order_by(AuditEntry.id.desc())).first()


@pytest.mark.parametrize("slow", [False, True])
def test_the_schedule_checks_in_steps_and_notes_what_it_found(app, sealed, monkeypatch, slow):
    steps = []
    monkeypatch.setattr(JobRun, "time_is_up", lambda run: steps.append(run.cursor) or slow)
    found = checked(app)
    assert found["fault"] is None
    assert found["sealed"] >= len(sealed)  # the job itself has left entries
    assert bool(steps[-1]) is slow  # a step that was cut short goes on where it stopped
    victim = sealed[4]
    tamper(update(ENTRY).where(ENTRY.c.id == victim).values(label="x"))
    assert str(victim) in checked(app)["fault"]


@pytest.mark.usefixtures("app")
def test_writers_in_flight_are_waited_for_so_that_no_late_row_slips_under_a_seal(database):
    if database == "sqlite":
        write(1)
        with unit_of_work(SYSTEM) as session:
            found = watermark(session)
        assert found == ids()[-1]
        return
    with db.engine.connect() as slow:
        slow.begin()
        slow.execute(
            text(
                "INSERT INTO core_audit (at, actor_kind, actor_label, action, resource, label, changes, reason, request_id, unit_id) VALUES (now(), 'user', '', 'late', 'toy', '', '{}', '', '', '')"
            )
        )
        with unit_of_work(SYSTEM) as session:
            assert watermark(session) is None
        slow.rollback()
    with unit_of_work(SYSTEM) as session:
        assert watermark(session) is not None
