"""Access paths that give the reader of unit 1 that unit's rows and no others."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select, text
from sqlalchemy.orm import (
    aliased,
    contains_eager,
    defer,
    immediateload,
    joinedload,
    outerjoin,
    selectin_polymorphic,
    selectinload,
    subqueryload,
    undefer,
    with_polymorphic,
)
from sqlalchemy.orm import join as orm_join

from tests.core.access.probe_kinds import ANALYSE, Probe, ids, numbers, tuples
from tests.core.access.wall_toys import (
    Cost,
    Customer,
    Line,
    Piece,
    Plain,
    Tag,
    Trip,
)


def _self_join(s: Any) -> Any:
    a, b = aliased(Cost), aliased(Cost)
    return tuples(s.execute(select(a.id, b.id).join(b, sa.true())))


def _recursive(s: Any) -> Any:
    start = select(Cost.id.label("id"), Cost.amount.label("amount")).where(Cost.id == 1)
    tree = start.cte("tree", recursive=True)
    more = select(Cost.id, Cost.amount).join(tree, Cost.id == tree.c.id + 1)
    return numbers(s.scalars(select(tree.union(more).c.id)))


def _changed_object_lazy(s: Any) -> Any:
    cost = s.get(Cost, 1)
    cost.customer_id = 2
    with s.no_autoflush:
        return cost.customer


def _reload_expired(s: Any) -> Any:
    cost = s.get(Cost, 1)
    s.expire(cost)
    return cost.amount


def _refreshed(s: Any) -> Any:
    cost = s.get(Cost, 1)
    s.refresh(cost)
    return cost.amount


# One probe a line reads as the table that it is.
# fmt: off
FILTERED = [
    Probe("select entity", [1, 5], lambda s: ids(s.scalars(select(Cost)))),
    Probe("select column", [7, 10], lambda s: numbers(s.scalars(select(Cost.amount)))),
    Probe("count", 2, lambda s: s.scalar(select(func.count()).select_from(Cost))),
    Probe("count of key", 2, lambda s: s.scalar(select(func.count(Cost.id)))),
    Probe("sum", 17, lambda s: s.scalar(select(func.sum(Cost.amount)))),
    Probe("group by", [(1, 17)], lambda s: tuples(s.execute(select(Cost.scope_org_id, func.sum(Cost.amount)).group_by(Cost.scope_org_id)))),
    Probe("window function", [(1, 2), (5, 2)], lambda s: tuples(s.execute(select(Cost.id, func.count().over())))),
    Probe("order by text", [1, 5], lambda s: numbers(s.scalars(select(Cost.id).order_by(text("amount"))))),
    Probe("relationship join", [1], lambda s: numbers(s.scalars(select(Cost.id).join(Cost.customer)))),
    Probe("explicit join", [1], lambda s: numbers(s.scalars(select(Cost.id).select_from(Customer).join(Cost, Cost.customer_id == Customer.id)))),
    Probe("outer join to a foreign row", [(1, 1), (5, None)], lambda s: sorted((tuple(r) for r in s.execute(select(Cost.id, Customer.id).outerjoin(Cost.customer))), key=str)),
    Probe("orm.join", [(1, 1)], lambda s: tuples(s.execute(select(Cost.id, Customer.id).select_from(orm_join(Cost, Customer, Cost.customer))))),
    Probe("orm.outerjoin from the right", [1], lambda s: numbers(s.scalars(select(Cost.id).select_from(outerjoin(Customer, Cost, Customer.costs))))),
    Probe("implicit join", [1], lambda s: numbers(s.scalars(select(Cost.id).where(Cost.customer_id == Customer.id)))),
    Probe("entity only in WHERE", [], lambda s: numbers(s.scalars(select(Plain.id).where(Plain.cost_id == Cost.id)))),
    Probe("legacy query", [1, 5], lambda s: ids(s.query(Cost).all())),
    Probe("legacy count", 2, lambda s: s.query(Cost).count()),
    Probe("legacy first", None, lambda s: s.query(Cost).filter(Cost.id == 2).first()),
    Probe("get", None, lambda s: s.get(Cost, 2)),
    Probe("get of a subclass", None, lambda s: s.get(Trip, 4)),
    Probe("alias", [1, 5], lambda s: numbers(s.scalars(select(aliased(Cost).id)))),
    Probe("self join of aliases", [(1, 1), (1, 5), (5, 1), (5, 5)], _self_join),
    Probe("subquery", [1, 5], lambda s: numbers(s.scalars(select(select(Cost.id).subquery().c.id)))),
    Probe("alias in a CTE", [1, 5], lambda s: numbers(s.scalars(select(select(aliased(Cost).id).cte().c.id)))),
    Probe("entity over a subquery", [1, 5], lambda s: ids(s.scalars(select(aliased(Cost, select(Cost).subquery()))))),
    Probe("recursive CTE stops at the wall", [1], _recursive),
    Probe("lateral", [(1, 1)], lambda s: tuples(s.execute(select(Customer.id, select(func.count(Cost.id)).where(Cost.customer_id == Customer.id).correlate(Customer).scalar_subquery())))),
    Probe("union", [1, 5], lambda s: numbers(s.scalars(sa.union(select(Cost.id), select(Cost.id))))),
    Probe("scalar subquery", [(1, 17), (5, 17)], lambda s: tuples(s.execute(select(Cost.id, select(func.sum(aliased(Cost).amount)).scalar_subquery())))),
    Probe("exists", [], lambda s: ids(s.scalars(select(Plain).where(sa.exists().where(Cost.id == 2))))),
    Probe("exists of a select", [], lambda s: ids(s.scalars(select(Plain).where(select(Cost.id).where(Cost.id == Plain.cost_id).exists())))),
    Probe("any", [], lambda s: ids(s.scalars(select(Customer).where(Customer.costs.any(Cost.amount == 100))))),
    Probe("has", [], lambda s: ids(s.scalars(select(Cost).where(Cost.id == 5, Cost.customer.has(Customer.name == "cust2"))))),
    Probe("has from an open table", [], lambda s: ids(s.scalars(select(Plain).where(Plain.cost.has(Cost.amount == 100))))),
    Probe("in a select", [], lambda s: ids(s.scalars(select(Customer).where(Customer.id.in_(select(Cost.customer_id).where(Cost.amount == 100)))))),
    Probe("not in a select", [1], lambda s: ids(s.scalars(select(Customer).where(Customer.id.not_in(select(Cost.customer_id).where(Cost.amount == 100)))))),
    Probe("lazy one to many", [1], lambda s: ids(s.get(Customer, 1).costs)),
    Probe("lazy many to one", None, lambda s: s.get(Cost, 5).customer),
    Probe("lazy many to one from an open row", None, lambda s: s.get(Plain, 1).cost),
    Probe("lazy many to many", [1], lambda s: ids(s.get(Tag, 1).costs)),
    Probe("lazy from a changed object", None, _changed_object_lazy),
    Probe("lazy child of child", [1], lambda s: ids(s.get(Line, 1).pieces)),
    Probe("joinedload", [1], lambda s: ids(s.scalars(select(Customer).options(joinedload(Customer.costs))).unique().one().costs)),
    Probe("joinedload many to many", [1], lambda s: ids(s.scalars(select(Tag).options(joinedload(Tag.costs))).unique().one().costs)),
    Probe("joinedload many to one", None, lambda s: s.scalars(select(Plain).options(joinedload(Plain.cost))).one().cost),
    Probe("joinedload innerjoin", [], lambda s: ids(s.scalars(select(Plain).options(joinedload(Plain.cost, innerjoin=True))))),
    Probe("selectinload", [1], lambda s: ids(s.scalars(select(Customer).options(selectinload(Customer.costs))).one().costs)),
    Probe("selectinload many to one", None, lambda s: s.scalars(select(Plain).options(selectinload(Plain.cost))).one().cost),
    Probe("subqueryload", [1], lambda s: ids(s.scalars(select(Customer).options(subqueryload(Customer.costs))).one().costs)),
    Probe("immediateload", [1], lambda s: ids(s.scalars(select(Customer).options(immediateload(Customer.costs))).one().costs)),
    Probe("nested loads", [1], lambda s: ids(s.scalars(select(Tag).options(selectinload(Tag.costs).joinedload(Cost.lines).selectinload(Line.pieces))).one().costs[0].lines)),
    Probe("contains_eager", [1], lambda s: ids(s.scalars(select(Customer).join(Customer.costs).options(contains_eager(Customer.costs))).unique().one().costs)),
    Probe("write-only collection", [1], lambda s: ids(s.scalars(s.get(Customer, 1).written.select()))),
    Probe("dynamic collection", [1], lambda s: ids(s.get(Customer, 1).streamed.all())),
    Probe("dynamic count", 1, lambda s: s.get(Customer, 1).streamed.count()),
    Probe("column property when touched", 10, lambda s: s.get(Customer, 1).total),
    Probe("column property undeferred", 10, lambda s: s.scalars(select(Customer).options(undefer(Customer.total))).one().total),
    Probe("deferred column", "n", lambda s: s.get(Cost, 1).note),
    Probe("defer then touch", 10, lambda s: s.scalars(select(Cost).where(Cost.id == 1).options(defer(Cost.amount))).one().amount),
    Probe("expire and reload", 10, _reload_expired),
    Probe("refresh", 10, _refreshed),
    Probe("joined inheritance", [], lambda s: ids(s.scalars(select(Trip)))),
    Probe("joined inheritance column", [], lambda s: list(s.scalars(select(Trip.km)))),
    Probe("flat alias of a subclass", [], lambda s: list(s.scalars(select(aliased(Trip, flat=True).km)))),
    Probe("with_polymorphic", [1, 5], lambda s: ids(s.scalars(select(with_polymorphic(Cost, "*"))))),
    Probe("selectin_polymorphic", [1, 5], lambda s: ids(s.scalars(select(Cost).options(selectin_polymorphic(Cost, [Trip]))))),
    Probe("children", [1], lambda s: ids(s.scalars(select(Line)))),
    Probe("children of children", [1], lambda s: ids(s.scalars(select(Piece)))),
    Probe("open model", [1], lambda s: ids(s.scalars(select(Plain)))),
    Probe("harmless text", 1, lambda s: s.scalar(text("select 1"))),
    Probe("for update", [1, 5], lambda s: ids(s.scalars(select(Cost).with_for_update()))),
    Probe("stream", [1, 5], lambda s: ids(s.scalars(select(Cost).execution_options(yield_per=1)))),
    Probe("read range aggregate", 17, lambda s: s.scalar(select(func.sum(Cost.amount)))),
    Probe("analyse aggregate", 1122, lambda s: s.scalar(select(func.sum(Cost.amount)), execution_options=ANALYSE)),
    Probe("analyse grouped", [(1, 17), (2, 1105)], lambda s: tuples(s.execute(select(Cost.scope_org_id, func.sum(Cost.amount)).group_by(Cost.scope_org_id).execution_options(**ANALYSE)))),
]
# fmt: on
