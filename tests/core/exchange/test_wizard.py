import io
import re

import pytest
from sqlalchemy import func, select

from core.actor import system_actor
from core.exchange.models import ImportRun
from core.jobs.worker import drain
from core.unit_of_work import read_only
from tests.core.exchange.files import hostile
from tests.core.exchange.toy_exchange import MANY, SINGLE
from tests.core.jobs.toys import Note, plugged

SYSTEM = system_actor("test")


@pytest.fixture(autouse=True)
def _exchanges(toys):
    with plugged(exchanges=[SINGLE, MANY]):
        yield


def send(client, content, key="toy.single", name="notes.csv"):
    data = {"csrf_token": client.token(), "file": (io.BytesIO(content), name)}
    return client.post(f"/imports/new/{key}", data=data, content_type="multipart/form-data")


def count(model):
    with read_only(SYSTEM) as session:
        return session.execute(select(func.count()).select_from(model)).scalar_one()


def test_a_file_goes_from_upload_to_result_without_a_script(app, make, login):
    client = login(make.administrator(locale="en"))
    assert "Notes at once" in client.get("/imports/").text
    assert client.get("/imports/new/toy.single").status_code == 200
    answer = send(client, b"code,Body\na,1\nb,2\n,3\n")
    assert answer.status_code == 302
    place = answer.headers["Location"]
    page = client.get(place)
    assert page.status_code == 200
    assert "Required columns are not mapped yet" in page.text
    client.submit(place, {"column_code": "code", "column_text": "Body"})
    page = client.get(place)
    assert page.text.count("tag-ok") == 2
    assert page.text.count("tag-bad") == 1
    assert "1 would be refused and 0 stay unchanged" in page.text
    assert count(Note) == 0
    started = client.submit(place.replace("/columns", "/start"))
    assert started.status_code == 302
    result = started.headers["Location"]
    waiting = client.get(result)
    assert waiting.headers["Refresh"] == "2"
    drain(app)
    done = client.get(result)
    assert "Refresh" not in done.headers
    assert count(Note) == 2
    assert re.search(r"<dt>New</dt><dd[^>]*>2</dd>", done.text)
    bad = client.get(f"{result}/refused.csv")
    assert bad.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in bad.headers["Content-Disposition"]
    assert "a row needs a code" in bad.data.decode("utf-8-sig")
    assert "notes.csv" in client.get("/imports/").text


@pytest.mark.parametrize(
    "name",
    ["empty", "nul", "far cell", "zip bomb", "picture", "old excel", "pdf", "program for windows"],
)
@pytest.mark.parametrize("locale", ["en", "zh_Hans_CN"])
def test_a_hostile_upload_is_answered_with_words_and_nothing_is_stored(
    make, login, site, name, locale
):
    client = login(make.administrator(locale=locale))
    folder = site.instance / "files" / "imports"
    before = set(folder.iterdir()) if folder.exists() else set()
    answer = send(client, hostile(name), name="x.xlsx")
    assert 400 <= answer.status_code < 500
    said = re.search(r'role="alert">.*?<li>([^<]+)</li>', answer.text, re.DOTALL).group(1)
    assert bool(re.search(r"[一-鿿]", said)) == (locale == "zh_Hans_CN")
    assert count(ImportRun) == 0
    assert (set(folder.iterdir()) if folder.exists() else set()) == before


def test_a_form_without_a_file_is_asked_for_one(make, login):
    client = login(make.administrator())
    assert client.submit("/imports/new/toy.single").status_code == 422


def test_nobody_sees_or_moves_somebody_elses_import(make, login):
    owner, other = login(make.administrator()), login(make.administrator(login="other"))
    place = send(owner, b"code,note\na,1\n").headers["Location"]
    base = place.removesuffix("/columns")
    for path in (place, base, f"{base}/refused.csv"):
        assert other.get(path).status_code == 404
    for path in (place, f"{base}/start", f"{base}/stop"):
        assert other.submit(path).status_code == 404
    assert count(Note) == 0


def test_without_the_right_the_wizard_offers_nothing_and_takes_nothing(make, login):
    client = login(make.user())
    page = client.get("/imports/")
    assert page.status_code == 200
    assert "Notes" not in page.text
    assert client.get("/imports/new/toy.single").status_code == 403
    assert send(client, b"code,note\na,1\n").status_code == 403
    assert client.get("/imports/new/toy.unknown").status_code == 404
    assert count(ImportRun) == 0


def test_headings_that_hold_markup_are_shown_and_not_run(make, login):
    client = login(make.administrator())
    place = send(client, b"code,note,<script>alert(1)</script>\na,<b>1</b>,x\n").headers["Location"]
    page = client.get(place)
    assert "<script>alert" not in page.text
    assert "<b>1</b>" not in page.text
    assert "&lt;script&gt;" in page.text


