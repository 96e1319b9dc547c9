"""Who makes a request: one statement loads session or token, user, employee and counters."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from flask_login import UserMixin
from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, literal, select
from sqlalchemy.orm import aliased

from core.accounts.models import ApiToken, LoginSession, SecondFactor, Stage, User
from core.actor import ANONYMOUS, Actor, Held
from core.addons.models import EPOCH_ID, CoreEpoch
from core.clock import now
from core.i18n.money import AUTO
from core.notifications.queries import unread_count
from core.organisation.models import Employee, OrgUnit

State = Literal["none", "live", "half", "expired", "ended"]
ABOVE = aliased(OrgUnit)


@dataclass(frozen=True, slots=True)
class Epoch:
    """The counters as this request found them."""

    module_version: int = 1
    rights_version: int = 1
    code_version: int = 1
    settings_version: int = 1


@dataclass(frozen=True, slots=True)
class LoginSessionInfo:
    """The session behind the request's cookie."""

    id: int
    user_id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    stage: str = Stage.OPEN


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """The API token that the request carries."""

    id: int
    user_id: int
    last_seen_at: datetime | None


@dataclass(frozen=True)
class SignedInUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login's `current_user` holds: plain values, never attached to a session."""

    id: int
    login: str
    label: str
    employee_id: int | None
    unit_id: int | None
    is_administrator: bool
    locale: str | None
    theme: str
    density: str
    money_unit: str
    must_change_password: bool
    second_factor: bool = False
    pins: tuple[str, ...] | None = None  # endpoints; None: never chosen
    place: tuple[dict[str, str], ...] = field(default=(), compare=False)  # the unit, below its own
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """The outcome of the one statement; `state` says what became of the cookie's session."""

    actor: Actor = ANONYMOUS
    epoch: Epoch = Epoch()
    user: SignedInUser | None = None
    session: LoginSessionInfo | None = None
    half: LoginSessionInfo | None = None  # the password was right, the code is due: nobody yet
    token: "TokenInfo | None" = None
    state: State = "none"
    late_user_id: int | None = None  # whose session it was that is over


def load_identity(connection: Connection, token_hash: str, idle: timedelta) -> Identity:
    """Return who holds the token whose digest is given; anonymous when it is not good any more."""
    row = connection.execute(_STATEMENT, {"token_hash": token_hash}).one()
    epoch = _epoch(row)
    if row.session_id is None:
        return Identity(epoch=epoch)
    state = _state(row, idle)
    if state != "live":
        late = row.user_id if row.user_active else None
        return Identity(epoch=epoch, state=state, late_user_id=late)
    session = LoginSessionInfo(
        row.session_id,
        row.user_id,
        row.session_created,
        row.session_seen,
        row.session_expires,
        row.session_stage,
    )
    if session.stage == Stage.CODE:
        return Identity(epoch=epoch, state="half", half=session)
    user = _user(row)
    actor = replace(actor_of(user), held=Held("session", session.id, session.expires_at))
    return Identity(actor=actor, epoch=epoch, user=user, session=session, state="live")


def load_token(connection: Connection, token_hash: str) -> Identity:
    """Return whose API token this is, with its scopes; anonymous when it is not good any more."""
    row = connection.execute(_TOKEN_STATEMENT, {"token_hash": token_hash}).one()
    epoch = _epoch(row)
    if row.session_id is None:
        return Identity(epoch=epoch)
    state = _state(row, None)
    if state != "live":
        return Identity(epoch=epoch, state=state)
    user = _user(row)
    scopes = frozenset((resource, action) for resource, action in row.token_scopes)
    label = f"{user.label} · API {row.token_name}"
    return Identity(
        actor=replace(
            actor_of(user),
            scopes=scopes,
            label=label,
            held=Held("token", row.session_id, row.session_expires),
        ),
        epoch=epoch,
        user=user,
        token=TokenInfo(row.session_id, user.id, row.session_seen),
        state="live",
    )


def load_user(connection: Connection, user_id: int) -> SignedInUser | None:
    """Return an account with the employee behind it; None when it is switched off or unknown."""
    row: Any = connection.execute(_USER_STATEMENT, {"user_id": user_id}).one_or_none()
    return _user(row) if row is not None and row.user_active else None


def _epoch(row: Row[Any]) -> Epoch:
    return Epoch(*(getattr(row, f"epoch_{name}") or 1 for name in Epoch.__slots__))


