import io
import json
import resource
import time

import pytest
from flask import Flask

from core.config import load_config
from core.errors import Refused
from core.exchange.upload import original_of, read_again, received, stored_path
from core.i18n import configure_i18n, force_locale
from core.i18n.locale import EN, ZH
from tests.core.exchange.files import HOSTILE, hostile, xlsx

TEXT = '名称,grade\r\n上海公司,A\r\n"B, Ltd",B\r\n'


@pytest.fixture
def gate(tmp_path):
    """Give the gate an application that has an instance folder and words, and nothing else."""
    app = Flask("gate")
    app.config["SUNMAO"] = load_config(instance=tmp_path)
    configure_i18n(app)
    with app.app_context():
        yield tmp_path


def accept(content, name="x.csv"):
    with received(io.BytesIO(content), name) as upload:
        pass
    lines = stored_path(upload.stored_as).read_text(encoding="utf-8").splitlines()
    return upload, [json.loads(line) for line in lines]


HONG_KONG = "公司名稱,等級\r\n香港電訊有限公司,甲\r\n臺灣積體電路製造股份有限公司,乙\r\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (HONG_KONG, "big5", "big5"),
        (HONG_KONG, "utf-16-le", "utf-16"),
        (HONG_KONG, "utf-16", "utf-16"),
        (HONG_KONG, "gb18030", "gb18030"),
        (TEXT, "gb18030", "gb18030"),
        (
            "单位名称,所在地\n中国移动通信集团有限公司,北京\n华为技术有限公司,深圳\n",
            "gb18030",
            "gb18030",
        ),
        (TEXT, "utf-8", "utf-8"),
        ("name\nAcme\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_guessed_by_what_reads_like_words(gate, text, codec, name):
    upload, rows = accept(text.encode(codec))
    assert upload.encoding == name
    assert upload.headings == text.splitlines()[0].split(",")
    assert rows[0][1] == text.splitlines()[1].split(",")


def test_a_text_can_be_read_again_in_another_encoding_as_long_as_it_fits(gate):
    with received(io.BytesIO(HONG_KONG.encode("big5")), "x.csv", "gb18030") as first:
        pass
    assert first.headings != ["公司名稱", "等級"]
    with read_again(first.stored_as, first.filename, "big5") as second:
        pass
    assert second.headings == ["公司名稱", "等級"]
    assert (second.encoding, second.rows) == ("big5", 2)
    for wrong in ("utf-8", "utf-16"):
        with pytest.raises(Refused), read_again(first.stored_as, "x.csv", wrong):
            pass
    kept = {path.name for path in (gate / "files" / "imports").iterdir()}
    assert kept == {first.stored_as, second.stored_as, original_of(first.stored_as).name}


def test_a_few_odd_signs_do_not_make_a_table_a_binary_file(gate):
    _upload, rows = accept(b"name,note\nAcme\x0b,line\x0cfeed\nBeta\x1f,x\n")
    assert len(rows) == 2


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_encoding_and_separator_is_read(gate, encoding, delimiter):
    text = f'名称{delimiter}grade\r\n上海公司{delimiter}A\r\n"B{delimiter} Ltd"{delimiter}B\r\n'
    upload, rows = accept(text.encode(encoding))
    assert upload.headings == ["名称", "grade"]
    assert rows == [[2, ["上海公司", "A"]], [3, [f"B{delimiter} Ltd", "B"]]]
    assert upload.rows == 2


def test_a_workbook_is_read_with_numbers_as_a_person_sees_them(gate):
    upload, rows = accept(xlsx([["name", "amount"], ["Acme", 12], ["Beta", 1.5]]), "x.xlsx")
    assert upload.encoding == "xlsx"
    assert rows == [[2, ["Acme", "12"]], [3, ["Beta", "1.5"]]]


def test_blank_rows_are_skipped_but_row_numbers_are_the_files(gate):
    upload, rows = accept(b"name\n\n\nAcme\n,,\nBeta\n")
    assert [number for number, _cells in rows] == [4, 6]
    assert upload.rows == 2


def test_equal_and_empty_headings_get_names_of_their_own(gate):
    upload, _rows = accept(b"a,,a,b\n1,2,3,4\n")
    assert len(set(upload.headings)) == 4
    assert upload.headings[0] == "a"
    assert upload.headings[3] == "b"


def test_what_our_own_export_defused_comes_back_as_it_was(gate):
    _upload, rows = accept(b"name\n'=1+1\n'tis\n")
    assert [cells for _number, cells in rows] == [["=1+1"], ["'tis"]]


def test_a_path_in_the_file_name_is_not_believed(gate):
    upload, _rows = accept(TEXT.encode(), "..\\..\\C:/etc/pass\x00wd\n.csv")
    assert upload.filename == "passwd.csv"
    assert "passwd" not in upload.stored_as


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_file_is_refused_quickly_in_words_and_nothing_is_stored(gate, name):
    content = hostile(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    said = {}
    for locale in (ZH, EN):
        with force_locale(locale), pytest.raises(Refused) as refusal:
            accept(content)
        said[locale] = str(refusal.value)
        assert 400 <= refusal.value.status < 500
    assert said[ZH] != said[EN]
    assert time.monotonic() - started < 20
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300 * 1024
    folder = gate / "files" / "imports"
    assert not folder.exists() or not list(folder.iterdir())


def test_a_file_is_dropped_when_what_follows_fails(gate):
    def fail():
        with received(io.BytesIO(TEXT.encode()), "x.csv"):
            raise KeyError("the insert failed")

    with pytest.raises(KeyError):
        fail()
    assert not list((gate / "files" / "imports").iterdir())


def test_a_million_rows_is_the_most(gate, monkeypatch):
    monkeypatch.setattr("core.exchange.upload.MAX_ROWS_CSV", 10)
    accept(b"name\n" + b"x\n" * 10)
    with pytest.raises(Refused) as refusal:
        accept(b"name\n" + b"x\n" * 11)
    assert refusal.value.status == 413
