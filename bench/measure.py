"""How figures are taken: CPU of this process per request, two pages in turn, medians of ratios."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

Clock = Callable[[], float]


@dataclass(frozen=True)
class Page:
    """A page of an application, asked for with fixed headers."""

    name: str
    app: Flask
    path: str
    headers: Mapping[str, str]

    def ask(self) -> bytes:
        """Ask once through the whole WSGI stack; raise AssertionError unless it answers 200."""
        builder = EnvironBuilder(path=self.path, headers=dict(self.headers))
        body, status, _headers = run_wsgi_app(
            self.app.wsgi_app, builder.get_environ(), buffered=True
        )
        assert status.startswith("200"), f"{self.name}: {status}"
        return b"".join(body)

    def milliseconds(self, requests: int, clock: Clock) -> float:
        """Return the mean time of one request by a clock."""
        begin = clock()
        for _ in range(requests):
            self.ask()
        return (clock() - begin) * 1000 / requests


def settle() -> None:
    """Do what every server process of ours does after start: freeze and relax the collector."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def compare(
    pages: list[Page], *, rounds: int = 25, requests: int = 8, clock: Clock = time.process_time
) -> dict[str, list[float]]:
    """Measure the pages in turn, round by round; return the ms of each in every round.

    They are CPU of this process unless another `clock` is given.

    Rounds are short, so that what disturbs the machine meets all pages of a round alike.
    """
    for page in pages:
        for _ in range(5):
            page.ask()
    figures: dict[str, list[float]] = {page.name: [] for page in pages}
    for _ in range(rounds):
        for page in pages:
            figures[page.name].append(page.milliseconds(requests, clock))
    return figures


def ratio(these: list[float], those: list[float]) -> float:
    """Return the median of the ratios round by round."""
    return statistics.median(a / b for a, b in zip(these, those, strict=True))


def table(title: str, rows: list[tuple[Any, ...]], heads: tuple[str, ...]) -> None:
    """Print one table of results."""
    cells = [heads, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(heads))]
    print(f"\n{title}")
    for row in cells:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
