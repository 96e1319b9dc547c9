"""Finding or making the industries that a file names, with one statement a batch."""

from typing import Any

from sqlalchemy import select

from addons.customers.industries import insert_node
from addons.customers.models import Industry
from addons.customers.names import plain
from core.unit_of_work import current_session

SEPARATOR = " / "


class IndustryIndex:
    """The whole tree by parent and folded name, in either language; kept for one batch."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[int | None, str], int] = {}
        self._codes: dict[str, int] = {}
        self._anywhere: dict[str, list[int]] = {}
        rows = current_session().execute(
            select(Industry.id, Industry.parent_id, Industry.code, Industry.name)
        )
        for row in rows:
            self._remember(*row)

    def place(self, sector: str, industry: str) -> int | None:
        """Return the node for "sector / industry", making what is missing; None for neither.

        An industry without a sector may be written "sector / industry", as exports do; else it is
        found anywhere in the tree when its name is unique.
        """
        if not sector and not industry:
            return None
        if not sector and SEPARATOR in industry:
            sector, _separator, industry = industry.partition(SEPARATOR)
        if not sector:
            known = self._anywhere.get(plain(industry), [])
            return known[0] if len(known) == 1 else self._node(None, industry)
        top = self._node(None, sector)
        return self._node(top, industry) if industry else top

    def by_code(self, code: str, name: dict[str, str]) -> int:
        """Return the node with a fixed code, making it at the top of the tree if need be."""
        if code not in self._codes:
            self._insert(name, code=code)
        return self._codes[code]

    def _node(self, parent_id: int | None, name: str) -> int:
        found = self._nodes.get((parent_id, plain(name)))
        if found is not None:
            return found
        words = name[:100]
        return self._insert({"zh": words, "en": words}, parent_id=parent_id)

    def _insert(self, name: dict[str, str], **place: Any) -> int:
        node = insert_node(name, **place)
        self._remember(node.id, node.parent_id, node.code, node.name)
        return node.id

    def _remember(
        self, node_id: int, parent_id: int | None, code: str, name: dict[str, str]
    ) -> None:
        self._codes[code] = node_id
        for words in {plain(text) for text in name.values() if text}:
            self._nodes.setdefault((parent_id, words), node_id)
            self._anywhere.setdefault(words, []).append(node_id)
