"""Processes report which versions they have seen; those with old code retire after a request."""

import os
import signal
import socket
import threading
import time
from datetime import timedelta
from typing import Any, cast

from flask import Flask, Response, g, request
from sqlalchemy import CursorResult, delete, insert, update
from sqlalchemy.exc import SQLAlchemyError

from core.actor import system_actor
from core.addons.enabled import EnabledSet
from core.addons.models import Worker
from core.addons.registry import Registry
from core.clock import now
from core.unit_of_work import unit_of_work

INTERVAL = 5.0
FORGET_AFTER = timedelta(minutes=10)


class WorkerReport:
    """The row of this process in `core_worker`, written every few seconds at most."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._last = 0.0
        self.first_code_version: int | None = None
        self._retiring = False

    def saw(self, enabled: EnabledSet) -> None:
        """Note the versions of a request; start a report when the last one is old."""
        if self.first_code_version is None:
            self.first_code_version = enabled.code_version
        if time.monotonic() - self._last < INTERVAL:
            return
        self._last = time.monotonic()
        threading.Thread(target=self.write, args=(enabled,), daemon=True).start()

    def write(self, enabled: EnabledSet, *, kind: str = "web") -> None:
        """Store one report; a failure is logged and tried again with a later request."""
        try:
            with self._app.app_context(), unit_of_work(system_actor("worker report")) as session:
                me = {"host": socket.gethostname()[:120], "pid": os.getpid()}
                seen = {
                    "module_version": enabled.module_version,
                    "code_version": self.first_code_version or enabled.code_version,
                    "seen_at": now(),
                }
                found = session.execute(
                    update(Worker)
                    .where(Worker.host == me["host"], Worker.pid == me["pid"])
                    .values(**seen)
                    .execution_options(synchronize_session=False)
                )
                if cast("CursorResult[Any]", found).rowcount == 0:
                    session.execute(insert(Worker).values(**me, **seen, kind=kind))
                session.execute(
                    delete(Worker)
                    .where(Worker.seen_at < now() - FORGET_AFTER)
                    .execution_options(synchronize_session=False)
                )
        except SQLAlchemyError:
            self._app.logger.warning("worker report failed", exc_info=True)

    def must_retire(self, code_version: int) -> bool:
        """Tell whether this process runs older code than the site wants."""
        return self.first_code_version is not None and code_version > self.first_code_version

    def retire(self) -> None:
        """Ask gunicorn's worker (this process) to finish and be respawned with the new code."""
        if not self._retiring:
            self._retiring = True
            os.kill(os.getpid(), signal.SIGTERM)


def configure_workers(app: Flask) -> None:
    """Report after requests; not in tests, where the databases come and go."""
    found: Registry = app.extensions["sunmao"]
    report = WorkerReport(app)
    report.first_code_version = found.code_version
    app.extensions["sunmao_process"] = report

    def follow(response: Response) -> Response:
        enabled: EnabledSet | None = g.get("enabled_set")
        if enabled is None:
            return response
        if not app.testing:
            report.saw(enabled)
        under_gunicorn = (request.environ.get("SERVER_SOFTWARE") or "").startswith("gunicorn")
        if under_gunicorn and report.must_retire(enabled.code_version):
            response.call_on_close(report.retire)
        return response

    app.after_request(follow)
