"""AddonConformance hears of fragments that raise, where a reader sees only a note."""

import pytest
from flask import render_template_string

from core.addons.registry import registry
from core.contributions import Slot
from core.testing import conformance_pages as pages
from core.testing.subject import Subject

pytestmark = pytest.mark.whole


def test_a_fragment_that_raises_is_found_with_its_slot(site, app, make, monkeypatch):
    def render(_record):
        return render_template_string("{{ no_such_word() }}")

    slots = [
        Slot(place="workspace.main", key="card", title="x", render=render),
        Slot(place="customers.customer.tabs", key="odd", title="x", render=render),
    ]
    inhabited = Subject("customers", site, make)
    inhabited.settle_strangers()
    given = registry().plugged["customers"][0].contributions
    monkeypatch.setitem(given, "slots", tuple(slots))
    registry()._filtered.clear()
    faults = pages.fragment_faults(inhabited)
    registry()._filtered.clear()
    assert len(faults) == 2
    assert "slot customers.customer.tabs: odd raised UndefinedError: 'no_such_word'" in faults[0]
    assert "slot workspace.main: card raised" in faults[1]
