import pytest
from sqlalchemy import delete, insert, select, update

from core.actor import system_actor
from core.audit.models import AuditEntry
from core.audit.queries import history
from core.audit.recording import record_added
from core.audit.services import record
from core.contributions import Resource
from core.database import db
from core.unit_of_work import read_only, unit_of_work
from tests.core.jobs.toys import Note, plugged

SYSTEM = system_actor("test")
pytestmark = pytest.mark.usefixtures("toys")


def trail():
    with read_only(SYSTEM) as session:
        return (
            session.execute(
                select(AuditEntry).where(AuditEntry.resource == "toy.note").order_by(AuditEntry.id)
            )
            .scalars()
            .all()
        )


def test_insert_update_and_delete_are_recorded_with_old_and_new(make):
    actor = make.actor()
    with unit_of_work(actor, reason="spring cleaning") as session:
        note = Note(code="a", text="first")
        session.add(note)
        session.flush()
        note.text = "second"
        session.flush()
        session.delete(note)
    entries = trail()
    assert [(entry.action, entry.changes) for entry in entries] == [
        ("create", {"code": [None, "a"], "text": [None, "first"]}),
        ("update", {"text": ["first", "second"]}),
        ("delete", {"code": ["a", None], "text": ["second", None]}),
    ]
    assert {entry.record_id for entry in entries} == {note.id}
    assert {entry.actor_user_id for entry in entries} == {actor.user_id}
    assert {entry.reason for entry in entries} == {"spring cleaning"}
    assert len({entry.unit_id for entry in entries}) == 1
    assert entries[0].label == "note first"


def test_a_change_that_was_rolled_back_left_no_trace():
    with pytest.raises(KeyError), unit_of_work(SYSTEM) as session:
        session.add(Note(text="x"))
        session.flush()
        raise KeyError
    assert trail() == []


def test_secrets_versions_and_quiet_columns_never_enter_the_trail():
    with unit_of_work(SYSTEM) as session:
        note = Note(text="x", password_hash="$argon2$secret", quiet="loud")
        session.add(note)
        session.flush()
        note.password_hash, note.quiet, note.row_version = "other", "other", 2
    assert [entry.changes for entry in trail()] == [{"text": [None, "x"]}]
    assert "argon2" not in str([vars(entry) for entry in trail()])


def test_setting_the_same_value_is_no_change():
    with unit_of_work(SYSTEM) as session:
        note = Note(text="x")
        session.add(note)
    with unit_of_work(SYSTEM) as session:
        session.get(Note, note.id).text = "x"
    assert len(trail()) == 1


def test_many_records_cost_one_statement(statements):
    with statements() as sent, unit_of_work(SYSTEM) as session:
        session.add_all([Note(text=str(n)) for n in range(50)])
    assert len([one for one in sent if "INSERT INTO core_audit" in one]) == 1
    assert len(trail()) == 50


def test_an_explicit_act_stands_beside_the_changes():
    with unit_of_work(SYSTEM) as session:
        record(
            session,
            "approve",
            "toy.note",
            7,
            changes={"amount": [None, 3]},
            reason="as agreed",
            label="n7",
        )
    (entry,) = trail()
    assert (entry.action, entry.record_id, entry.reason, entry.changes) == (
        "approve",
        7,
        "as agreed",
        {"amount": [None, 3]},
    )


def test_history_speaks_the_records_words_newest_first_and_masks_what_is_sensitive(make):
    sensitive = Resource(key="toy.note", title="Notes", model=Note, sensitive=("code",))
    with unit_of_work(SYSTEM) as session:
        note = Note(text="first", code="secret")
        session.add(note)
        session.flush()
        note.text = "second"
    with plugged(resources=[sensitive]), read_only(make.actor()) as session:
        entries = history(session, "toy.note", note.id)
    with plugged(resources=[sensitive]), read_only(make.actor(make.administrator())) as session:
        assert "secret" in str(history(session, "toy.note", note.id))  # holds every field right
    assert [entry.action for entry in entries] == ["update", "create"]
    change = entries[0].changes[0]
    assert (change.title, change.old, change.new) == ("Words", "first", "second")
    assert "secret" not in str(entries)


@pytest.mark.parametrize("table", ["core_audit", "core_audit_seal"])
@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_itself_refuses_to_alter_the_trail(table, act, app):
    from core.audit.sealing import SEAL
    from core.jobs.services import enqueue
    from core.jobs.worker import drain

    with unit_of_work(SYSTEM) as session:
        session.add(Note(text="x"))
        enqueue(session, SEAL.kind, {})
    drain(app)
    target = AuditEntry.metadata.tables[table]
    statement = delete(target) if act == "delete" else update(target).values(id=target.c.id + 1000)
    with pytest.raises(Exception, match="append-only"), db.engine.begin() as connection:
        connection.execute(statement)


def test_the_auditors_pages_show_who_did_what_and_are_closed_to_others(make, login):
    with unit_of_work(make.actor()) as session:
        session.add(Note(text="seen by the auditor"))
    client = login(make.administrator())
    page = client.get("/admin/audit/?q=seen by the auditor")
    assert page.status_code == 200
    assert "note seen by the auditor" in page.text
    entry = trail()[0]
    assert "seen by the auditor" in client.get(f"/admin/audit/{entry.id}").text
    assert client.get("/admin/audit/999999").status_code == 404
    stranger = login(make.user())
    assert stranger.get("/admin/audit/").status_code == 403
    assert stranger.get(f"/admin/audit/{entry.id}").status_code == 403
    assert stranger.get("/admin/audit/export").status_code == 403


def test_a_record_that_gets_an_old_number_does_not_inherit_the_history_of_it():
    with unit_of_work(SYSTEM) as session:
        old = Note(text="the old secret")
        session.add(old)
        session.flush()
        number = old.id
        session.delete(old)
    with unit_of_work(SYSTEM) as session:
        # what SQLite does by itself, for the number was the last one
        statement = insert(Note).values(id=number, text="new", row_version=1).returning(Note)
        record_added(session, [session.scalars(statement).one()])
        acts = history(session, "toy.note", number)
    assert [(act.action, act.changes[0].new) for act in acts] == [("create", "new")]