def test_a_wrong_guess_of_the_encoding_is_seen_and_put_right(make, login, site):
    client = login(make.administrator(locale="en"))
    text = "編號,說明\n甲,香港電訊有限公司\n".encode("gb18030")
    place = send(client, text).headers["Location"]
    page = client.get(place).text
    assert '<option value="gb18030" selected>' in page
    answer = client.submit(place.replace("/columns", "/encoding"), {"encoding": "big5"})
    assert answer.status_code == 302
    page = client.get(place).text
    if '<option value="big5" selected>' in page:
        assert "香港電訊有限公司" not in page
    client.submit(place.replace("/columns", "/encoding"), {"encoding": "utf-8"})
    page = client.get(place).text
    assert "cannot be read as UTF-8" in page
    client.submit(place.replace("/columns", "/encoding"), {"encoding": "gb18030"})
    page = client.get(place).text
    assert '<option value="gb18030" selected>' in page
    assert "香港電訊有限公司" in page
    assert (
        client.submit(place.replace("/columns", "/encoding"), {"encoding": "rot13"}).status_code
        == 400
    )
    other = login(make.administrator(login="other"))
    assert (
        other.submit(place.replace("/columns", "/encoding"), {"encoding": "big5"}).status_code
        == 404
    )


def test_a_wide_file_shows_what_is_mapped_and_little_of_the_rest(make, login):
    client = login(make.administrator(locale="en"))
    headings = [*(f"spare {n}" for n in range(60)), "code", "note"]
    rows = [[f"cell {n}" for n in range(60)] + [f"c{row}", "long " * 200] for row in range(40)]
    text = "\n".join(",".join(row) for row in [headings, *rows])
    place = send(client, text.encode()).headers["Location"]
    page = client.get(place).text
    trial = page[page.index("<table") :]
    assert trial.index(">code<") < trial.index(">spare 0<")
    assert "56 further columns" in page
    assert trial.count("<tr>") == 11
    assert "long " * 20 not in re.sub(r'title="[^"]*"', "", trial)


def test_the_original_is_kept_until_the_import_starts_and_no_longer(make, login, site):
    client = login(make.administrator())
    folder = site.instance / "files" / "imports"
    before = set(folder.glob("*.original"))
    place = send(client, b"code,note\na,1\n").headers["Location"]
    assert len(set(folder.glob("*.original")) - before) == 1
    client.submit(place.replace("/columns", "/start"))
    assert set(folder.glob("*.original")) == before
    assert 'id="encoding"' not in client.get(place).text


def test_the_menu_leads_to_imports_only_who_may_import_something(app, make, login):
    entry = 'href="/imports/"'
    assert entry in login(make.administrator()).get("/").text
    reader = login(make.user("reader"))
    assert entry not in reader.get("/").text
    assert reader.get("/imports/").status_code == 200


def test_the_result_of_what_was_not_started_leads_to_its_columns(app, make, login):
    client = login(make.administrator())
    columns = send(client, b"code,Body\na,1\n").headers["Location"]
    answer = client.get(columns.removesuffix("/columns"))
    assert (answer.status_code, answer.headers["Location"]) == (303, columns)


def test_an_import_that_was_never_started_can_be_discarded_with_its_file(app, make, login):
    owner = make.administrator(locale="en")
    client = login(owner)
    folder = app.config["SUNMAO"].instance / "files" / "imports"
    before = set(folder.iterdir()) if folder.exists() else set()
    place = send(client, b"code,Note\na,1\n").location
    path = place.replace("/columns", "/discard")
    came = {file for file in folder.iterdir() if file not in before}
    assert len(came) == 2
    assert path in client.get("/imports/").text
    assert "Discard" in client.get(path).text
    assert count(ImportRun) == 1
    assert login(make.user("other")).get(path).status_code == 404
    assert client.submit(path).location == "/imports/"
    assert count(ImportRun) == 0
    assert not came & set(folder.iterdir())


def test_an_import_that_was_started_is_not_discarded(app, make, login):
    client = login(make.administrator(locale="en"))
    place = send(client, b"code,Note\na,1\n").location
    client.submit(place.replace("/columns", "/start"))
    assert client.submit(place.replace("/columns", "/discard")).status_code == 409
    assert count(ImportRun) == 1


def test_the_list_of_imports_says_of_which_kind_each_was(make, login):
    client = login(make.administrator(locale="en"))
    send(client, b"code,Note\na,1\n", key="toy.many")
    assert client.get("/imports/").text.count(">Notes at once<") == 2
