"""Access paths past the wall: each is stopped before the database sees it."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import func, select, text
from sqlalchemy.orm import (
    aliased,
    make_transient,
    make_transient_to_detached,
)
from sqlalchemy.orm import join as orm_join

from core.access.bulk import bulk_write
from core.access.giving import give_many
from tests.core.access.probe_kinds import (
    ANALYSE,
    REFUSED,
    Probe,
    costs,
    trips,
)
from tests.core.access.wall_toys import (
    COST_TAG,
    Cost,
    Customer,
    Line,
    Plain,
    Trip,
)


def _half_marked(s: Any) -> Any:
    """One alias is an entity, the other a raw table: a count of marks could be fooled."""
    entity, raw = aliased(Cost), costs.alias()
    return s.execute(select(entity.id, raw.c.amount).where(entity.id == entity.id)).all()


def _doubly_marked(s: Any) -> Any:
    """Two marks on one name must not pay for an unmarked second name."""
    inner = select(Cost.id).where(Cost.id.in_(select(Cost.id))).subquery()
    return s.execute(select(inner.c.id, costs.c.amount)).all()


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


def _analysed(s: Any, statement: Any) -> Any:
    return s.execute(statement.execution_options(**ANALYSE)).all()


def _trimmed_notes(shown: Callable[[Any], Any]) -> Any:
    inner = select(Cost.scope_org_id.label("unit"), func.trim(Cost.note).label("note")).subquery()
    return select(inner.c.unit, shown(inner.c.note)).group_by(inner.c.unit)


# fmt: off
REFUSALS = [
    _refuse("update by list of keys", lambda s: s.execute(sa.update(Cost), [{"id": 2, "amount": 1}])),
    _refuse("bulk_update_mappings", lambda s: s.bulk_update_mappings(Cost, [{"id": 2, "amount": 1}])),
    _refuse("bulk_insert_mappings", lambda s: s.bulk_insert_mappings(Cost, [{"scope_org_id": 2}])),
    _refuse("bulk_save_objects", lambda s: s.bulk_save_objects([Cost(scope_org_id=2)])),
    _refuse("insert()", lambda s: s.execute(sa.insert(Cost).values(scope_org_id=2))),
    _refuse("insert() list", lambda s: s.execute(sa.insert(Cost), [{"scope_org_id": 2}])),
    _refuse("insert() into the table", lambda s: s.execute(costs.insert().values(scope_org_id=2))),
    _refuse("insert from select", lambda s: s.execute(sa.insert(Plain).from_select(["cost_id"], select(costs.c.id)))),
    _refuse("insert from ORM select", lambda s: s.execute(sa.insert(Plain).from_select(["cost_id"], select(Cost.id)))),
    _refuse("insert in a CTE", lambda s: s.execute(select(costs.insert().values(scope_org_id=2).returning(costs.c.id).cte().c.id))),
    _refuse("update()", lambda s: s.execute(sa.update(Cost).values(amount=0))),
    _refuse("delete()", lambda s: s.execute(sa.delete(Cost))),
    _refuse("query.update", lambda s: s.query(Cost).update({"amount": 0})),
    _refuse("query.delete", lambda s: s.query(Cost).delete()),
    _refuse("core update", lambda s: s.execute(costs.update().values(amount=1))),
    _refuse("core delete", lambda s: s.execute(costs.delete())),
    _refuse("update of an open table from a protected one", lambda s: s.execute(sa.update(Plain).values(cost_id=select(func.max(costs.c.id)).scalar_subquery()))),
    _refuse("store in a foreign unit", _flush_new(scope_org_id=2)),
    _refuse("store without a unit", _flush_new()),
    _refuse("store with a chosen key", _flush_new(id=90, scope_org_id=1)),
    _refuse("move to a foreign unit", _change("scope_org_id", 2)),
    _refuse("move out of all units", _change("scope_org_id", None)),
    _refuse("a sub-select as a value", _subselect_as_value),
    _refuse("a child of a foreign record", _child_of_foreign),
    _refuse("merge a foreign key", _merge),
    _refuse("a record tied to a foreign one", _flush_new(scope_org_id=1, customer_id=2)),
    _refuse("tie an own record to a foreign one", _change("customer_id", 2)),
    _refuse("give_many without a hand-over", lambda s: give_many(s, [s.get(Cost, 1)], {"org": 2})),
    _refuse("bulk_write: tie records to a foreign one", lambda s: bulk_write(s, sa.update(Cost).values(customer_id=2), "probe")),
    _refuse("bulk_write: give a child a foreign parent", lambda s: bulk_write(s, sa.update(Line).values(cost_id=2), "probe")),
    _refuse("bulk_write: choose a key", lambda s: bulk_write(s, sa.update(Cost).where(Cost.id == 1).values(id=77), "probe")),
    _refuse("attach a made-up object and read", lambda s: _forge(s, lambda _s, forged: forged.amount)),
    _refuse("attach a made-up object and refresh", lambda s: _forge(s, lambda session, forged: session.refresh(forged))),
    _refuse("attach a made-up object and delete", _forge_delete),
    _refuse("turn an own object into a foreign one", _forge_from_own),
    _refuse("core select", lambda s: s.execute(select(costs.c.id)).all()),
    _refuse("core select of a subclass table", lambda s: s.execute(select(trips.c.km)).all()),
    _refuse("core alias", lambda s: s.execute(select(costs.alias().c.id)).all()),
    _refuse("core table by name", lambda s: s.execute(select(sa.table("toy_cost", sa.column("id")).c.id)).all()),
    _refuse("tablesample", lambda s: s.execute(select(costs.tablesample(100).c.id)).all()),
    _refuse("undeclared table", lambda s: s.execute(select(sa.table("sqlite_master", sa.column("sql")).c.sql)).all()),
    _refuse("entity and raw column", lambda s: s.execute(select(Customer.id, costs.c.amount)).all()),
    _refuse("entity and raw alias of the same table", _half_marked),
    _refuse("marks twice here, none there", _doubly_marked),
    _refuse("entity and raw subclass table", lambda s: s.execute(select(Cost.id, trips.c.km)).all()),
    _refuse("entity joined to a raw table", lambda s: s.execute(select(Customer.id).join(costs, costs.c.customer_id == Customer.id)).all()),
    _refuse("entity joined to a subclass table by another key", lambda s: s.execute(select(Cost.id, trips.c.km).join(trips, trips.c.km == Cost.amount)).all()),
    _refuse("alias of a subclass that is not flat", lambda s: list(s.scalars(select(aliased(Trip).km)))),
    _refuse("orm.join to an entity that is not selected", lambda s: list(s.scalars(select(Cost.id).select_from(orm_join(Cost, Customer, Cost.customer))))),
    _refuse("raw subselect in IN", lambda s: s.execute(select(Plain.id).where(Plain.id.in_(select(costs.c.customer_id)))).all()),
    _refuse("raw scalar subselect of the same table", lambda s: s.execute(select(Cost.id, select(func.sum(costs.c.amount)).correlate(None).scalar_subquery())).all()),
    _refuse("raw exists", lambda s: s.execute(select(Plain.id).where(sa.exists(select(costs.c.id)))).all()),
    _refuse("raw CTE", lambda s: s.execute(select(select(costs.c.id).cte().c.id)).all()),
    _refuse("raw half of a union", lambda s: s.execute(sa.union(select(Cost.id), select(costs.c.id))).all()),
    _refuse("full join", lambda s: s.execute(select(Plain.id, Cost.amount).join_from(Plain, Cost, Plain.cost_id == Cost.id, full=True)).all()),
    _refuse("outer join with a raw left side", _left_side_condition),
    _refuse("secondary of a raw table", lambda s: s.execute(select(COST_TAG.c.tag_id, costs.c.amount).join(costs)).all()),
    _refuse("text", lambda s: s.execute(text("select * from toy_cost")).all()),
    _refuse("text, quoted and in capitals", lambda s: s.execute(text('select * from "TOY_COST"')).all()),
    _refuse("from_statement(text)", lambda s: s.scalars(select(Cost).from_statement(text("select * from toy_cost"))).all()),
    _refuse("from_statement(core)", lambda s: s.scalars(select(Cost).from_statement(select(costs))).all()),
    _refuse("text columns", lambda s: s.execute(text("select id from toy_cost").columns(sa.column("id"))).all()),
    _refuse("text fragment", lambda s: s.scalar(select(text("(select sum(amount) from toy_cost)")))),
    _refuse("text in WHERE", lambda s: s.scalars(select(Plain.id).where(text("id in (select id from toy_cost)"))).all()),
    _refuse("text prefix", lambda s: s.execute(select(Plain.id).prefix_with(text("(select sum(amount) from toy_cost),"))).all()),
    _refuse("statement hint", lambda s: s.execute(select(Plain.id).with_statement_hint("union select id from toy_cost")).all()),
    _refuse("literal_column", lambda s: s.scalar(select(sa.literal_column("(select sum(amount) from toy_cost)")))),
    _refuse("connection, core", lambda s: s.connection().execute(select(costs.c.id)).all()),
    _refuse("connection, ORM statement", lambda s: s.connection().execute(select(Cost.id)).all()),
    _refuse("connection, text", lambda s: s.connection().execute(text("select 1 from toy_cost")).all()),
    _refuse("connection, insert", lambda s: s.connection().execute(costs.insert().values(scope_org_id=2))),
    _refuse("exec_driver_sql", lambda s: s.connection().exec_driver_sql("select * from toy_cost").all()),
    _refuse("DDL text", lambda s: s.connection().execute(sa.DDL("create table copy as select * from toy_cost"))),
    _refuse("engine.connect()", lambda s: _own_connection(s, select(costs.c.id))),
    _refuse("analyse: rows", lambda s: s.execute(select(Cost.id, Cost.amount).execution_options(**ANALYSE)).all()),
    _refuse("analyse: entities", lambda s: s.scalars(select(Cost).execution_options(**ANALYSE)).all()),
    _refuse("analyse: rows beside a sum", lambda s: s.execute(select(func.sum(Cost.amount), Cost.id).execution_options(**ANALYSE)).all()),
    _refuse("analyse: group by key", lambda s: s.execute(select(Cost.id, func.sum(Cost.amount)).group_by(Cost.id).execution_options(**ANALYSE)).all()),
    _refuse("analyse: group by an undeclared column", lambda s: s.execute(select(func.sum(Cost.amount)).group_by(Cost.amount).execution_options(**ANALYSE)).all()),
    _refuse("analyse: greatest text", lambda s: s.execute(select(func.max(Cost.note)).execution_options(**ANALYSE)).all()),
    _refuse("analyse: all values in one", lambda s: s.execute(select(func.group_concat(Cost.note)).execution_options(**ANALYSE)).all()),
    _refuse("analyse: window", lambda s: s.execute(select(func.sum(Cost.amount).over(partition_by=Cost.id)).execution_options(**ANALYSE)).all()),
    _refuse("analyse: subquery of rows", lambda s: s.execute(select(select(Cost.amount).subquery().c.amount).execution_options(**ANALYSE)).all()),
    _refuse("analyse: union with rows", lambda s: s.execute(sa.union(select(func.sum(Cost.amount)), select(Cost.amount)).execution_options(**ANALYSE)).all()),
    _refuse("analyse: computed column of a subquery", lambda s: _analysed(s, _trimmed_notes(func.group_concat))),
    _refuse("analyse: bare computed column of a subquery", lambda s: _analysed(s, _trimmed_notes(lambda note: note))),
    _refuse("analyse: text beside a count", lambda s: _analysed(s, select(func.count(Cost.id), text("group_concat(note)")))),
    _refuse("analyse: group by text", lambda s: _analysed(s, select(func.max(Cost.amount)).group_by(text("id")))),
    _refuse("analyse: group by a name in quotes", lambda s: _analysed(s, select(func.max(Cost.amount)).group_by("id"))),
    _refuse("analyse: group by chance", lambda s: _analysed(s, select(func.max(Cost.amount)).group_by(func.random()))),
    _refuse("analyse: group by chance beside a dimension", lambda s: _analysed(s, select(func.max(Cost.amount)).group_by(Cost.scope_org_id + func.random()))),
    _refuse("analyse: group by a made-up sign", lambda s: _analysed(s, select(func.max(Cost.amount)).group_by(Cost.scope_org_id.op("|| id ||")("")))),
    _refuse("analyse: column without a table", lambda s: _analysed(s, select(func.max(Cost.amount), sa.column("note")).group_by(Cost.scope_org_id))),
    _refuse("analyse: text called a number", lambda s: _analysed(s, select(func.max(sa.type_coerce(Cost.note, sa.Integer))))),
    _refuse("analyse: text cast to a number", lambda s: _analysed(s, select(func.sum(sa.cast(Cost.note, sa.Integer))))),
    _refuse("analyse: sum of text", lambda s: _analysed(s, select(func.sum(Cost.note)))),
    _refuse("analyse: letters of a text", lambda s: _analysed(s, select(func.max(func.unicode(Cost.note))))),
    _refuse("analyse: made-up sign in HAVING", lambda s: _analysed(s, select(func.count()).select_from(Cost).having(func.max(Cost.amount).op("> id +")(0)))),
    _refuse("made-up sign with SQL", lambda s: s.scalar(select(sa.literal("").op("|| (select group_concat(note) from toy_cost) ||")("")))),
    _refuse("made-up condition with SQL", lambda s: s.scalars(select(Plain.id).where(sa.literal(0).bool_op("= 0 or exists (select 1 from toy_cost) or 0 =")(1))).all()),
    _refuse("connection, table in capitals", lambda s: s.connection().execute(select(sa.table("TOY_COST", sa.column("id")).c.id)).all()),
    _refuse("connection, update in capitals", lambda s: s.connection().execute(sa.table("TOY_COST", sa.column("amount")).update().values(amount=0))),
    _refuse("analyse: text", lambda s: s.execute(text("select 1"), execution_options=ANALYSE).all()),
]
# fmt: on


def _own_connection(s: Any, statement: Any) -> Any:
    with s.get_bind().connect() as connection:
        return connection.execute(statement).all()
