"""What one actor may do now: resolved once per unit of work, remembered until something changes."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ColumnElement, Connection, Engine, Integer, column, inspect, select, table

from core.access.conditions import known_by_the_row
from core.access.criteria import ScopeCriteria
from core.access.declarations import COLUMNS, DIMENSIONS, Protected
from core.access.frames import BindKey
from core.access.lent import FIELD, conjuncts_of
from core.access.reach import EVERYTHING, NOTHING, Conjunct, Reach, both, covers, merged
from core.access.resources import dimensions_of, has_rows, resource_of, resources
from core.access.saying import say
from core.access.shapes import ANY_RESOURCE, bind_values, shape_of
from core.access.terms import Term, load_terms, narrowed
from core.access.windows import FAR
from core.access.words import limits_in_words
from core.actor import Actor, system_actor
from core.clock import now
from core.contributions import Verb

EPOCH = table(
    "core_epoch",
    *(column(name, Integer) for name in ("id", "rights_version", "settings_version")),
)
VERSIONS = select(EPOCH.c.rights_version, EPOCH.c.settings_version).where(EPOCH.c.id == 1)
REMEMBERED = 4096
RAISED = "sunmao_rights_raised"


@dataclass(frozen=True, slots=True)
class Bindings:
    """The option that a statement gets and the keys that it is executed with."""

    option: ScopeCriteria
    values: Mapping[BindKey, Any]


@dataclass(eq=False, slots=True)
class Grants:
    """The terms of one user that are in force in [since, until), and what was derived from them."""

    terms: tuple[Term, ...]
    all_terms: tuple[Term, ...]
    since: datetime
    until: datetime
    reaches: dict[tuple[str, str], Reach] = field(default_factory=dict)
    bindings: dict[str, Bindings] = field(default_factory=dict)
    verbs: dict[tuple[str, str], bool] = field(default_factory=dict)
    lenders: tuple[int, ...] = ()  # the accounts whose rights are held as a substitute
    parts: dict[int | None, "Grants"] = field(default_factory=dict)
    demands_second_factor: bool = False  # whether some right of these days counts only with one
    sayings: dict[str, str] = field(default_factory=dict)  # what a hardened database is told
    used: dict[tuple[str, str], date] = field(default_factory=dict)  # see core.access.uses

    @classmethod
    def at(
        cls, terms: tuple[Term, ...], instant: datetime, *, second_factor: bool = False
    ) -> "Grants":
        """Keep the terms in force at `instant`, for somebody with a second factor or without."""
        live = tuple(
            term
            for term in terms
            if term.window.contains(instant) and (second_factor or not term.second_factor)
        )
        return cls(
            live,
            terms,
            instant,
            min(
                (term.window.next_edge(instant) for term in terms),
                default=FAR,
            ),
            lenders=tuple(sorted({one.for_user for one in live if one.for_user is not None})),
            demands_second_factor=any(
                term.second_factor and term.window.runs(instant) for term in terms
            ),
        )


@dataclass(frozen=True, slots=True)
class AccessContext:
    """The rights of one actor during one unit of work."""

    actor: Actor
    grants: Grants
    is_system: bool = False

    @classmethod
    def system(cls, reason: str) -> "AccessContext":
        """Return the context without limits; what it does is recorded under `reason`."""
        return cls(system_actor(reason), Grants.at((), now()), is_system=True)

    @classmethod
    def of_terms(cls, actor: Actor, terms: tuple[Term, ...]) -> "AccessContext":
        """Return the context that these terms give now (previews and tests)."""
        return cls(actor, Grants.at(terms, now(), second_factor=actor.second_factor))

    def may(self, resource: str, action: str) -> bool:
        """Tell whether the actor holds the verb on some rows, or on the page, just now."""
        if self.is_system:
            return True
        known = self.grants.verbs.get((resource, action))
        if known is None:
            known = self.grants.verbs[resource, action] = not self.reach(
                resource, action
            ).is_nothing
        return known

    def lacks_second_factor(self, resource: str, action: str) -> bool:
        """Tell whether a right to the verb is there that counts only with a second factor."""
        return not self.actor.second_factor and any(
            term.second_factor and term.speaks_of(resource, action) and term.window.contains(now())
            for term in self.grants.all_terms
        )

    def part(self, lender: int | None) -> "AccessContext":
        """Return the actor's own rights, and of those held for others only those of one lender."""
        known = self.grants.parts.get(lender)
        if known is None:
            kept = tuple(one for one in self.grants.terms if one.for_user in (None, lender))
            known = Grants(kept, kept, self.grants.since, self.grants.until)
            self.grants.parts[lender] = known
        return AccessContext(self.actor, known)

    def hidden_fields(self, resource: str) -> frozenset[str]:
        """Return the sensitive fields of a resource that this actor may not see."""
        declared = resource_of(resource)
        sensitive = declared.sensitive if declared is not None else ()
        return frozenset(name for name in sensitive if not self.may(resource, FIELD + name))

    def reach(self, resource: str, action: str) -> Reach:
        """Return which rows of the resource the verb covers."""
        if self.is_system:
            return EVERYTHING
        known = self.grants.reaches.get((resource, action))
        if known is None:
            dimensions = None if resource == ANY_RESOURCE else dimensions_of(resource)
            known = _reach(self.grants.terms, resource, action, dimensions)
            if action == Verb.EXPORT:  # who does not see a row does not get it in a file either
                known = both(known, self.reach(resource, Verb.QUERY))
            elif (  # a field is shown of all rows or of none: lent for some it is shown of none
                action.startswith(FIELD)
                and self.grants.lenders
                and not covers(known, self.reach(resource, Verb.QUERY))
            ):
                known = self.part(None).reach(resource, action)
            self.grants.reaches[resource, action] = known
        return known

    def bindings(self, action: str) -> Bindings:
        """Return the option and the keys for statements of this action."""
        known = self.grants.bindings.get(action)
        if known is None:
            known = self.grants.bindings[action] = self._bindings(action)
        return known

    def met_by_the_row(self, entity: Any, action: str) -> ColumnElement[bool] | None:
        """Return by which part of a reach rows need no looking up in sets of keys; None: no such.

        `entity` is a class or an alias. For a statement that stops early: see `count_statement`.
        """
        if self.is_system or not issubclass(inspect(entity).mapper.class_, Protected):
            return None
        slot, shape = self.bindings(action).option.shape.slot(entity.__resource__)
        columns = {key: getattr(entity, name) for key, name in COLUMNS.items()}
        return known_by_the_row(slot, shape, columns)

    def said(self, action: str) -> str:
        """Return what the actor says to a hardened database under a verb; a file shows no more."""
        verb = Verb.QUERY if action == Verb.EXPORT else action
        known = self.grants.sayings.get(verb)
        if known is None:
            known = say(self.actor.user_id, self.grants.terms, verb)
            self.grants.sayings[verb] = known
        return known

    def limited_words(self, resource: str, action: str) -> str | None:
        """Say to what the rows are limited, in the reader's language; None when to nothing."""
        reach = self.reach(resource, action)
        return None if reach.is_everything else limits_in_words(reach)

    def _bindings(self, action: str) -> Bindings:
        named = {term.resource for term in self.grants.terms} - {ANY_RESOURCE}
        named |= {
            key
            for key, declared in resources().items()
            if has_rows(declared)
            and (declared.participants or set(declared.dimensions) != set(DIMENSIONS))
        }
        default = self.reach(ANY_RESOURCE, action)
        reaches = {key: self.reach(key, action) for key in sorted(named)}
        values = bind_values(ANY_RESOURCE, default, self.actor.user_id)
        for key, reach in reaches.items():
            values |= bind_values(key, reach, self.actor.user_id)
        return Bindings(ScopeCriteria(shape_of(action, default, reaches)), values)


