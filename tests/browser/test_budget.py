"""What a page weighs on the wire, and that what was fetched once is not fetched again."""

import gzip

import pytest

from core.testing.canaries import seed
from core.testing.client import sign_in_cookie

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # pages weigh alike on both
]
MOST_BYTES, MOST_REQUESTS = 250_000, 12
PAGES = ("/", "/customers/", "/customers/pipeline")


@pytest.fixture
def manager(make):
    user = make.user("ann")
    seed(make.person_of(user), "canary")
    return user


@pytest.fixture
def weigh(browse, manager, cdn_files):
    """Give a function from a page to what it costs over the wire: bytes by address."""

    def visit(path):
        page = browse(manager)
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        asked, took = {}, {}
        wire.on("Network.requestWillBeSent", lambda e: asked.update({e["requestId"]: e["request"]}))
        wire.on("Network.loadingFinished", lambda e: took.update({e["requestId"]: e}))
        page.goto(path, wait_until="networkidle")
        urls = {key: request["url"] for key, request in asked.items()}
        return {
            url: _bytes(url, took[key]["encodedDataLength"], cdn_files)
            for key, url in urls.items()
            if url.startswith("http")
        }

    return visit


def _bytes(url, measured, files):
    """Return the bytes of one answer; the network's own files as any CDN sends them, packed."""
    return len(gzip.compress(files[url].read_bytes())) if url in files else measured


@pytest.mark.parametrize("path", PAGES)
def test_a_first_page_is_light(weigh, path):
    first = weigh(path)
    assert sum(first.values()) <= MOST_BYTES, first
    assert len(first) <= MOST_REQUESTS, sorted(first)


def test_the_next_page_fetches_nothing_but_itself(app, live, request, manager):
    window = request.getfixturevalue("_chromium").new_context(
        base_url=live
    )  # a watched window (`browse`) keeps no copies
    window.add_cookies([{"url": live, **sign_in_cookie(app, manager)}])
    page = window.new_page()
    page.goto("/customers/", wait_until="networkidle")
    page.goto("/customers/?grade=A", wait_until="networkidle")
    parts = page.evaluate(
        "performance.getEntriesByType('resource').map(one => [one.name, one.transferSize])"
    )
    window.close()
    assert len(parts) > 5
    assert [name for name, size in parts if size and "/static/" in name] == []
    asked = [name.partition("/customers/")[2] for name, size in parts if size]
    assert asked in ([], ["?counts=1"])  # how many stand behind each tab is asked anew
