"""Every access path of the study (§3.3): what a reader of unit 1 gets from it.

The reader may query, create, update and delete in unit 1 and analyse everywhere. `REFUSED` stands
for "stopped by the wall". A probe that answers anything else than expected is a leak.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import func, select, text
from sqlalchemy.orm import (
    aliased,
    contains_eager,
    defer,
    immediateload,
    joinedload,
    make_transient,
    make_transient_to_detached,
    outerjoin,
    selectin_polymorphic,
    selectinload,
    subqueryload,
    undefer,
    with_polymorphic,
)
from sqlalchemy.orm import join as orm_join

from core.access.verifier import UnguardedStatement
from core.errors import NotAllowed, NotFound
from tests.core.access.wall_toys import (
    COST_TAG,
    Cost,
    Customer,
    Line,
    Piece,
    Plain,
    Tag,
    Trip,
    World,
    term,
)

REFUSED = "REFUSED"
READER = (term(org=(1,)), term({"analyse"}))
ANALYSE = {"action": "analyse"}
costs, trips = Cost.__table__, Trip.__table__


class Probe(NamedTuple):
    name: str
    expected: Any
    ask: Callable[[Any], Any]


def ids(rows: Any) -> list[int]:
    return sorted(row.id for row in rows)


def numbers(rows: Any) -> list[int]:
    return sorted(rows)


def tuples(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in rows)


def _self_join(s: Any) -> Any:
    a, b = aliased(Cost), aliased(Cost)
    return tuples(s.execute(select(a.id, b.id).join(b, sa.true())))


def _half_marked(s: Any) -> Any:
    """One alias is an entity, the other a raw table: a count of marks could be fooled."""
    entity, raw = aliased(Cost), costs.alias()
    return s.execute(select(entity.id, raw.c.amount).where(entity.id == entity.id)).all()


def _doubly_marked(s: Any) -> Any:
    """Two marks on one name must not pay for an unmarked second name."""
    inner = select(Cost.id).where(Cost.id.in_(select(Cost.id))).subquery()
    return s.execute(select(inner.c.id, costs.c.amount)).all()


def _recursive(s: Any) -> Any:
    start = select(Cost.id.label("id"), Cost.amount.label("amount")).where(Cost.id == 1)
    tree = start.cte("tree", recursive=True)
    more = select(Cost.id, Cost.amount).join(tree, Cost.id == tree.c.id + 1)
    return numbers(s.scalars(select(tree.union(more).c.id)))


def _added_object_lazy(s: Any) -> Any:
    cost = Cost(scope_org_id=1, customer_id=2)
    s.add(cost)
    s.flush()
    return cost.customer


def _reload_expired(s: Any) -> Any:
    cost = s.get(Cost, 1)
    s.expire(cost)
    return cost.amount


def _refreshed(s: Any) -> Any:
    cost = s.get(Cost, 1)
    s.refresh(cost)
    return cost.amount


FILTERED = [
    Probe("select entity", [1, 5], lambda s: ids(s.scalars(select(Cost)))),
    Probe("select column", [7, 10], lambda s: numbers(s.scalars(select(Cost.amount)))),
    Probe("count", 2, lambda s: s.scalar(select(func.count()).select_from(Cost))),
    Probe("count of key", 2, lambda s: s.scalar(select(func.count(Cost.id)))),
    Probe("sum", 17, lambda s: s.scalar(select(func.sum(Cost.amount)))),
    Probe(
        "group by",
        [(1, 17)],
        lambda s: tuples(
            s.execute(select(Cost.scope_org_id, func.sum(Cost.amount)).group_by(Cost.scope_org_id))
        ),
    ),
    Probe(
        "window function",
        [(1, 2), (5, 2)],
        lambda s: tuples(s.execute(select(Cost.id, func.count().over()))),
    ),
    Probe(
        "order by text",
        [1, 5],
        lambda s: numbers(s.scalars(select(Cost.id).order_by(text("amount")))),
    ),
    Probe(
        "relationship join", [1], lambda s: numbers(s.scalars(select(Cost.id).join(Cost.customer)))
    ),
    Probe(
        "explicit join",
        [1],
        lambda s: numbers(
            s.scalars(
                select(Cost.id).select_from(Customer).join(Cost, Cost.customer_id == Customer.id)
            )
        ),
    ),
    Probe(
        "outer join to a foreign row",
        [(1, 1), (5, None)],
        lambda s: sorted(
            (tuple(r) for r in s.execute(select(Cost.id, Customer.id).outerjoin(Cost.customer))),
            key=str,
        ),
    ),
    Probe(
        "orm.join",
        [(1, 1)],
        lambda s: tuples(
            s.execute(
                select(Cost.id, Customer.id).select_from(orm_join(Cost, Customer, Cost.customer))
            )
        ),
    ),
    Probe(
        "orm.outerjoin from the right",
        [1],
        lambda s: numbers(
            s.scalars(select(Cost.id).select_from(outerjoin(Customer, Cost, Customer.costs)))
        ),
    ),
    Probe(
        "implicit join",
        [1],
        lambda s: numbers(s.scalars(select(Cost.id).where(Cost.customer_id == Customer.id))),
    ),
    Probe(
        "entity only in WHERE",
        [],
        lambda s: numbers(s.scalars(select(Plain.id).where(Plain.cost_id == Cost.id))),
    ),
    Probe("legacy query", [1, 5], lambda s: ids(s.query(Cost).all())),
    Probe("legacy count", 2, lambda s: s.query(Cost).count()),
    Probe("legacy first", None, lambda s: s.query(Cost).filter(Cost.id == 2).first()),
    Probe("get", None, lambda s: s.get(Cost, 2)),
    Probe("get of a subclass", None, lambda s: s.get(Trip, 4)),
    Probe("alias", [1, 5], lambda s: numbers(s.scalars(select(aliased(Cost).id)))),
    Probe("self join of aliases", [(1, 1), (1, 5), (5, 1), (5, 5)], _self_join),
    Probe(
        "subquery", [1, 5], lambda s: numbers(s.scalars(select(select(Cost.id).subquery().c.id)))
    ),
    Probe(
        "alias in a CTE",
        [1, 5],
        lambda s: numbers(s.scalars(select(select(aliased(Cost).id).cte().c.id))),
    ),
    Probe(
        "entity over a subquery",
        [1, 5],
        lambda s: ids(s.scalars(select(aliased(Cost, select(Cost).subquery())))),
    ),
    Probe("recursive CTE stops at the wall", [1], _recursive),
    Probe(
        "lateral",
        [(1, 1)],
        lambda s: tuples(
            s.execute(
                select(
                    Customer.id,
                    select(func.count(Cost.id))
                    .where(Cost.customer_id == Customer.id)
                    .correlate(Customer)
                    .scalar_subquery(),
                )
            )
        ),
    ),
    Probe(
        "union", [1, 5], lambda s: numbers(s.scalars(sa.union(select(Cost.id), select(Cost.id))))
    ),
    Probe(
        "scalar subquery",
        [(1, 17), (5, 17)],
        lambda s: tuples(
            s.execute(select(Cost.id, select(func.sum(aliased(Cost).amount)).scalar_subquery()))
        ),
    ),
    Probe(
        "exists", [], lambda s: ids(s.scalars(select(Plain).where(sa.exists().where(Cost.id == 2))))
    ),
    Probe(
        "exists of a select",
        [],
        lambda s: ids(
            s.scalars(select(Plain).where(select(Cost.id).where(Cost.id == Plain.cost_id).exists()))
        ),
    ),
    Probe(
        "any",
        [],
        lambda s: ids(s.scalars(select(Customer).where(Customer.costs.any(Cost.amount == 100)))),
    ),
    Probe(
        "has",
        [],
        lambda s: ids(
            s.scalars(select(Cost).where(Cost.id == 5, Cost.customer.has(Customer.name == "cust2")))
        ),
    ),
    Probe(
        "has from an open table",
        [],
        lambda s: ids(s.scalars(select(Plain).where(Plain.cost.has(Cost.amount == 100)))),
    ),
    Probe(
        "in a select",
        [],
        lambda s: ids(
            s.scalars(
                select(Customer).where(
                    Customer.id.in_(select(Cost.customer_id).where(Cost.amount == 100))
                )
            )
        ),
    ),
    Probe(
        "not in a select",
        [1],
        lambda s: ids(
            s.scalars(
                select(Customer).where(
                    Customer.id.not_in(select(Cost.customer_id).where(Cost.amount == 100))
                )
            )
        ),
    ),
    Probe("lazy one to many", [1], lambda s: ids(s.get(Customer, 1).costs)),
    Probe("lazy many to one", None, lambda s: s.get(Cost, 5).customer),
    Probe("lazy many to one from an open row", None, lambda s: s.get(Plain, 1).cost),
    Probe("lazy many to many", [1], lambda s: ids(s.get(Tag, 1).costs)),
    Probe("lazy from an added object", None, _added_object_lazy),
    Probe("lazy child of child", [1], lambda s: ids(s.get(Line, 1).pieces)),
    Probe(
        "joinedload",
        [1],
        lambda s: ids(
            s.scalars(select(Customer).options(joinedload(Customer.costs))).unique().one().costs
        ),
    ),
    Probe(
        "joinedload many to many",
        [1],
        lambda s: ids(s.scalars(select(Tag).options(joinedload(Tag.costs))).unique().one().costs),
    ),
    Probe(
        "joinedload many to one",
        None,
        lambda s: s.scalars(select(Plain).options(joinedload(Plain.cost))).one().cost,
    ),
    Probe(
        "joinedload innerjoin",
        [],
        lambda s: ids(s.scalars(select(Plain).options(joinedload(Plain.cost, innerjoin=True)))),
    ),
    Probe(
        "selectinload",
        [1],
        lambda s: ids(
            s.scalars(select(Customer).options(selectinload(Customer.costs))).one().costs
        ),
    ),
    Probe(
        "selectinload many to one",
        None,
        lambda s: s.scalars(select(Plain).options(selectinload(Plain.cost))).one().cost,
    ),
    Probe(
        "subqueryload",
        [1],
        lambda s: ids(
            s.scalars(select(Customer).options(subqueryload(Customer.costs))).one().costs
        ),
    ),
    Probe(
        "immediateload",
        [1],
        lambda s: ids(
            s.scalars(select(Customer).options(immediateload(Customer.costs))).one().costs
        ),
    ),
    Probe(
        "nested loads",
        [1],
        lambda s: ids(
            s.scalars(
                select(Tag).options(
                    selectinload(Tag.costs).joinedload(Cost.lines).selectinload(Line.pieces)
                )
            )
            .one()
            .costs[0]
            .lines
        ),
    ),
    Probe(
        "contains_eager",
        [1],
        lambda s: ids(
            s.scalars(select(Customer).join(Customer.costs).options(contains_eager(Customer.costs)))
            .unique()
            .one()
            .costs
        ),
    ),
    Probe(
        "write-only collection", [1], lambda s: ids(s.scalars(s.get(Customer, 1).written.select()))
    ),
    Probe("dynamic collection", [1], lambda s: ids(s.get(Customer, 1).streamed.all())),
    Probe("dynamic count", 1, lambda s: s.get(Customer, 1).streamed.count()),
    Probe("column property when touched", 10, lambda s: s.get(Customer, 1).total),
    Probe(
        "column property undeferred",
        10,
        lambda s: s.scalars(select(Customer).options(undefer(Customer.total))).one().total,
    ),
    Probe("deferred column", "n", lambda s: s.get(Cost, 1).note),
    Probe(
        "defer then touch",
        10,
        lambda s: (
            s.scalars(select(Cost).where(Cost.id == 1).options(defer(Cost.amount))).one().amount
        ),
    ),
    Probe("expire and reload", 10, _reload_expired),
    Probe("refresh", 10, _refreshed),
    Probe("joined inheritance", [], lambda s: ids(s.scalars(select(Trip)))),
    Probe("joined inheritance column", [], lambda s: list(s.scalars(select(Trip.km)))),
    Probe(
        "flat alias of a subclass",
        [],
        lambda s: list(s.scalars(select(aliased(Trip, flat=True).km))),
    ),
    Probe(
        "with_polymorphic", [1, 5], lambda s: ids(s.scalars(select(with_polymorphic(Cost, "*"))))
    ),
    Probe(
        "selectin_polymorphic",
        [1, 5],
        lambda s: ids(s.scalars(select(Cost).options(selectin_polymorphic(Cost, [Trip])))),
    ),
    Probe("children", [1], lambda s: ids(s.scalars(select(Line)))),
    Probe("children of children", [1], lambda s: ids(s.scalars(select(Piece)))),
    Probe("open model", [1], lambda s: ids(s.scalars(select(Plain)))),
    Probe("harmless text", 1, lambda s: s.scalar(text("select 1"))),
    Probe("for update", [1, 5], lambda s: ids(s.scalars(select(Cost).with_for_update()))),
    Probe("stream", [1, 5], lambda s: ids(s.scalars(select(Cost).execution_options(yield_per=1)))),
    Probe("read range aggregate", 17, lambda s: s.scalar(select(func.sum(Cost.amount)))),
    Probe(
        "analyse aggregate",
        1122,
        lambda s: s.scalar(select(func.sum(Cost.amount)), execution_options=ANALYSE),
    ),
    Probe(
        "analyse grouped",
        [(1, 17), (2, 1105)],
        lambda s: tuples(
            s.execute(
                select(Cost.scope_org_id, func.sum(Cost.amount))
                .group_by(Cost.scope_org_id)
                .execution_options(**ANALYSE)
            )
        ),
    ),
]


def _refuse(name: str, ask: Callable[[Any], Any]) -> Probe:
    return Probe(name, REFUSED, ask)


def _flush_new(**values: Any) -> Callable[[Any], Any]:
    def ask(s: Any) -> Any:
        s.add(Cost(**values))
        s.flush()
        return "stored"

    return ask


def _change(name: str, value: Any) -> Callable[[Any], Any]:
    def ask(s: Any) -> Any:
        setattr(s.get(Cost, 1), name, value)
        s.flush()
        return "stored"

    return ask


def _merge(s: Any) -> Any:
    s.merge(Cost(id=2, scope_org_id=1, amount=1))
    s.flush()
    return "stored"


def _forge(s: Any, act: Callable[[Any, Any], Any]) -> Any:
    forged = Cost(id=3)
    make_transient_to_detached(forged)
    s.add(forged)
    return act(s, forged)


def _forge_delete(s: Any) -> Any:
    def act(session: Any, forged: Any) -> Any:
        session.delete(forged)
        session.flush()
        return "deleted"

    return _forge(s, act)


def _forge_from_own(s: Any) -> Any:
    own = s.get(Cost, 1)
    s.expunge(own)
    make_transient(own)
    own.id = 3
    make_transient_to_detached(own)
    s.add(own)
    return own.amount


def _child_of_foreign(s: Any) -> Any:
    s.add(Line(cost_id=2, text="planted"))
    s.flush()
    return "stored"


def _subselect_as_value(s: Any) -> Any:
    s.get(Cost, 1).amount = select(func.sum(costs.c.amount)).scalar_subquery()
    s.flush()
    return s.get(Cost, 1).amount


def _left_side_condition(s: Any) -> Any:
    return s.execute(
        select(Plain.id, costs.c.amount).select_from(
            sa.outerjoin(costs, Plain, Plain.cost_id == costs.c.id)
        )
    ).all()


REFUSALS = [
    _refuse(
        "update by list of keys", lambda s: s.execute(sa.update(Cost), [{"id": 2, "amount": 1}])
    ),
    _refuse(
        "bulk_update_mappings", lambda s: s.bulk_update_mappings(Cost, [{"id": 2, "amount": 1}])
    ),
    _refuse("bulk_insert_mappings", lambda s: s.bulk_insert_mappings(Cost, [{"scope_org_id": 2}])),
    _refuse("bulk_save_objects", lambda s: s.bulk_save_objects([Cost(scope_org_id=2)])),
    _refuse("insert()", lambda s: s.execute(sa.insert(Cost).values(scope_org_id=2))),
    _refuse("insert() list", lambda s: s.execute(sa.insert(Cost), [{"scope_org_id": 2}])),
    _refuse("insert() into the table", lambda s: s.execute(costs.insert().values(scope_org_id=2))),
    _refuse(
        "insert from select",
        lambda s: s.execute(sa.insert(Plain).from_select(["cost_id"], select(costs.c.id))),
    ),
    _refuse(
        "insert from ORM select",
        lambda s: s.execute(sa.insert(Plain).from_select(["cost_id"], select(Cost.id))),
    ),
    _refuse(
        "insert in a CTE",
        lambda s: s.execute(
            select(costs.insert().values(scope_org_id=2).returning(costs.c.id).cte().c.id)
        ),
    ),
    _refuse("update()", lambda s: s.execute(sa.update(Cost).values(amount=0))),
    _refuse("delete()", lambda s: s.execute(sa.delete(Cost))),
    _refuse("query.update", lambda s: s.query(Cost).update({"amount": 0})),
    _refuse("query.delete", lambda s: s.query(Cost).delete()),
    _refuse("core update", lambda s: s.execute(costs.update().values(amount=1))),
    _refuse("core delete", lambda s: s.execute(costs.delete())),
    _refuse(
        "update of an open table from a protected one",
        lambda s: s.execute(
            sa.update(Plain).values(cost_id=select(func.max(costs.c.id)).scalar_subquery())
        ),
    ),
    _refuse("store in a foreign unit", _flush_new(scope_org_id=2)),
    _refuse("store without a unit", _flush_new()),
    _refuse("store with a chosen key", _flush_new(id=90, scope_org_id=1)),
    _refuse("move to a foreign unit", _change("scope_org_id", 2)),
    _refuse("move out of all units", _change("scope_org_id", None)),
    _refuse("a sub-select as a value", _subselect_as_value),
    _refuse("a child of a foreign record", _child_of_foreign),
    _refuse("merge a foreign key", _merge),
    _refuse(
        "attach a made-up object and read", lambda s: _forge(s, lambda _s, forged: forged.amount)
    ),
    _refuse(
        "attach a made-up object and refresh",
        lambda s: _forge(s, lambda session, forged: session.refresh(forged)),
    ),
    _refuse("attach a made-up object and delete", _forge_delete),
    _refuse("turn an own object into a foreign one", _forge_from_own),
    _refuse("core select", lambda s: s.execute(select(costs.c.id)).all()),
    _refuse("core select of a subclass table", lambda s: s.execute(select(trips.c.km)).all()),
    _refuse("core alias", lambda s: s.execute(select(costs.alias().c.id)).all()),
    _refuse(
        "core table by name",
        lambda s: s.execute(select(sa.table("toy_cost", sa.column("id")).c.id)).all(),
    ),
    _refuse("tablesample", lambda s: s.execute(select(costs.tablesample(100).c.id)).all()),
    _refuse(
        "undeclared table",
        lambda s: s.execute(select(sa.table("sqlite_master", sa.column("sql")).c.sql)).all(),
    ),
    _refuse(
        "entity and raw column", lambda s: s.execute(select(Customer.id, costs.c.amount)).all()
    ),
    _refuse("entity and raw alias of the same table", _half_marked),
    _refuse("marks twice here, none there", _doubly_marked),
    _refuse(
        "entity and raw subclass table", lambda s: s.execute(select(Cost.id, trips.c.km)).all()
    ),
    _refuse(
        "entity joined to a raw table",
        lambda s: s.execute(
            select(Customer.id).join(costs, costs.c.customer_id == Customer.id)
        ).all(),
    ),
    _refuse(
        "entity joined to a subclass table by another key",
        lambda s: s.execute(
            select(Cost.id, trips.c.km).join(trips, trips.c.km == Cost.amount)
        ).all(),
    ),
    _refuse(
        "alias of a subclass that is not flat", lambda s: list(s.scalars(select(aliased(Trip).km)))
    ),
    _refuse(
        "orm.join to an entity that is not selected",
        lambda s: list(
            s.scalars(select(Cost.id).select_from(orm_join(Cost, Customer, Cost.customer)))
        ),
    ),
    _refuse(
        "raw subselect in IN",
        lambda s: s.execute(
            select(Plain.id).where(Plain.id.in_(select(costs.c.customer_id)))
        ).all(),
    ),
    _refuse(
        "raw scalar subselect of the same table",
        lambda s: s.execute(
            select(Cost.id, select(func.sum(costs.c.amount)).correlate(None).scalar_subquery())
        ).all(),
    ),
    _refuse(
        "raw exists",
        lambda s: s.execute(select(Plain.id).where(sa.exists(select(costs.c.id)))).all(),
    ),
    _refuse("raw CTE", lambda s: s.execute(select(select(costs.c.id).cte().c.id)).all()),
    _refuse(
        "raw half of a union",
        lambda s: s.execute(sa.union(select(Cost.id), select(costs.c.id))).all(),
    ),
    _refuse(
        "full join",
        lambda s: s.execute(
            select(Plain.id, Cost.amount).join_from(
                Plain, Cost, Plain.cost_id == Cost.id, full=True
            )
        ).all(),
    ),
    _refuse("outer join with a raw left side", _left_side_condition),
    _refuse(
        "secondary of a raw table",
        lambda s: s.execute(select(COST_TAG.c.tag_id, costs.c.amount).join(costs)).all(),
    ),
    _refuse("text", lambda s: s.execute(text("select * from toy_cost")).all()),
    _refuse(
        "text, quoted and in capitals", lambda s: s.execute(text('select * from "TOY_COST"')).all()
    ),
    _refuse(
        "from_statement(text)",
        lambda s: s.scalars(select(Cost).from_statement(text("select * from toy_cost"))).all(),
    ),
    _refuse(
        "from_statement(core)",
        lambda s: s.scalars(select(Cost).from_statement(select(costs))).all(),
    ),
    _refuse(
        "text columns",
        lambda s: s.execute(text("select id from toy_cost").columns(sa.column("id"))).all(),
    ),
    _refuse(
        "text fragment", lambda s: s.scalar(select(text("(select sum(amount) from toy_cost)")))
    ),
    _refuse(
        "text in WHERE",
        lambda s: s.scalars(select(Plain.id).where(text("id in (select id from toy_cost)"))).all(),
    ),
    _refuse(
        "text prefix",
        lambda s: s.execute(
            select(Plain.id).prefix_with(text("(select sum(amount) from toy_cost),"))
        ).all(),
    ),
    _refuse(
        "statement hint",
        lambda s: s.execute(
            select(Plain.id).with_statement_hint("union select id from toy_cost")
        ).all(),
    ),
    _refuse(
        "literal_column",
        lambda s: s.scalar(select(sa.literal_column("(select sum(amount) from toy_cost)"))),
    ),
    _refuse("connection, core", lambda s: s.connection().execute(select(costs.c.id)).all()),
    _refuse("connection, ORM statement", lambda s: s.connection().execute(select(Cost.id)).all()),
    _refuse(
        "connection, text", lambda s: s.connection().execute(text("select 1 from toy_cost")).all()
    ),
    _refuse(
        "connection, insert",
        lambda s: s.connection().execute(costs.insert().values(scope_org_id=2)),
    ),
    _refuse(
        "exec_driver_sql", lambda s: s.connection().exec_driver_sql("select * from toy_cost").all()
    ),
    _refuse(
        "DDL text",
        lambda s: s.connection().execute(sa.DDL("create table copy as select * from toy_cost")),
    ),
    _refuse("engine.connect()", lambda s: _own_connection(s, select(costs.c.id))),
    _refuse(
        "analyse: rows",
        lambda s: s.execute(select(Cost.id, Cost.amount).execution_options(**ANALYSE)).all(),
    ),
    _refuse(
        "analyse: entities", lambda s: s.scalars(select(Cost).execution_options(**ANALYSE)).all()
    ),
    _refuse(
        "analyse: rows beside a sum",
        lambda s: s.execute(
            select(func.sum(Cost.amount), Cost.id).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: group by key",
        lambda s: s.execute(
            select(Cost.id, func.sum(Cost.amount)).group_by(Cost.id).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: group by an undeclared column",
        lambda s: s.execute(
            select(func.sum(Cost.amount)).group_by(Cost.amount).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: greatest text",
        lambda s: s.execute(select(func.max(Cost.note)).execution_options(**ANALYSE)).all(),
    ),
    _refuse(
        "analyse: all values in one",
        lambda s: s.execute(
            select(func.group_concat(Cost.note)).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: window",
        lambda s: s.execute(
            select(func.sum(Cost.amount).over(partition_by=Cost.id)).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: subquery of rows",
        lambda s: s.execute(
            select(select(Cost.amount).subquery().c.amount).execution_options(**ANALYSE)
        ).all(),
    ),
    _refuse(
        "analyse: union with rows",
        lambda s: s.execute(
            sa.union(select(func.sum(Cost.amount)), select(Cost.amount)).execution_options(
                **ANALYSE
            )
        ).all(),
    ),
    _refuse(
        "analyse: text", lambda s: s.execute(text("select 1"), execution_options=ANALYSE).all()
    ),
]


def _own_connection(s: Any, statement: Any) -> Any:
    with s.get_bind().connect() as connection:
        return connection.execute(statement).all()


PROBES = [*FILTERED, *REFUSALS]


def answer(world: World, probe: Probe) -> Any:
    """Ask one probe as the reader; a refusal by the wall is an answer, any other error is not."""
    with world.as_(*READER) as session:
        try:
            return probe.ask(session)
        except (UnguardedStatement, NotAllowed, NotFound):
            return REFUSED


def leaks(world: World) -> list[str]:
    """Return the names of all probes that do not answer as they should."""
    found = []
    for probe in PROBES:
        try:
            got = answer(world, probe)
        except Exception as error:  # noqa: BLE001 - with a layer off, anything may happen
            got = f"{type(error).__name__}: {error}"
        if got != probe.expected:
            found.append(probe.name)
    return found
