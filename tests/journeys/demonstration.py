"""The demonstration's site, made once in a test session, and its people who sit down before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile, rmtree
from typing import Any

from core.actor import acting_as
from core.cli.demo import OPERATOR, prepare_site
from core.demo.organisation import FILE
from core.testing.databases import SqliteDatabase
from core.testing.site import Site

JAVASCRIPT = {"Access-Control-Allow-Origin": "*", "Content-Type": "text/javascript"}
# Nobody listens there: whatever is asked of another host fails, as on a machine without a way out.
NO_WAY_OUT = {"proxy": {"server": "http://127.0.0.1:9", "bypass": "127.0.0.1"}}
NETWORKS = ("answered", "dead", "tampered")


@contextmanager
def demonstration(folder: Path) -> Iterator[Site]:
    """Build the demonstration in `folder`; each `reset()` brings it back as it was on its first day."""
    site = Site(SqliteDatabase(folder), folder)
    with site.app.app_context(), acting_as(OPERATOR):
        prepare_site(OPERATOR)
    site.release()
    site.database.keep_as_template()
    yield site
    site.release()


def password_of(site: Site, login: str) -> str:
    """Return the password from the table that the demonstration prints."""
    rows = (site.instance / FILE).read_text(encoding="utf-8").splitlines()
    return next(row.split("\t")[1] for row in rows if row.split("\t")[0] == login)


def keep_copies(site: Site, files: dict[str, Path]) -> None:
    """Put the network's files under the instance, as `sunmao assets fetch` does; {} takes them away."""
    folder = site.instance / "assets"
    rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for file in files.values():
        copyfile(file, folder / file.name)


def tamper(window: Any, files: dict[str, Path]) -> None:
    """Let the network answer with files in which one byte is another."""

    def answer(route: Any) -> None:
        body = files[route.request.url].read_bytes()
        route.fulfill(body=body[:-1] + bytes([body[-1] ^ 1]), headers=JAVASCRIPT)

    for address in files:
        window.route(address, answer)
