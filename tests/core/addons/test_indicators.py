"""The indicators of the house: one list, told with their words on the page of words."""

import re

import pytest

from core.addons.indicators import INDICATORS
from core.addons.key_checks import strange_keys
from core.config import ROOT


def test_the_page_of_words_has_just_the_indicators_of_the_code():
    page = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    table = page.partition("| key | 中文 |")[2]
    told = re.findall(r"`([\w.]+)`", table)
    assert sorted(told) == sorted(INDICATORS)


def test_measures_alone_may_have_the_name_of_an_indicator():
    keys = ["visits.held", "sales.visit.count", "sales.visit.length"]
    assert strange_keys("visits", "measures", keys) == ["sales.visit.length"]
    assert strange_keys("visits", "jobs", keys) == keys[1:]


@pytest.mark.parametrize("key", ["sales.opportunity.new", "sales.migration.signed"])
def test_shipped_measures_have_the_names_of_the_glossary(app, key):
    given = {one.key for one in app.extensions["sunmao"].every("measures")}
    assert key in given & INDICATORS
