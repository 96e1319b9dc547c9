import json
import re
from decimal import Decimal

import pytest
from flask import render_template_string

from core.actor import Actor, acting_as
from core.charts import Chart, Series
from core.errors import ProgrammingFault

PARTS = {"kind": "bar", "title": "Stages", "sentence": "Most are prospects", "head": "Stage"}


def chart(**changes):
    given = {
        **PARTS,
        "labels": ["Prospect", "Signed"],
        "series": [Series("Now", [11, None]), Series("Before", [9, 2], muted=True)],
        **changes,
    }
    return Chart(**given)


def test_the_numbers_stand_in_the_canvas_and_in_the_table(app):
    one = chart(links=["/?s=p", "/?s=s"])
    with app.test_request_context("/"):
        page = render_template_string(
            '{% from "web/macros/charts.html" import chart %}{{ chart(one) }}', one=one
        )
    assert 'role="img" aria-label="Most are prospects"' in page
    data = json.loads(re.search(r'data-chart="([^"]+)"', page)[1].replace("&#34;", '"'))
    assert [part["data"] for part in data["series"]] == [[11, None], [9, 2]]
    assert [part["color"] for part in data["series"]] == ["c1", "muted"]
    assert '<a href="/?s=p">11</a>' in page
    assert ">–<" in page
    assert "<details" in page
    assert "open data-chart-table" in page  # open until a script has drawn the chart


@pytest.mark.parametrize(
    "changes",
    [
        {"series": [Series(str(n), [1, 2]) for n in range(7)]},
        {"kind": "doughnut", "labels": list("abcd"), "series": [Series("x", [1, 2, 3, 4])]},
        {"series": [Series("x", [1])]},
        {"links": ["/"]},
    ],
)
def test_what_the_design_forbids_is_refused(changes):
    with pytest.raises(ProgrammingFault):
        chart(**changes)


def test_a_page_with_charts_names_the_network_and_the_local_copy(app):
    with app.test_request_context("/"):
        tags = render_template_string("{{ chart_scripts() }}")
    assert re.search(r'src="https://[^"]+/chart\.js@4\.\d+\.\d+/dist/chart\.umd\.js"', tags)
    assert 'integrity="sha384-' in tags
    assert 'crossorigin="anonymous"' in tags
    assert 'data-local="/assets/chart.js-4.' in tags


@pytest.mark.parametrize(
    ("chosen", "drawn", "read"),
    [
        ("auto", ("10k CNY", 123.46), "123.46"),  # an overview suits ten thousands
        ("wan", ("10k CNY", 123.46), "123.46"),
        ("yuan", ("CNY", 1234560), "1,234,560.00"),
    ],
)
def test_money_is_drawn_in_the_readers_unit(app, chosen, drawn, read):
    chart = Chart(
        kind="bar",
        title="",
        sentence="",
        labels=["a", "b"],
        series=[Series("", [Decimal(1234560), None])],
        money=True,
    )
    reader = Actor("user", user_id=1, locale="en", money_unit=chosen)
    with app.test_request_context(), acting_as(reader):
        shown = json.loads(chart.data())
        assert (shown["unit"], shown["series"][0]["data"][0]) == drawn
        assert shown["series"][0]["data"][1] is None
        assert chart.rows() == [("a", None, [read]), ("b", None, ["–"])]
