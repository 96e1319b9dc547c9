"""Each role of the demonstration works through its day, in both languages, whatever the CDN does.

Requirement: everything works for everybody in Chinese and in English, with the content delivery
network answering, dead, or sending changed files.
"""

import pytest

from tests.journeys.day import Day
from tests.journeys.days import DAYS, WITHOUT_BUSINESS, login_of
from tests.journeys.demonstration import (
    NETWORKS,
    NO_WAY_OUT,
    demonstration,
    keep_copies,
    password_of,
    tamper,
)

pytestmark = pytest.mark.browser
LOCALES = {"zh": "zh-CN", "en": "en"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with demonstration(tmp_path_factory.mktemp("demonstration")) as built:
        yield built


@pytest.fixture
def site(built):
    """Put the demonstration in the place of the empty site, as on its first day."""
    built.reset()
    return built


@pytest.fixture
def begin(browse, site, cdn_files):
    """Give a function that lets somebody sit down before a window."""

    def begin(login, language, network):
        way = NO_WAY_OUT if network == "dead" else {}
        page = browse(cdn=network == "answered", locale=LOCALES[language], **way)
        keep_copies(site, {} if network == "dead" else cdn_files)
        if network == "tampered":
            tamper(page.context, cdn_files)
        if network == "dead":
            page.context.unroute_all()  # so that the browser keeps copies and fails by itself
        return Day(page, login, password_of(site, login), language, network, tuple(cdn_files))

    return begin


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("role", DAYS)
def test_a_day_of_each_role(begin, role, language, network):
    turn = NETWORKS.index(network) + list(LOCALES).index(language)
    day = begin(login_of(role, turn), language, network)
    day.sign_in()
    if role not in WITHOUT_BUSINESS:
        day.look_at_business()
    DAYS[role](day)
    day.change_looks()
    day.sign_out()
    assert not day.complaints()


def test_a_day_notices_what_it_is_for(begin):
    day = begin("chen", "en", "answered")
    day.go("/login")
    day.page.evaluate("() => { document.querySelector('h1').textContent = '登录'; }")
    with pytest.raises(AssertionError, match="登录"):
        day.read()
    day.page.evaluate("() => { console.error('planted'); }")
    with day.page.expect_response("**/nothing-here"):
        day.page.goto("/nothing-here")
    assert any("planted" in one for one in day.complaints())
    assert any("status 404" in one for one in day.complaints())
