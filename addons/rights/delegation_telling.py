"""What the delegator and the substitute are told."""

from collections.abc import Callable, Iterable, Mapping

from addons.rights.delegation_models import Delegation
from addons.rights.subjects import user_names
from addons.rights.words import period_in_words
from core.i18n import gettext as _
from core.notifications.services import Notice, notify
from core.unit_of_work import current_session, current_unit

Words = Callable[[], str]
OWNER = "rights"
PAGE = "rights.my_delegations"


def names_of(found: Delegation) -> tuple[str, str]:
    """Return the names of delegator and substitute, also of those who have left."""
    known = called([found])
    return known[found.from_user_id], known[found.to_user_id]


def called(several: Iterable[Delegation]) -> dict[int, str]:
    """Return what everybody in these delegations is called, in one statement."""
    users = {key for one in several for key in (one.from_user_id, one.to_user_id)}
    return user_names(current_session(), users)


def tell_begin(found: Delegation) -> None:
    """Tell both that a delegation was made."""
    lender, substitute = names_of(found)

    def to_substitute() -> str:
        return _("You are the substitute of %(name)s", name=lender)

    def to_lender() -> str:
        return _("%(name)s is your substitute", name=substitute)

    def period() -> str:
        return period_in_words(found)

    _tell(found, "begin", period, {found.to_user_id: to_substitute, found.from_user_id: to_lender})


def tell_end(found: Delegation) -> None:
    """Tell both that a delegation was ended."""
    lender, substitute = names_of(found)

    def to_substitute() -> str:
        return _("You are no longer the substitute of %(name)s", name=lender)

    def to_lender() -> str:
        return _("%(name)s is no longer your substitute", name=substitute)

    def why() -> str:
        return found.end_reason

    _tell(found, "end", why, {found.to_user_id: to_substitute, found.from_user_id: to_lender})


def _tell(found: Delegation, what: str, detail: Words, titles: Mapping[int, Words]) -> None:
    for user_id, title in titles.items():
        if user_id == current_unit().actor.user_id:
            continue
        notice = Notice(
            kind="rights.delegation",
            key=f"rights:delegation:{found.id}:{what}",
            title=title,
            detail=detail,
            endpoint=PAGE,
            owner=OWNER,
        )
        notify(current_session(), notice, users=[user_id])
