"""How the reader wants to be told by mail; the site's way where nothing was chosen."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from core.access.guarded_session import GuardedSession
from core.access.records import check_version
from core.actor import current_actor
from core.clock import now
from core.contributions import SettingDef
from core.errors import Refused
from core.i18n import gettext as _
from core.i18n import lazy_gettext as _l
from core.notifications.letter_models import MailChoice, MailState
from core.notifications.queries import kinds
from core.settings.services import get

OFF, ONCE, DIGEST = "off", "once", "digest"
WAYS = {
    OFF: _l("Not by mail"),
    ONCE: _l("Each by mail, within minutes"),
    DIGEST: _l("One letter a day"),
}
DAY = 24 * 60
MORNING, EVENING = 8 * 60, 20 * 60
DEFAULT_WAY = SettingDef(
    key="core.mail",
    title=_l("Notifications by mail"),
    type="choice",
    default=OFF,
    choices=tuple(WAYS.items()),
    help=_l("For everybody who has not chosen otherwise. Letters go to the employee's address."),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What holds for one account; see `MailChoice`."""

    mail: str
    digest_at: int = MORNING
    quiet_from: int | None = EVENING
    quiet_until: int | None = MORNING
    rest_days: bool = False
    without: Sequence[str] = ()


def wish_of(row: MailChoice | None) -> Wish:
    """Return what holds for an account: its own choice, else the site's way at usual hours."""
    if row is None:
        return Wish(get(DEFAULT_WAY.key))
    return Wish(
        row.mail, row.digest_at, row.quiet_from, row.quiet_until, row.rest_days, tuple(row.without)
    )


def own_choice(session: GuardedSession) -> MailChoice:
    """Return the reader's row; a new one that is not stored yet where there is none."""
    user_id = current_actor().user_id
    found = session.get(MailChoice, user_id)
    if found is not None:
        return found
    held = wish_of(None)
    return MailChoice(
        user_id=user_id,
        mail=held.mail,
        digest_at=held.digest_at,
        quiet_from=held.quiet_from,
        quiet_until=held.quiet_until,
        rest_days=held.rest_days,
        without=[],
    )


def choose(session: GuardedSession, wish: Wish, *, row_version: int | None = None) -> MailChoice:
    """Store what the reader wants from now on.

    Raises Refused for what does not fit, Conflict if it was changed since `row_version` (0: there
    was no choice yet; None: whatever there is).
    """
    _check(wish)
    row = own_choice(session)
    if row in session:
        check_version(row, row_version, asdict(wish))
    if row.mail == OFF or row not in session:
        _begin(session)
    row.mail, row.digest_at = wish.mail, wish.digest_at
    row.quiet_from, row.quiet_until = wish.quiet_from, wish.quiet_until
    row.rest_days, row.without = wish.rest_days, sorted(set(wish.without))
    session.add(row)
    return row


def _begin(session: GuardedSession) -> None:
    """Let the first letter tell of what comes from now on."""
    state = session.get(MailState, current_actor().user_id)
    if state is None:
        session.add(MailState(user_id=current_actor().user_id, since=now()))
    else:
        state.since = now()


def _check(wish: Wish) -> None:
    fields: dict[str, Any] = {}
    if wish.mail not in WAYS:
        fields["mail"] = [_("This cannot be chosen here.")]
    if (wish.quiet_from is None) != (wish.quiet_until is None):
        fields["quiet_until"] = [_("Please give both ends of the quiet hours, or none.")]
    for name in ("digest_at", "quiet_from", "quiet_until"):
        minutes = getattr(wish, name)
        if minutes is not None and not 0 <= minutes < DAY:
            fields[name] = [_("Please write a time as 08:30.")]
    if unknown := set(wish.without) - kinds().keys():
        fields["without"] = [_("There is no such kind: %(kind)s.", kind=min(unknown))]
    if fields:
        raise Refused(_("Nothing was stored."), fields=fields)
