"""Past the application's wall: a planted hole, raw SQL, and what is said to the database."""

from contextlib import contextmanager

from sqlalchemy import event

from core.access import flush_guard, guarded_session, verifier, wall
from core.access.guarded_session import GuardedSession
from core.unit_of_work import current_unit

ROWS = "SELECT id FROM customers_customer"


@contextmanager
def everything_off():
    """Switch off the condition, the check at the cursor and the guard of flushes."""
    criteria, verify = guarded_session._add_criteria, verifier.verify
    guarded_session._add_criteria = lambda _state, _access, wanted: wanted
    verifier.verify = lambda *_arguments, **_options: None
    event.remove(GuardedSession, "before_flush", flush_guard.before_flush)
    try:
        yield
    finally:
        guarded_session._add_criteria, verifier.verify = criteria, verify
        event.listen(GuardedSession, "before_flush", flush_guard.before_flush)


def raw(sql=ROWS):
    """Ask past everything, on the connection of the present unit."""
    connection = current_unit().connection.connection.driver_connection
    return {row[0] for row in connection.execute(sql).fetchall()}


@contextmanager
def told():
    """Collect what is said to the database within the block."""
    said = []
    kept, wall._tell = wall._tell, lambda cursor, who: (said.append(who), kept(cursor, who))
    try:
        yield said
    finally:
        wall._tell = kept
