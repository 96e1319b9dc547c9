"""`make screenshots`: pictures of the main pages with the demonstration's data, in a folder."""

import sys
import tempfile
from pathlib import Path

from core.actor import acting_as
from core.app import create_app
from core.cli.demo import OPERATOR, prepare_site
from core.testing.browser import chromium, keep_inside
from core.testing.client import sign_in_cookie
from core.testing.making import Maker
from core.testing.serving import ROOT, served
from core.web.assets import remote_assets

PAGES = {
    "workspace": "/",
    "customers": "/customers/",
    "customer": "/customers/1",
    "customer-form": "/customers/1/edit",
    "pipeline": "/customers/pipeline",
    "add-ons": "/admin/addons",
    "disable": "/admin/addon/customers/disable",
    "organisation": "/admin/organisation",
    "imports": "/imports/",
}
LOOKS = {
    "zh-light": {"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}},
    "en-dark": {
        "locale": "en",
        "color_scheme": "dark",
        "viewport": {"width": 1280, "height": 800},
    },
    "zh-phone": {"locale": "zh-CN", "viewport": {"width": 390, "height": 844}},
}


def main(target: Path) -> None:
    """Make a demonstration in a temporary folder and take every picture."""
    target.mkdir(parents=True, exist_ok=True)
    copies = ROOT / "instance" / "assets"
    known = {one.address: copies / one.local_name for one in remote_assets().values()}
    files = {address: file for address, file in known.items() if file.exists()}
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(instance=Path(folder), job_engine="off")
        with app.app_context(), acting_as(OPERATOR):
            prepare_site(OPERATOR)
            user = Maker().administrator("painter")
            cookie = sign_in_cookie(app, user)
        with served(app) as address, chromium() as browser:
            for look, options in LOOKS.items():
                window = browser.new_context(base_url=address, **options)
                keep_inside(window, files.get)
                window.add_cookies([{"url": address, **cookie}])
                page = window.new_page()
                for name, path in PAGES.items():
                    page.goto(path)
                    page.wait_for_timeout(500)
                    page.screenshot(path=target / f"{name}-{look}.png", full_page=True)
                    print(target / f"{name}-{look}.png")
                window.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
