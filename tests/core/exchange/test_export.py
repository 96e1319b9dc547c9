import csv
import hashlib
import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from core.actor import system_actor
from core.audit.models import AuditEntry
from core.errors import NotAllowed, Refused
from core.exchange.export import write_file
from core.exchange.list_export import checked_format, export
from core.exchange.upload import received
from core.unit_of_work import read_only, unit_of_work
from core.web.lists import Column, ListSpec
from tests.core.jobs.toys import Note

SYSTEM = system_actor("test")
ATTACK = '=HYPERLINK("http://evil","x")'


def lines(file):
    with file.stream as stream:
        return list(csv.reader(io.StringIO(stream.read().decode("utf-8-sig"), newline="")))


@pytest.mark.usefixtures("app")
def test_csv_has_a_mark_for_office_programs_numbers_and_defused_text():
    file = write_file(
        ["名称", "=n"], [[ATTACK, Decimal("-1.50")], ['a,"b"\n', None]], fmt="csv", name="x"
    )
    start = file.stream.read(3)
    file.stream.seek(0)
    assert start == b"\xef\xbb\xbf"
    assert file.rows == 2
    assert file.sha256 == hashlib.sha256(file.stream.read()).hexdigest()
    file.stream.seek(0)
    assert lines(file) == [["名称", "'=n"], ["'" + ATTACK, "-1.50"], ['a,"b"\n', ""]]


@pytest.mark.usefixtures("app")
def test_xlsx_keeps_numbers_as_numbers_and_holds_no_formula():
    file = write_file(
        ["name", "amount"], [[ATTACK, Decimal("12.50")], ["http://x", 3]], fmt="xlsx", name="x"
    )
    content = file.stream.read()
    file.stream.close()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert rows == [["name", "amount"], ["'" + ATTACK, 12.5], ["http://x", 3.0]]
    import zipfile

    sheet = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet


@pytest.mark.usefixtures("app")
def test_too_many_rows_are_refused_before_memory_is(monkeypatch):
    monkeypatch.setattr("core.exchange.export.MAX_EXPORT_ROWS", 5)
    with pytest.raises(Refused):
        write_file(["n"], ([n] for n in range(6)), fmt="csv", name="x")


@pytest.mark.usefixtures("app")
def test_what_was_exported_can_be_imported_unchanged():
    rows = [["=1", "x"], ["-", "y"], ["'quoted", "@z"]]
    file = write_file(["a", "b"], rows, fmt="csv", name="x")
    from core.exchange.upload import read_rows

    with received(file.stream, file.filename) as upload:
        assert [cells for _o, _n, cells in read_rows(upload.stored_as)] == rows
    file.stream.close()


NOTES = ListSpec(
    key="toy.note",
    resource="toy.note",
    title="Notes",
    endpoint="jobs.index",
    id=Note.id,
    source=lambda: select().select_from(Note),
    columns=(
        Column("text", "Words", Note.text),
        Column("code", "Code", Note.code, kind="code", field="code"),
        Column("number", "Number", Note.id, kind="number"),
    ),
    search=(Note.text,),
    sort="number",
)


@pytest.mark.usefixtures("toys")
def test_a_list_is_exported_as_filtered_and_the_trail_has_filter_count_and_fingerprint(make):
    actor = make.actor(make.administrator())
    with unit_of_work(SYSTEM) as session:
        session.add_all(
            [
                Note(text="red apple", code="=a"),
                Note(text="green pear", code="b"),
                Note(text="red pear"),
            ]
        )
    with read_only(actor):
        file = export(NOTES, NOTES.parse({"q": "red"}), "csv")
    digest = file.sha256
    rows = lines(file)
    assert rows[0] == ["Words", "Code", "Number"]
    assert [row[:2] for row in rows[1:]] == [["red apple", "'=a"], ["red pear", ""]]
    with read_only(SYSTEM) as session:
        entry = session.execute(
            select(AuditEntry).where(AuditEntry.action == "export")
        ).scalar_one()
    assert entry.changes == {"filter": "q=red", "rows": 2, "sha256": digest}
    assert (entry.resource, entry.actor_user_id) == ("toy.note", actor.user_id)


@pytest.mark.usefixtures("toys")
def test_without_the_export_verb_nothing_leaves(make):
    with read_only(make.actor()), pytest.raises(NotAllowed):
        export(NOTES, NOTES.parse({}), "csv")


def test_an_unknown_format_is_refused():
    with pytest.raises(Refused) as refusal:
        checked_format("exe")
    assert refusal.value.status == 400


def test_the_audit_trail_itself_is_exported_through_the_same_gate(make, login):
    client = login(make.administrator())
    for fmt, start in (("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")):
        answer = client.get(f"/admin/audit/export?format={fmt}")
        assert answer.status_code == 200
        assert answer.data.startswith(start)
    assert client.get("/admin/audit/export?format=exe").status_code == 400
