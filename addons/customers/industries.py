"""The industry tree: making, renaming and moving nodes, and choosing from it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select

from addons.customers.models import INDUSTRY, Customer, Industry
from addons.customers.names import plain
from core.access.elevation import elevated
from core.access.key_rules import refresh
from core.access.records import require
from core.contributions import Verb
from core.errors import Conflict, NotFound, Refused
from core.i18n import current_locale, localized
from core.i18n import gettext as _
from core.i18n.writing import wrong_text
from core.settings.kept import changed, kept
from core.unit_of_work import current_session

DEEPEST = 5
LONGEST_CODE = 36
INDENT = "\u3000"
NOT_CODE = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree as it is shown, parents before children."""

    id: int
    code: str
    title: str
    parent_id: int | None
    depth: int
    active: bool
    row_version: int


def tree(*, active_only: bool = False) -> list[Node]:
    """Return the whole tree in the reader's language and in its order; processes keep it."""
    key = ("customers.industries", current_locale(), active_only)
    return kept(key, lambda: _read_tree(active_only=active_only))


def _read_tree(*, active_only: bool) -> list[Node]:
    rows = current_session().execute(
        select(
            Industry.id,
            Industry.code,
            Industry.name,
            Industry.parent_id,
            Industry.sort,
            Industry.active,
            Industry.row_version,
        )
    )
    below: dict[int | None, list[tuple[int, str, Node]]] = {}
    for key, code, name, parent_id, sort, active, version in rows:
        if active or not active_only:
            node = Node(key, code, localized(name), parent_id, 0, active, version)
            below.setdefault(parent_id, []).append((sort, node.title, node))
    return _ordered(below, None, 0)


def _ordered(
    below: Mapping[int | None, list[tuple[int, str, Node]]], parent_id: int | None, depth: int
) -> list[Node]:
    found: list[Node] = []
    for _sort, _title, node in sorted(below.get(parent_id, ()), key=lambda item: item[:2]):
        found.append(
            Node(node.id, node.code, node.title, parent_id, depth, node.active, node.row_version)
        )
        found.extend(_ordered(below, node.id, depth + 1))
    return found


def every() -> Sequence[Industry]:
    """Return every node, parents before children."""
    return current_session().scalars(select(Industry).order_by(Industry.path)).all()


def industry(industry_id: int) -> Industry:
    """Return one node; raise NotFound."""
    node = current_session().get(Industry, industry_id)
    if node is None:
        raise NotFound(_("This industry no longer exists."))
    return node


def choices(*, active_only: bool = True) -> list[tuple[str, str]]:
    """Return (id, title) of the tree for a select; a child's title is set in by its depth."""
    return [
        (str(node.id), INDENT * node.depth + node.title) for node in tree(active_only=active_only)
    ]


def titles(known: Sequence[Node] | None = None) -> dict[int, str]:
    """Return "sector / industry" for every node (of `known`), in the reader's language."""
    nodes = {node.id: node for node in (tree() if known is None else known)}

    def title(node: Node) -> str:
        above = nodes.get(node.parent_id) if node.parent_id else None
        return f"{title(above)} / {node.title}" if above else node.title

    return {key: title(node) for key, node in nodes.items()}


def subtree_ids(industry_id: int) -> list[int]:
    """Return the ids of a node and everything below it."""
    session = current_session()
    path = session.scalar(select(Industry.path).where(Industry.id == industry_id))
    if path is None:
        return []
    return list(session.scalars(select(Industry.id).where(Industry.path.startswith(path))))


def add_industry(
    name: Mapping[str, str], *, code: str = "", parent_id: int | None = None, sort: int = 0
) -> int:
    """Add a node and return its id; a code is made from the name when none is given."""
    require(INDUSTRY, Verb.CONFIGURE)
    return insert_node(_checked_name(name), code=code, parent_id=parent_id, sort=sort).id


