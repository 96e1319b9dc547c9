"""What the search contributes."""

from collections.abc import Iterable

from flask import Blueprint

from core.hookspecs import hookimpl
from core.search.views import api, blueprint


@hookimpl
def register_blueprints() -> Iterable[Blueprint]:
    """Give the page of results and its twin."""
    return (blueprint, api)
