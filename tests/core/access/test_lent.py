"""Lent verbs on real rows, where all sets of keys stay in the database."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from core.access import resources
from core.access.flush_guard import admits
from core.access.reach import KeySet
from core.access.terms import SIGHT, Term
from core.contributions import Resource
from tests.core.access.wall_toys import SET_KEYS, Cost, World, context, term

SETS = {31: {1, 2}, 32: {1, 3}, 33: {2, 3}}  # any two share a unit, all three none


@pytest.mark.parametrize(("own", "wanted"), [(31, set()), (32, {1}), (33, set())])
def test_an_export_is_cut_with_both_peoples_sight(
    world: World, monkeypatch: pytest.MonkeyPatch, own: int, wanted: set[int]
) -> None:
    """Three ranges of one dimension meet: the verb's, the lender's sight and one's own."""
    kind = Resource(key="toy.cost", title="costs", model=Cost, actions=("query", "export"))
    monkeypatch.setattr(resources, "_source", [lambda: {"toy.cost": kind}])

    def units(verb: str, number: int, lender: int | None = None) -> Term:
        return replace(
            term({verb}, resource="toy.cost", org=KeySet(large=frozenset({number}))),
            for_user=lender,
        )

    sight = 33 if own == 31 else 32  # 32 and 33 share unit 3, which has no row
    access = context(units("export", 32, 7), units(SIGHT, sight, 7), units("query", own))
    with world.session(access) as session:
        rows = [{"set_id": one, "key": key} for one, keys in SETS.items() for key in keys]
        session.connection().execute(SET_KEYS.insert(), rows)
        found = select(Cost.scope_org_id).execution_options(action="export")
        assert set(session.scalars(found)) == wanted
        reach = access.reach("toy.cost", "export")
        judged = {n for n in (1, 2) if admits(session, reach, {"org": n})}
        assert judged == wanted
