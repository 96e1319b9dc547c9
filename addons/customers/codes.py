"""The codes that accounts get: a prefix and the next number."""

from typing import Any

from sqlalchemy import update

from addons.customers.models import Counter
from core.database import insert_once
from core.settings.services import get
from core.unit_of_work import current_session

COUNTER = "customer"


def next_codes(count: int) -> list[str]:
    """Take `count` codes in one statement; two writers never get the same one."""
    last = _raise_by(count)
    if last is None:
        ensure_counter()
        last = _raise_by(count)
    if last is None:
        raise AssertionError
    prefix = get("customers.code_prefix")
    return [f"{prefix}{number:04d}" for number in range(last - count + 1, last + 1)]


def _raise_by(count: int) -> int | None:
    statement = (
        update(Counter)
        .where(Counter.name == COUNTER)
        .values(value=Counter.value + count)
        .returning(Counter.value)
        .execution_options(synchronize_session=False)
    )
    last: int | None = current_session().scalar(statement)
    return last


def ensure_counter() -> None:
    """Make the counter, if it is not there."""
    session = current_session()
    insert: Any = insert_once(session)
    session.execute(
        insert(Counter)
        .values(name=COUNTER, value=0)
        .on_conflict_do_nothing(index_elements=["name"])
    )
