import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from core.actor import system_actor
from core.errors import Conflict, Refused
from core.unit_of_work import read_only
from core.web import forms
from core.web.conflicts import merge, read_started, resolved


class Card(forms.Form):
    name = forms.NameField("Name", required=True)
    grade = forms.SelectField("Grade", choices=[("A", "first"), ("B", "second")])
    owner = forms.PickerField("Owner", choices=lambda: [(1, "Li"), (2, "Wang")])
    day = forms.DateField("Day")
    sum = forms.MoneyField("Sum", required=True)
    marks = forms.MultiField("Marks", choices=[("x", "X"), ("y", "Y")])
    open = forms.CheckField("Open")
    count = forms.NumberField("Count", minimum=1, maximum=9)
    note = forms.TextArea("Note", limit=20)
    sections = (forms.Section("First", "name", "grade"),)


@dataclass
class Record:
    name: dict
    sum: Decimal = Decimal("10.00")
    grade: str | None = "A"
    owner: int | None = 1
    day: date | None = None
    marks: tuple = ("x",)
    open: bool = True
    count: int | None = 3
    note: str = "old"
    row_version: int = 4


GOOD = {"name-zh": "甲", "sum": "1,234.50", "grade": "B", "owner": "2", "day": "2026/1/2"}


@pytest.fixture
def post(app):
    """Give a function that opens a POST with these fields."""

    def request(fields):
        return app.test_request_context("/card", method="POST", data=MultiDict(fields))

    return request


def test_what_was_sent_becomes_exact_values(post):
    with post({**GOOD, "marks": ["x", "y"], "open": "y", "count": "５"}):
        form = Card()
        assert form.accepts(lambda: "stored")
    assert form.result == "stored"
    assert form.values() == {
        "name": {"zh": "甲"}, "grade": "B", "owner": 2, "day": date(2026, 1, 2),
        "sum": Decimal("1234.50"), "marks": ["x", "y"], "open": True, "count": 5, "note": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("sum", "9,86O.50"), ("sum", "1.005"), ("sum", "-1"), ("sum", ""), ("sum", "9" * 18),
        ("sum", "1e5"), ("sum", "NaN"), ("day", "2026-02-30"), ("day", "tomorrow"),
        ("grade", "Z"), ("owner", "3"), ("owner", "x"), ("marks", "z"), ("count", "0"),
        ("count", "10"), ("count", "2.5"), ("note", "n" * 21), ("name-zh", ""),
    ],
)  # fmt: skip
def test_a_bad_value_is_named_at_its_field_and_nothing_runs(post, field, value):
    ran = []
    with post({**GOOD, field: value}):
        form = Card()
        assert not form.accepts(lambda: ran.append(1))
    assert not ran
    assert list(form.errors) == [field.partition("-")[0]]


def test_the_letter_in_an_amount_is_pointed_out(post):
    with post({**GOOD, "sum": "9,86O.50"}):
        form = Card()
        form.accepts(lambda: None)
    assert "O" in form.sum.errors[0]


@pytest.mark.parametrize(
    "text", ["2026-01-02", "2026/1/2", "2026.1.2", "2026年1月2日", "20260102", "２０２６-1-2"]
)
def test_dates_are_understood_as_people_write_them(text):
    assert forms.parse_date(text) == date(2026, 1, 2)


def test_the_chinese_name_is_asked_for(post):
    with post({**GOOD, "name-zh": "", "name-en": "A"}):
        form = Card()
        assert not form.accepts(lambda: None)
    assert form.name.errors


def test_a_refusal_of_the_service_lands_on_its_field(post):
    def act():
        raise Refused("No.", fields={"day": ["Too late."], "elsewhere": ["Odd."]})

    with post(GOOD):
        form = Card()
        assert not form.accepts(act)
    assert form.day.errors == ["Too late."]
    assert (None, "Odd.") in form.all_errors


