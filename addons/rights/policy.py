"""From assignments to terms: what the core compiles while this add-on is on."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from addons.rights.delegation_terms import STRICT, Lent, handed_on, lent_now, substitutes_of
from addons.rights.held import MANAGED, Held, chosen_verbs, concerns
from addons.rights.models import Assignment, Duty, DutyGrant, Subject
from addons.rights.ranges import is_personal, keys_of
from addons.rights.subjects import Name, Named, names_of
from addons.rights.world import Person, World, superiors_of
from core.access.drafts import Draft
from core.access.terms import ANY
from core.addons.registry import registry
from core.contributions import Policy

KEPT: Mapping[str, str] = {
    "zh": "管理员账号始终可以管理系统与权限",
    "en": "administrators always manage the system and its rights",
}


@dataclass(slots=True)
class Compiler:
    """Compiles for some people; the other fields show what an act would change."""

    session: Any
    added: Sequence[Held] = ()
    without: frozenset[int] = frozenset()
    lent: Sequence[Lent] = ()
    not_lent: frozenset[int] = frozenset()

    def drafts(self, user_ids: Sequence[int] | None, *, everybody: bool = False) -> Iterator[Draft]:
        """Yield the terms of these accounts; `everybody` and None: those of all in common too."""
        world = World(self.session)
        grants, names, strict = self._duties()
        by_subject: dict[tuple[str, int | None], list[Held]] = defaultdict(list)
        common: list[Held] = []
        held = self._held()
        for one in held:
            if one.duty_id not in grants:
                continue
            is_common = one.subject == Subject.EVERYONE and not is_personal(one.ranges)
            if not is_common or _bars_managing(one, grants[one.duty_id]):
                by_subject[one.subject, one.subject_id].append(one)
            elif user_ids is None or everybody:
                common.append(one)
        people = [(one, list(subjects_of(one, world))) for one in world.people(user_ids)]
        named = {each for _one, several in people for each in several if each in by_subject}
        words = _Words(names_of(self.session, named), names, strict)
        for one in common:
            yield from _terms(one, grants[one.duty_id], None, world, words)
        for person, subjects in people:
            yield from _kept(person)
            for subject in subjects:
                for one in by_subject.get(subject, ()):
                    yield from _terms(one, grants[one.duty_id], person, world, words)
        lent = [one for one in lent_now(self.session, user_ids) if one.id not in self.not_lent]
        lent = [*lent, *self.lent]
        yield from handed_on(lent, held, grants, world, names=words.duties, strict=strict)

    def _held(self) -> list[Held]:
        stored = self.session.scalars(
            select(Assignment).where(Assignment.ended_at.is_(None)).order_by(Assignment.id)
        )
        kept = [Held.of(one) for one in stored if one.id not in self.without]
        return [*kept, *self.added]

    def _duties(
        self,
    ) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, str]], frozenset[int]]:
        """Return what the duties contain, their names, and which need a second factor."""
        wanted = select(Duty.id, Duty.name, Duty.second_factor).where(Duty.active)
        rows = self.session.execute(wanted).all()
        names = {key: name for key, name, _needs_it in rows}
        strict = frozenset(key for key, _name, needs_it in rows if needs_it)
        grants: dict[int, dict[str, list[str]]] = {key: {} for key in names}
        pairs = select(DutyGrant.duty_id, DutyGrant.resource, DutyGrant.action)
        ordered = pairs.order_by(DutyGrant.duty_id, DutyGrant.resource, DutyGrant.action)
        for duty_id, resource, action in self.session.execute(ordered):
            if duty_id in grants:
                grants[duty_id].setdefault(resource, []).append(action)
        return grants, names, strict


def _kept(person: Person) -> Iterator[Draft]:
    """Yield what keeps administrators from locking themselves out."""
    if person.is_administrator:
        for key in registry().resources:
            if key.startswith(MANAGED):
                yield Draft(user_id=person.user_id, resource=key, actions=("*",), source=KEPT)


def subjects_of(person: Person, world: World) -> Iterator[Named]:
    """Yield all that an assignment may name by which it speaks to somebody."""
    yield Subject.EVERYONE, None
    yield Subject.USER, person.user_id
    if person.is_administrator:
        yield Subject.ADMINISTRATORS, None
    if person.employee_id is None:
        return
    if person.position_id is not None:
        yield Subject.POSITION, person.position_id
    if person.grade_id is not None:
        yield Subject.GRADE, person.grade_id
    if person.employee_id in world.heads():
        yield Subject.HEADS, None


def _terms(
    held: Held,
    grants: Mapping[str, Sequence[str]],
    person: Person | None,
    world: World,
    words: "_Words",
) -> Iterator[Draft]:
    keys = keys_of(held.ranges, person, world)
    if keys is None:
        return
    ranges, owner_self = keys
    if person is not None and person.is_administrator and _bars_managing(held, grants):
        grants = _without_managing(grants)
    for resource, actions in grants.items():
        chosen = chosen_verbs(actions, held.verbs)
        if chosen:
            yield Draft(
                user_id=None if person is None else person.user_id,
                resource=resource,
                actions=chosen,
                allow=held.allow,
                ranges=ranges,
                owner_self=owner_self,
                valid_from=held.valid_from,
                valid_to=held.valid_to,
                weekly_hours=held.weekly_hours,
                source=words.of(held),
                second_factor=held.allow and held.duty_id in words.strict,
            )


def _bars_managing(held: Held, grants: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether an assignment denies what administrators need to manage the site."""
    if held.allow:
        return False
    managed = {key: one for key, one in registry().resources.items() if key.startswith(MANAGED)}
    for resource, actions in grants.items():
        verbs = chosen_verbs(actions, held.verbs)
        about = [one for key, one in managed.items() if resource in (ANY, key)]
        if any(verb in (ANY, *one.actions) for one in about for verb in verbs):
            return True
    return False


