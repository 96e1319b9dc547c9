"""What is taken in, under which name, and what is left when it is not."""

import hashlib
import threading
from io import BytesIO

import pytest
from sqlalchemy import select

from core.audit.models import AuditEntry
from core.audit.sealing import SEAL
from core.errors import Refused
from core.files import services
from core.files.models import LIMIT, MOST
from core.files.storage import path_of
from core.jobs.services import enqueue
from core.jobs.worker import drain
from core.settings.services import set_value
from core.testing.client import signed_in_client
from core.testing.making import MAKING
from core.unit_of_work import unit_of_work
from tests.core.files.conftest import CUSTOMER, HTML, PNG, attach, names, rows

MB = 1024 * 1024


def send(client, record_id, *files):
    data = {"file": [(BytesIO(content), name) for name, content in files]}
    return client.submit(f"/files/{CUSTOMER}/{record_id}", data)


def test_several_files_at_once_stand_in_the_tab_the_history_and_the_trail(
    pair, make, login, bytes_there
):
    ann, page = login(pair.ann), f"/customers/{pair.anns}"
    answer = send(ann, pair.anns, ("合同 v1.pdf", b"%PDF-1.7 x"), ("b.png", PNG))
    assert answer.status_code == 303
    assert answer.location == f"{page}?tab=attachments"
    text = ann.get(answer.location).text
    assert "合同 v1.pdf" in text
    assert "2 files were attached." in text
    assert "attached a file" in text
    change = text.partition('class="chg"')[2].partition("</div>")[0]
    assert "<ins>b.png</ins>" in change
    assert "<del>" not in change  # there was none before
    assert 'Attachments <span class="n">2</span>' in ann.get(page).text
    first, second = rows()
    assert (first.media_type, second.media_type) == ("application/pdf", "image/png")
    assert first.sha256 == hashlib.sha256(b"%PDF-1.7 x").hexdigest()
    assert first.size == 10
    assert sorted(bytes_there()) == sorted([first.stored_as, second.stored_as])
    assert path_of(second.stored_as).read_bytes() == PNG
    assert path_of(second.stored_as).stat().st_mode & 0o077 == 0
    with unit_of_work(MAKING) as session:
        acts = select(AuditEntry.changes).where(AuditEntry.action == "attach")
        assert [one["file"] for one in session.scalars(acts)] == [
            [None, "合同 v1.pdf"],
            [None, "b.png"],
        ]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ann\\报价.xlsx", "报价.xlsx"),
        ("..", "unnamed file"),
        ("/", "unnamed file"),
        ('<img src=x>".html', '<img src=x>".html'),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
    ],
)
def test_a_name_is_its_last_part_and_never_a_place(app, sent, kept):
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert services.name_of(sent) == kept


@pytest.mark.parametrize("name", ["gpj\u202e.exe", "a\nb.txt", "a\x01.txt", "\u200b\u200b"])
def test_names_that_no_text_may_hold_are_refused(pair, make, login, bytes_there, name):
    with pytest.raises(Refused) as caught:
        attach(make.actor(pair.ann), pair.anns, ("good.txt", b"x"), (name, b"x"))
    assert list(caught.value.fields) == ["file"]
    assert names() == bytes_there() == []


def test_the_same_name_again_gets_a_number(pair, login):
    ann = login(pair.ann)
    for _again in range(3):
        send(ann, pair.anns, ("offer.pdf", b"x"))
    assert names() == ["offer.pdf", "offer (2).pdf", "offer (3).pdf"]


def test_nothing_and_empty_files_are_refused(pair, login, bytes_there):
    ann = login(pair.ann)
    assert send(ann, pair.anns, ("", b"")).status_code == 422
    answer = send(ann, pair.anns, ("good.txt", b"x"), ("hollow.txt", b""))
    assert answer.status_code == 422
    assert "“hollow.txt” is empty." in answer.text
    assert "data-drop" in answer.text
    assert names() == bytes_there() == []


