"""What only a browser sees: charts drawn, scripts missing, narrow windows, both themes."""

import pytest

from core.testing.canaries import seed

pytestmark = pytest.mark.browser
CHART = "/customers/pipeline"


def is_drawn(page) -> bool:
    """Tell whether the first canvas holds a point that is not empty."""
    return page.evaluate(
        """() => {
          const canvas = document.querySelector("canvas");
          if (!canvas) return false;
          const points = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          return points.data.some(value => value !== 0);
        }"""
    )


@pytest.fixture
def manager(make):
    user = make.user("ann")
    seed(make.person_of(user), "canary")
    return user


def test_a_chart_is_drawn_from_the_network_with_its_integrity_checked(browse, manager):
    page = browse(manager)
    page.goto(CHART)
    page.wait_for_function("() => window.Chart !== undefined")
    page.wait_for_timeout(600)
    assert is_drawn(page)


def test_a_changed_file_from_the_network_is_not_run(browse, manager, tmp_path, cdn_files):
    address = next(iter(cdn_files))
    changed = tmp_path / "changed.js"
    changed.write_text("window.Chart = 'not the listed file';")
    page = browse(manager, cdn=False)
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.context.route(
        address,
        lambda route: route.fulfill(
            path=changed,
            headers={"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"},
        ),
    )
    page.goto(CHART)
    page.wait_for_timeout(600)
    assert page.evaluate("() => window.Chart") != "not the listed file"
    assert any("integrity" in text for text in said), "the browser never saw the changed file"


def test_without_the_network_the_numbers_are_open_as_a_table(browse, manager):
    page = browse(manager, cdn=False)
    page.goto(CHART)
    page.wait_for_timeout(400)
    assert page.locator("table").first.is_visible()


def test_without_any_script_the_list_and_its_search_work(browse, manager):
    page = browse(manager, java_script_enabled=False)
    page.goto("/customers/")
    page.fill("main input[name=q]", "account 2")
    page.press("main input[name=q]", "Enter")
    assert page.get_by_text("canary account 2").first.is_visible()
    assert not page.get_by_text("canary account 1").count()


@pytest.mark.parametrize("path", ["/", "/customers/", "/customers/1", "/customers/new", "/account"])
def test_no_page_is_wider_than_a_phone(browse, manager, path):
    page = browse(manager, viewport={"width": 390, "height": 844})
    page.goto(path)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out_from_their_ground_in_both_themes(browse, manager, theme):
    page = browse(manager, color_scheme=theme)
    page.goto("/customers/")
    ground, words = page.evaluate(
        """() => {
          const style = getComputedStyle(document.body);
          return [style.backgroundColor, style.color];
        }"""
    )
    assert contrast(luminance(ground), luminance(words)) >= 4.5


def luminance(colour: str) -> float:
    import re

    channels = [float(one) / 255 for one in re.findall(r"[\d.]+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    bright, dark = max(one, other), min(one, other)
    return (bright + 0.05) / (dark + 0.05)
