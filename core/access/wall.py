"""Telling a hardened PostgreSQL whose rows a statement may see; the policies are in `hardening`.

Said for a transaction, right before the first statement that touches a protected table, and again
when another session or another verb comes to its turn on the same transaction. A database that is
not hardened is told nothing.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event

from core.access.frames import TRUSTED, present_frame
from core.access.ledger import is_protected
from core.access.verifier import verdict_of

SETTING = "sunmao.who"
WIDE = "wide"  # the marker of the system, of elevation and of what the core has checked itself
PROBE = "core_wall_terms"  # the function that only a hardened database has
QUIET = "core_wall_quiet"  # the function that keeps writers of the audit trail out
HARDENED, SAID = "sunmao_hardened", "sunmao_said"
CONNECTED = """
SELECT probe, set_config('plan_cache_mode', 'force_custom_plan', false),
    set_config('jit', CASE WHEN probe IS NULL THEN current_setting('jit') ELSE 'off' END, false)
FROM to_regproc(%s) AS probe
"""
SAY = "SELECT set_config(%s, %s, true)"


def follow(engine: Engine) -> None:
    """Say who asks before the statements of a PostgreSQL engine, where its database is hardened."""
    event.listen(engine, "before_cursor_execute", _before_cursor)
    for name in ("begin", "commit", "rollback", "rollback_savepoint"):
        event.listen(engine, name, _forget)


def _forget(connection: Connection, *_details: Any) -> None:
    if not connection.invalidated:  # or its info would be that of a new one
        connection.info.pop(SAID, None)


def _before_cursor(
    connection: Connection, _cursor: Any, _text: str, _values: Any, context: Any, _many: Any
) -> None:
    info = connection.info
    if not info.get(HARDENED):
        return
    said, wanted = info.get(SAID, ""), _wanted(connection)
    if said == wanted or (said != WIDE and not _touches_rows(context)):
        return  # what is said already shows no more than it may
    cursor = connection.connection.cursor()
    _tell(cursor, wanted)
    cursor.close()
    info[SAID] = wanted


def _tell(cursor: Any, who: str) -> None:
    cursor.execute(SAY, (SETTING, who))


def _wanted(connection: Connection) -> str:
    if TRUSTED in connection.info:
        return WIDE
    frame = present_frame(connection)
    if frame is None:
        return ""
    access = frame.session.access
    if frame.refresh or access.is_system or access.actor.kind == "system":
        return WIDE
    return access.said(frame.action)


def _touches_rows(context: Any) -> bool:
    """Tell whether a statement may use a protected table; of what nobody compiled, yes."""
    compiled = getattr(context, "compiled", None)
    if compiled is None:
        return True
    found: bool | None = compiled.__dict__.get("_touches_rows")
    if found is None:
        ledger, _unmarked = verdict_of(compiled)
        used = any(use.known is None or use.known.kind == "protected" for use in ledger.uses)
        found = bool(used or ledger.faults or any(map(is_protected, ledger.inserts)))
        compiled.__dict__["_touches_rows"] = found
    return found