def test_a_large_file_is_refused_before_it_is_stored(pair, login, bytes_there, monkeypatch):
    monkeypatch.setattr(services, "MB", 1024)  # or the test's client spools to a file of its own
    with unit_of_work(MAKING) as session:
        set_value(session, LIMIT, 1)
    ann = login(pair.ann)
    answer = send(ann, pair.anns, ("big.bin", b"x" * 1025))
    assert answer.status_code == 413
    assert "“big.bin” is larger than 1 MB." in answer.text
    assert send(ann, pair.anns, ("fits.bin", b"x" * 1024)).status_code == 303
    assert names() == ["fits.bin"]
    assert len(bytes_there()) == 1


class Endless:
    """A body that says it is huge; reading it fails the test."""

    def read(self, *_size):
        raise AssertionError("the body was read")

    readline = readinto = read


def test_a_huge_request_is_refused_unread(app, pair, login):
    for path in (f"/files/{CUSTOMER}/{pair.anns}", f"/api/v1/files/{CUSTOMER}/{pair.anns}"):
        answer = login(pair.ann).open(
            path,
            method="POST",
            environ_overrides={
                "wsgi.input": Endless(),
                "CONTENT_LENGTH": str(40 * MB),
                "CONTENT_TYPE": "multipart/form-data; boundary=x",
            },
        )
        assert answer.status_code == 413, path


def test_no_record_gets_more_than_fifty(pair, make, login, bytes_there):
    many = [(f"{one}.txt", b"x") for one in range(MOST)]
    attach(make.actor(pair.ann), pair.anns, *many)
    answer = send(login(pair.ann), pair.anns, ("one more.txt", b"x"))
    assert answer.status_code == 422
    assert "at most 50 files" in answer.text
    assert len(names()) == len(bytes_there()) == MOST


def test_uploads_at_the_same_time_keep_the_limit_and_lose_nothing(app, pair, make, bytes_there):
    many = [(f"{one}.txt", b"x") for one in range(MOST - 3)]
    attach(make.actor(pair.ann), pair.anns, *many)
    answers = []

    def one(client):
        answers.append(send(client, pair.anns, ("same.txt", b"y")).status_code)

    clients = [signed_in_client(app, pair.ann) for _one in range(6)]
    threads = [threading.Thread(target=one, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 303, 303, 422, 422, 422]
    assert len(set(names())) == len(bytes_there()) == MOST


def test_a_deleted_file_loses_its_bytes_and_keeps_its_trace(pair, make, login, bytes_there):
    ann = login(pair.ann)
    send(ann, pair.anns, ("secret.txt", b"x"))
    number = rows()[0].id
    assert "secret.txt" in ann.get(f"/files/{number}/delete").text
    answer = ann.submit(f"/files/{number}/delete")
    assert answer.status_code == 303
    assert bytes_there() == names() == []
    assert ann.get(f"/files/{number}").status_code == 404
    page = ann.get(f"/customers/{pair.anns}").text
    assert "deleted a file" in page
    assert "<del>secret.txt</del>" in page


def test_a_record_page_takes_one_more_statement_however_many_files(
    pair, make, login, statements, monkeypatch
):
    ann, counts = login(pair.ann), []
    page = f"/customers/{pair.anns}"
    ann.get(page)
    for _round in range(2):
        with statements() as sent:
            ann.get(page)
        counts.append(len(sent))
        assert sum("core_file" in one for one in sent) == 1
        attach(make.actor(pair.ann), pair.anns, *[(f"{n}.txt", b"x") for n in range(20)])
    assert counts[0] == counts[1]


def test_followers_hear_of_it(app, pair, make, login):
    boss = make.administrator()
    attach(make.actor(boss), pair.anns, ("<offer>.pdf", HTML))
    seal_and_tell(app)
    text = login(pair.ann).get("/notifications/").text
    assert "attached a file to a record that you follow" in text
    assert "&lt;offer&gt;.pdf" in text


def seal_and_tell(app):
    with unit_of_work(MAKING) as session:
        enqueue(session, SEAL.kind, {}, as_system=True)
    drain(app)
