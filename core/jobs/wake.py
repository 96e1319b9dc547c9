"""The bell that tells this process's worker that there may be work."""

import threading

_bell = threading.Event()


def wake() -> None:
    """Ring; called after a commit that enqueued something."""
    _bell.set()


def wait_for_work(seconds: float) -> None:
    """Sleep until the bell rings or the seconds have passed."""
    _bell.wait(seconds)
    _bell.clear()
