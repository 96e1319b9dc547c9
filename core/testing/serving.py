"""Serve the site of a test to a real client: in a thread, or by gunicorn in processes."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 90.0


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Serve `app` by threads of this process; yield its address.

    The end waits for the requests that are being answered: a page asks for more than it was
    opened with, and the next test takes the database away. Connections on which nothing was
    asked are not waited for: browsers open some ahead of need.
    """
    door = _Door()
    handler = type("_Handler", (_CountedHandler,), {"door": door})
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=handler)
    server.daemon_threads = True  # type: ignore[attr-defined]  # of its threading subclass
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        door.shut()


class _Door:
    """How many requests are inside; once shut, nobody else comes in."""

    def __init__(self) -> None:
        self._inside = 0
        self._is_shut = False
        self._changed = threading.Condition()

    @contextmanager
    def entered(self) -> Iterator[bool]:
        """Count the block as one inside; whether it was let in."""
        with self._changed:
            is_in = not self._is_shut
            self._inside += is_in
        try:
            yield is_in
        finally:
            with self._changed:
                self._inside -= is_in
                self._changed.notify_all()

    def shut(self) -> None:
        """Let nobody in and wait until all have left; TimeoutError where somebody stays."""
        with self._changed:
            self._is_shut = True
            if not self._changed.wait_for(lambda: not self._inside, START_SECONDS):
                raise TimeoutError(f"{self._inside} requests were not answered at the end")


class _CountedHandler(WSGIRequestHandler):
    """Answer requests that come in by the door; drop those that come too late."""

    door: _Door

    def run_wsgi(self) -> None:
        with self.door.entered() as is_in:
            if is_in:
                super().run_wsgi()
            else:
                self.close_connection = True


class ServerProcess:
    """gunicorn with its workers in a process group of its own, so that it can be killed whole."""

    def __init__(self, environment: dict[str, str], *, workers: int = 1, log: Path) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = log
        command = [sys.executable, "-m", "gunicorn", "wsgi:app", "-b", f"127.0.0.1:{self.port}"]
        patience = ["--timeout", "60", "--graceful-timeout", "5"]
        options = ["-w", str(workers), *patience, "--no-control-socket"]
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
                [*command, *options],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._wait()

    def kill(self) -> None:
        """Kill every process of the server at once, as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Let the server end in order."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/login", timeout=5):  # noqa: S310
                    return
            except urllib.error.HTTPError as error:
                error.close()
                break
            except OSError:
                time.sleep(0.02)  # as often as bench.server asks the page it compares with
        self.stop()
        msg = f"the server did not come up:\n{self.log.read_text(encoding='utf-8')[-4000:]}"
        raise RuntimeError(msg)


def free_port() -> int:
    """Return a port that is free on the loopback interface at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
