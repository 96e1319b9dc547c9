"""By which acts people may get more rights: pages then ask for the password, programs are refused.

The criterion stands here once, so that a page and its twin for programs cannot differ.
"""

from addons.rights.duties import DutyFields, is_given
from addons.rights.effects import Effects
from addons.rights.held import Held
from addons.rights.models import Duty


def widens_by_giving(held: Held, found: Effects) -> bool:
    """Tell whether giving (or denying) may widen: all that gives, and what was not looked at."""
    return held.allow or found.widens or found.is_partial


def widens_by_ending(held: Held, found: Effects | None) -> bool:
    """Tell whether an end may widen: that of any denial, and what was not looked at.

    `found` is None for what has ended before, which changes nothing.
    """
    return not held.allow or (found is not None and (found.widens or found.is_partial))


def widens_by_changing(found: Duty, fields: DutyFields) -> bool:
    """Tell whether changing a duty may widen: another effect while somebody has it.

    Also less in it may, where it is denied, and so does its mark for a second factor, either way.
    """
    wanted = sorted({f"{key}:{verb}" for key, verbs in fields.grants.items() for verb in verbs})
    before = (found.contains, found.active, found.second_factor)
    return before != (wanted, fields.active, fields.second_factor) and is_given(found.id)
