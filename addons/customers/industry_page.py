"""What the page of the industry tree shows: branches with their customers, searched or whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from addons.customers.industries import Node, tree
from addons.customers.models import CUSTOMER, Customer
from addons.customers.names import plain
from core.contributions import Verb
from core.unit_of_work import current_session, current_unit


@dataclass(slots=True)
class Branch:
    """One industry with those below it; `customers` counts them all, None without the right."""

    node: Node
    customers: int | None
    below: list["Branch"] = field(default_factory=list)


def branches(search: str = "") -> list[Branch]:
    """Return the tops of the tree; with `search` only what matches and what lies above it."""
    nodes = tree()
    counts = _counted() if current_unit().access.may(CUSTOMER, Verb.ANALYSE) else None
    known: dict[int, Branch] = {}
    tops: list[Branch] = []
    for node in nodes:  # parents come before children
        branch = Branch(node, None if counts is None else counts.get(node.id, 0))
        known[node.id] = branch
        above = known.get(node.parent_id or 0)
        (above.below if above else tops).append(branch)
    for node in reversed(nodes):
        branch, above = known[node.id], known.get(node.parent_id or 0)
        if above is not None and above.customers is not None:
            above.customers += branch.customers or 0
    word = plain(search.strip())
    return _matching(tops, word) if word else tops


def _matching(found: list[Branch], word: str) -> list[Branch]:
    kept = []
    for branch in found:
        if word not in plain(branch.node.title) and word not in branch.node.code:
            branch.below = _matching(branch.below, word)
            if not branch.below:
                continue
        kept.append(branch)
    return kept


def _counted() -> Mapping[int, int]:
    rows = current_session().execute(
        select(Customer.industry_id, func.count())
        .where(Customer.industry_id.is_not(None))
        .group_by(Customer.industry_id)
        .execution_options(action=Verb.ANALYSE)
    )
    return {key: count for key, count in rows if key is not None}
