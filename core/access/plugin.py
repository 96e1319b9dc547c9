"""What the access core contributes: the tables of compiled rights."""

from collections.abc import Iterable
from typing import Any

from core.access.models import AccessTerm, KeyRange, KeyRangeKey, Participant
from core.hookspecs import hookimpl


@hookimpl
def register_models() -> Iterable[type[Any]]:
    """Name the tables of compiled rights."""
    return (AccessTerm, KeyRange, KeyRangeKey, Participant)
