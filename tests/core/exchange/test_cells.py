from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from core.exchange.cells import FORMULA_STARTS, as_text, clean, defuse, outgoing, undo_defuse


@pytest.mark.parametrize(
    "attack",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x","y")', "＝1+1"],
)
def test_text_that_a_spreadsheet_would_run_is_defused(attack):
    assert outgoing(attack) == "'" + attack


@pytest.mark.parametrize("value", [-5, 3.25, Decimal("-7.10"), 0])
def test_numbers_stay_numbers(value):
    assert outgoing(value) == value
    assert not isinstance(outgoing(value), str)


@given(st.text(max_size=30))
def test_no_outgoing_text_begins_like_a_formula_and_the_way_back_gives_the_text_again(text):
    out = defuse(text)
    assert out[:1] not in FORMULA_STARTS
    if text[:1] != "'":
        assert undo_defuse(out) == text


def test_an_apostrophe_of_the_users_own_is_kept():
    assert clean("'tis", row=2) == "'tis"
    assert clean("'=x", row=2) == "=x"


@pytest.mark.parametrize("bad", ["a\x00b", "a\ud800b", "x" * 40_000])
def test_cells_that_no_database_should_hold_are_refused_with_their_row(bad):
    with pytest.raises(Refused) as refusal:
        clean(bad, row=17)
    assert "17" in str(refusal.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (12.0, "12"),
        (1.5, "1.5"),
        (True, "TRUE"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2), "2026-01-02"),  # noqa: DTZ001 - a workbook's dates have no zone
        (datetime(2026, 1, 2, 3, 4), "2026-01-02 03:04:00"),  # noqa: DTZ001
    ],
)
def test_a_workbooks_values_become_the_text_that_a_person_sees(value, text):
    assert as_text(value) == text


def test_instants_leave_in_the_sites_zone():
    assert outgoing(datetime(2026, 1, 1, 20, 0, tzinfo=UTC)) == "2026-01-02 04:00:00"
