"""Every page of the site in a browser: it fits, speaks the reader's language and can be used."""

import os

import pytest

from core.testing.browser import find_chromium
from tests.browser.inspection import (
    axe_source,
    english_messages,
    missing_icons,
    overlapping,
    too_wide,
    untranslated,
    violations,
)
from tests.browser.screenshots import LOOKS, visits
from tests.browser.stage import Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # pages look alike on both
]
WALKS = ("zh-390-dark", "en-1280-light")  # the narrowest and the widest words; each costs 2 min
# The name of a job whose code is gone, and what the system notes when it acts for somebody.
WITHOUT_WORDS = {"customers.nightly", "addon_enabled of customers"}


def covered(scene, fault: str) -> bool:
    """Tell whether an open menu lies on a target, which makes it small for the examination."""
    return scene.name.startswith("menu-") and fault.startswith("target-size")


@pytest.fixture
def source() -> str:
    """Give axe-core, or skip loudly."""
    found = axe_source() if find_chromium() else None
    if found is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail("axe-core could not be fetched", pytrace=False)
        pytest.skip("axe-core could not be fetched: pages were NOT examined")
    return found


@pytest.mark.parametrize("look", WALKS)
def test_every_page_fits_speaks_one_language_and_can_be_used(look, live, app, request, source):
    browser = request.getfixturevalue("_chromium")
    messages = english_messages() if look.startswith("zh") else []
    faults: dict[str, list[str]] = {}
    stage = Stage(app)
    seen = 0
    for scene, page in visits(browser, stage, live, **LOOKS[look]):
        seen += 1
        found = [*too_wide(page), *overlapping(page), *missing_icons(page)]
        said = untranslated(page, messages) if messages else []
        found += [words for words in said if words not in WITHOUT_WORDS]
        found += [one for one in violations(page, source) if not covered(scene, one)]
        if found:
            faults[f"{scene.name} {scene.path}"] = found
    assert seen > 80
    assert not faults, "\n".join(f"{name}\n    " + "\n    ".join(f) for name, f in faults.items())


def test_the_examination_notices_what_it_is_for(browse, source):
    page = browse(viewport={"width": 390, "height": 844})
    page.goto("/login")
    page.evaluate(
        """() => { document.querySelector('#main').innerHTML = `
          <p><span class="far">x</span></p><img src="/static/none.png">
          <p>Sign in</p><p>scope_owner_id</p><svg class="i"><use href="ICONS#nothing"/></svg>
          <fieldset class="facets"><label class="a">first</label><label class="b">second</label>
          </fieldset>`.replace('ICONS', document.querySelector('link[rel=icon]').href);
          document.querySelector('.far').style.cssText = 'display: block; width: 900px';
          document.querySelector('.facets .b').style.cssText = 'display: block; margin-top: -34px';
        }"""
    )
    assert too_wide(page)
    assert overlapping(page) == ["first lies on second"]
    assert missing_icons(page) == ["no icon nothing"]
    said = untranslated(page, english_messages())
    assert "Sign in" in said
    assert "scope_owner_id" in said
    assert any(one.startswith("image-alt") for one in violations(page, source))
