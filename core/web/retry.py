"""Runs a writing request again when the database rolled it back because of other transactions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, current_app, request
from sqlalchemy.exc import OperationalError

from core.unit_of_work import has_stored, is_retryable

ATTEMPTS = 3


def retrying(dispatch: Callable[[], Any]) -> Callable[[], Any]:
    """Wrap the dispatch: a view that has stored nothing yet may run again."""

    @wraps(dispatch)
    def run() -> Any:
        has_stored.set(False)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return dispatch()
            except OperationalError as error:
                if attempt == ATTEMPTS or has_stored.get() or not is_retryable(error):
                    raise
                current_app.logger.info("request retried", extra={"attempt": attempt})
                for file in request.files.values():
                    file.stream.seek(0)
        raise AssertionError

    return run


def configure_retry(app: Flask) -> None:
    """Wrap this app's dispatch."""
    app.dispatch_request = retrying(app.dispatch_request)  # type: ignore[method-assign]