def _reach(
    terms: tuple[Term, ...], resource: str, action: str, dimensions: tuple[str, ...] | None
) -> Reach:
    """Combine the terms about one verb; a range that rows of the resource lack matches none."""
    about = [term for term in terms if term.speaks_of(resource, action)]
    carried = set(DIMENSIONS if dimensions is None else dimensions)

    def usable(part: Conjunct) -> bool:
        return all(key in carried for key, _ in part.dimensions)

    allow = merged(
        part
        for term in about
        if term.allow
        for part in conjuncts_of(term, terms, resource, action)
        if usable(part)
    )
    if not allow:
        return NOTHING
    deny = merged(term.ranges for term in about if not term.allow and usable(term.ranges))
    declared = resource_of(resource)
    takes_part = declared is not None and declared.participants and action == "query"
    return Reach(allow, deny, participant=takes_part)


_remembered: WeakKeyDictionary[Engine, OrderedDict[Any, Grants]] = WeakKeyDictionary()
_lock = Lock()


def read_versions(connection: Connection) -> tuple[int, int]:
    """Return the versions of the rights and of the settings, as this transaction sees them."""
    row = connection.execute(VERSIONS).first()
    return (0, 0) if row is None else (row.rights_version, row.settings_version)


def rights_have_changed(connection: Connection) -> None:
    """Let nothing be remembered of what this transaction sees from here on.

    It has raised the version of the rights and may be taken back, whole or to a savepoint; another
    one then raises it to the same number and means other rights.
    """
    connection.info[RAISED] = connection.get_transaction()


def resolve_context(
    connection: Connection, actor: Actor, *, version: int | None = None
) -> AccessContext:
    """Return what `actor` may do now; one statement when nothing has changed since last time.

    None at all if the `version` of the rights has been read in this transaction already.
    """
    if actor.kind == "system":
        return AccessContext(actor, Grants.at((), now()), is_system=True)
    if actor.user_id is None:
        return AccessContext(actor, Grants.at((), now()))
    if version is None:
        version = read_versions(connection)[0]
    return AccessContext(actor, _grants(connection, actor, version))


def _grants(connection: Connection, actor: Actor, version: int) -> Grants:
    key = (actor.user_id, actor.employee_id, version, actor.scopes, actor.second_factor)
    instant = now()
    if connection.info.get(RAISED) is (connection.get_transaction() or RAISED):
        return _read_grants(connection, actor, instant)
    with _lock:
        known = _remembered.setdefault(connection.engine, OrderedDict())
        found = known.get(key)
        if found is not None and found.since <= instant < found.until:
            known.move_to_end(key)
            return found
    if found is not None:
        grants = Grants.at(found.all_terms, instant, second_factor=actor.second_factor)
    else:
        grants = _read_grants(connection, actor, instant)
    with _lock:
        known[key] = grants
        while len(known) > REMEMBERED:
            known.popitem(last=False)
    return grants


def _read_grants(connection: Connection, actor: Actor, instant: datetime) -> Grants:
    terms = narrowed(load_terms(connection, actor.user_id or 0, actor.employee_id), actor.scopes)
    return Grants.at(terms, instant, second_factor=actor.second_factor)
