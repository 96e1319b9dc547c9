"""What a compilation has seen: uses of declared tables, scope marks, and what cannot be allowed.

The compiler is the dialect's own with a ledger; it is put on an engine by `guard_engine`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import FromClause
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement
from sqlalchemy.sql.selectable import Alias, FromGrouping, Join, TableClause

from core.access.criteria import ScopeMark
from core.access.declarations import Declared, declared, named_in

Place = tuple[int, str]  # (number of the SELECT, name within it)


@dataclass(frozen=True, slots=True)
class Use:
    """One appearance of a declared table in FROM, or as the target of a change."""

    place: Place
    table: str
    known: Declared | None
    outermost: bool
    is_target: bool


@dataclass(slots=True)
class Ledger:
    """What one compilation has seen."""

    uses: list[Use] = field(default_factory=list)
    marks: set[Place] = field(default_factory=set)
    links: dict[Place, set[Place]] = field(default_factory=dict)
    inserts: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def unmarked(self) -> list[Use]:
        """Return uses of protected tables that nothing restrains."""
        return [
            use
            for use in self.uses
            if use.known is not None
            and use.known.kind == "protected"
            and not self._restrained(use, use.known)
        ]

    def _restrained(self, use: Use, known: Declared) -> bool:
        if use.table == known.base:
            return use.place in self.marks
        return any(base in self.marks for base in self.links.get(use.place, ()))


class VerifyingCompiler:
    """Mixed into the dialect's SQL compiler; writes the ledger while the SQL is written."""

    stack: list[Any]

    @property
    def ledger(self) -> Ledger:
        """The ledger of this compilation."""
        found: Ledger = self.__dict__.setdefault("_scope_ledger", Ledger())
        return found

    def note_mark(self, anchor: Any) -> None:
        """Record a scope condition on the table to which `anchor` belongs."""
        self.ledger.marks.add((self._number(), self._name_of(anchor.table)))

    def visit_table(self, table: Any, asfrom: bool = False, **options: Any) -> str:  # noqa: FBT001, FBT002
        """Record a use in FROM, under the name that the SELECT knows it by."""
        if asfrom:
            alias = options.get("enclosing_alias")
            named = alias if alias is not None and alias.element is table else table
            self.ledger.uses.append(
                Use(
                    (self._number(), self._name_of(named)),
                    table.name,
                    declaration_of(table),
                    outermost=len(self.stack) <= 1,
                    is_target=bool(options.get("iscrud")),
                )
            )
        return str(super().visit_table(table, asfrom=asfrom, **options))  # type: ignore[misc]

    def visit_join(self, join: Any, **options: Any) -> str:
        """Check that the join cannot show rows that its condition leaves out."""
        self._check_join(join)
        return str(super().visit_join(join, **options))  # type: ignore[misc]

    def visit_textclause(self, textclause: Any, **options: Any) -> str:
        """Refuse text that names a protected table."""
        self._note_text(textclause.text)
        return str(super().visit_textclause(textclause, **options))  # type: ignore[misc]

    def visit_tstring(self, tstring: Any, **options: Any) -> str:
        """Refuse text that names a protected table."""
        written = str(super().visit_tstring(tstring, **options))  # type: ignore[misc]
        self._note_text(written)
        return written

    def visit_column(self, column: Any, **options: Any) -> str:
        """Refuse a literal column that names a protected table."""
        if column.is_literal:
            self._note_text(str(column.name))
        return str(super().visit_column(column, **options))  # type: ignore[misc]

    def get_statement_hint_text(self, hint_texts: Any) -> str:
        """Refuse a hint that names a protected table."""
        written = str(super().get_statement_hint_text(hint_texts))  # type: ignore[misc]
        self._note_text(written)
        return written

    def visit_custom_op_binary(self, element: Any, operator: Any, **options: Any) -> str:
        """Refuse a made-up sign that is SQL and names a protected table."""
        self._note_text(operator.opstring)
        return str(super().visit_custom_op_binary(element, operator, **options))  # type: ignore[misc]

    def visit_custom_op_unary_operator(self, element: Any, operator: Any, **options: Any) -> str:
        """Refuse a made-up sign that is SQL and names a protected table."""
        self._note_text(operator.opstring)
        return str(super().visit_custom_op_unary_operator(element, operator, **options))  # type: ignore[misc]

    def visit_custom_op_unary_modifier(self, element: Any, operator: Any, **options: Any) -> str:
        """Refuse a made-up sign that is SQL and names a protected table."""
        self._note_text(operator.opstring)
        return str(super().visit_custom_op_unary_modifier(element, operator, **options))  # type: ignore[misc]

    def visit_insert(self, insert_stmt: Any, **options: Any) -> str:
        """Record the target, also of an INSERT inside a CTE."""
        self.ledger.inserts.append(insert_stmt.table)
        return str(super().visit_insert(insert_stmt, **options))  # type: ignore[misc]

    def _note_text(self, text: str) -> None:
        named = named_in(text)
        if named:
            self.ledger.faults.append(f"SQL text names {named}")

    def _number(self) -> int:
        """Return the number of the statement that is being written; 0 outside of any."""
        if not self.stack:
            return 0
        entry = self.stack[-1]
        if "scope_number" not in entry:
            entry["scope_number"] = next(self.ledger.numbers)
        number: int = entry["scope_number"]
        return number

    def _name_of(self, from_clause: Any) -> str:
        name = str(getattr(from_clause, "name", "") or "")
        truncated = getattr(from_clause, "name", None)
        if isinstance(truncated, str) and hasattr(truncated, "apply_map"):
            return str(self._truncated_identifier("alias", truncated))  # type: ignore[attr-defined]
        return name

    def _check_join(self, join: Join) -> None:
        left, right = list(leaves(join.left)), list(leaves(join.right))
        if join.full and any(is_protected(leaf) for leaf in left + right):
            self.ledger.faults.append("a FULL JOIN shows rows that its condition leaves out")
        if join.onclause is None:
            return
        if join.isouter:
            kept = {self._name_of(leaf) for leaf in left}
            for element in visitors.iterate(join.onclause):
                if isinstance(element, ScopeMark):
                    anchor = next(iter(element.clauses))
                    if self._name_of(anchor.table) in kept:
                        self.ledger.faults.append("an outer join keeps rows out of range")
        self._link_parts(join, left, right)

    def _link_parts(self, join: Join, left: list[Any], right: list[Any]) -> None:
        """Tie the tables of a subclass to the marked table of its base by their primary keys."""
        number = self._number()
        for one, other in _key_pairs(join.onclause):
            for part, base in ((one, other), (other, one)):
                if not (part.table in right or (part.table in left and not join.isouter)):
                    continue
                known = declaration_of(part.table)
                if known and known.base == _table_of(base.table).name != _table_of(part.table).name:
                    place = (number, self._name_of(part.table))
                    target = (number, self._name_of(base.table))
                    self.ledger.links.setdefault(place, set()).add(target)


