"""Whatever a file holds, it never acts in the site's name."""

from io import BytesIO

import pytest

from core.api import once
from core.database import READ
from core.files import services
from core.files.storage import path_of
from core.unit_of_work import current_unit
from tests.core.files.conftest import CUSTOMER, HTML, PNG, attach, names, rows

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG = b"\xff\xd8\xff\xe0\0\4xx\xff\xc0\0\x11\x08\0\1\0\1"
WEBP = b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + b"\1\0\1\0"
KINDS = [
    ("a.png", PNG, "image/png"),
    ("a.jpg", JPEG, "image/jpeg"),
    ("a.gif", b"GIF89a\1\0\1\0 x", "image/gif"),
    ("a.webp", WEBP, "image/webp"),
    ("a.pdf", b"%PDF-1.4 x", "application/pdf"),
]
HOSTILE = [
    ("page.html", HTML),
    ("drawing.svg", SVG),
    ("lies.png", HTML),
    ("lies.pdf", SVG),
    ("run.exe", b"MZ\x90\0"),
    ("run.sh", b"#!/bin/sh\nid\n"),
    ("sheet.xlsm", b"PK\x03\x04 vbaProject.bin"),
    ("code.js", b"alert(1)"),
    ("data.xml", b'<?xml version="1.0"?><x/>'),
    ("near.webp", b"RIFF\0\0\0\0WAVE"),
]


def one(pair, make, name, data):
    return attach(make.actor(pair.ann), pair.anns, (name, data))[0]


def locked(answer):
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    return True


@pytest.mark.parametrize(("name", "data"), HOSTILE)
def test_what_is_no_known_image_is_only_ever_downloaded(pair, make, login, name, data):
    number, ann = one(pair, make, name, data), login(pair.ann)
    for path in (f"/files/{number}", f"/files/{number}/view"):
        answer = ann.get(path)
        assert answer.data == data
        assert answer.mimetype == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert locked(answer)
    assert f"/files/{number}/view" not in ann.get(f"/customers/{pair.anns}?tab=attachments").text


@pytest.mark.parametrize("file", KINDS)
def test_kinds_known_by_their_bytes_are_shown_locked_in(pair, make, login, file):
    name, data, kind = file
    number, ann = one(pair, make, name, data), login(pair.ann)
    shown = ann.get(f"/files/{number}/view")
    assert shown.mimetype == kind
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert locked(shown)
    stored = ann.get(f"/files/{number}")
    assert stored.mimetype == "application/octet-stream"
    assert stored.headers["Content-Disposition"].startswith("attachment;")
    assert locked(stored)
    page = ann.get(f"/customers/{pair.anns}?tab=attachments").text
    assert (f'<img src="/files/{number}/view"' in page) == kind.startswith("image/")


def test_the_claim_of_the_sender_is_not_believed(pair, login):
    ann = login(pair.ann)
    part = {"file": (BytesIO(HTML), "x.png", "image/png")}
    assert ann.submit(f"/files/{CUSTOMER}/{pair.anns}", part).status_code == 303
    assert rows()[0].media_type == "application/octet-stream"


def test_names_are_encoded_for_every_browser(pair, make, login):
    number = one(pair, make, '合同; "v1"\'.html', b"x")
    header = login(pair.ann).get(f"/files/{number}").headers["Content-Disposition"]
    assert "filename*=UTF-8''%E5%90%88%E5%90%8C" in header
    assert "\n" not in header
    header.encode("latin-1")


def test_hostile_names_stay_words(pair, make, login):
    one(pair, make, "<img src=x onerror=alert(1)> {{7*7}} %(name)s.png", PNG)
    ann = login(pair.ann)
    for page in (f"/customers/{pair.anns}?tab=attachments", f"/files/{rows()[0].id}/delete"):
        text = ann.get(page).text
        assert "<img src=x" not in text
        assert "&lt;img src=x onerror=alert(1)&gt; {{7*7}} %(name)s.png" in text


def test_bytes_that_are_lost_are_said_so(pair, make, login, caplog):
    number, ann = one(pair, make, "a.txt", b"x"), login(pair.ann)
    path_of(rows()[0].stored_as).unlink()
    answer = ann.get(f"/files/{number}")
    assert answer.status_code == 404
    assert "content of this file is missing" in answer.text
    assert "bytes of attachment" in caplog.text


def test_a_program_sends_lists_reads_and_deletes(pair, program):
    robot = program(pair.ann)
    address = f"/api/v1/files/{CUSTOMER}/{pair.anns}"

    def send(data, name, **headers):
        part = {"file": (BytesIO(data), name)}
        return robot.client.post(address, data=part, headers={**robot.headers, **headers})

    made = send(PNG, "图.png")
    assert made.status_code == 201, made.text
    assert made.json["media_type"] == "image/png"
    assert [one["name"] for one in robot.get(address).json] == ["图.png"]
    there = f"/api/v1/files/{made.json['id']}"
    content = robot.get(f"{there}/content")
    assert content.data == PNG
    assert content.mimetype == "application/octet-stream"
    assert locked(content)
    assert robot.delete(there).status_code == 204
    assert robot.delete(there).status_code == 404
    assert robot.get(address).json == []
    assert robot.post(address).status_code == 422
    assert robot.post(address, {"file": "x"}).status_code in {415, 422}
    assert send(b"", "hollow").status_code == 422
    assert names() == []


def test_a_repeated_upload_with_its_key_is_stored_once(pair, program):
    robot = program(pair.ann)
    address = f"/api/v1/files/{CUSTOMER}/{pair.anns}"

    def send(data):
        headers = {**robot.headers, "Idempotency-Key": "one"}
        return robot.client.post(address, data={"file": (BytesIO(data), "a")}, headers=headers)

    first, again, other = send(b"x"), send(b"x"), send(b"other")
    assert first.json == again.json
    assert other.status_code == 422
    assert names() == ["a"]


def test_no_writer_waits_while_a_program_s_file_comes_in(pair, program, monkeypatch):
    modes = []

    def watched(real):
        def call(*arguments):
            modes.append(current_unit().mode)
            return real(*arguments)

        return call

    monkeypatch.setattr(services, "store", watched(services.store))
    monkeypatch.setattr(once, "_fingerprint", watched(once._fingerprint))
    robot = program(pair.ann)
    answer = robot.client.post(
        f"/api/v1/files/{CUSTOMER}/{pair.anns}",
        data={"file": (BytesIO(PNG), "a.png")},
        headers={**robot.headers, "Idempotency-Key": "one"},
    )
    assert answer.status_code == 201
    assert modes == [READ, READ]
