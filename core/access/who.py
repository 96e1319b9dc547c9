"""Who may do what with one record: everybody's terms, judged by what enforcement is judged by."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, inspect, select, union_all

from core.access.conditions import PARTICIPANTS, SET_KEYS
from core.access.context import AccessContext, Grants
from core.access.declarations import COLUMNS, Protected
from core.access.lent import conjuncts_of
from core.access.models import AccessTerm
from core.access.reach import Conjunct, KeySet, Reach
from core.access.resources import resource_of
from core.access.terms import ANY, Term, load_sets, term_of
from core.accounts.identity import has_second_factor
from core.accounts.models import User
from core.actor import Actor
from core.clock import now, site_zone
from core.contributions import Verb
from core.organisation.models import Employee, OrgUnit, Position

SETS = ("org_set_id", "customer_set_id", "owner_set_id")
BEFORE_ANY_RECORD = frozenset({Verb.CREATE, Verb.IMPORT})  # acts that no single record is asked for
UNSEEN = frozenset({Verb.QUERY, Verb.ANALYSE})  # acts that do without the sight of the row
Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Holder:
    """One account that has to do with the record.

    `verbs` maps what it may do to the times within the day (none: all the time that was asked
    about); `by` are the terms that give it, `against` those that take something away.
    """

    user_id: int
    employee_id: int | None
    login: str
    name: str
    unit: Mapping[str, str]
    post: Mapping[str, str]
    second_factor: bool
    takes_part: bool = False
    verbs: dict[str, list[Span]] = field(default_factory=dict)
    by: list[Term] = field(default_factory=list)
    against: list[Term] = field(default_factory=list)

    @property
    def only_analyses(self) -> bool:
        """Tell whether the record counts in this person's statistics without being seen."""
        return Verb.ANALYSE in self.verbs and Verb.QUERY not in self.verbs


def who_may(session: Any, resource: str, record: Any, day: date | None = None) -> list[Holder]:
    """Return everybody who may do something with a record now, or at any time of a day.

    Also those from whom a denial takes what they would have. A fixed number of statements, however
    many accounts there are. The terms are the stored ones, so a day to come is told as of now.
    """
    asked = _Asked.of(session, resource, record, day)
    common, own = asked.terms()
    taking_part = asked.taking_part()
    found = []
    for holder in _accounts(session):
        holder.takes_part = holder.user_id in taking_part
        rows = [*common, *own.get(holder.user_id, ())]
        terms = [asked.term(row, holder.employee_id) for row in rows]
        if not holder.second_factor:  # what needs one gives nothing, so it is not named either
            terms = [term for term in terms if not term.second_factor]
        if asked.judge(holder, terms):
            found.append(holder)
    return found


