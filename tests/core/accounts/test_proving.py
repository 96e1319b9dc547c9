"""Wrong passwords typed to confirm an act leave a trace, as those of a sign-in do."""

import pytest
from sqlalchemy import select

from core.accounts.throttling import LIMITS
from core.actor import system_actor
from core.audit.models import AuditEntry
from core.clock import frozen, now
from core.unit_of_work import read_only

CHOSEN = "seven loud kettles sing"
WRONG = "not my password"
ACTS = {
    "/account/password": {"current": WRONG, "new_password": CHOSEN, "repeat": CHOSEN},
    "/account/tokens/new": {
        "name": "robot",
        "days": "7",
        "scopes": ["core.notification:query"],
        "password": WRONG,
    },
}


def entries():
    with read_only(system_actor("proving test")) as session:
        wanted = AuditEntry.action == "sign-in-slowed"
        return list(session.scalars(select(AuditEntry).where(wanted)))


@pytest.mark.parametrize("path", ACTS)
def test_guesses_at_a_confirmation_leave_one_entry_a_wait_and_a_slip_none(browser, member, path):
    here = browser()
    here.sign_in("wang")
    with frozen(now()):
        for _try in range(LIMITS["pair"].free):
            assert here.post(path, ACTS[path]).status_code == 422
        assert entries() == []
        for _try in range(3):
            assert here.post(path, ACTS[path]).status_code == 422
    (entry,) = entries()
    assert (entry.record_id, entry.actor_user_id, entry.actor_label) == (
        member.id,
        member.id,
        "Wang",
    )
    assert entry.changes == {"network": "127.0.0.0/24"}
