"""What a probe is, who asks it, and short ways to say what came back."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.core.access.wall_toys import (
    Cost,
    Trip,
    term,
)

REFUSED = "REFUSED"
READER = (term(org=(1,)), term({"analyse"}))
ANALYSE = {"action": "analyse"}
costs, trips = Cost.__table__, Trip.__table__


class Probe(NamedTuple):
    name: str
    expected: Any
    ask: Callable[[Any], Any]


def ids(rows: Any) -> list[int]:
    return sorted(row.id for row in rows)


def numbers(rows: Any) -> list[int]:
    return sorted(rows)


def tuples(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in rows)
