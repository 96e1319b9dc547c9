"""Scripts from the content delivery network, with integrity, and their local copies.

The page names the network's address; when that fails, loader.js takes the copy that
`sunmao assets fetch` put under instance/assets, with the same integrity. `assets = "local"` in the
configuration never leaves the house.
"""

import base64
import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask, Response, abort
from markupsafe import Markup, escape

from core.access.decorators import public
from core.config import Config, site_config
from core.web.static_files import YEAR

LIST = Path(__file__).with_name("assets.toml")


@dataclass(frozen=True)
class RemoteAsset:
    """One file of a published package."""

    name: str
    package: str
    version: str
    path: str
    integrity: str
    license: str
    cdn: str

    @property
    def address(self) -> str:
        """The file on the network."""
        return f"{self.cdn}/{self.package}@{self.version}/{self.path}"

    @property
    def local_name(self) -> str:
        """The file's name under instance/assets."""
        return f"{self.package}-{self.version}.js"

    def matches(self, body: bytes) -> bool:
        """Tell whether these are the bytes that the integrity promises."""
        digest = base64.b64encode(hashlib.sha384(body).digest()).decode()
        return f"sha384-{digest}" == self.integrity


@cache
def remote_assets() -> dict[str, RemoteAsset]:
    """Return the listed files by name."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))
    cdn = listed.pop("cdn")
    return {name: RemoteAsset(name=name, cdn=cdn, **entry) for name, entry in listed.items()}


def script_sources(config: Config) -> tuple[str, ...]:
    """Return what a page may load scripts from besides this site: exact files, no whole host."""
    if config.assets == "local":
        return ()
    return tuple(asset.address for asset in remote_assets().values())


def local_address(asset: RemoteAsset) -> str:
    """Return where this site serves its own copy."""
    return f"/assets/{asset.local_name}"


def remote_script(name: str) -> Markup:
    """Return the script tag of a listed file; `data-local` is where the loader looks next."""
    asset = remote_assets()[name]
    local = escape(local_address(asset))
    source = local if site_config().assets == "local" else escape(asset.address)
    return Markup(  # noqa: S704 - every part is escaped or ours
        f'<script src="{source}" integrity="{escape(asset.integrity)}" crossorigin="anonymous" '
        f'data-local="{local}" defer></script>'
    )


@public("published third-party files, checked against their integrity")
def send_local_asset(name: str) -> Response:
    """Send the fetched copy; 404 when it is missing or not the listed bytes."""
    asset = next((one for one in remote_assets().values() if one.local_name == name), None)
    if asset is None:
        abort(404)
    path = site_config().instance / "assets" / asset.local_name
    if not path.is_file():
        abort(404)
    body = path.read_bytes()
    if not asset.matches(body):
        abort(404)
    response = Response(body, mimetype="text/javascript")
    response.headers["Cache-Control"] = YEAR
    return response


def configure_assets(app: Flask) -> None:
    """Serve fetched copies and give templates `remote_script(name)`."""
    app.add_url_rule("/assets/<name>", "assets", send_local_asset)
    app.jinja_env.globals["remote_script"] = remote_script
