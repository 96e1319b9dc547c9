"""What every mapped class must say about its rows: Scoped, Child, Public or Technical.

A class of a guarded base that says nothing does not load; a table that says nothing cannot be
queried by a user's session.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from sqlalchemy import Column, ColumnElement, FromClause, Integer, Table, event
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Mapper,
    RelationshipDirection,
    RelationshipProperty,
    mapped_column,
)
from sqlalchemy.schema import ForeignKey

from core.errors import ProgrammingFault

DIMENSIONS = ("org", "customer", "owner")
COLUMNS = {key: f"scope_{key}_id" for key in DIMENSIONS}
INFO_KEY = "access"
RESOURCE_FORM = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class DeclarationError(ProgrammingFault):
    """A model or table does not say, or says wrongly, who may see its rows.

    `named` tells what is written wrongly and where, as the check-up of add-ons looks for it.
    """

    def __init__(self, message: str, **named: str) -> None:
        super().__init__(message)
        self.named = named


@dataclass(frozen=True, slots=True)
class Public:
    """Every signed-in user may read all rows; `reason` says why that is right."""

    reason: str


@dataclass(frozen=True, slots=True)
class Technical:
    """Rows without rights of their own; `reason` names what guards them instead."""

    reason: str


class Protected:
    """Rows that only some people may see; use Scoped or Child, never this alone."""

    __resource__: ClassVar[str]
    __group_by__: ClassVar[tuple[str, ...]] = ()

    scope_org_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey("core_org_unit.id"), index=True, active_history=True
    )
    scope_customer_id: Mapped[int | None] = mapped_column(Integer, index=True, active_history=True)
    scope_owner_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey("core_employee.id"), index=True, active_history=True
    )


class Scoped(Protected):
    """A record with its own place in the organisation, customer and owner (an employee's id).

    Set `__resource__ = "addon.noun"`; `__group_by__` names further columns by which statistics
    may be grouped.
    """


class Child(Protected):
    """A part of a Scoped record: `__parent__` names the many-to-one relationship to it.

    The scope is copied from the parent when the row is stored and follows the parent ever after.
    `__added_under__` names the verbs of its resource any of which lets a new row be stored; only
    `create` unless it says otherwise. A history that shares its record's resource says `update`.
    """

    __parent__: ClassVar[str]
    __added_under__: ClassVar[tuple[str, ...]] = ("create",)


@dataclass(frozen=True, slots=True)
class Declared:
    """What is known about one table; `base` is the table that carries the scope columns."""

    kind: Literal["protected", "public", "technical"]
    resource: str = ""
    reason: str = ""
    base: str = ""
    model: type[Any] | None = None


_by_name: dict[str, Declared] = {}
_children: dict[type[Any], list[type[Any]]] = {}
_pattern: list[re.Pattern[str] | None] = [None]


def guard_declarations(base: type[DeclarativeBase]) -> None:
    """Demand a declaration of every class that will be mapped under `base`."""
    event.listen(base, "instrument_class", _on_class, propagate=True)
    event.listen(base, "after_mapper_constructed", _on_mapper, propagate=True)
    event.listen(base, "mapper_configured", _on_configured, propagate=True)


def check_declared(model: type[Any]) -> Declared:
    """Return what `model` declares; raise DeclarationError when it says nothing or too much."""
    access = getattr(model, "__access__", None)
    protected = issubclass(model, Protected)
    if protected and access is not None:
        raise DeclarationError(f"{_name(model)} is both Scoped or Child and {access!r}")
    if isinstance(access, Public | Technical):
        if not access.reason.strip():
            raise DeclarationError(f"{_name(model)}: give a reason to {type(access).__name__}")
        kind: Literal["public", "technical"] = (
            "public" if isinstance(access, Public) else "technical"
        )
        return Declared(kind, reason=access.reason, model=model)
    if not protected:
        raise DeclarationError(
            f"{_name(model)} does not say who may see its rows: inherit Scoped or Child, or set "
            f"__access__ = Public(reason) or Technical(reason)"
        )
    return _check_protected(model)


def _check_protected(model: type[Any]) -> Declared:
    resource = getattr(model, "__resource__", "")
    if issubclass(model, Scoped) == issubclass(model, Child):
        raise DeclarationError(f"{_name(model)} must inherit either Scoped or Child")
    if not RESOURCE_FORM.fullmatch(resource):
        raise DeclarationError(f'{_name(model)} needs __resource__ = "addon.noun"')
    if issubclass(model, Child) and not getattr(model, "__parent__", ""):
        raise DeclarationError(f"{_name(model)} needs __parent__, the relationship to its record")
    return Declared("protected", resource=resource, model=model)


def declared(table: FromClause) -> Declared | None:
    """Return what is known about a table, by its own declaration or by its name."""
    known = table.info.get(INFO_KEY) if isinstance(table, Table) else None
    if isinstance(known, Declared):
        return known
    if isinstance(known, Public):
        return Declared("public", reason=known.reason)
    if isinstance(known, Technical):
        return Declared("technical", reason=known.reason)
    return _by_name.get(str(getattr(table, "name", "")).lower())  # SQLite knows no capitals


def named_in(text: str) -> str | None:
    """Return the first protected table that a piece of SQL text names, if any."""
    pattern = _pattern[0]
    if pattern is None:
        names = [name for name, known in _by_name.items() if known.kind == "protected"]
        alternatives = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
        pattern = _pattern[0] = re.compile(
            rf"\b({alternatives})\b" if names else r"(?!)", re.IGNORECASE
        )
    found = pattern.search(text)
    return found.group(0) if found else None


def scope_columns(mapper: Mapper[Any]) -> dict[str, Column[Any]]:
    """Return the real column behind each scope dimension, following synonyms."""
    columns: dict[str, Column[Any]] = {}
    for key, attribute in COLUMNS.items():
        name = mapper.synonyms[attribute].name if attribute in mapper.synonyms else attribute
        columns[key] = mapper.columns[name]
    return columns


def children_of(model: type[Any]) -> list[type[Any]]:
    """Return the Child classes whose rows follow the scope of `model`."""
    return [
        child
        for parent, children in _children.items()
        if issubclass(model, parent)
        for child in children
    ]


def parent_link(child: type[Any]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """Return (parent's column, child's foreign-key column) of a Child's `__parent__`."""
    link: RelationshipProperty[Any] = child.__mapper__.relationships[child.__parent__]
    local, remote = link.local_remote_pairs[0]
    return remote, local


def _on_class(_mapper: Mapper[Any], model: type[Any]) -> None:
    """Judge before the mapper is complete, so that a refused class leaves nothing behind."""
    check_declared(model)


def _on_mapper(mapper: Mapper[Any], model: type[Any]) -> None:
    known = check_declared(model)
    inherited = mapper.inherits
    if inherited is not None and known.resource != getattr(inherited.class_, "__resource__", ""):
        raise DeclarationError(f"{_name(model)} must share the resource of the class it inherits")
    table = mapper.local_table
    if not isinstance(table, Table):
        raise DeclarationError(f"{_name(model)} must be mapped to a plain table")
    if inherited is not None and table is inherited.local_table:
        return
    base = mapper.base_mapper.local_table
    record = Declared(
        known.kind, known.resource, known.reason, str(getattr(base, "name", "")), model
    )
    table.info[INFO_KEY] = record
    _by_name[table.name] = record
    _pattern[0] = None


def _on_configured(mapper: Mapper[Any], model: type[Any]) -> None:
    for relationship in mapper.relationships:
        secondary = relationship.secondary
        if isinstance(secondary, Table) and not isinstance(
            secondary.info.get(INFO_KEY), Public | Technical | Declared
        ):
            raise DeclarationError(
                f"table {secondary.name} links {_name(model)} but its info does not say "
                f'"access": Public(reason) or Technical(reason); its rows are open to all'
            )
        _check_relationship(relationship, model)
    if issubclass(model, Protected):
        scope_columns(mapper)
    if issubclass(model, Child):
        _register_child(mapper, model)


def _check_relationship(link: RelationshipProperty[Any], model: type[Any]) -> None:
    """Refuse what would write scope columns, or move protected rows, unseen by the flush guard."""
    if link.viewonly:
        return
    for _source, target in link.synchronize_pairs:
        if target.key in COLUMNS.values() and link.secondary is None:
            raise DeclarationError(
                f"{_name(model)}.{link.key} writes {target.key}: set viewonly=True"
            )
    to_many = link.direction is RelationshipDirection.ONETOMANY
    if to_many and issubclass(link.mapper.class_, Protected) and link.back_populates is None:
        raise DeclarationError(f"{_name(model)}.{link.key} needs back_populates or viewonly=True")


def _register_child(mapper: Mapper[Any], model: type[Any]) -> None:
    link = mapper.relationships.get(model.__parent__)
    if link is None or not _leads_up(link):
        written = f'__parent__ = "{model.__parent__}"'
        known = [key for key, one in mapper.relationships.items() if _leads_up(one)]
        raise DeclarationError(
            f"{_name(model)}: {written} must name a many-to-one relationship over one column to a "
            f"Scoped or Child class; there are {', '.join(known) or 'none'}",
            written=written,
            model=model.__name__,
        )
    children = _children.setdefault(link.mapper.class_, [])
    if model not in children:
        children.append(model)


def _leads_up(link: RelationshipProperty[Any]) -> bool:
    to_one = link.direction is RelationshipDirection.MANYTOONE
    return (
        to_one and len(link.local_remote_pairs) == 1 and issubclass(link.mapper.class_, Protected)
    )


def _name(model: type[Any]) -> str:
    return f"{model.__module__}.{model.__qualname__}"
