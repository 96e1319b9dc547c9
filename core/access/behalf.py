"""For whom somebody acts: whose rights admit an act that the actor's own do not."""

from collections.abc import Callable

from core.access.context import AccessContext


def acts_for(access: AccessContext, admitted: Callable[[AccessContext], bool]) -> tuple[int, ...]:
    """Return the users as whose substitute the actor does what `admitted` asks about.

    Nobody where the actor's own rights admit it, one wherever the rights of one suffice beside
    them, else all whose rights are held. It costs nothing where none are.
    """
    lenders = access.grants.lenders
    if not lenders or admitted(access.part(None)) or not admitted(access):
        return ()
    return next(((one,) for one in lenders if admitted(access.part(one))), lenders)


def widening(access: AccessContext, resource: str, action: str) -> tuple[int, ...]:
    """Return the users by whose rights the actor reaches more rows than by the own ones."""
    if not access.grants.lenders:
        return ()
    own = access.part(None).reach(resource, action)
    return tuple(
        one for one in access.grants.lenders if access.part(one).reach(resource, action) != own
    )