def insert_node(
    name: Mapping[str, str], *, code: str = "", parent_id: int | None = None, sort: int = 0
) -> Industry:
    """Store a node without asking for `configure`; imports add what a file names."""
    session = current_session()
    parent = session.get(Industry, parent_id) if parent_id is not None else None
    if parent_id is not None and parent is None:
        raise NotFound(_("This industry no longer exists."))
    above = parent.path if parent else "/"
    if above.count("/") > DEEPEST:
        raise Refused(_("The tree has at most %(count)d levels.", count=DEEPEST))
    node = Industry(
        code=_free_code(code.strip() or made_code(name["en"] or name["zh"], parent)),
        name=dict(name),
        parent_id=parent_id,
        path="",
        sort=sort,
    )
    session.add(node)
    session.flush()
    node.path = f"{above}{node.id}/"
    session.flush()
    changed(session)
    return node


def change_industry(
    industry_id: int,
    name: Mapping[str, str],
    *,
    parent_id: int | None,
    sort: int,
    active: bool,
    row_version: int,
) -> None:
    """Rename, move or retire a node; its subtree moves along."""
    require(INDUSTRY, Verb.CONFIGURE)
    session = current_session()
    node = industry(industry_id)
    if node.row_version != row_version:
        raise Conflict(_("Somebody else changed this industry first. Nothing was stored."))
    parent = session.get(Industry, parent_id) if parent_id is not None else None
    if parent is not None and parent.path.startswith(node.path):
        words = _("An industry cannot stand below itself.")
        raise Refused(words, fields={"parent_id": [words]})
    node.name, node.sort, node.active = _checked_name(name), sort, active
    moves = node.parent_id != parent_id
    if moves:
        _rehang(node, parent)
    session.flush()
    if moves:
        refresh(session, "customer")  # ranges "of an industry and those below"
    changed(session)


def delete_industry(industry_id: int) -> None:
    """Delete a node that has neither children nor accounts, anybody's; otherwise raise Refused."""
    require(INDUSTRY, Verb.CONFIGURE)
    session = current_session()
    node = industry(industry_id)
    if session.scalar(select(exists().where(Industry.parent_id == industry_id))):
        raise Refused(_("Delete or move the industries below it first."))
    with elevated("is an industry in use anywhere") as everything:
        used = everything.scalar(select(exists().where(Customer.industry_id == industry_id)))
    if used:
        raise Refused(_("Customers use this industry; make it inactive instead."))
    session.delete(node)
    session.flush()
    changed(session)


def _rehang(node: Industry, parent: Industry | None) -> None:
    session = current_session()
    old = node.path
    above = parent.path if parent else "/"
    moved = session.scalars(select(Industry).where(Industry.path.startswith(old))).all()
    deepest = max(one.path.count("/") for one in moved) - old.count("/")
    if above.count("/") + deepest > DEEPEST:
        raise Refused(_("The tree has at most %(count)d levels.", count=DEEPEST))
    node.parent_id = parent.id if parent else None
    for one in moved:
        one.path = f"{above}{node.id}/{one.path.removeprefix(old)}"


def _checked_name(name: Mapping[str, str] | None) -> dict[str, str]:
    zh, en = ((name or {}).get(code, "").strip() for code in ("zh", "en"))
    longest = 100
    if not (zh or en):
        raise Refused(_("Enter a name."), fields={"name": [_("Enter a name.")]})
    if max(len(zh), len(en)) > longest:
        words = _("At most %(limit)d characters.", limit=longest)
        raise Refused(words, fields={"name": [words]})
    if wrong := wrong_text(zh) or wrong_text(en):
        raise Refused(wrong, fields={"name": [wrong]})
    return {"zh": zh or en, "en": en or zh}


def made_code(name: str, parent: Industry | None) -> str:
    """Return a code from a name, below the parent's code."""
    own = NOT_CODE.sub("-", plain(name)).strip("-") or "x"
    if parent is None:
        return _cut(own, LONGEST_CODE)
    above = _cut(parent.code, LONGEST_CODE // 2)
    return f"{above}.{_cut(own, LONGEST_CODE - len(above) - 1)}"


def _cut(code: str, limit: int) -> str:
    """Shorten a code between two of its words where it can be."""
    if len(code) <= limit:
        return code
    return code[: limit + 1].rpartition("-")[0].rstrip("-.") or code[:limit]


def _free_code(code: str) -> str:
    taken: Sequence[str] = (
        current_session()
        .scalars(select(Industry.code).where(Industry.code.startswith(code, autoescape=True)))
        .all()
    )
    if code not in taken:
        return code[:40]
    number = 2
    while f"{code[:36]}-{number}" in taken:
        number += 1
    return f"{code[:36]}-{number}"
