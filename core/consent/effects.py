"""What an act would change, in the reader's words: as the audit trail would show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.access.elevation import ACT
from core.actor import current_actor
from core.audit.models import AuditEntry
from core.audit.queries import Change, readable
from core.audit.words import action_words, resource_titles
from core.clock import now
from core.consent.rehearsal import Effect
from core.i18n import gettext as _
from core.unit_of_work import current_session

MOST_SHOWN = 30
EMPTY: tuple[Any, ...] = (None, "", {}, [], False)


@dataclass(frozen=True, slots=True)
class EffectWords:
    """One record and what happens to it."""

    title: str
    action: str
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class EffectsWords:
    """The first effects, and how many more there are."""

    shown: Sequence[EffectWords] = ()
    more: int = 0


def effects_in_words(effects: Sequence[Effect]) -> EffectsWords:
    """Return what would change; fields that the reader may not see are masked."""
    real = [one for one in effects if one.action != ACT]
    kinds, acts = resource_titles(), action_words()
    shown = []
    for one in real[:MOST_SHOWN]:
        kind = kinds.get(one.resource, one.resource)
        title = _("%(kind)s: %(label)s", kind=kind, label=one.label) if one.label else kind
        shown.append(EffectWords(title, acts.get(one.action, one.action), _changes(one)))
    return EffectsWords(shown, len(real) - len(shown))


def _changes(one: Effect) -> Sequence[Change]:
    entry = AuditEntry(
        id=0,
        at=now(),
        actor_kind="user",
        actor_label=current_actor().label,
        action=one.action,
        resource=one.resource,
        record_id=one.record_id,
        label=one.label,
        changes=one.changes,
        reason=one.reason,
    )
    (read,) = readable(current_session(), one.resource, [entry])
    return [change for change in read.changes if change.old not in EMPTY or change.new not in EMPTY]
