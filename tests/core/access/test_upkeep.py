"""The daily look at compiled rights."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert, select

from core.access import terms
from core.access.context import AccessContext
from core.access.drafts import Draft, Keys, store
from core.access.models import AccessTerm, KeyRange, KeyRangeKey
from core.access.upkeep import keep_up
from core.actor import system_actor
from core.unit_of_work import unit_of_work

SYSTEM = system_actor("test")


def look_after() -> None:
    with unit_of_work(SYSTEM) as session:
        assert keep_up(SimpleNamespace(session=session)).done  # type: ignore[arg-type]


def test_terms_of_a_policy_that_does_not_count_do_not_stay(app: Any, make: Any) -> None:
    """The built-in rules were written while the add-on could not be loaded, beside its own."""
    user = make.user()
    source = {"zh": "默认", "en": "built in"}
    with unit_of_work(SYSTEM) as session:
        drafts = [Draft(user_id=user.id, resource="*", actions=("delete",), source=source)]
        store(session, "default", drafts)
        store(session, "mine", drafts)
    look_after()
    with unit_of_work(SYSTEM) as session:
        stored = set(session.scalars(select(AccessTerm.provider)))
    assert stored == {"rights", "mine"}


def test_a_set_that_no_term_names_is_dropped(app: Any, make: Any) -> None:
    with unit_of_work(SYSTEM) as session:
        unused = KeyRange(hash="x" * 64, size=1)
        session.add(unused)
        session.flush()
        session.execute(insert(KeyRangeKey), [{"set_id": unused.id, "key": 1}])
        key = unused.id
    look_after()
    with unit_of_work(SYSTEM) as session:
        assert session.get(KeyRange, key) is None
        assert session.scalars(select(KeyRangeKey.key).where(KeyRangeKey.set_id == key)).all() == []


@pytest.mark.parametrize("allow", [True, False])
def test_a_term_whose_set_is_gone_gives_nothing_and_denies_all(
    app: Any, make: Any, monkeypatch: pytest.MonkeyPatch, *, allow: bool
) -> None:
    """Somebody compiled anew between the statement that read the term and that for its keys."""
    user = make.user()
    words = {"zh": "我", "en": "mine"}
    with unit_of_work(SYSTEM) as session:
        everything = Draft(user_id=user.id, resource="toy", actions=("query",), source=words)
        some = Draft(
            user_id=user.id, resource="toy", actions=("query",), source=words, allow=allow,
            ranges={"org": Keys(frozenset({7}))},
        )  # fmt: skip
        store(session, "mine", [some] if allow else [everything, some])
        connection = session.connection()

        def reach() -> Any:
            found = terms.load_terms(connection, user.id, None)
            return AccessContext.of_terms(SYSTEM, found).reach("toy", "query")

        assert not reach().is_nothing
        monkeypatch.setattr(terms, "load_sets", lambda *_: {})
        assert reach().is_nothing
