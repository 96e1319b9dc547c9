"""A whole server: how soon it stands, what it holds, how even it answers, how fast a switch is.

`python -m bench.server [sqlite|postgresql …]`. The bars are those of the third issue; the start is
compared with the calibration page under the same server in the same run.
"""

import compileall
import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from bench.measure import table
from bench.pages import BENCH, addresses, cookie_of, create_site
from core.actor import acting_as
from core.addons import lifecycle
from core.addons.registry import registry
from core.testing.serving import ROOT, ServerProcess, free_port

STARTS, ASKED, ROUNDS = 5, 300, 5
PATH, MENU = "/customers/?size=80", b'href="/customers/"'
START_BAR, MEMORY_BAR, EVEN_BAR, ENABLE_BAR, DISABLE_BAR = 2.5, 145.0, 2.0, 2.0, 1.0
MIB = 1024.0
Measured = tuple[str, str, str, bool]


def ask(address: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Return status and body of one request on a connection of its own."""
    place = urlsplit(address)
    connection = http.client.HTTPConnection(str(place.hostname), place.port or 80, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def bare_start(url: str, folder: Path) -> float:
    """Return the seconds that the calibration page needs under gunicorn until it answers."""
    port = free_port()
    target = f"bench.bare:create_bare({url!r})"
    command = [sys.executable, "-m", "gunicorn", target, "-b", f"127.0.0.1:{port}"]
    begin = time.perf_counter()
    with (folder / "bare.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--no-control-socket"],
            cwd=folder,  # where no gunicorn.conf.py starts more than the page needs
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: _answers_at(port))
        return time.perf_counter() - begin
    finally:
        process.terminate()
        process.wait(15)


def _answers_at(port: int) -> bool:
    try:
        return ask(f"http://127.0.0.1:{port}", "/", {})[0] == http.client.OK
    except OSError:
        time.sleep(0.02)
        return False


def proportional_mib(server: ServerProcess) -> float:
    """Return the memory of the server and its workers, shared pages counted in proportion."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(status[2]) != server.process.pid:  # the group that the server leads
                continue
            text = (folder / "smaps_rollup").read_text(encoding="utf-8")
        except OSError:
            continue
        total += int(text.partition("Pss:")[2].split()[0])
    return total / MIB


def until(reached: Callable[[], bool]) -> None:
    """Wait until something is so; raise TimeoutError after a while."""
    end = time.perf_counter() + 30
    while not reached():
        if time.perf_counter() > end:
            raise TimeoutError


def switching(app: Flask, server: ServerProcess, headers: dict[str, str]) -> tuple[float, float]:
    """Return the seconds until every worker shows, and hides, an add-on that is switched."""

    def shown() -> set[bool]:
        return {MENU in ask(server.address, "/", headers)[1] for _ in range(12)}

    def switched(act: Callable[..., object], *, on: bool) -> float:
        begin = time.perf_counter()
        with app.app_context(), acting_as(BENCH):
            registry().switchboard.forget()
            act("customers", reason="benchmark")
        until(lambda: shown() == {on})
        return time.perf_counter() - begin

    off = [0.0] * ROUNDS
    back = [0.0] * ROUNDS
    for number in range(ROUNDS):
        off[number] = switched(lifecycle.disable, on=False)
        back[number] = switched(lifecycle.enable, on=True)
    return statistics.median(back), statistics.median(off)


def run(kind: str) -> bool:
    """Measure one kind of database; return whether every bar is held."""
    for part in ("core", "addons", "bench"):  # as `make setup` leaves it, and pip what bare uses
        compileall.compile_dir(ROOT / part, quiet=1)
    with addresses(kind) as (bare_url, site_url, instance):
        app, people = create_site(site_url, instance)
        headers = cookie_of(app, people.everything)
        environment = {"SUNMAO_INSTANCE": str(instance), "SUNMAO_DATABASE_URL": site_url}
        rows = [
            *_start(bare_url, environment, instance),
            *_answers(environment, instance, headers),
            *_switch(app, environment, instance, headers),
        ]
    table(f"{kind}: one server", [row[:3] for row in rows], ("what", "measured", "bar"))
    return all(row[3] for row in rows)


def _start(bare_url: str, environment: dict[str, str], instance: Path) -> list[Measured]:
    bare_start(bare_url, instance)  # fills its tables
    ratios = []
    for _ in range(STARTS):
        bare = bare_start(bare_url, instance)
        begin = time.perf_counter()
        server = ServerProcess(environment, workers=1, log=instance / "server.log")
        ratios.append((time.perf_counter() - begin) / bare)
        server.stop()
    times = statistics.median(ratios)
    shown = f"{times:.2f} × bare ({min(ratios):.2f}–{max(ratios):.2f})"
    return [("start until /login answers", shown, f"{START_BAR} ×", times <= START_BAR)]


def _answers(
    environment: dict[str, str], instance: Path, headers: dict[str, str]
) -> list[Measured]:
    server = ServerProcess(environment, workers=1, log=instance / "server.log")
    times = []
    for _ in range(ASKED):
        begin = time.perf_counter()
        assert ask(server.address, PATH, headers)[0] == http.client.OK
        times.append(time.perf_counter() - begin)
    held = proportional_mib(server)
    server.stop()
    middle, late = statistics.median(times), statistics.quantiles(times, n=20)[18]
    even = late / middle
    said = f"p50 {middle * 1000:.1f}, p95 {late * 1000:.1f} ms: {even:.2f} ×"
    return [
        ("list page, one connection", said, f"{EVEN_BAR} ×", even <= EVEN_BAR),
        (
            "memory (PSS), one worker",
            f"{held:.0f} MiB",
            f"{MEMORY_BAR:.0f}",
            held <= MEMORY_BAR,
        ),
    ]


def _switch(
    app: Flask, environment: dict[str, str], instance: Path, headers: dict[str, str]
) -> list[Measured]:
    server = ServerProcess(environment, workers=3, log=instance / "server.log")
    on, off = switching(app, server, headers)
    server.stop()
    return [
        ("enable until all 3 workers show it", f"{on:.2f} s", f"{ENABLE_BAR} s", on <= ENABLE_BAR),
        ("disable until none does", f"{off:.2f} s", f"{DISABLE_BAR} s", off <= DISABLE_BAR),
    ]


if __name__ == "__main__":
    results = [run(kind) for kind in sys.argv[1:] or ["sqlite", "postgresql"]]
    print("\nevery bar is held" if all(results) else "\nA BAR IS NOT HELD")
    sys.exit(0 if all(results) else 1)
