"""`make screenshots`: a picture of every page in both languages, both widths and both themes.

`python -m tests.browser.screenshots FOLDER [WORD]` takes only the scenes whose name holds WORD.
"""

import logging
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from core.app import create_app
from core.testing.browser import chromium, keep_inside
from core.testing.client import Client
from core.testing.serving import ROOT, served
from core.web.assets import remote_assets
from tests.browser.stage import Scene, Stage, pages_of_the_map
from tests.browser.states import special_scenes

WIDTHS = {"1280": {"width": 1280, "height": 800}, "390": {"width": 390, "height": 844}}
LOOKS = {
    f"{locale[:2]}-{width}-{theme}": {
        "locale": locale,
        "viewport": WIDTHS[width],
        "color_scheme": theme,
    }
    for locale, width, theme in product(("zh-CN", "en"), WIDTHS, ("light", "dark"))
}


def all_scenes(stage: Stage) -> list[Scene]:
    """Return every page of the URL map and every state beside."""
    return [*pages_of_the_map(stage), *special_scenes(stage)]


def visits(
    browser: Any, stage: Stage, address: str, word: str = "", **look: Any
) -> Iterator[tuple[Scene, Any]]:
    """Walk through all scenes in one look; give each with the browser's page that shows it."""
    copies = ROOT / "instance" / "assets"
    known = {one.address: copies / one.local_name for one in remote_assets().values()}
    files = {url: file for url, file in known.items() if file.exists()}
    windows: dict[str | None, Any] = {}
    for scene in all_scenes(stage):
        if word not in scene.name:
            continue
        if scene.who not in windows:
            # what is on its way from one place or colour to another can be neither seen nor judged
            still = {"reduced_motion": "reduce", **look}
            windows[scene.who] = browser.new_context(base_url=address, **still)
            keep_inside(windows[scene.who], files.get)
            if scene.who:
                windows[scene.who].add_cookies([{"url": address, **stage.cookie(scene.who)}])
        page = windows[scene.who].new_page()
        page.goto(scene.path)
        if scene.act:
            scene.act(page, stage)
        if page.locator("canvas").count():
            page.wait_for_timeout(600)  # charts grow
        yield scene, page
        page.close()
        if scene.undo:
            scene.undo(stage)
    for window in windows.values():
        window.close()


def main(target: Path, word: str = "") -> None:
    """Make a demonstration in a temporary folder and take every picture."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(instance=Path(folder), job_engine="off", gate_ttl_seconds=0.0)
        app.test_client_class = Client
        with app.app_context():
            stage = Stage(app)
            with served(app) as address, chromium() as browser:
                for look, options in LOOKS.items():
                    (target / look).mkdir(parents=True, exist_ok=True)
                    for scene, page in visits(browser, stage, address, word, **options):
                        path = target / look / f"{scene.name}.png"
                        page.screenshot(path=path, full_page=True)
                    print(target / look)


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
