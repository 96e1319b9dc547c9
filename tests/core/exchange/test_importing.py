import csv
import io
import re

import pytest
from sqlalchemy import func, select, update

from core import clock
from core.accounts.models import User
from core.actor import system_actor
from core.errors import Conflict, NotAllowed, NotFound, Refused
from core.exchange import importing, services
from core.exchange.export import bad_rows_file
from core.exchange.models import ImportRowError, ImportRun
from core.exchange.queries import own_import, row_errors
from core.exchange.upload import received, stored_path
from core.i18n import force_locale
from core.jobs import running
from core.jobs.models import Job
from core.jobs.queries import progress
from core.jobs.running import run_next
from core.unit_of_work import read_only, unit_of_work
from tests.core.exchange.toy_exchange import MANY, SINGLE
from tests.core.jobs.toys import Note, plugged

SYSTEM = system_actor("test")


@pytest.fixture(autouse=True)
def _exchanges(toys):
    with plugged(exchanges=[SINGLE, MANY]):
        yield


@pytest.fixture
def importer(make):
    return make.actor(make.administrator())


def upload(actor, text, key="toy.single", name="notes.csv"):
    with received(io.BytesIO(text.encode()), name) as accepted, unit_of_work(actor) as session:
        return services.add_import(session, key, accepted)


def start(actor, import_id):
    with unit_of_work(actor) as session:
        return services.start(session, import_id)


def run(job_id):
    while run_next(job_id=job_id):
        pass


def import_all(actor, text, key="toy.single"):
    import_id = upload(actor, text, key)
    run(start(actor, import_id))
    return result(actor, import_id)


def result(actor, import_id):
    with read_only(actor) as session:
        return own_import(session, import_id)


def counts(done):
    return (done.created, done.updated, done.unchanged, done.refused)


def notes():
    with read_only(SYSTEM) as session:
        return dict(session.execute(select(Note.code, Note.text)).all())


@pytest.mark.parametrize("key", ["toy.single", "toy.many"])
def test_a_file_is_imported_once_and_a_second_time_changes_nothing(importer, key):
    text = "Code,Note\n" + "".join(f"c{n},text {n}\n" for n in range(130)) + ",no code\n"
    first = import_all(importer, text, key)
    assert (first.state, *counts(first)) == ("done", 130, 0, 0, 1)
    assert first.rows_done == first.rows_total == 131
    again = import_all(importer, text, key)
    assert counts(again) == (0, 0, 130, 1)
    changed = import_all(importer, text.replace("text 7\n", "other\n"), key)
    assert counts(changed) == (0, 1, 129, 1)
    assert notes()["c7"] == "other"
    assert len(notes()) == 130


def test_a_refused_row_leaves_no_part_of_itself_and_its_neighbours_stand(importer):
    done = import_all(importer, "code,note\na,1\nb,refuse late\nc,3\nc,3\nd,4,extra\n")
    assert counts(done) == (2, 0, 1, 2)
    assert set(notes()) == {"a", "c"}
    with read_only(importer) as session:
        errors = row_errors(session, done.id)
    assert [(error.row_number, error.cells) for error in errors] == [
        (3, ["b", "refuse late"]),
        (6, ["d", "4", "extra"]),
    ]


def test_what_a_chinese_import_said_is_read_in_english_and_the_other_way_round(make, login):
    users = [make.administrator(login="zhu", locale="zh_Hans_CN"), make.administrator(login="eng")]
    writer, reader = make.actor(users[0]), users[0]
    done = import_all(writer, "code,note\n,x\na,b,c\n")
    read = {}
    for locale in ("zh_Hans_CN", "en"):
        with force_locale(locale), read_only(writer) as session:
            read[locale] = [error.reason for error in row_errors(session, done.id)]
            read[locale].append(progress(session, done.job_id).note)
    assert read["en"] == [
        "a row needs a code · Number: empty",
        "The row has more cells than there are headings.",
        "notes.csv: row 2",
    ]
    assert read["zh_Hans_CN"][0] == "a row needs a code · 编号：empty"
    assert all(re.search("[一-鿿]", words) for words in read["zh_Hans_CN"])
    with force_locale("en"), read_only(writer), bad_rows_file(done.id).stream as file:
        assert "more cells than" in file.read().decode()
    with unit_of_work(SYSTEM) as session:
        session.execute(update(User).where(User.id == reader.id).values(locale="en"))
    assert "more cells than" in login(reader).get(f"/imports/{done.id}").text


def test_a_row_that_breaks_a_constraint_in_a_batch_does_not_take_the_others_along(importer):
    long = "x" * 21
    done = import_all(importer, f"code,note\na,1\nb,2\na,3\n{long},4\n", "toy.many")
    expected = {"a": "3", "b": "2"}
    assert {code: text for code, text in notes().items() if code != long} == expected
    assert done.rows_done == 4


def test_the_preview_says_what_would_happen_and_stores_nothing(importer):
    import_all(importer, "code,note\na,1\nb,2\n")
    import_id = upload(importer, "code,note\na,1\nb,changed\nc,3\n,4\n")
    with read_only(importer):
        verdicts = services.preview(import_id)
    assert [verdict.outcome for verdict in verdicts] == [
        "unchanged",
        "updated",
        "created",
        "refused",
    ]
    assert verdicts[3].reason
    assert notes() == {"a": "1", "b": "2"}
    assert result(importer, import_id).state == "uploaded"


def test_headings_find_their_columns_by_name_title_alias_and_preset(importer):
    for text, expected in (
        ("客户编号,Words\n1,2\n", {"code": "客户编号", "text": "Words"}),
        ("CODE ,Note:\n1,2\n", {"code": "CODE", "text": "Note:"}),
        ("备注,编号\n1,2\n", {"code": "编号", "text": "备注"}),
        ("ID,BODY\n1,2\n", {"code": "ID", "text": "BODY"}),
        ("foo,bar\n1,2\n", {}),
    ):
        assert result(importer, upload(importer, text)).mapping == expected


