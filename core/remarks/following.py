"""Who follows a record: whoever says so, and its owner who need not say it."""

from collections.abc import Collection

from sqlalchemy import delete, inspect, select
from sqlalchemy.orm import Session

from core.access.declarations import Protected
from core.access.resources import resource_of
from core.accounts.models import User
from core.database import SILENT, insert_once
from core.remarks.models import Follower
from core.remarks.subject import Subject, subject
from core.unit_of_work import current_session, current_unit

UNIQUE = ["resource", "record_id", "user_id"]


def follows(session: Session, about: Subject, user_id: int | None) -> bool:
    """Tell whether an account follows a record."""
    said = session.scalar(
        select(Follower.follows).where(
            Follower.resource == about.resource.key,
            Follower.record_id == about.record_id,
            Follower.user_id == user_id,
        )
    )
    return _owns(about) if said is None else said


def _owns(about: Subject) -> bool:
    me = current_unit().actor.employee_id
    return me is not None and getattr(about.record, "scope_owner_id", None) == me


def set_following(resource: str, record_id: int, *, on: bool) -> None:
    """Let the actor follow a record that it sees, or no longer; raise NotFound."""
    about = subject(resource, record_id)
    user_id = current_unit().actor.user_id
    if user_id is not None:
        _store(current_session(), about.resource.key, record_id, user_id, on=on, anew=True)


def begin_following(session: Session, resource: str, record_id: int, user_id: int) -> None:
    """Let whoever takes part follow from now on, unless they said that they do not want to."""
    _store(session, resource, record_id, user_id, on=True, anew=False)


def followers(
    session: Session, resource: str, ids: Collection[int], *, owners: Collection[int] | None = None
) -> dict[int, set[int]]:
    """Return the accounts that follow each record; `owners` only for those of `ids`, if given.

    Whoever asks is the system: an account's own right to see the record is the caller's care.
    """
    said = session.execute(
        select(Follower.record_id, Follower.user_id, Follower.follows).where(
            Follower.resource == resource, Follower.record_id.in_(ids)
        )
    ).all()
    found: dict[int, set[int]] = {record_id: set() for record_id in ids}
    for record_id, user_id in _owners(session, resource, ids if owners is None else owners):
        found[record_id].add(user_id)
    for record_id, user_id, on in said:
        (found[record_id].add if on else found[record_id].discard)(user_id)
    return found


def stop_following(session: Session, employee_id: int) -> None:
    """Forget what somebody who leaves followed."""
    account = select(User.id).where(User.employee_id == employee_id).scalar_subquery()
    session.execute(
        delete(Follower).where(Follower.user_id.in_(account)),
        execution_options=SILENT,
    )


def _owners(session: Session, resource: str, ids: Collection[int]) -> list[tuple[int, int]]:
    declared = resource_of(resource)
    if declared is None or declared.model is None or not issubclass(declared.model, Protected):
        return []
    (key,) = inspect(declared.model).primary_key
    rows = session.execute(
        select(key, User.id)
        .select_from(declared.model)
        .join(User, User.employee_id == declared.model.scope_owner_id)
        .where(key.in_(ids), User.active)
    )
    return [(record_id, user_id) for record_id, user_id in rows]


def _store(
    session: Session, resource: str, record_id: int, user_id: int, *, on: bool, anew: bool
) -> None:
    values = {"resource": resource, "record_id": record_id, "user_id": user_id, "follows": on}
    statement = insert_once(session)(Follower).values(**values)
    session.execute(
        statement.on_conflict_do_update(index_elements=UNIQUE, set_={"follows": on})
        if anew
        else statement.on_conflict_do_nothing(index_elements=UNIQUE)
    )
