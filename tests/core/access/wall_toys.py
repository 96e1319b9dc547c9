"""A small model world of its own metadata, on which the wall is probed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import (
    DeclarativeBase,
    DynamicMapped,
    Mapped,
    WriteOnlyMapped,
    column_property,
    mapped_column,
    relationship,
    synonym,
)

from core.access.context import AccessContext
from core.access.declarations import Child, Public, Scoped, Technical, guard_declarations
from core.access.guarded_session import GuardedSession, guard_engine
from core.access.reach import Conjunct, KeySet
from core.access.terms import Term
from core.actor import Actor


class ToyBase(DeclarativeBase):
    pass


guard_declarations(ToyBase)

for name in ("core_org_unit", "core_employee"):
    sa.Table(
        name,
        ToyBase.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text),
        info={"access": Public("directory")},
    )
SET_KEYS = sa.Table(
    "core_access_set_key",
    ToyBase.metadata,
    sa.Column("set_id", sa.Integer, primary_key=True),
    sa.Column("key", sa.Integer, primary_key=True),
    info={"access": Technical("keys")},
)
PARTICIPANTS = sa.Table(
    "core_participant",
    ToyBase.metadata,
    sa.Column("resource", sa.Text),
    sa.Column("record_id", sa.Integer),
    sa.Column("user_id", sa.Integer),
    info={"access": Technical("participants")},
)
COST_TAG = sa.Table(
    "toy_cost_tag",
    ToyBase.metadata,
    sa.Column("cost_id", sa.ForeignKey("toy_cost.id"), primary_key=True),
    sa.Column("tag_id", sa.ForeignKey("toy_tag.id"), primary_key=True),
    info={"access": Technical("tags of costs; read beside a cost")},
)


class Tag(ToyBase):
    __tablename__ = "toy_tag"
    __access__ = Public("labels are known to all")
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    costs: Mapped[list["Cost"]] = relationship(secondary=COST_TAG, back_populates="tags")


class Customer(Scoped, ToyBase):
    __tablename__ = "toy_customer"
    __resource__ = "toy.customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    scope_customer_id = synonym("id")
    manager_id = synonym("scope_owner_id")
    name: Mapped[str]
    costs: Mapped[list["Cost"]] = relationship(back_populates="customer")
    written: WriteOnlyMapped["Cost"] = relationship(viewonly=True)
    streamed: DynamicMapped["Cost"] = relationship(viewonly=True)


class Cost(Scoped, ToyBase):
    __tablename__ = "toy_cost"
    __resource__ = "toy.cost"
    __group_by__ = ("kind",)
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "c"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default="c")
    amount: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="n", deferred=True)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("toy_customer.id"))
    customer: Mapped[Customer | None] = relationship(back_populates="costs")
    tags: Mapped[list[Tag]] = relationship(secondary=COST_TAG, back_populates="costs")
    lines: Mapped[list["Line"]] = relationship(back_populates="cost", cascade="all, delete-orphan")


class Trip(Cost):
    __tablename__ = "toy_trip"
    __mapper_args__ = {"polymorphic_identity": "t"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(sa.ForeignKey("toy_cost.id"), primary_key=True)
    km: Mapped[int] = mapped_column(default=1)


class Line(Child, ToyBase):
    __tablename__ = "toy_line"
    __resource__ = "toy.line"
    __parent__ = "cost"
    id: Mapped[int] = mapped_column(primary_key=True)
    cost_id: Mapped[int] = mapped_column(sa.ForeignKey("toy_cost.id"))
    text: Mapped[str] = mapped_column(default="")
    cost: Mapped[Cost] = relationship(back_populates="lines")
    pieces: Mapped[list["Piece"]] = relationship(back_populates="line")


class Piece(Child, ToyBase):
    __tablename__ = "toy_piece"
    __resource__ = "toy.piece"
    __parent__ = "line"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(sa.ForeignKey("toy_line.id"))
    line: Mapped[Line] = relationship(back_populates="pieces")


class Contact(Child, ToyBase):
    __tablename__ = "toy_contact"
    __resource__ = "toy.contact"
    __parent__ = "customer"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("toy_customer.id"))
    name: Mapped[str]
    customer: Mapped[Customer] = relationship()


class Plain(ToyBase):
    __tablename__ = "toy_plain"
    __access__ = Technical("nothing to protect")
    id: Mapped[int] = mapped_column(primary_key=True)
    cost_id: Mapped[int | None] = mapped_column(sa.ForeignKey("toy_cost.id"))
    cost: Mapped[Cost | None] = relationship()


Customer.total = column_property(
    sa.select(sa.func.sum(Cost.amount))
    .where(Cost.customer_id == Customer.id)
    .correlate_except(Cost)
    .scalar_subquery(),
    deferred=True,
)
sa.orm.configure_mappers()

USER = Actor("user", user_id=1, employee_id=1, label="toy user")
SYSTEM = AccessContext.system("toy data")
VERBS = frozenset({"query", "create", "update", "delete"})


def keys(*values: int) -> KeySet:
    return KeySet(keys=frozenset(values))


def term(actions: Any = VERBS, *, resource: str = "*", allow: bool = True, **ranges: Any) -> Term:
    named = {
        key: value if isinstance(value, KeySet) else keys(*value) for key, value in ranges.items()
    }
    return Term(
        resource=resource, actions=frozenset(actions), allow=allow, ranges=Conjunct.of(named)
    )


def context(*terms: Term, actor: Actor = USER) -> AccessContext:
    return AccessContext.of_terms(actor, terms)


class World:
    """An engine with the toy tables and sessions on it."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        guard_engine(engine)

    def session(self, access: AccessContext | None) -> GuardedSession:
        return GuardedSession(bind=self.engine, access=access, expire_on_commit=False)

    @contextmanager
    def as_(self, *terms: Term, actor: Actor = USER) -> Iterator[GuardedSession]:
        with self.session(context(*terms, actor=actor)) as session:
            yield session
            session.rollback()

    def ask(self, question: Callable[[GuardedSession], Any], *terms: Term) -> Any:
        with self.as_(*terms) as session:
            return question(session)

    def fill(self) -> None:
        ToyBase.metadata.drop_all(self.engine)
        ToyBase.metadata.create_all(self.engine)
        with self.session(SYSTEM) as session:
            session.connection().execute(
                ToyBase.metadata.tables["core_org_unit"].insert(),
                [{"id": n, "name": f"unit{n}"} for n in range(1, 10)],
            )
            session.connection().execute(
                ToyBase.metadata.tables["core_employee"].insert(),
                [{"id": n, "name": f"person{n}"} for n in range(1, 10)],
            )
            for n in (1, 2):
                session.add(Customer(id=n, scope_org_id=n, scope_owner_id=n, name=f"cust{n}"))
            session.flush()
            tag = Tag(id=1, name="t")
            session.add_all(
                [
                    Cost(
                        id=1, scope_org_id=1, scope_owner_id=1, amount=10, customer_id=1, tags=[tag]
                    ),
                    Cost(
                        id=2,
                        scope_org_id=2,
                        scope_owner_id=2,
                        amount=100,
                        customer_id=1,
                        tags=[tag],
                    ),
                    Cost(id=3, scope_org_id=2, scope_owner_id=3, amount=1000, customer_id=2),
                    Trip(id=4, scope_org_id=2, scope_owner_id=2, amount=5, customer_id=1, km=3),
                    Cost(id=5, scope_org_id=1, scope_owner_id=1, amount=7, customer_id=2),
                    Plain(id=1, cost_id=2),
                ]
            )
            session.flush()
            session.add_all(
                [Line(id=1, cost_id=1, text="own"), Line(id=2, cost_id=2, text="foreign")]
            )
            session.flush()
            session.add_all([Piece(id=1, line_id=1), Piece(id=2, line_id=2)])
            session.commit()
            if self.engine.dialect.name == "postgresql":
                for name in (
                    "toy_cost",
                    "toy_line",
                    "toy_piece",
                    "toy_customer",
                    "toy_plain",
                    "toy_tag",
                ):
                    session.execute(sa.text(f"SELECT setval('{name}_id_seq', 100)"))
                session.commit()
