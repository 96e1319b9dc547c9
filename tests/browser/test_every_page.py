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
from tests.browser.screenshots import LOOKS, WIDTHS, visits
from tests.browser.stage import Scene, Stage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # pages look alike on both
]
# One walk a language, begun where its words have least room; each page is then turned and resized.
WALKS = ("zh-390-dark", "en-1280-light")
WORN = "theme => document.documentElement.dataset.bsTheme === theme"
OTHER = {"390": "1280", "1280": "390", "dark": "light", "light": "dark"}
# The name of a job whose code is gone.
WITHOUT_WORDS = {"customers.nightly"}
SMALL = "target-size"


def covered(scene, fault: str) -> bool:
    """Tell whether an open menu lies on a target, which makes it small for the examination."""
    return scene.name.startswith("menu-") and fault.startswith(SMALL)


def in_each_look(page, look: str):
    """Show a loaded page in both widths and both themes; give each look, the loaded one first."""
    _language, width, theme = look.split("-")
    for wide in (width, OTHER[width]):
        page.set_viewport_size(WIDTHS[wide])
        for shown in (theme, OTHER[theme]):
            page.emulate_media(color_scheme=shown)
            page.wait_for_function(WORN, arg=shown)
            yield f"{wide}-{shown}", shown != theme


def still_small(page, source: str) -> list[str]:
    """Return which targets are small where the whole page is in sight.

    In a lower window the bar with the buttons of a form lies on some of what can be scrolled away.
    """
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({**size, "height": height})
    found = violations(page, source, only=SMALL)
    page.set_viewport_size(size)
    return found


def still_too_wide(page) -> list[str]:
    """Return what is too wide once charts, which follow the width a little later, have followed."""
    if too_wide(page) and page.locator("canvas").count():
        page.wait_for_timeout(2_000)
    return too_wide(page)


def faults_of(page, scene, look: str, source: str) -> list[str]:
    """Return what is wrong with a page in any of its four looks; colours alone in the other theme.

    Nothing but colours differs between the themes, so that the rest is examined once a width.
    """
    found = missing_icons(page)
    for name, only_colours in in_each_look(page, look):
        if only_colours:
            said = violations(page, source, only="color-contrast")
        else:
            said = [*still_too_wide(page), *overlapping(page), *violations(page, source)]
            if any(one.startswith(SMALL) for one in said):
                said = [one for one in said if not one.startswith(SMALL)]
                said += still_small(page, source)
        found += [f"{name}: {one}" for one in said if not covered(scene, one)]
    return found


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
        said = untranslated(page, messages) if messages else []
        found = [words for words in said if words not in WITHOUT_WORDS]
        found += faults_of(page, scene, look, source)
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


def test_the_examination_sees_what_is_wrong_in_one_look_only(browse, source):
    page = browse(viewport=WIDTHS["390"], color_scheme="dark")
    page.goto("/login")
    page.evaluate(
        """() => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`[data-bs-theme=light] .hint { color: #eee; background: #fff }
            @media (min-width: 1000px) { .far { width: 2000px } }`);
          document.adoptedStyleSheets = [sheet];
          document.body.innerHTML =
            '<main><h1>Page</h1><p class="hint">pale</p><div class="far">wide</div></main>';
        }"""
    )
    scene = Scene("login", "/login")
    found = faults_of(page, scene, "zh-390-dark", source)
    assert {one.partition(":")[0] for one in found if "contrast" in one} == {
        "390-light",
        "1280-light",
    }
    assert {one.partition(":")[0] for one in found if "is 2" in one} == {"1280-dark"}
