"""A session has one context for life; connections are past the wall only when trusted."""

import pytest
import sqlalchemy as sa
from sqlalchemy import func, select

from core.access.context import AccessContext
from core.access.frames import trusted
from core.access.guarded_session import GuardedSession, UnscopedAccess
from core.access.verifier import UnguardedStatement
from core.errors import ProgrammingFault
from tests.core.access.wall_toys import SYSTEM, Cost, Plain, World, context, term

costs = Cost.__table__


@pytest.mark.parametrize(
    "ask",
    [
        lambda s: s.scalars(select(Cost)),
        lambda s: s.scalars(select(Plain)),
        lambda s: s.execute(sa.text("select 1")),
        lambda s: s.get(Plain, 1),
        lambda s: s.query(Plain).all(),
    ],
    ids=["protected", "open", "text", "get", "legacy"],
)
def test_without_a_context_every_question_raises(world: World, ask: object) -> None:
    with world.session(None) as session, pytest.raises(UnscopedAccess):
        ask(session)  # type: ignore[operator]


def test_without_a_context_nothing_is_stored(world: World) -> None:
    session = world.session(None)
    session.autoflush = False
    session.add(Plain())
    with pytest.raises(UnscopedAccess):
        session.flush()


def test_the_context_cannot_be_exchanged(world: World) -> None:
    with world.session(context(term(org=[1]))) as session, pytest.raises(AttributeError):
        session.access = SYSTEM  # type: ignore[misc]


def test_an_engine_without_the_wall_is_refused() -> None:
    bare = sa.create_engine("sqlite://")
    with GuardedSession(bind=bare, access=SYSTEM) as session, pytest.raises(ProgrammingFault):
        session.execute(sa.text("select 1"))
    bare.dispose()


def test_the_system_reads_all(world: World) -> None:
    with world.session(AccessContext.system("test")) as session:
        assert session.scalar(select(func.count()).select_from(Cost)) == 5


def test_a_trusted_connection_passes_until_the_block_ends(world: World) -> None:
    with world.engine.connect() as connection:
        with trusted(connection, "test"), trusted(connection, "nested"):
            pass
        with trusted(connection, "test"):
            assert connection.scalar(select(func.count()).select_from(costs)) == 5
        with pytest.raises(UnguardedStatement):
            connection.scalar(select(func.count()).select_from(costs))


def test_trust_needs_a_reason(world: World) -> None:
    with (
        world.engine.connect() as connection,
        pytest.raises(ProgrammingFault),
        trusted(connection, " "),
    ):
        pass


def test_trust_does_not_outlive_its_block_in_the_pool(world: World) -> None:
    with world.engine.connect() as connection, trusted(connection, "test"):
        connection.scalar(select(func.count()).select_from(costs))
    with world.engine.connect() as connection, pytest.raises(UnguardedStatement):
        connection.scalar(select(func.count()).select_from(costs))


def test_two_sessions_on_one_connection_keep_their_own_contexts(world: World) -> None:
    with world.engine.connect() as connection, connection.begin():
        mine = GuardedSession(bind=connection, access=context(term(org=[1])))
        system = GuardedSession(bind=connection, access=SYSTEM)
        assert len(mine.scalars(select(Cost)).all()) == 2
        assert len(system.scalars(select(Cost)).all()) == 5
        assert len(mine.scalars(select(Cost)).all()) == 2
        with pytest.raises(UnguardedStatement):
            mine.execute(select(costs.c.id))
        mine.close()
        system.close()


def test_the_identity_map_of_one_context_does_not_serve_another(world: World) -> None:
    with world.session(SYSTEM) as system, world.session(context(term(org=[1]))) as session:
        assert system.get(Cost, 2) is not None
        assert session.get(Cost, 2) is None


def test_different_actions_have_different_ranges_in_one_session(world: World) -> None:
    terms = (term({"query"}, org=[1]), term({"assign"}, org=[2]))
    with world.as_(*terms) as session:
        assert sorted(session.scalars(select(Cost.id))) == [1, 5]
        given = select(Cost.id).execution_options(action="assign")
        assert sorted(session.scalars(given)) == [2, 3, 4]
        assert session.scalars(select(Cost.id).execution_options(action="approve")).all() == []