def test_an_import_cannot_start_before_its_required_columns_are_mapped(importer):
    import_id = upload(importer, "foo,bar\nx,y\n")
    with pytest.raises(Refused) as refusal:
        start(importer, import_id)
    assert set(refusal.value.fields) == {"code", "text"}
    with unit_of_work(importer) as session:
        services.set_mapping(session, import_id, {"code": "foo", "text": "bar", "evil": "foo"})
    run(start(importer, import_id))
    assert notes() == {"x": "y"}
    with pytest.raises(Conflict):
        start(importer, import_id)


def test_somebody_elses_import_does_not_exist(make, importer):
    import_id = upload(importer, "code,note\na,1\n")
    other = make.actor(make.administrator(login="other"))
    for act in (
        lambda: result(other, import_id),
        lambda: start(other, import_id),
        lambda: services.preview(import_id),
    ):
        with pytest.raises(NotFound), read_only(other):
            act()


def test_without_the_verb_nothing_can_be_uploaded(make):
    actor = make.actor()
    with pytest.raises(NotAllowed):
        upload(actor, "code,note\na,1\n")


def test_a_right_that_is_lost_on_the_way_stops_the_import_with_words(importer, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(importing, "BATCH_SECONDS", 0.0)
    import_id = upload(importer, "code,note\n" + "".join(f"c{n},x\n" for n in range(40)))
    job_id = start(importer, import_id)
    run_next(job_id=job_id)
    stored = len(notes())
    assert 0 < stored < 40
    monkeypatch.setattr("core.exchange.queries.may_import", lambda _session, _exchange: False)
    run(job_id)
    with read_only(SYSTEM) as session:
        job = session.get(Job, job_id)
    assert job.state == "dead"
    assert "Traceback" not in job.last_error
    assert len(notes()) == stored


def test_an_import_that_fails_half_way_goes_on_where_its_last_commit_stopped(importer, monkeypatch):
    monkeypatch.setattr(importing, "BATCH_SECONDS", 0.0)
    rows = [f"c{n},x" for n in range(35)]
    rows[23] = "c23,bug"
    import_id = upload(importer, "code,note\n" + "\n".join(rows) + "\n")
    job_id = start(importer, import_id)
    run(job_id)
    half = result(importer, import_id)
    assert half.rows_done == 20
    assert len(notes()) == 20
    monkeypatch.setattr("tests.core.exchange.toy_exchange.apply.__code__", healed.__code__)
    with unit_of_work(SYSTEM) as session:
        session.execute(update(Job).where(Job.id == job_id).values(due_at=clock.now()))
    run(job_id)
    assert counts(result(importer, import_id)) == (35, 0, 0, 0)
    assert len(notes()) == 35


def healed(session, row, options):
    session.add(Note(code=row["code"], text=row["text"]))
    session.flush()
    return "created"


def test_a_stopped_import_keeps_what_it_has_and_takes_no_more(importer, monkeypatch):
    monkeypatch.setattr(running, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(importing, "BATCH_SECONDS", 0.0)
    import_id = upload(importer, "code,note\n" + "".join(f"c{n},x\n" for n in range(40)))
    job_id = start(importer, import_id)
    run_next(job_id=job_id)
    with unit_of_work(importer) as session:
        services.stop(session, import_id)
    run(job_id)
    assert result(importer, import_id).state == "cancelled"
    assert len(notes()) == 10


def test_the_refused_rows_come_back_as_a_file_that_can_be_mended_and_imported(importer):
    done = import_all(importer, "code,note\na,1\n,=2+3\n")
    with read_only(importer):
        file = bad_rows_file(done.id)
    text = file.stream.read().decode("utf-8-sig")
    file.stream.close()
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][:2] == ["code", "note"]
    assert rows[1][:3] == ["", "'=2+3", "3"]
    assert rows[1][3]
    mended = import_all(importer, text.replace(",'=2+3", "m,'=2+3"))
    assert counts(mended) == (1, 0, 0, 0)
    assert notes()["m"] == "=2+3"


def test_refusals_without_end_are_counted_but_not_all_kept(importer, monkeypatch):
    monkeypatch.setattr(importing, "MAX_KEPT_ERRORS", 15)
    done = import_all(importer, "code,note\n" + ",x\n" * 40)
    assert done.refused == 40
    with read_only(SYSTEM) as session:
        assert session.execute(select(func.count()).select_from(ImportRowError)).scalar_one() == 15


def test_the_file_is_deleted_when_the_import_is_done_and_the_trail_knows(importer):
    done = import_all(importer, "code,note\na,1\n")
    assert not stored_path(done.stored_as).exists()
    with read_only(SYSTEM) as session:
        from core.audit.models import AuditEntry

        acts = (
            session.execute(
                select(AuditEntry.action).where(AuditEntry.action.in_(["import", "imported"]))
            )
            .scalars()
            .all()
        )
    assert acts == ["import", "imported"]


def test_the_same_text_twice_in_a_file_is_one_record(importer):
    done = import_all(importer, "code,note\na,1\na,1\na,2\n", "toy.many")
    assert counts(done) == (1, 1, 1, 0)
    assert notes() == {"a": "2"}


def test_only_one_import_run_is_kept_per_upload(importer):
    import_id = upload(importer, "code,note\na,1\n")
    start(importer, import_id)
    with pytest.raises(Conflict), unit_of_work(importer) as session:
        services.start(session, import_id)
    with read_only(SYSTEM) as session:
        assert session.execute(select(func.count()).select_from(ImportRun)).scalar_one() == 1
