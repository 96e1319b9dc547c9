"""A worker process of its own with the toy jobs and imports, for tests that kill it."""

import os
import sys
from dataclasses import replace
from datetime import timedelta

from core.app import create_app
from core.contributions import JobDef
from core.jobs.worker import Worker
from tests.core.exchange.toy_exchange import MANY, SINGLE
from tests.core.jobs.toys import COUNT, NOTE, plugged


def main():
    app = create_app(job_engine="off", addons=False)
    brief = timedelta(seconds=float(os.environ["TOY_LEASE"]))
    with app.app_context():
        registry = app.extensions["sunmao"]
        for loaded in registry.plugged["core"]:
            loaded.contributions["jobs"] = tuple(
                replace(one, lease=brief, max_attempts=50)
                for one in loaded.of("jobs")
                if one.every is None
            )
            for one in loaded.of("jobs"):
                registry._owners[id(one)] = "core"
        count = JobDef(kind=COUNT.kind, title="", step=COUNT.step, lease=brief, max_attempts=50)
        with plugged(jobs=[count], resources=[NOTE], exchanges=[SINGLE, MANY]):
            print("ready", flush=True)
            Worker(app).run()


if __name__ == "__main__":
    sys.exit(main())
