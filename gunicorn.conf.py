"""What gunicorn does besides its own; it reads this file from the folder in which it is started."""

import gc
import os
from typing import Any

os.environ.setdefault("PYTZ_SKIPEXISTSCHECK", "1")  # or each of its 600 files is opened first
gc.disable()  # as wsgi.py does, and for the same reason: most of the core is imported here

from core.jobs.worker import start_worker  # noqa: E402
from core.server_process import tune_collector  # noqa: E402

gc.freeze()
gc.enable()


def post_worker_init(worker: Any) -> None:
    """Let jobs run in each serving process from its start on, whether or not somebody visits."""
    tune_collector()
    start_worker(worker.wsgi)