def _without_managing(grants: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the same of all resources but those that administrators manage the site by."""
    found = {key: verbs for key, verbs in grants.items() if not key.startswith((*MANAGED, ANY))}
    for key in registry().resources if ANY in grants else ():
        if not key.startswith(MANAGED):
            found[key] = sorted({*found.get(key, ()), *grants[ANY]})
    return found


class _Words:
    """Says of a term where it comes from, in both languages, once for each assignment."""

    def __init__(
        self,
        names: Mapping[Named, Name],
        duties: Mapping[int, Mapping[str, str]],
        strict: frozenset[int],
    ) -> None:
        self.names = names
        self.duties = duties
        self.strict = strict
        self._known: dict[tuple[int, str, int | None, bool], dict[str, str]] = {}

    def of(self, held: Held) -> dict[str, str]:
        key = (held.duty_id, held.subject, held.subject_id, held.allow)
        if key not in self._known:
            self._known[key] = self._say(held)
        return self._known[key]

    def _say(self, held: Held) -> dict[str, str]:
        duty = self.duties[held.duty_id]
        zh, en = _SAID[Subject(held.subject)]
        name = self.names.get((held.subject, held.subject_id), {})
        stop = ("", "") if held.allow else ("不得：", "not: ")
        zh_duty, en_duty = duty["zh"], duty.get("en") or duty["zh"]
        more = STRICT if held.allow and held.duty_id in self.strict else ("", "")
        zh += name.get("zh", "") + more[0]
        en += (name.get("en") or name.get("zh", "")) + more[1]
        return {
            "zh": f"{stop[0]}职责「{zh_duty}」（{zh}）",
            "en": f"{stop[1]}duty “{en_duty}” ({en})",
        }


_SAID: Mapping[Subject, tuple[str, str]] = {
    Subject.USER: ("给", "given to "),
    Subject.POSITION: ("岗位 ", "position "),
    Subject.GRADE: ("客户经理级别 ", "manager grade "),
    Subject.HEADS: ("单位负责人", "heads of units"),
    Subject.EVERYONE: ("所有人", "everybody"),
    Subject.ADMINISTRATORS: ("管理员账号", "administrators"),
}


def drafts(session: Any, user_ids: Sequence[int] | None) -> Iterator[Draft]:
    """Yield the terms of these accounts, of everybody if None."""
    return Compiler(session).drafts(user_ids)


def hangs_on_tree(session: Any) -> set[int] | None:
    """Return the users of whom some assignment speaks in terms of the tree; None: everybody."""
    world, people = World(session), World(session).people(None)
    stored = session.scalars(select(Assignment).where(Assignment.ended_at.is_(None))).unique()
    about = [Held.of(one) for one in stored if _speaks_of_units(one.ranges)]
    if any(one.subject == Subject.EVERYONE for one in about):
        return None
    return {p.user_id for p in people if any(concerns(one, p, world) for one in about)}


def _speaks_of_units(ranges: Mapping[str, Any]) -> bool:
    return any(one["kind"] == "headed" or one.get("below") for one in ranges.get("org", ()))


POLICY = Policy(
    key="rights",
    drafts=drafts,
    hangs_on=superiors_of,
    hangs_on_tree=hangs_on_tree,
    hangs_on_users=substitutes_of,
)
__all__ = ["KEPT", "MANAGED", "POLICY", "Compiler", "Held", "chosen_verbs", "concerns", "drafts"]
