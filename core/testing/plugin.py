"""The pytest plugin: `pytest_plugins = ["core.testing.plugin"]` in a conftest brings all of it.

SUNMAO_TEST_DATABASES (sqlite,postgresql) chooses the databases; REQUIRE_PG=1 and
REQUIRE_BROWSER=1 turn a missing server or browser from a visible skip into a failure.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.guarded_session import GuardedSession
from core.accounts import passwords
from core.actor import Actor
from core.cli.assets import fetch_one, is_there
from core.database import db
from core.testing.browser import chromium, find_chromium, keep_inside, watch
from core.testing.client import sign_in_cookie, signed_in_client
from core.testing.databases import (
    Cluster,
    PostgresDatabase,
    SqliteDatabase,
    counted,
    find_program,
    new_folder,
)
from core.testing.making import Maker
from core.testing.serving import ROOT, ServerProcess, served
from core.testing.site import Site
from core.unit_of_work import unit_of_work
from core.web.assets import remote_assets

KINDS = tuple(os.environ.get("SUNMAO_TEST_DATABASES", "sqlite,postgresql").split(","))


def _missing(variable: str, message: str) -> NoReturn:
    if os.environ.get(variable) == "1":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session", autouse=True)
def _sturdy_hasher() -> Iterator[PasswordHasher]:
    """Hash passwords at next to no cost, in this process; servers that tests start hash as ever."""
    with pytest.MonkeyPatch.context() as patch:
        sturdy = passwords._hasher  # noqa: SLF001 - it is no setting, on purpose
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", quick)
        yield sturdy


@pytest.fixture
def sturdy_passwords(_sturdy_hasher: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as a site does, within this test."""
    monkeypatch.setattr(passwords, "_hasher", _sturdy_hasher)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """Give a PostgreSQL server that lives as long as the test session."""
    if find_program("initdb") is None:
        _missing("REQUIRE_PG", "PostgreSQL is not installed: its half of the suite did NOT run")
    cluster = Cluster(in_memory=True)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def _sites() -> Iterator[dict[str, Site | Exception]]:
    """Hold one site per kind of database, or why it cannot be built, until the session ends."""
    sites: dict[str, Site | Exception] = {}
    yield sites
    for site in sites.values():
        if isinstance(site, Site):
            site.release()
            shutil.rmtree(site.instance, ignore_errors=True)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest) -> str:
    """Name the kind of database that this test runs on."""
    return str(request.param)


@pytest.fixture
def site(
    database: str,
    _sites: dict[str, Site | Exception],
    request: pytest.FixtureRequest,
) -> Site:
    """Give the site with the template's content; the application is one per session."""
    if database not in _sites:
        folder = new_folder(f"instance-{database}-", in_memory=True)
        target: SqliteDatabase | PostgresDatabase = (
            SqliteDatabase(folder)
            if database == "sqlite"
            else PostgresDatabase(request.getfixturevalue("postgres_cluster"))
        )
        try:
            _sites[database] = Site(target, folder)
        except Exception as error:
            _sites[database] = error
            raise
    site = _sites[database]
    if isinstance(site, Exception):
        pytest.fail(f"the site could not be built: {site}", pytrace=False)
    site.reset()
    return site


@pytest.fixture
def app(site: Site) -> Iterator[Flask]:
    """Give the application on a fresh database, its context pushed for services and queries."""
    with site.app.app_context():
        yield site.app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Give a client that nobody has signed in to."""
    return app.test_client()


@pytest.fixture
def make(app: Flask) -> Maker:
    """Give the factories: `make.user(…)`, and each add-on's own as `make.<addon>.<noun>(…)`."""
    del app
    return Maker()


@pytest.fixture
def login(app: Flask) -> Callable[..., FlaskClient]:
    """Give a function from a user to a client that is signed in as that user."""

    def sign_in(user: Any) -> FlaskClient:
        return signed_in_client(app, user)

    return sign_in


@pytest.fixture
def session_as(app: Flask) -> Callable[[Actor], AbstractContextManager[GuardedSession]]:
    """Give a function from an actor to the session of a unit of work of that actor."""
    del app

    def open_unit(actor: Actor) -> AbstractContextManager[GuardedSession]:
        return unit_of_work(actor)

    return open_unit


@pytest.fixture
def statements(app: Flask) -> Callable[[], AbstractContextManager[list[str]]]:
    """Give a function whose block collects the SQL that is sent within it."""
    del app

    def collect() -> AbstractContextManager[list[str]]:
        return counted(db.engine)

    return collect


@pytest.fixture
def frozen() -> Callable[[datetime], AbstractContextManager[None]]:
    """Give a function whose block holds the clock at an instant."""
    return clock.frozen


@pytest.fixture
def live(site: Site) -> Iterator[str]:
    """Serve the site by threads of this process and give its address."""
    site.touch()
    with served(site.app) as address:
        yield address


@pytest.fixture
def gunicorn(site: Site, tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Give a function that starts gunicorn on the site's database, with `workers` processes."""
    started: list[ServerProcess] = []

    def start(workers: int = 1, **settings: str) -> ServerProcess:
        site.touch()
        site.release()
        environment = {
            "SUNMAO_INSTANCE": str(site.instance),
            "SUNMAO_DATABASE_URL": site.database.url,
            **{f"SUNMAO_{key.upper()}": value for key, value in settings.items()},
        }
        server = ServerProcess(environment, workers=workers, log=tmp_path / "server.log")
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Any]:
    if find_chromium() is None:
        _missing("REQUIRE_BROWSER", "Chromium is not installed: the browser tests did NOT run")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def cdn_files() -> dict[str, Path]:
    """Fetch what pages take from the network, as `sunmao assets fetch` does: address → file."""
    folder = ROOT / "instance" / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    for asset in remote_assets().values():
        if not is_there(asset, folder) and not fetch_one(asset, folder, None):
            _missing("REQUIRE_BROWSER", f"{asset.name} could not be fetched: charts NOT tested")
    return {one.address: folder / one.local_name for one in remote_assets().values()}


@pytest.fixture
def browse(
    app: Flask, _chromium: Any, live: str, cdn_files: dict[str, Path]
) -> Iterator[Callable[..., Any]]:
    """Give a function that opens a browser window on the live site, perhaps as a user.

    A script error or a broken content security policy in any window fails the test.
    """
    windows = []
    faults: list[str] = []

    def open_window(user: Any = None, *, cdn: bool = True, **options: Any) -> Any:
        settings = {"viewport": {"width": 1280, "height": 800}, "locale": "zh-CN", **options}
        window = _chromium.new_context(base_url=live, **settings)
        windows.append(window)
        keep_inside(window, cdn_files.get if cdn else (lambda _url: None))
        if user is not None:
            window.add_cookies([{"url": live, **sign_in_cookie(app, user)}])
        page = window.new_page()
        watch(page, faults)
        return page

    yield open_window
    for window in windows:
        window.close()
    assert not faults, f"the browser complained: {faults}"
