"""The worker: a loop that runs in a thread of the server or as a process of its own."""

import atexit
import os
import threading

from flask import Flask

from core.access.use_record import hand_over
from core.addons.registry import registry
from core.config import Config
from core.jobs.running import run_next
from core.jobs.schedules import fire_due_schedules
from core.jobs.wake import wait_for_work, wake

POLL_SECONDS = 1.0
_starting = threading.Lock()


class Worker:
    """Runs due jobs until it is told to stop; many may run on one database.

    It also hands over which rights were used; one that `runs_jobs` not does nothing but this.
    """

    def __init__(self, app: Flask, *, retires: bool = False, runs_jobs: bool = True) -> None:
        self.app = app
        self.retires = retires
        self.runs_jobs = runs_jobs
        self.pid = os.getpid()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin in a thread of this process; it dies with the process, which loses nothing."""
        self._thread = threading.Thread(target=self._serve, name="sunmao-worker", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        """Let the server answer its first request before the first look for work."""
        if not self._stopping:
            wait_for_work(POLL_SECONDS)
        self.run()

    def request_stop(self) -> None:
        """Ask the loop to end after the present step; safe in a signal handler (takes no lock)."""
        self._stopping = True

    def stop(self, *, seconds: float = 10.0) -> None:
        """End after the present step and wait for it."""
        self.request_stop()
        wake()
        if self._thread is not None:
            self._thread.join(seconds)

    def run(self) -> None:
        """Work until stopped; a failing database is tried again after a pause.

        A worker that `retires` also ends when an add-on brought newer code than it has loaded.
        """
        while not self._stopping:
            try:
                if self.retires and self._code_is_old():
                    break
                hand_over_uses(self.app)
                worked = self.runs_jobs and work_once(self.app)
            except Exception:
                self.app.logger.exception("the worker could not reach its jobs; it goes on")
                worked = False
            if not worked:
                wait_for_work(POLL_SECONDS)
        hand_over_uses(self.app, at_once=True)

    def _code_is_old(self) -> bool:
        with self.app.app_context():
            wanted = registry().enabled_set().code_version
        return bool(self.app.extensions["sunmao_process"].must_retire(wanted))


def work_once(app: Flask) -> bool:
    """Fire the schedules that are due and run one slice of one job; False when all is quiet."""
    with app.app_context():
        fire_due_schedules()
        return run_next()


def hand_over_uses(app: Flask, *, at_once: bool = False) -> None:
    """Store which rights were used in this process; what fails is logged and tried again."""
    try:
        with app.app_context():
            hand_over(at_once=at_once)
    except Exception:
        app.logger.exception("what rights were used could not be kept; it is tried again")


def drain(app: Flask, *, slices: int = 10_000) -> int:
    """Run until nothing is due; return the number of slices that were run (at most `slices`)."""
    done = 0
    while done < slices and work_once(app):
        done += 1
    return done


def start_worker(app: Flask) -> None:
    """Start this process's worker unless it runs or the process is a test's.

    With the job engine off it runs no jobs, and still keeps which rights are used here.
    """
    config: Config = app.config["SUNMAO"]
    if config.testing:
        return
    with _starting:
        running: Worker | None = app.extensions.get("sunmao_worker")
        if running is None or running.pid != os.getpid():
            worker = Worker(app, runs_jobs=config.job_engine == "embedded")
            app.extensions["sunmao_worker"] = worker
            worker.start()
            atexit.register(hand_over_uses, app, at_once=True)


def configure_jobs(app: Flask) -> None:
    """Let servers that do not call `start_worker` themselves start it with their first request.

    Never here: commands and tests build the site too, and a pre-forking server may build it in
    the parent, whose threads its children do not inherit.
    """

    @app.before_request
    def _start_worker() -> None:
        running: Worker | None = app.extensions.get("sunmao_worker")
        if running is None or running.pid != os.getpid():
            start_worker(app)
