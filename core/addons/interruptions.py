"""What became of an act whose process ended in the middle: read from the database, not guessed."""

from collections.abc import Mapping

from sqlalchemy import select

from core.addons import tables
from core.addons.faults import Fault, Words, words
from core.addons.leases import ACT_WORDS, Holder, keep_fault
from core.addons.models import Addon, State
from core.addons.previews import history_for
from core.addons.registry import Registry
from core.addons.schema import schema_engine
from core.config import Config

GOALS: Mapping[str, State] = {
    "enable": State.ENABLED,
    "disable": State.DISABLED,
    "uninstall": State.ARCHIVED,
    "purge": State.AVAILABLE,
}
LEFT: Mapping[str, Words] = {
    "enable": words("It is not enabled, and no row is lost: enable it again."),
    "disable": words("It is still enabled: disable it again."),
    "uninstall": words("It is still installed: uninstall it again."),
    "purge": words(
        "No table was dropped and every row is still there: purge it again, or enable it."
    ),
}
DROPPED = words(
    "Its tables are dropped; their copies are in instance/exports: purge it again to finish."
)


def interruption(found: Registry, holder: Holder) -> Fault | None:
    """Say what an act that was cut short has done and what to do; None if it had done all."""
    config: Config = found.app.config["SUNMAO"]
    with schema_engine(config).connect() as connection:
        state = connection.scalar(select(Addon.state).where(Addon.name == holder.addon))
    if holder.act not in GOALS or (state or State.AVAILABLE) == GOALS[holder.act]:
        return None
    left = LEFT[holder.act]
    if holder.act == "purge" and not tables.row_counts(config, history_for(found, holder.addon)):
        left = DROPPED
    said = words(
        "“%(act)s”, begun by %(actor)s at %(since)s, was cut short: process %(pid)s on %(host)s "
        "is gone. %(left)s",
        act=ACT_WORDS[holder.act],
        actor=holder.actor,
        since=holder.since,
        pid=str(holder.pid),
        host=holder.host,
        left=left,
    )
    return Fault(holder.addon, "interrupted", said)


def note_interruption(found: Registry, holder: Holder) -> None:
    """Keep an interruption with its add-on when the next act takes the lease over."""
    fault = interruption(found, holder)
    if fault is not None:
        keep_fault(holder.addon, fault)
