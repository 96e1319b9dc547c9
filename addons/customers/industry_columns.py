"""Industries in the list of customers: the column, its second line, and the filter."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from addons.customers import industries
from addons.customers.models import Customer, Industry
from core.unit_of_work import current_session
from core.web.lists import Choice


def _tree() -> list[industries.Node]:
    """Return the industry tree, asked once a page for the facet and the column."""
    kept = current_session().info
    if "customers.tree" not in kept:
        kept["customers.tree"] = industries.tree()
    nodes: list[industries.Node] = kept["customers.tree"]
    return nodes


def industry_choices() -> list[Choice]:
    """Return the tree for the filter."""
    return [
        Choice(str(node.id), node.title, str(node.parent_id) if node.parent_id else None)
        for node in _tree()
    ]


def industry_titles() -> dict[str, str]:
    """Return every industry with all above it, for files."""
    return {str(key): title for key, title in industries.titles(_tree()).items()}


def industry_leaves() -> dict[str, str]:
    """Return every industry by its own name, for the page."""
    return {str(node.id): node.title for node in _tree()}


def branch_above() -> Any:
    """Return the name of the industry above a customer's, for the second line."""
    return _branch_above()


@cache  # it holds no value, and building it anew costs as much as the rest of the statement
def _branch_above() -> Any:
    own, above = aliased(Industry), aliased(Industry)
    return (
        select(above.name)
        .join(own, own.parent_id == above.id)
        .where(own.id == Customer.industry_id)
        .correlate(Customer)
        .scalar_subquery()
    )


def in_industries(chosen: Sequence[Any]) -> ColumnElement[bool]:
    """Choosing a branch means all below it."""
    above = aliased(Industry)
    paths = [
        Industry.path.startswith(select(above.path).where(above.id == int(key)).scalar_subquery())
        for key in chosen
    ]
    return Customer.industry_id.in_(select(Industry.id).where(or_(*paths)))
