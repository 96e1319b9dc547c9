"""Static files under addresses that carry their content's hash: cached for a year, sent gzipped."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path

from flask import Flask, Response, abort, request

from core.access.decorators import public

HERE = Path(__file__).parent / "static"
YEAR = "public, max-age=31536000, immutable"
COMPRESSIBLE = frozenset({"text/css", "text/javascript", "image/svg+xml"})
BOOTSTRAP = {
    "bootstrap.css": "css/bootstrap.min.css",
    "bootstrap.js": "js/bootstrap.min.js",
    "popper.js": "umd/popper.min.js",
}
SHELL = "site.js"  # what every page needs comes in one answer
SHELL_PARTS = ("popper.js", "bootstrap.js", "shell.js", "finder.js", "bell.js")


@dataclass(frozen=True)
class StaticFile:
    """One file, or some one behind the other, read once per process."""

    name: str
    paths: tuple[Path, ...]

    @cached_property
    def body(self) -> bytes:
        """The bytes as they are, without the pointer to a source map that we do not serve."""
        parts = [path.read_bytes().partition(b"\n//# sourceMappingURL=")[0] for path in self.paths]
        return b"\n".join(parts)

    @cached_property
    def digest(self) -> str:
        """The part of the address that changes with the content."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def zipped(self) -> bytes:
        """The gzipped bytes; packed at first use."""
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def mimetype(self) -> str:
        """The declared content type."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@cache
def static_files() -> dict[str, StaticFile]:
    """Return every file by its name: our own, and Bootstrap's out of its Python package."""
    paths = {path.name: path for path in HERE.iterdir() if path.is_file()}
    package = find_spec("flask_bootstrap")
    if package is None or package.origin is None:
        raise RuntimeError("the package Bootstrap-Flask is not installed")
    folder = Path(package.origin).parent / "static" / "bootstrap5"
    paths |= {name: folder / at for name, at in BOOTSTRAP.items()}
    shell = StaticFile(SHELL, tuple(paths.pop(name) for name in SHELL_PARTS))
    return {name: StaticFile(name, (path,)) for name, path in paths.items()} | {SHELL: shell}


@cache
def asset(name: str) -> str:
    """Return the address of a static file; KeyError for an unknown name."""
    return f"/static/{static_files()[name].digest}/{name}"


@public("static files hold nothing of the site")
def send_static(digest: str, name: str) -> Response:
    """Send one file; an old address still answers, but is not kept."""
    file = static_files().get(name)
    if file is None:
        abort(404)
    packed = file.mimetype in COMPRESSIBLE and request.accept_encodings["gzip"] > 0
    response = Response(file.zipped if packed else file.body, mimetype=file.mimetype)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = YEAR if digest == file.digest else "no-cache"
    return response


def configure_static(app: Flask) -> None:
    """Serve /static and give templates `asset(name)`."""
    app.add_url_rule("/static/<digest>/<name>", "static", send_static)
    app.jinja_env.globals["asset"] = asset
