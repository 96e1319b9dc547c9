"""Why an actor may, or may not, do something with a record: element by element, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import inspect, select

from core.access.conditions import PARTICIPANTS
from core.access.context import AccessContext, resolve_context
from core.access.declarations import COLUMNS, Protected
from core.access.flush_guard import admits
from core.access.guarded_session import GuardedSession
from core.access.lent import conjuncts_of
from core.access.reach import Reach
from core.access.resources import labels_of
from core.access.terms import Term
from core.access.words import limits_in_words, range_in_words, resource_words, verb_words
from core.accounts.models import User
from core.actor import Actor
from core.addons.registry import registry
from core.clock import now
from core.i18n import format_datetime, join_words, localized
from core.i18n import gettext as _
from core.organisation.models import Employee, OrgUnit, Position

State = Literal["passed", "failed", "unreached"]
GIVERS = 3
VERB = 2  # the place of the verb among the steps


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a decision."""

    label: str
    detail: str
    state: State


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps in order; after the first that failed the rest were not reached."""

    steps: Sequence[Step]
    allowed: bool
    who_can_give: str = ""
    held: bool = False  # the verb was given, whatever is missing beside it


def explain(
    session: GuardedSession, actor: Actor, action: str, record: Any, *, resource: str = ""
) -> Explanation:
    """Say which elements let `actor` do `action` with `record`, or the first that is missing.

    Without a record it is about the whole `resource`, and the range is told in words.
    """
    resource = resource or str(record.__resource__)
    unit = session.info.get("unit")
    access = (
        unit.access
        if unit is not None and unit.actor == actor
        else resolve_context(session.connection(), actor)
    )
    asked = _Question(session, access, resource, str(action), record)
    steps: list[Step] = []
    for label, judge in (
        (_("The add-on is switched on"), asked.module),
        (_("Account and post"), asked.account),
        (_("The right “%(verb)s”", verb=verb_words(action)), asked.verb),
        (_("In force now"), asked.window),
        (_("The range") if record is None else _("The record is in range"), asked.range),
        (_("Nothing forbids it"), asked.denial),
    ):
        failed = any(step.state == "failed" for step in steps)
        if failed:
            steps.append(Step(label, "", "unreached"))
            continue
        passed, detail = judge()
        steps.append(Step(label, detail, "passed" if passed else "failed"))
    allowed = all(step.state == "passed" for step in steps)
    own_affair = access.lacks_second_factor(resource, str(action))  # nobody else can set one up
    giver = "" if allowed or own_affair else who_can_give(session)
    return Explanation(steps, allowed, giver, steps[VERB].state == "passed")


@dataclass(slots=True)
class _Question:
    session: GuardedSession
    access: AccessContext
    resource: str
    action: str
    record: Any

    def module(self) -> tuple[bool, str]:
        owner = self.resource.split(".")[0]
        return registry().is_on(owner), resource_words(self.resource)

    def account(self) -> tuple[bool, str]:
        actor = self.access.actor
        if self.access.is_system:
            return True, _("the system: %(reason)s", reason=actor.label)
        if actor.user_id is None:
            return False, _("nobody is signed in")
        user = self.session.get(User, actor.user_id)
        if user is None or not user.active:
            return False, _("the account is closed")
        return True, self._post(actor) or user.login

    def _post(self, actor: Actor) -> str:
        found = self.session.execute(
            select(Employee.name, OrgUnit.name, Position.name)
            .join(OrgUnit, OrgUnit.id == Employee.unit_id)
            .outerjoin(Position, Position.id == Employee.position_id)
            .where(Employee.id == actor.employee_id)
        ).first()
        if found is None:
            return ""
        name, unit, position = found
        return join_words(
            part for part in (name, localized(unit), localized(position or {})) if part
        )

    def verb(self) -> tuple[bool, str]:
        if self.access.is_system:
            return True, ""
        granting = self._granting(self.access.grants.all_terms)
        if not granting:
            return False, _("no one has given it for %(what)s", what=resource_words(self.resource))
        return True, _said(granting)

    def window(self) -> tuple[bool, str]:
        if self.access.is_system:
            return True, ""
        granting = self._granting(self.access.grants.all_terms)
        live = [term for term in granting if term.window.contains(now())]
        waiting = self._waiting()
        live = [term for term in live if term not in waiting]
        if waiting and not live:
            return False, _second_factor()
        words = dict.fromkeys(window_words(term) for term in live or granting)
        return bool(live), join_words(words)

    def range(self) -> tuple[bool, str]:
        if not self.access.is_system and isinstance(self.record, Protected):
            return self._in_range(_scope(self.record))
        reach = self.access.reach(self.resource, self.action)
        if reach.allow:
            return True, "" if self.record is not None else limits_in_words(reach)
        if self._waiting():
            return False, _second_factor()
        tied = self.access.actor.employee_id is not None
        return False, _("the right is limited to records of one's own") if tied else _not_tied()

    def _in_range(self, scope: dict[str, int | None]) -> tuple[bool, str]:
        held = self.access.grants.terms
        fitting = self._fitting(self._granting(held), scope, held)
        if fitting:
            return True, "; ".join(range_in_words(term.ranges) for term in fitting)
        if self._takes_part():
            return True, _("takes part in this record")
        if self._fitting(self._waiting(), scope, self.access.grants.all_terms):
            return False, _second_factor()
        said = _scope_words(scope)
        return False, said if self.access.actor.employee_id else join_words([said, _not_tied()])

    def denial(self) -> tuple[bool, str]:
        against = [
            term
            for term in self.access.grants.terms
            if not term.allow and term.speaks_of(self.resource, self.action)
        ]
        if not isinstance(self.record, Protected):
            return self.access.may(self.resource, self.action), _said(against)
        scope = _scope(self.record)
        against = self._fitting(against, scope, self.access.grants.terms)
        return not against, _said(against)

    def _fitting(
        self, terms: Sequence[Term], scope: dict[str, int | None], among: Sequence[Term]
    ) -> list[Term]:
        """Return which of the terms hold on the record; lent ones as far as their lender sees."""
        return [
            term
            for term in terms
            if admits(
                self.session, Reach(conjuncts_of(term, among, self.resource, self.action)), scope
            )
        ]

    def _waiting(self) -> list[Term]:
        """Return what would give the verb now if the account had a second factor."""
        if self.access.actor.second_factor:
            return []
        granting = self._granting(self.access.grants.all_terms)
        return [t for t in granting if t.second_factor and t.window.contains(now())]

    def _granting(self, terms: Sequence[Term]) -> list[Term]:
        return [t for t in terms if t.allow and t.speaks_of(self.resource, self.action)]

    def _takes_part(self) -> bool:
        if not self.access.reach(self.resource, self.action).participant:
            return False
        table = PARTICIPANTS
        found = select(table.c.record_id).where(
            table.c.resource == self.resource,
            table.c.record_id == inspect(self.record).identity[0],
            table.c.user_id == self.access.actor.user_id,
        )
        return self.session.connection().execute(found).first() is not None


def _not_tied() -> str:
    return _("this account is not tied to an employee, so nothing is its own")


def _second_factor() -> str:
    return _("only with a second factor, which this account has not set up")


def _scope(record: Any) -> dict[str, int | None]:
    return {key: getattr(record, name) for key, name in COLUMNS.items()}


def _scope_words(scope: dict[str, int | None]) -> str:
    """Say where the record is, for somebody who may already see it or its address."""
    named = [labels_of(key, [value]) for key, value in scope.items() if value is not None]
    said = [words for labels in named for words in labels.values()]
    return _("the record belongs to %(scope)s", scope=join_words(said) or _("nobody"))


def _said(terms: Sequence[Term]) -> str:
    words = dict.fromkeys(localized(dict(term.source)) for term in terms if term.source)
    return join_words(words)


def window_words(term: Term) -> str:
    """Say when a term is in force."""
    window = term.window
    said = []
    if window.start is not None:
        said.append(_("from %(instant)s", instant=format_datetime(window.start)))
    if window.end is not None:
        said.append(_("until %(instant)s", instant=format_datetime(window.end)))
    if window.weekly is not None:
        said.append(_("in weekly hours"))
    return " ".join(said) or _("always")


def who_can_give(session: GuardedSession) -> str:
    """Name who can give a missing right; empty when nobody can."""
    found = session.execute(
        select(User.login, Employee.name)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .where(User.is_administrator, User.active)
        .order_by(User.id)
        .limit(GIVERS)
    )
    names = join_words(name or login for login, name in found)
    return _("an administrator can give it: %(names)s", names=names) if names else ""


__all__ = ["Explanation", "Step", "explain", "who_can_give"]