@dataclass(slots=True)
class _Asked:
    session: Any
    resource: str
    record: Any
    scope: Mapping[str, int | None] | None
    actions: Sequence[str]
    begin: datetime
    end: datetime | None  # None: just the one instant
    held: set[tuple[int, int]] = field(default_factory=set)
    known: dict[int, Term] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Any, resource: str, record: Any, day: date | None) -> "_Asked":
        declared = resource_of(resource)
        actions = [
            str(one)
            for one in (declared.actions if declared is not None else ())
            if one not in BEFORE_ANY_RECORD
        ]
        scope = None
        if isinstance(record, Protected):
            scope = {key: getattr(record, name) for key, name in COLUMNS.items()}
        begin, end = now(), None
        if day is not None:
            begin, end = (
                datetime.combine(one, time(), site_zone()).astimezone(UTC)
                for one in (day, day + timedelta(days=1))
            )
        return cls(session, resource, record, scope, actions, begin, end)

    def terms(self) -> tuple[list[Row[Any]], dict[int, list[Row[Any]]]]:
        """Read the terms about the resource, those of all apart, and which sets have the record."""
        table = AccessTerm.__table__
        about = table.c.resource.in_((self.resource, ANY))
        connection = self.session.connection()
        keys = [key for key in (self.scope or {}).values() if key is not None]
        if keys:
            named = union_all(*(select(table.c[name]).where(about) for name in SETS)).subquery()
            holding = select(SET_KEYS.c.set_id, SET_KEYS.c.key).where(
                SET_KEYS.c.key.in_(keys), SET_KEYS.c.set_id.in_(select(named.c[0]))
            )
            self.held = {(row.set_id, row.key) for row in connection.execute(holding)}
        common: list[Row[Any]] = []
        own: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in connection.execute(select(table).where(about).order_by(table.c.id)):
            (common if row.user_id is None else own[row.user_id]).append(row)
        return common, own

    def term(self, row: Row[Any], employee_id: int | None) -> Term:
        """Return a term that names its sets by id: their keys stay in the database."""
        if not row.owner_self and row.id in self.known:
            return self.known[row.id]
        ids = [getattr(row, name) for name in SETS]
        sets = {one: KeySet(large=frozenset({one})) for one in ids if one is not None}
        made = self.known[row.id] = term_of(row, sets, employee_id)
        return made

    def taking_part(self) -> set[int]:
        """Return who takes part in the record, where its resource knows participants."""
        declared = resource_of(self.resource)
        if declared is None or not declared.participants:
            return set()
        users = select(PARTICIPANTS.c.user_id).where(
            PARTICIPANTS.c.resource == self.resource,
            PARTICIPANTS.c.record_id == inspect(self.record).identity[0],
        )
        return set(self.session.connection().scalars(users))

    def judge(self, holder: Holder, terms: list[Term]) -> bool:
        """Note what somebody may do at the times that count; False when there is nothing to say."""
        fitting = [term for term in terms if self._fits(term)]
        if not holder.takes_part and not any(term.allow for term in fitting):
            return False
        actor = Actor("user", user_id=holder.user_id, employee_id=holder.employee_id)
        for begin, end in self._spans(terms):
            access = AccessContext(actor, Grants.at(tuple(terms), begin, second_factor=True))
            may = [one for one in self.actions if self._may(access, holder, one)]
            if Verb.QUERY not in may:
                may = [one for one in may if one in UNSEEN]
            live = [term for term in fitting if term.window.contains(begin)]
            for action in self.actions:
                about = [term for term in live if term.speaks_of(self.resource, action)]
                if action in may:
                    _stretch(holder.verbs.setdefault(action, []), begin, end)
                    _note(holder.by, self._giving(about, access, action))
                elif any(term.allow for term in about) or holder.takes_part:
                    _note(holder.against, (term for term in about if not term.allow))
        whole = [(self.begin, self.end or self.begin)]
        holder.verbs = {key: [] if at == whole else at for key, at in holder.verbs.items()}
        return bool(holder.verbs or holder.against)

    def _may(self, access: AccessContext, holder: Holder, action: str) -> bool:
        if self.scope is None:
            return access.may(self.resource, action)
        reach = access.reach(self.resource, action)
        if reach.participant and holder.takes_part:
            reach = Reach((Conjunct(),), reach.deny)
        return reach.admits(self.scope, self._in_sets)

    def _giving(self, about: Sequence[Term], access: AccessContext, action: str) -> Iterator[Term]:
        """Yield the terms that give a verb on the record; lent ones as far as the lender sees."""
        for term in about:
            parts = conjuncts_of(term, access.grants.terms, self.resource, action)
            if term.allow and (
                self.scope is None or any(one.admits(self.scope, self._in_sets) for one in parts)
            ):
                yield term

    def _fits(self, term: Term) -> bool:
        return self.scope is None or term.ranges.admits(self.scope, self._in_sets)

    def _in_sets(self, sets: frozenset[int], key: int) -> bool:
        return any((one, key) in self.held for one in sets)

    def _spans(self, terms: list[Term]) -> Iterator[Span]:
        """Yield the stretches of the day within which no term begins or ends."""
        begin, end = self.begin, self.end
        if end is None:
            yield begin, begin
            return
        while begin < end:
            edge = min((term.window.next_edge(begin) for term in terms), default=end)
            yield begin, min(edge, end)
            if edge <= begin:  # the last edge that there is
                return
            begin = edge


def spelled(session: Any, terms: Sequence[Term]) -> list[Conjunct]:
    """Return the ranges of terms with their keys, which `who_may` left in the database."""
    named = {one for term in terms for _key, keys in term.ranges.dimensions for one in keys.large}
    sets = load_sets(session.connection(), named)

    def filled(keys: KeySet) -> KeySet:
        known = KeySet(keys=keys.keys)
        for one in sorted(keys.large):
            known |= sets.get(one, KeySet())
        return known

    return [
        Conjunct(tuple((key, filled(keys)) for key, keys in term.ranges.dimensions))
        for term in terms
    ]


def _stretch(spans: list[Span], begin: datetime, end: datetime) -> None:
    if spans and spans[-1][1] == begin:
        begin = spans.pop()[0]
    spans.append((begin, end))


def _note(kept: list[Term], terms: Iterator[Term]) -> None:
    kept.extend(term for term in terms if not any(term is one for one in kept))


def _accounts(session: Any) -> list[Holder]:
    """Return the open accounts by name; an employee who has left counts as none, as at sign-in."""
    rows = session.execute(
        select(
            User.id,
            Employee.id,
            User.login,
            Employee.name,
            OrgUnit.name,
            Position.name,
            has_second_factor(),
        )
        .outerjoin(Employee, (Employee.id == User.employee_id) & Employee.active)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
        .outerjoin(Position, Position.id == Employee.position_id)
        .where(User.active)
        .order_by(Employee.name, User.login)
    )
    return [
        Holder(user, employee, login, name or login, unit or {}, post or {}, second)
        for user, employee, login, name, unit, post, second in rows
    ]


__all__ = ["BEFORE_ANY_RECORD", "Holder", "spelled", "who_may"]
