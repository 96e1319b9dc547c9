"""The process that tries add-ons: `python -m core.addons.probe_child TASK VERDICT`.

It builds the core without a database of its own, lets the add-ons in exactly as the server would,
configures the mappers, and writes null or a fault to the verdict file.
"""

import json
import resource
import sys
import traceback
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

from core.access.decorators import check_routes
from core.addons.catalogue import Catalogue, Found
from core.addons.faults import Fault, words
from core.addons.manifest import Manifest
from core.addons.registry import Registry
from core.app import create_app

MEMORY = 4 * 1024**3


def try_addons(app: Flask, manifests: list[Manifest]) -> Fault | None:
    """Let the add-ons into `app` and return the first fault."""
    found: Registry = app.extensions["sunmao"]
    found.catalogue = Catalogue({m.name: Found(m, "probe", None) for m in manifests})
    found.faults = {}
    found.load_addons(m.name for m in manifests)
    for fault in found.faults.values():
        return fault
    last = manifests[-1].name
    try:
        configure_mappers()
    except Exception as error:  # noqa: BLE001 -- a broken relationship raises many types
        said = words("Its models do not fit together: %(error)s", error=_line(error))
        return Fault(last, "load", said, traceback.format_exc())
    try:
        check_routes(app)
    except Exception as error:  # noqa: BLE001 -- reported in words, whatever it is
        said = words("A page declares no right: %(error)s", error=_line(error))
        return Fault(last, "load", said, traceback.format_exc())
    return None


def main(task_path: str, verdict_path: str) -> None:
    """Read the task, try, write the verdict."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
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
    fault = try_addons(app, [Manifest(**one) for one in task["manifests"]])
    shown = fault and {
        "addon": fault.addon,
        "stage": fault.stage,
        "words": fault.words.as_json(),
        "trace": fault.trace,
    }
    Path(verdict_path).write_text(json.dumps(shown), encoding="utf-8")


def _line(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
