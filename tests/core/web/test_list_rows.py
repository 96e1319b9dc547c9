"""What a row says where no head stands above it: on a phone's card."""

from decimal import Decimal

import pytest

from core.web.list_around import foot
from core.web.list_rows import render_rows
from core.web.lists import Column

NAME = Column("name", "Name", None)


@pytest.mark.parametrize(
    ("kind", "value", "attribute"),
    [
        ("number", 12, 'data-l="People"'),
        ("bool", True, 'data-l="People"'),
        ("money", Decimal("3.00"), 'data-u="'),
        ("text", "Lin", None),
    ],
)
def test_a_bare_value_of_a_card_says_what_it_is(app, kind, value, attribute):
    with app.test_request_context():
        columns = (NAME, Column("people", "People", None, kind=kind, phone="p4"))
        shown = render_rows([(1, "x", "x", value)], columns, endpoint=None, ticks=False)
    assert ("data-" in shown) is (attribute is not None)
    assert attribute is None or attribute in shown


def test_what_a_card_does_not_show_needs_no_words(app):
    with app.test_request_context():
        columns = (NAME, Column("people", "People", None, kind="number"))
        shown = render_rows([(1, "x", "x", 12)], columns, endpoint=None, ticks=False)
    assert "data-l" not in shown


def test_the_total_row_names_its_sums(people, staff, ask, app):
    page = ask(people)
    with app.test_request_context():
        assert '<td class="num" data-l="Version">' in foot(page, ticks=False)
