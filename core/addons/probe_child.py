"""The process that tries add-ons: `python -m core.addons.probe_child TASK ANSWER`.

It builds the core once, without a database of its own, and forks for each attempt. The fork lets
the add-ons in exactly as the server would and configures the mappers; whatever it does to itself
(exit, crash, loop, shout) is seen from here and kept as the answer.
"""

import contextlib
import json
import os
import resource
import select
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

from core.addons.admission import check_texts
from core.addons.catalogue import Catalogue, Found, package_folder
from core.addons.faults import AddonFaultError, Fault, fault_of, words
from core.addons.manifest import Manifest
from core.addons.part_checks import check_parts
from core.addons.registry import Registry
from core.addons.source_checks import check_source
from core.app import create_app

MEMORY = 4 * 1024**3
OUTPUT_KEPT = 8_000


def try_addons(app: Flask, manifests: list[Manifest]) -> Fault | None:
    """Let the add-ons into `app` and return the fault of the last, or of what it needs."""
    found: Registry = app.extensions["sunmao"]
    found.catalogue = Catalogue({m.name: Found(m, "probe", None) for m in manifests})
    found.faults = {}
    found.load_addons(m.name for m in manifests)
    last = manifests[-1].name
    if last in found.faults:
        return found.faults[last]
    loaded = found.plugged[last][0]
    try:
        check_texts(manifests[-1], loaded, app)
        check_parts(manifests[-1], loaded, app, found.resources, found.dimensions)
        check_source(manifests, loaded, found.resources)
    except Exception as error:  # noqa: BLE001 -- reading what was never imported raises many types
        return fault_of(last, error, package_folder(manifests[-1].package))
    try:
        configure_mappers()
    except Exception as error:  # noqa: BLE001 -- a broken relationship raises many types
        named = getattr(error, "named", {})
        said = words("Its models do not fit together: %(error)s.", error=_line(error), **named)
        fault = AddonFaultError("load", said, trace=traceback.format_exc())
        return fault_of(last, fault, package_folder(manifests[-1].package))
    return None


def attempt(app: Flask, manifests: list[Manifest], verdict: Path, seconds: float) -> dict[str, Any]:
    """Try one chain in a fork; return how it ended, its verdict and the last of its output."""
    verdict.unlink(missing_ok=True)
    reading, writing = os.pipe()
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        os.close(reading)
        _in_the_fork(app, manifests, verdict, writing)
    os.close(writing)
    output, status = _watch(process, reading, seconds)
    judged = verdict.exists()
    return {
        "late": status is None,
        "judged": judged,
        "code": 0 if status is None else os.waitstatus_to_exitcode(status),
        "fault": json.loads(verdict.read_text(encoding="utf-8")) if judged else None,
        "output": output.decode("utf-8", "replace"),
    }


def _in_the_fork(app: Flask, manifests: list[Manifest], verdict: Path, writing: int) -> None:
    code = 1
    try:
        os.setsid()
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        fault = try_addons(app, manifests)
        part = verdict.with_suffix(".part")
        part.write_text(json.dumps(fault and fault.as_json()), encoding="utf-8")
        part.rename(verdict)
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException:  # noqa: BLE001 -- the fork must not go on as its parent
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code & 0xFF)


def _watch(process: int, reading: int, seconds: float) -> tuple[bytes, int | None]:
    """Read the fork's output until it ends; None as status when it had to be killed."""
    deadline = time.monotonic() + seconds
    kept = b""
    status: int | None = None
    late = True
    while time.monotonic() < deadline:
        ready, _, _ = select.select([reading], [], [], 0.02)
        if ready:
            kept = (kept + os.read(reading, 65_536))[-OUTPUT_KEPT:]
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            late = False
            break
    _kill_group(process)
    if late:
        os.waitpid(process, 0)
    os.set_blocking(reading, False)
    with contextlib.suppress(BlockingIOError):  # its own child may hold the pipe, and be silent
        kept = (kept + os.read(reading, 65_536))[-OUTPUT_KEPT:]
    os.close(reading)
    return kept, None if late else status


def _kill_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it left nobody behind
        os.killpg(process, signal.SIGKILL)


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


def main(task_path: str, answer_path: str) -> None:
    """Read the task, make every attempt, write the answers."""
    task: dict[str, Any] = json.loads(Path(task_path).read_text(encoding="utf-8"))
    folder = Path(task["folder"])
    app = create_app(
        instance=folder,
        manifests=folder / "none",
        database_url=f"sqlite:///{folder / 'probe.db'}",
        addons=False,
        job_engine="off",
        testing=True,
    )
    answers = [
        attempt(app, [Manifest(**m) for m in chain], folder / "verdict.json", task["seconds"])
        for chain in task["chains"]
    ]
    Path(answer_path).write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
