"""Chromium for tests: started once, shut off from the world, with files of the CDN from disk."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CANDIDATES = ("chromium", "chromium-browser", "google-chrome")
# Only what leaves the machine is stopped: the site's own pages need not wait for this process.
OUTSIDE = re.compile(r"^https?://(?!(127\.0\.0\.1|localhost)(:\d+)?(/|$))")


def find_chromium() -> str | None:
    """Return the system's Chromium; CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, CANDIDATES)), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start the system's Chromium under Playwright; it brings no browser of its own."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a development dependency

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=list(FLAGS), chromium_sandbox=False
        )
        try:
            yield browser
        finally:
            browser.close()


def keep_inside(context: Any, file_of: Callable[[str], Path | None]) -> list[str]:
    """Let a browser context reach the site only; answer what `file_of(url)` knows from disk.

    Returns the growing list of addresses that were refused. The browser still checks the
    integrity of what it gets, since the answer looks like the CDN's.
    """
    refused: list[str] = []

    def answer(route: Any) -> None:
        url = route.request.url
        file = file_of(url)
        if file is None:
            refused.append(url)
            route.abort()
            return
        route.fulfill(
            path=file,
            headers={"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"},
        )

    context.route(OUTSIDE, answer)
    return refused


def watch(page: Any, faults: list[str]) -> None:
    """Collect what a page complains about: script errors and broken security policy."""
    page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda said: (
            faults.append(f"{page.url}: {said.text}")
            if "Content Security Policy" in said.text
            else None
        ),
    )
