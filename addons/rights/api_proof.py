"""What programs do not do: acts by which anybody would get more rights, and beyond the token."""

from collections.abc import Callable
from typing import Any

from core.access.policy import hold
from core.access.principal import beyond_token, refusal
from core.consent.acts import act_of, people_for
from core.consent.rehearsal import rehearse
from core.errors import NotAllowed
from core.i18n import gettext as _
from core.unit_of_work import current_session


def by_program(
    service: Callable[..., Any], *, widens: Callable[[], bool], page: str, **arguments: Any
) -> Any:
    """Call a service that may widen rights, as far as a program may; return what it returns.

    Whoever widens rights on a page types the password again. A program has none: a token that was
    stolen, or a script gone wrong, would else hand out rights. So where `widens` says that anybody
    may get more, NotAllowed names the `page` on which it is done, and nothing is stored. Two
    things come before that: where the site lets the act take several people the service itself
    refuses, with the ask for those who agree, for they type their passwords; and what the service
    refuses anyway is said first (the act is tried and taken back), so that nobody is sent to a
    page for what cannot be done there either.

    Nobody else changes rights between the question and the act: the rights are held before.
    """
    session = current_session()
    hold(session)
    act = act_of(service)
    if widens() and people_for(act, arguments) == 1:
        rehearse(lambda: act.run(**arguments))
        raise NotAllowed(
            _(
                "People would get more rights by this, so it takes a password, and a program has "
                "none. Nothing was stored. Do it on the page %(page)s.",
                page=page,
            )
        )
    return service(**arguments)


def demand_scope(resource: str, action: str) -> None:
    """Raise NotAllowed where a token acts that was not made for this verb.

    For what people may by being named, such as a reviewer, and not by a right of theirs.
    """
    if beyond_token(resource, action):
        raise NotAllowed(refusal(resource, action), missing=(resource, str(action)))
