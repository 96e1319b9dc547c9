"""Whose rules give the rights: the built-in ones, or those of the add-on that is on for it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, select

from core.access import default_policy
from core.access.context import AccessContext, rights_have_changed
from core.access.drafts import Draft, store
from core.access.key_rules import wait_for_compilers
from core.access.models import AccessTerm
from core.accounts.models import User
from core.addons.models import Addon, State, bump
from core.addons.registry import registry
from core.contributions import Policy

DEFAULT = Policy(key=default_policy.PROVIDER, drafts=default_policy.drafts)
COMPILING = "compiling the rights"


def active(session: Any) -> Policy:
    """Return the policy that counts in this transaction: an add-on's that is on, or the default."""
    found = registry()
    offered = found.every("policies")
    if not offered:
        return DEFAULT
    on = set(session.scalars(select(Addon.name).where(Addon.state == State.ENABLED)))
    return next((one for one in offered if found.owner_of(one) in on), DEFAULT)


def recompile(session: Any, user_ids: Iterable[int] | None = None) -> None:
    """Write the terms of these accounts anew, of everybody if None, and raise the rights version.

    Everything that a policy reads and that has changed must be flushed or pending in `session`.
    """
    users = None if user_ids is None else set(user_ids)
    hold(session)
    policy = active(session)
    with _unlimited(session) as wide:
        if users and policy.hangs_on_users is not None:
            users |= policy.hangs_on_users(wide, users)
        wanted = None if users is None else sorted(users)
        _clear(wide, wanted)
        store(wide, policy.key, policy.drafts(wide, wanted))


def recompile_people(session: Any, employee_ids: Iterable[int | None]) -> None:
    """Compile the rights that hang on these people anew, in the caller's transaction."""
    people = {key for key in employee_ids if key is not None}
    if not people:
        return
    hold(session)
    policy = active(session)
    if policy.hangs_on is not None:
        with _unlimited(session) as wide:
            people |= policy.hangs_on(wide, people)
    users = list(session.scalars(select(User.id).where(User.employee_id.in_(people))))
    if users:
        recompile(session, users)


def recompile_tree(session: Any, heads: Iterable[int | None]) -> None:
    """Compile anew what hangs on the tree of units; `heads` are the heads whose units changed."""
    hold(session)
    policy = active(session)
    if policy.hangs_on_tree is None:
        recompile_people(session, heads)
        return
    with _unlimited(session) as wide:
        users = policy.hangs_on_tree(wide)
        if users is None:
            recompile(session)
            return
        led = {key for key in heads if key is not None}
        users |= set(wide.scalars(select(User.id).where(User.employee_id.in_(led))))
    if users:
        recompile(session, users)


def drafts_now(session: Any, policy: Policy, user_ids: Sequence[int] | None) -> list[Draft]:
    """Return what a policy would write, without writing it."""
    with _unlimited(session) as wide:
        return list(policy.drafts(wide, user_ids))


def hold(session: Any) -> None:
    """Raise the version before anything is read: its row makes others wait until the commit.

    Whoever works out whose rights an act concerns calls it before. Two that compile side by side
    would each delete the terms that they see and insert their own, so a right that one of them
    withdraws would live on in what the other had read before.
    """
    session.flush()
    wait_for_compilers(session, alone=True)
    bump(session, "rights_version")
    rights_have_changed(session.connection())
    session.info["unit"].rights_version = None


def is_current(session: Any) -> bool:
    """Tell whether the stored terms come from the policy that counts, and from no other one.

    They do not after a while in which its add-on could not be loaded.
    """
    stored = select(AccessTerm.provider).where(AccessTerm.provider.in_(_policies(session)))
    return set(session.scalars(stored.distinct())) == {active(session).key}


def _policies(session: Any) -> set[str]:
    offered = (one.key for one in registry().every("policies"))
    return {DEFAULT.key, *offered, *session.scalars(select(Addon.name))}


def _clear(session: Any, user_ids: Collection[int] | None) -> None:
    doomed = delete(AccessTerm).where(AccessTerm.provider.in_(_policies(session)))
    if user_ids is not None:
        doomed = doomed.where(AccessTerm.user_id.in_(user_ids))
    session.execute(doomed, execution_options={"synchronize_session": False})


@contextmanager
def _unlimited(session: Any) -> Iterator[Any]:
    wide = session.info["unit"].new_session(AccessContext.system(COMPILING))
    try:
        yield wide
    finally:
        wide.close()
