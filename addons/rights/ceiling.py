"""Nobody rises by giving: what only administrators may give, and nobody else to oneself."""

from collections.abc import Iterable

from addons.rights.delegation_terms import substitutes_of
from addons.rights.holders import holders_of
from addons.rights.policy import MANAGED, Held
from core.access.terms import ANY
from core.errors import Refused
from core.i18n import gettext as _
from core.unit_of_work import current_session, current_unit


def is_free() -> bool:
    """Tell whether whoever acts is an administrator, or the system."""
    unit = current_unit()
    return unit.access.is_system or unit.actor.is_administrator


def refuse_giving(held: Held, contains: Iterable[str], *, field: str = "duty_id") -> None:
    """Raise Refused where somebody who is no administrator would rise, or make one.

    `contains` are pairs "resource:verb" that are given, or no longer denied.
    """
    if is_free():
        return
    if words := managing(contains):
        raise Refused(words, fields={field: [words]})
    refuse_own((person.user_id for person in holders_of(held)), field=field)


def refuse_own(user_ids: Iterable[int], *, field: str) -> None:
    """Raise Refused where whoever acts, and is no administrator, has what these people get.

    A substitute has it too.
    """
    holders = set(user_ids)
    mine = current_unit().actor.user_id
    if is_free() or mine not in holders | substitutes_of(current_session(), holders):
        return
    words = _("You would give this to yourself. Ask another colleague or an administrator.")
    raise Refused(words, fields={field: [words]})


def refuse_adding(more: Iterable[str], held: Iterable[Held], *, field: str = "contains") -> None:
    """Raise Refused where more in a duty would let somebody rise who is no administrator."""
    added = list(more)
    if not added or is_free():
        return
    if words := managing(added):
        raise Refused(words, fields={field: [words]})
    for one in held:
        refuse_giving(one, (), field=field)


def managing(contains: Iterable[str]) -> str:
    """Say why only administrators give these pairs "resource:verb"; "" where others may."""
    if any(pair.startswith((f"{ANY}:", *MANAGED)) for pair in contains):
        return _("Only an administrator gives rights over everything, the system or rights.")
    return ""