def test_nothing_leaves_in_a_file_that_is_not_seen(world: World) -> None:
    exported = select(Cost.id).execution_options(action="export")
    everything = term({"query", "export"})
    for terms, ids in (
        ((term({"export"}),), []),
        ((term({"query"}, org=[1]), term({"export"})), [1, 5]),
        ((term({"query"}, org=[1]), term({"export"}, org=[1, 2])), [1, 5]),
        ((term({"query"}, org=[1]), term({"export"}, org=[2])), []),
        ((everything, term({"query"}, allow=False, org=[1])), [2, 3, 4]),
        ((everything,), [1, 2, 3, 4, 5]),
    ):
        with world.as_(*terms) as session:
            assert sorted(session.scalars(exported)) == ids


def test_different_resources_have_different_ranges_in_one_statement(world: World) -> None:
    from tests.core.access.wall_toys import Customer

    terms = (
        term({"query"}, resource="toy.cost"),
        term({"query"}, resource="toy.customer", org=[2]),
    )
    with world.as_(*terms) as session:
        joined = select(Cost.id, Customer.id).join(Cost.customer)
        assert sorted(tuple(row) for row in session.execute(joined)) == [(3, 2), (5, 2)]
        assert len(session.scalars(select(Cost.id)).all()) == 5


def test_a_minimum_group_hides_groups_of_too_few_people(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.access import resources
    from core.contributions import Resource

    known = {"toy.cost": Resource(key="toy.cost", title="costs", model=Cost, minimum_group=2)}
    monkeypatch.setattr(resources, "_source", [lambda: known])
    by_unit = (
        select(Cost.scope_org_id, func.sum(Cost.amount))
        .group_by(Cost.scope_org_id)
        .execution_options(action="analyse")
    )
    with world.as_(term({"analyse"})) as session:
        assert [tuple(row) for row in session.execute(by_unit)] == [(2, 1105)]
        inner = select(Cost.scope_org_id, Cost.amount).subquery()
        outer = select(func.sum(inner.c.amount)).execution_options(action="analyse")
        with pytest.raises(UnguardedStatement, match="minimum group size"):
            session.execute(outer)
        inner = select(Cost.scope_org_id, Cost.amount, Cost.scope_owner_id).subquery()
        grouped = (
            select(inner.c.scope_org_id, func.sum(inner.c.amount))
            .group_by(inner.c.scope_org_id)
            .execution_options(action="analyse")
        )
        assert [tuple(row) for row in session.execute(grouped)] == [(2, 1105)]


@pytest.mark.parametrize(
    "columns",
    [
        lambda: [func.coalesce(func.sum(Cost.amount), 0)],
        lambda: [func.sum(Cost.amount) * 100 / func.count(Cost.id)],
        lambda: [func.count(sa.distinct(Cost.scope_owner_id)), func.max(Cost.amount)],
        lambda: [func.sum(sa.case((Cost.kind == "c", Cost.amount), else_=0))],
        lambda: [sa.cast(func.avg(Cost.amount), sa.Integer)],
    ],
    ids=["coalesce", "ratio", "several", "case", "cast"],
)
def test_statistics_may_be_computed_with(world: World, columns: object) -> None:
    statement = select(*columns()).execution_options(action="analyse")  # type: ignore[operator]
    assert len(world.ask(lambda s: s.execute(statement).all(), term({"analyse"}))) == 1


def test_statistics_may_be_grouped_by_what_the_model_declares(world: World) -> None:
    statement = (
        select(Cost.kind, func.count()).group_by(Cost.kind).execution_options(action="analyse")
    )
    rows = world.ask(lambda s: s.execute(statement).all(), term({"analyse"}))
    assert sorted(tuple(row) for row in rows) == [("c", 4), ("t", 1)]


def test_participants_see_a_record_beyond_their_range(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.access import resources
    from core.contributions import Resource
    from tests.core.access.wall_toys import PARTICIPANTS

    known = {"toy.cost": Resource(key="toy.cost", title="costs", model=Cost, participants=True)}
    monkeypatch.setattr(resources, "_source", [lambda: known])
    taking_part = [{"resource": "toy.cost", "record_id": 3, "user_id": 1}]
    with world.as_(term({"query"}, org=[1])) as session:
        session.connection().execute(PARTICIPANTS.insert(), taking_part)
        assert sorted(session.scalars(select(Cost.id))) == [1, 3, 5]
    denied = term({"query"}, allow=False, org=[2])
    with world.as_(term({"query"}, org=[1]), denied) as session:
        session.connection().execute(PARTICIPANTS.insert(), taking_part)
        assert sorted(session.scalars(select(Cost.id))) == [1, 5]
    with world.as_(term({"update"}, org=[1])) as session:
        session.connection().execute(PARTICIPANTS.insert(), taking_part)
        assert session.scalars(select(Cost.id)).all() == [], "no grant of the verb, no row"