def leaves(item: FromClause) -> Iterator[Any]:
    """Yield the tables, aliases and sub-selects that a FROM element joins."""
    if isinstance(item, Join):
        yield from leaves(item.left)
        yield from leaves(item.right)
    elif isinstance(item, FromGrouping):
        yield from leaves(item.element)
    else:
        yield item


def _table_of(item: Any) -> Any:
    while isinstance(item, Alias):
        item = item.element
    return item


def declaration_of(item: Any) -> Declared | None:
    """Return what is declared of the table behind a FROM element, if it is one."""
    table = _table_of(item)
    return declared(table) if isinstance(table, TableClause) else None


def is_protected(item: Any) -> bool:
    """Tell whether the table behind a FROM element holds protected rows."""
    known = declaration_of(item)
    return known is not None and known.kind == "protected"


def _key_pairs(onclause: ClauseElement | None) -> Iterator[tuple[Any, Any]]:
    """Yield the equalities of primary keys that must all hold for the join."""
    parts: list[Any] = [onclause]
    while parts:
        part = parts.pop()
        if getattr(part, "operator", None) is operators.and_:
            parts.extend(part.get_children())
        elif isinstance(part, BinaryExpression) and part.operator is operators.eq:
            pair = (part.left, part.right)
            if all(getattr(side, "primary_key", False) for side in pair):
                yield pair
