"""Verbs about duties: make, change, retire; and which two nobody may hold together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, exists, select

from addons.rights import ceiling
from addons.rights.holdings import holdings, overlap
from addons.rights.models import DUTY, Assignment, Duty, DutyGrant, Exclusion
from addons.rights.names import kept_name, wrong_code, wrong_name
from addons.rights.policy import Held
from addons.rights.several import WIDENING
from core.access.policy import hold, recompile
from core.access.records import check_version, require
from core.addons.registry import registry
from core.audit.services import record
from core.clock import now
from core.consent.acts import by_several
from core.contributions import Verb
from core.errors import NotFound, Refused
from core.i18n import gettext as _
from core.i18n import join_words, localized
from core.i18n import lazy_gettext as _l
from core.i18n.writing import wrong_text
from core.unit_of_work import current_session

ANY = "*"
Grants = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFields:
    """What a form says of a duty; `grants` maps resources ("*" is every one) to verbs."""

    code: str
    name: Mapping[str, str]
    summary: str = ""
    active: bool = True
    second_factor: bool = False
    grants: Grants = field(default_factory=dict)


def grants_of(found: Duty) -> dict[str, list[str]]:
    """Return the verbs that a duty gives, by resource."""
    pairs: dict[str, list[str]] = {}
    for grant in found.grants:
        pairs.setdefault(grant.resource, []).append(grant.action)
    return pairs


def duty(duty_id: int) -> Duty:
    """Return a duty; raise NotFound."""
    found = current_session().get(Duty, duty_id)
    if found is None:
        raise NotFound(_("There is no such duty."))
    return found


def create_duty(fields: DutyFields) -> Duty:
    """Make a duty that nobody holds yet; raise Refused naming the field."""
    require(DUTY, Verb.CREATE)
    session = current_session()
    made = Duty(active=True)
    _store(made, fields)
    session.add(made)
    session.flush()
    _note_grants(made, [], made.contains)
    return made


def is_given(duty_id: int, **_rest: Any) -> bool:
    """Tell whether a duty is given or denied somebody by what has not ended."""
    held = select(Assignment.id).where(Assignment.duty_id == duty_id, Assignment.ended_at.is_(None))
    return current_session().scalar(held.limit(1)) is not None


@by_several(
    "rights.update_duty",
    title=_l("Change a duty that is held"),
    needs=(DUTY, Verb.UPDATE),
    record="duty_id",
    concerns=is_given,
    summary=lambda duty_id, **_rest: localized(duty(duty_id).name),
    setting=WIDENING,
)
def update_duty(duty_id: int, fields: DutyFields, *, row_version: int | None = None) -> Duty:
    """Change a duty: everybody who holds it has other rights at the next request."""
    require(DUTY, Verb.UPDATE)
    session = current_session()
    found = duty(duty_id)
    check_version(found, row_version, {"code": fields.code, "name": fields.name})
    before, was_active, was_strict = found.contains, found.active, found.second_factor
    _store(found, fields)
    opens = was_strict and not found.second_factor
    _refuse_rising(found, before, was_given=was_active and not opens)
    if found.contains != before:
        found.changed_at = now()  # or its version would stay, for only rows below it change
    session.flush()
    after = found.contains
    if before != after:
        _note_grants(found, before, after)
    if (before, was_active, was_strict) != (after, found.active, found.second_factor):
        recompile(session)
    return found


def _refuse_rising(found: Duty, before: Sequence[str], *, was_given: bool) -> None:
    """Raise Refused where whoever changes a duty would get more by it."""
    given = set(before) if was_given else set()
    gives = set(found.contains) if found.active else set()
    with current_session().no_autoflush:
        held = current_session().scalars(
            select(Assignment).where(Assignment.duty_id == found.id, Assignment.ended_at.is_(None))
        )
        stored = [(one.allow, Held.of(one)) for one in held]
    ceiling.refuse_adding(gives - given, [one for allow, one in stored if allow])
    if any(not allow for allow, _one in stored):
        ceiling.refuse_adding(given - gives, [one for allow, one in stored if not allow])


def delete_duty(duty_id: int) -> None:
    """Delete a duty that was never given to anybody; others are retired."""
    require(DUTY, Verb.DELETE)
    session = current_session()
    found = duty(duty_id)
    if words := why_not_deleted(found):
        raise Refused(words)
    pair = (Exclusion.duty_id == duty_id) | (Exclusion.other_id == duty_id)
    session.execute(delete(Exclusion).where(pair))
    session.delete(found)
    session.flush()


def why_not_deleted(found: Duty) -> str:
    """Say why a duty cannot be deleted; "" when it can."""
    if current_session().scalar(select(exists().where(Assignment.duty_id == found.id))):
        return _("It has been given to somebody; who held what stays on record. Retire it instead.")
    return ""


def _store(target: Duty, fields: DutyFields) -> None:
    errors: dict[str, list[str]] = {}
    code = fields.code.strip()
    session = current_session()
    if wrong := wrong_code(code):
        errors["code"] = [wrong]
    elif session.scalar(select(exists().where(Duty.code == code, Duty.id != (target.id or 0)))):
        errors["code"] = [_("This code is taken. Choose another one.")]
    if wrong := wrong_name(fields.name):
        errors["name"] = [wrong]
    if wrong := wrong_text(fields.summary, lines=True):
        errors["summary"] = [wrong]
    wanted = {(resource, verb) for resource, verbs in fields.grants.items() for verb in verbs}
    if unknown := sorted(one for one in wanted if not _is_declared(*one)):
        said = join_words(f"{resource}:{verb}" for resource, verb in unknown[:3])
        errors["contains"] = [_("Nobody declares %(what)s.", what=said)]
    if errors:
        raise Refused(_("The duty was not stored."), fields=errors)
    target.code, target.name, target.summary = code, kept_name(fields.name), fields.summary.strip()
    target.active, target.second_factor = fields.active, fields.second_factor
    kept = [one for one in target.grants if (one.resource, one.action) in wanted]
    have = {(one.resource, one.action) for one in kept}
    target.grants = kept + [DutyGrant(resource=r, action=a) for r, a in sorted(wanted - have)]


def _is_declared(resource: str, action: str) -> bool:
    if resource == ANY:
        return action == ANY or action in all_verbs()
    declared = registry().resources.get(resource)
    return declared is not None and (action == ANY or action in verbs_of(resource))


def verbs_of(resource: str) -> tuple[str, ...]:
    """Return the verbs that a resource declares, and a right for each of its sensitive fields."""
    declared = registry().resources[resource]
    fields = (f"field:{name}" for name in declared.sensitive)
    return (*(str(action) for action in declared.actions), *fields)


def all_verbs() -> tuple[str, ...]:
    """Return every verb that any resource declares, the common ones first."""
    found = dict.fromkeys(str(verb) for verb in Verb)
    found |= dict.fromkeys(v for key in registry().resources for v in verbs_of(key))
    return tuple(verb for verb in found if not verb.startswith("field:"))


def known_verbs() -> set[str]:
    """Return every verb that may be named: those of any resource, and of sensitive fields."""
    return {*all_verbs(), *(verb for key in registry().resources for verb in verbs_of(key))}


def _note_grants(found: Duty, before: Sequence[str], after: Sequence[str]) -> None:
    record(
        current_session(),
        Verb.UPDATE,
        DUTY,
        found.id,
        changes={"grants": [list(before), list(after)]},
        label=found.code,
    )


def exclude(duty_id: int, other_id: int, *, reason: str = "") -> None:
    """Let nobody hold two duties together; raise Refused while somebody does."""
    require(DUTY, Verb.UPDATE)
    if duty_id == other_id:
        words = _("Choose two different duties.")
        raise Refused(words, fields={"other_id": [words]})
    if wrong := wrong_text(reason):
        raise Refused(wrong, fields={"reason": [wrong]})
    first, second = sorted((duty(duty_id).id, duty(other_id).id))
    session = current_session()
    if session.get(Exclusion, (first, second)) is not None:
        return
    hold(session)  # nobody is given one of the two meanwhile
    one, other = holdings([first]), holdings([second])
    both = {a.name for a in one for b in other if a.user_id == b.user_id and overlap(a, b)}
    if both:
        words = _("Now held together by: %(names)s. End one of the two first.",
                  names=join_words(sorted(both)[:5]))  # fmt: skip
        raise Refused(words, fields={"other_id": [words]})
    session.add(Exclusion(duty_id=first, other_id=second, reason=reason.strip()))
    session.flush()


@by_several(
    "rights.include",
    title=_l("Let two duties be held together again"),
    needs=(DUTY, Verb.UPDATE),
    record="duty_id",
    summary=lambda duty_id, other_id: join_words(
        localized(duty(one).name) for one in (duty_id, other_id)
    ),
    setting=WIDENING,
)
def include(duty_id: int, other_id: int) -> None:
    """Allow two duties to be held together again."""
    require(DUTY, Verb.UPDATE)
    session = current_session()
    found = session.get(Exclusion, tuple(sorted((duty_id, other_id))))
    if found is None:
        raise NotFound(_("There is no such rule any more."))
    session.delete(found)
    session.flush()


def excluded_with(duty_id: int) -> dict[int, str]:
    """Return the duties that may not be held beside this one, with the reasons."""
    pair = (Exclusion.duty_id == duty_id) | (Exclusion.other_id == duty_id)
    found = current_session().scalars(select(Exclusion).where(pair))
    return {o.other_id if o.duty_id == duty_id else o.duty_id: o.reason for o in found}
