"""`sunmao worker`: run background jobs in a process of its own."""

import signal
from types import FrameType

import click
from flask import current_app
from flask.cli import with_appcontext

from core.jobs.worker import Worker, drain


@click.command("worker")
@click.option("--once", is_flag=True, help="Run what is due, then end.")
@with_appcontext
def worker(*, once: bool) -> None:
    """Run background jobs until told to stop (Ctrl-C or SIGTERM ends after the present step).

    Ends by itself when an add-on was enabled with newer code; let a supervisor start it again.
    """
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    if once:
        print(drain(app))
        return
    running = Worker(app, retires=True)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        running.request_stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    running.run()
