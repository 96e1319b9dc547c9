"""The data of one chart, its JSON for the browser, and its rows for the table."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from flask import Flask
from markupsafe import Markup

from core.errors import ProgrammingFault
from core.i18n import MoneyUnit, format_number, money_unit
from core.web.assets import remote_script
from core.web.static_files import asset

MAX_SERIES = 6
MAX_PARTS = 3
COLOURS = ("c1", "c2", "c3", "c4", "c5", "c6")

Value = int | float | Decimal | None


@dataclass(frozen=True, slots=True)
class Series:
    """One row of numbers; `muted` marks what others are compared with (budget, last year)."""

    label: str
    values: Sequence[Value]
    muted: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart.

    `sentence` says what it shows, for readers who do not see it; `head` is the head of the label
    column; `money` marks amounts in yuan, which are drawn in the reader's unit; `links` open the
    rows behind each label. Raises ProgrammingFault for what the design forbids: more than 6 series,
    round charts of more than 3 parts, rows of unequal length.
    """

    kind: Literal["bar", "line", "radar", "doughnut"]
    title: str
    sentence: str
    labels: Sequence[str]
    series: Sequence[Series]
    head: str = ""
    unit: str = ""
    money: bool = False
    links: Sequence[str] = field(default_factory=tuple)
    horizontal: bool = False
    size: Literal["s", "m", "l"] = "m"

    def __post_init__(self) -> None:
        if len(self.series) > MAX_SERIES:
            raise ProgrammingFault(f"{self.title}: at most {MAX_SERIES} series")
        if self.kind == "doughnut" and len(self.labels) > MAX_PARTS:
            raise ProgrammingFault(f"{self.title}: a round chart has at most {MAX_PARTS} parts")
        if any(len(one.values) != len(self.labels) for one in self.series):
            raise ProgrammingFault(f"{self.title}: every series needs a value for every label")
        if self.links and len(self.links) != len(self.labels):
            raise ProgrammingFault(f"{self.title}: a link for every label, or none")

    @property
    def _money_unit(self) -> MoneyUnit | None:
        return money_unit(overview=True) if self.money else None

    @property
    def shown_unit(self) -> str:
        """The unit in words; of amounts the reader's."""
        return self._money_unit.words if self._money_unit else self.unit

    def data(self) -> str:
        """Return the JSON that charts.js reads from the canvas."""
        in_unit = self._money_unit
        return json.dumps(
            {
                "type": self.kind,
                "horizontal": self.horizontal,
                "unit": self.shown_unit,
                "labels": [str(label) for label in self.labels],
                "series": [
                    {
                        "label": str(one.label),
                        "data": [_plain(value, in_unit) for value in one.values],
                        "color": "muted" if one.muted else COLOURS[number],
                    }
                    for number, one in enumerate(self.series)
                ],
            },
            ensure_ascii=False,
        )

    def rows(self) -> list[tuple[str, str | None, list[str]]]:
        """Return (label, link, values in words) for the table."""
        in_unit = self._money_unit
        words: Callable[[Any], str] = in_unit.amount if in_unit else format_number
        return [
            (
                str(label),
                self.links[number] if self.links else None,
                [words(one.values[number]) for one in self.series],
            )
            for number, label in enumerate(self.labels)
        ]


def _plain(value: Value, unit: MoneyUnit | None) -> Any:
    if unit is not None and value is not None:
        value = round(unit.scaled(Decimal(value)), 2)
    return float(value) if isinstance(value, Decimal) else value


def chart_scripts() -> Markup:
    """Return the script tags that a page with charts needs."""
    return (
        Markup('<script src="{}"></script>').format(asset("loader.js"))
        + remote_script("chart.js")
        + Markup('<script src="{}" defer></script>').format(asset("charts.js"))
    )


def configure_charts(app: Flask) -> None:
    """Give templates `chart_scripts()`."""
    app.jinja_env.globals["chart_scripts"] = chart_scripts
