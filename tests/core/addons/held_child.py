"""Begin an act on an add-on in a process of its own and stop at a place, to be killed there.

Arguments: instance, manifests, address of the database, act, add-on, place, marker. The place is
`module:attribute`; right after its first call there the marker is written and nothing more is done.
"""

import importlib
import sys
import time
from pathlib import Path

from core.actor import acting_as, system_actor
from core.addons import lifecycle
from core.app import create_app


def stop_after(place: str, marker: Path) -> None:
    module_name, _, path = place.partition(":")
    holder = importlib.import_module(module_name)
    *outer, last = path.split(".")
    for name in outer:
        holder = getattr(holder, name)
    real = getattr(holder, last)

    def stopped(*values, **named):
        real(*values, **named)
        marker.touch()
        time.sleep(600)

    setattr(holder, last, stopped)


def main() -> None:
    instance, manifests, address, act, name, place, marker = sys.argv[1:]
    app = create_app(
        instance=Path(instance),
        manifests=Path(manifests),
        database_url=address,
        testing=True,
        job_engine="off",
        gate_ttl_seconds=0.0,
    )
    with app.app_context(), acting_as(system_actor("Mortal Mo")):
        stop_after(place, Path(marker))
        more = {"confirmation": name} if act == "purge" else {}
        getattr(lifecycle, act)(name, **more)


if __name__ == "__main__":
    main()