def test_the_page_keeps_what_was_typed_and_answers_422(make, login):
    client = login(make.administrator())
    address = "/admin/organisation/employees/new"
    page = client.get(address).get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    answer = client.post(address, data={"csrf_token": token, "name": "<Zhang>"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'value="&lt;Zhang&gt;"' in text
    assert 'role="alert"' in text
    target = re.search(r'<li><a href="#([^"]+)"', text)[1]
    assert f'id="{target}"' in text


def render(app, form, cookie=None):
    with read_only(system_actor("test")):
        return form.render(title="Card")


def test_a_conflict_merges_what_does_not_collide_and_asks_for_the_rest(app, post):
    theirs = Record({"zh": "甲"}, sum=Decimal("20.00"), note="theirs", row_version=5)
    started = {"name-zh": ["甲"], "sum": ["10.00"], "note": ["old"], "grade": ["A"]}

    def act():
        raise Conflict("First.")

    import json

    sent = {**GOOD, "sum": "10.00", "note": "mine", "grade": "B", "row_version": "4"}
    with post({**sent, "started_from": json.dumps(started)}):
        form = Card.for_record(theirs)
        assert not form.accepts(act)
        page, status = render(app, form)
    assert status == 409
    text = unescape(page)
    assert 'name="row_version" value="5"' in text
    assert '<input type="hidden" name="sum" value="20.00">' in text  # only they changed it
    assert '<input type="hidden" name="grade" value="B">' in text  # only this reader did
    assert 'name="_pick-note" value="theirs"' in text
    assert 'name="_theirs-note" value="theirs"' in text
    assert 'name="_yours-note" value="mine"' in text


def test_the_choice_of_a_conflict_page_is_put_in_place(post):
    fields = {**GOOD, "_pick-note": "theirs", "_theirs-note": "theirs", "_yours-note": "mine"}
    with post(fields):
        assert Card().values()["note"] == "theirs"
    with post({**fields, "_pick-note": "yours"}):
        assert Card().values()["note"] == "mine"
    picked = resolved(
        MultiDict([("_pick-marks", "theirs"), ("_theirs-marks", "x"), ("_theirs-marks", "y")])
    )
    assert picked.getlist("marks") == ["x", "y"]


def test_three_versions_are_compared_input_by_input():
    rows = merge({"a": ["1"], "b": ["1"], "c": ["1"]}, {"a": ["2"], "b": ["1"], "c": ["2"]},
                 {"a": ["1"], "b": ["3"], "c": ["3"]})  # fmt: skip
    assert [(row.name, row.outcome, row.merged) for row in rows] == [
        ("a", "theirs", ["2"]), ("b", "yours", ["3"]), ("c", "choose", ["3"]),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "{", '{"a": 1}', "null", '{"a": [{"b": 1}]}'])
def test_what_a_form_started_from_may_be_tampered_with(text):
    assert all(isinstance(v, list) for v in read_started(text).values())


def test_without_a_stored_record_a_conflict_is_not_swallowed(post):
    def act():
        raise Conflict("First.")

    with post(GOOD), pytest.raises(Conflict):
        Card().accepts(act)


def test_fields_that_no_section_names_come_last(app):
    with app.test_request_context("/card"):
        groups = list(Card().grouped())
    assert [title for title, _fields in groups] == ["First", None]
    assert [field.name for field in groups[1][1]][:2] == ["owner", "day"]


def test_what_is_wrong_with_a_name_stands_under_the_input_it_is_about(post):
    with post({**GOOD, "name-zh": "", "name-en": "A"}):
        form = Card()
        form.accepts(lambda: None)
        chinese, english = re.split(r"(?=<label)", str(form.name()))[1:]
    assert "Name（中文）" in chinese
    assert 'aria-invalid="true"' in chinese
    assert "请同时填写中文。" in chinese
    assert "invalid" not in english
    with post({**GOOD, "name-zh": "甲", "name-en": "A" * 201}):
        form = Card()
        form.accepts(lambda: None)
        chinese, english = re.split(r"(?=<label)", str(form.name()))[1:]
    assert "invalid" not in chinese
    assert "200" in english.partition("err")[2]


def test_a_long_name_of_several_rows_is_still_one_line(post):
    class Notice(forms.Form):
        text = forms.NameField("Text", rows=3)

    with post({"text-zh": "第一行\r\n第二行", "text-en": "one\n two"}):
        form = Notice()
        assert form.validate()
        assert form.text.data == {"zh": "第一行 第二行", "en": "one two"}
        assert str(form.text()).count("<textarea") == 2


def test_where_one_chooses_nobody_is_asked_to_fill_in(post):
    class Choosing(forms.Form):
        unit = forms.SelectField("Unit", choices=[("A", "first")], required=True)
        note = forms.TextField("Note", required=True)

    with post({"unit": "", "note": ""}):
        form = Choosing()
        assert not form.validate()
    assert (form.unit.errors, form.note.errors) == (["请选择。"], ["请填写。"])


def test_ticks_of_one_thing_stand_together_under_its_name(post):
    class Rights(forms.Form):
        may = forms.MultiField(
            "May", choices=[("a", "Unit · see"), ("b", "Unit · add"), ("c", "x")]
        )

    with post({}):
        shown = str(Rights().may())
    assert shown.count('role="group" aria-label="Unit"') == 1
    assert 'value="b" aria-label="Unit · add">add</label>' in shown
    assert 'value="c">x</label>' in shown
    assert shown.count("<div") == shown.count("</div>")


def drawn(call, **context):
    return render_template_string(
        '{% import "web/macros/forms.html" as forms %}{{ ' + call + " }}", **context
    )


def test_a_tick_stands_level_with_the_fields_before_it_in_its_row(post):
    class Three(forms.Form):
        alone = forms.CheckField("Alone")
        name = forms.TextField("Name")
        beside = forms.CheckField("Beside")
        wide = forms.TextField("Wide", span=4)
        below = forms.CheckField("Below")

    with post({}):
        page = drawn("forms.grid(form)", form=Three())
    assert re.findall(r'class="field[^"]* level">\s*<label[^>]*for="(\w+)"', page) == ["beside"]


def test_what_cannot_be_done_is_left_by_back_and_not_cancelled(post):
    with post({}):
        refused, offered = drawn("forms.savebar(none, '/x')"), drawn("forms.savebar('Do', '/x')")
    ways = [[word for word in ("返回", "取消") if word in page] for page in (refused, offered)]
    assert ways == [["返回"], ["取消"]]
