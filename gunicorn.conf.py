"""What gunicorn does besides its own; it reads this file from the folder in which it is started."""

from typing import Any

from core.jobs.worker import start_worker
from core.server_process import tune_collector


def post_worker_init(worker: Any) -> None:
    """Let jobs run in each serving process from its start on, whether or not somebody visits."""
    tune_collector()
    start_worker(worker.wsgi)
