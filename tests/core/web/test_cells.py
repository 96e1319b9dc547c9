"""How a value stands in a cell."""

import pytest

from core.web.cells import breakable, inner_html
from core.web.lists import Column


@pytest.mark.parametrize(
    "text",
    ["customers-opportunity-20261124-1938.csv", "KH-1 中国南方跨境数字基础设施与卫星通信集团"],
)
def test_a_word_too_long_for_a_column_may_break_anywhere(text):
    assert breakable(text) == f'<span class="long">{text}</span>'


@pytest.mark.parametrize(
    "text", ["a-b.csv", "several short words that are long together - yes", "商务关系确定", ""]
)
def test_what_fits_stays_whole(text):
    assert breakable(text) == text


def test_a_cell_is_escaped_whether_it_may_break_or_not(app):
    with app.test_request_context():
        show = inner_html(Column("name", "Name", None))
        assert show("<b>") == "&lt;b&gt;"
        assert show("<b>" + "x" * 30) == f'<span class="long">&lt;b&gt;{"x" * 30}</span>'