def actor_of(user: SignedInUser) -> Actor:
    """Return the identity under which an account acts, be it in a request or in a job."""
    return Actor(
        "user",
        user_id=user.id,
        employee_id=user.employee_id,
        label=user.label,
        is_administrator=user.is_administrator,
        locale=user.locale,
        money_unit=user.money_unit,
        second_factor=user.second_factor,
    )


def _state(row: Row[Any], idle: timedelta | None) -> State:
    instant = now()
    if (
        row.session_ended is not None
        or not row.user_active
        or row.session_version != row.user_session_version
    ):
        return "ended"
    idled = idle is not None and instant >= row.session_seen + idle
    if instant >= row.session_expires or idled:
        return "expired"
    return "live"


def _user(row: Row[Any]) -> SignedInUser:
    employed = row.employee_id is not None and row.employee_active
    return SignedInUser(
        id=row.user_id,
        login=row.user_login,
        label=row.employee_name or row.user_login,
        employee_id=row.employee_id if employed else None,
        unit_id=row.employee_unit if employed else None,
        is_administrator=row.user_administrator,
        locale=row.user_locale,
        theme=row.user_theme,
        density=row.user_density,
        money_unit=row.user_money_unit or AUTO,
        must_change_password=row.user_must_change,
        second_factor=row.user_second_factor,
        pins=None if row.user_pins is None else tuple(row.user_pins),
        place=tuple(name for name in (row.unit_above, row.unit_name) if name) if employed else (),
        unread=getattr(row, "unread", 0),
    )


def has_second_factor() -> ColumnElement[bool]:
    """Return whether the account of a statement has a second factor, as SQL."""
    mine = (SecondFactor.user_id == User.id) & SecondFactor.enrolled_at.is_not(None)
    return select(SecondFactor.user_id).where(mine).correlate(User).exists()


_PERSON = (
    User.id.label("user_id"),
    User.login.label("user_login"),
    User.active.label("user_active"),
    User.is_administrator.label("user_administrator"),
    User.locale.label("user_locale"),
    User.theme.label("user_theme"),
    User.density.label("user_density"),
    User.money_unit.label("user_money_unit"),
    User.must_change_password.label("user_must_change"),
    User.pins.label("user_pins"),
    has_second_factor().label("user_second_factor"),
    Employee.id.label("employee_id"),
    Employee.name.label("employee_name"),
    Employee.unit_id.label("employee_unit"),
    Employee.active.label("employee_active"),
    OrgUnit.name.label("unit_name"),
    ABOVE.name.label("unit_above"),
)
_USER_STATEMENT = (
    select(*_PERSON)
    .outerjoin(Employee, Employee.id == User.employee_id)
    .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
    .outerjoin(ABOVE, ABOVE.id == OrgUnit.parent_id)
    .where(User.id == bindparam("user_id"))
)


def _statement(held: type[LoginSession | ApiToken], *more: Any) -> Select[Any]:
    """Join outwards from a constant, so that the counters come even without any session."""
    one = select(literal(1).label("one")).subquery("one")
    return (
        select(
            *(getattr(CoreEpoch, name).label(f"epoch_{name}") for name in Epoch.__slots__),
            *more,
            held.id.label("session_id"),
            held.session_version.label("session_version"),
            held.created_at.label("session_created"),
            held.last_seen_at.label("session_seen"),
            held.expires_at.label("session_expires"),
            held.ended_at.label("session_ended"),
            User.session_version.label("user_session_version"),
            *_PERSON,
        )
        .select_from(one)
        .outerjoin(CoreEpoch, CoreEpoch.id == EPOCH_ID)
        .outerjoin(held, held.token_hash == bindparam("token_hash"))
        .outerjoin(User, User.id == held.user_id)
        .outerjoin(Employee, Employee.id == User.employee_id)
        .outerjoin(OrgUnit, OrgUnit.id == Employee.unit_id)
        .outerjoin(ABOVE, ABOVE.id == OrgUnit.parent_id)
    )


_STATEMENT = _statement(
    LoginSession,
    LoginSession.stage.label("session_stage"),
    unread_count(User.id).label("unread"),
)
_TOKEN_STATEMENT = _statement(
    ApiToken, ApiToken.name.label("token_name"), ApiToken.scopes.label("token_scopes")
)
