"""What a delegation would give the substitute, as if it began now."""

from dataclasses import replace

from addons.rights.delegation_terms import Lent, lent_now
from addons.rights.effects import Effects
from addons.rights.policy import Compiler
from core.access.changes import Comparison, Imagined, everybody
from core.access.context import AccessContext
from core.clock import now
from core.unit_of_work import current_session, current_unit


def of_delegating(lent: Lent, *, alone: bool) -> Effects:
    """Return what the substitute may do and see before and after.

    `alone` leaves out the substitute's own rights, which are no business of every colleague: then
    nothing stands before, and after it only what is handed on, as if the substitute saw all that
    the delegator sees.
    """
    session = current_session()
    session.flush()
    people = everybody(session, [lent.to_user_id])
    picked = [replace(one, second_factor=True) for one in people]  # as in `Effects`
    keys, begun = [lent.to_user_id], replace(lent, valid_from=min(lent.valid_from, now()))
    wide = current_unit().new_session(AccessContext.system("what a delegation would change"))
    try:
        if alone:  # whatever else the same two have arranged is left out too
            stored = frozenset(one.id for one in lent_now(wide, keys) if one.id is not None)
            drafts = Compiler(wide, lent=(begun,), not_lent=stored).drafts(keys)
            old, new = [], [one for one in drafts if one.for_user_id is not None]
        else:
            old = list(Compiler(wide).drafts(keys, everybody=True))
            new = list(Compiler(wide, lent=(begun,)).drafts(keys, everybody=True))
        then, later = Imagined(wide, old), Imagined(wide, new, lenders_eyes=alone)
        found = map(Comparison(then, later).of, picked)
        return Effects(people, [one for one in found if one is not None])
    finally:
        wide.close()
