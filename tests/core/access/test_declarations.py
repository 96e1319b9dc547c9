"""A class or a link that does not say who may see its rows does not load."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, configure_mappers, mapped_column, relationship

from core.access.declarations import (
    Child,
    DeclarationError,
    Public,
    Scoped,
    Technical,
    check_declared,
    declared,
    guard_declarations,
    named_in,
)
from tests.core.access.wall_toys import Cost, Customer, Line, Plain, Trip


@pytest.fixture
def base() -> Iterator[type[DeclarativeBase]]:
    class Base(DeclarativeBase):
        pass

    guard_declarations(Base)
    yield Base
    Base.registry.dispose()


def _map(base: type[DeclarativeBase], *mixins: type, **body: object) -> type:
    attributes = {
        "__tablename__": "toy_undeclared",
        "__module__": __name__,
        "__annotations__": {"id": Mapped[int]},
        "id": mapped_column(primary_key=True),
        **body,
    }
    return type("Undeclared", (*mixins, base), attributes)


def test_a_class_that_says_nothing_does_not_load(base: type[DeclarativeBase]) -> None:
    with pytest.raises(DeclarationError, match="does not say who may see its rows"):
        _map(base)


@pytest.mark.parametrize(
    ("body", "mixins", "said"),
    [
        ({"__access__": Public(" ")}, (), "give a reason"),
        ({"__access__": Public("all"), "__resource__": "toy.x"}, (Scoped,), "is both"),
        ({}, (Scoped,), "needs __resource__"),
        ({"__resource__": "nodot"}, (Scoped,), "needs __resource__"),
        ({"__resource__": "toy.x"}, (Child,), "needs __parent__"),
        ({"__resource__": "toy.x", "__parent__": "p"}, (Scoped, Child), "either Scoped or Child"),
    ],
)
def test_a_wrong_declaration_is_named(
    base: type[DeclarativeBase], body: dict[str, object], mixins: tuple[type, ...], said: str
) -> None:
    with pytest.raises(DeclarationError, match=said):
        _map(base, *mixins, **body)


def test_a_link_table_must_declare_itself(base: type[DeclarativeBase]) -> None:
    link = sa.Table(
        "toy_bare_link",
        base.metadata,
        sa.Column("left", sa.ForeignKey("toy_left.id")),
        sa.Column("right", sa.ForeignKey("toy_right.id")),
    )

    class Right(base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_right"
        __access__ = Technical("test")
        id: Mapped[int] = mapped_column(primary_key=True)

    class Left(base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_left"
        __access__ = Technical("test")
        id: Mapped[int] = mapped_column(primary_key=True)
        rights = relationship(Right, secondary=link)

    with pytest.raises(DeclarationError, match="table toy_bare_link links"):
        configure_mappers()


def test_a_child_must_name_a_parent_with_a_scope(base: type[DeclarativeBase]) -> None:
    class Open(base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_open"
        __access__ = Technical("test")
        id: Mapped[int] = mapped_column(primary_key=True)

    class Stray(Child, base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_stray"
        __resource__ = "toy.stray"
        __parent__ = "open"
        id: Mapped[int] = mapped_column(primary_key=True)
        open_id: Mapped[int] = mapped_column(sa.ForeignKey("toy_open.id"))
        open: Mapped[Open] = relationship(Open)

    with pytest.raises(DeclarationError, match=r'__parent__ = "open" must name .* there are none'):
        configure_mappers()


def test_a_subclass_shares_the_resource_of_its_base() -> None:
    with pytest.raises(DeclarationError, match="share the resource"):

        class Hotel(Cost):
            __resource__ = "toy.hotel"
            __mapper_args__ = {"polymorphic_identity": "h"}  # noqa: RUF012


def test_tables_know_what_their_classes_declare() -> None:
    assert declared(Cost.__table__).resource == "toy.cost"
    assert declared(Trip.__table__).base == "toy_cost"
    assert declared(Plain.__table__).kind == "technical"
    assert declared(sa.table("toy_line")).kind == "protected"
    assert declared(sa.table("no_such_table")) is None
    assert check_declared(Line).kind == "protected"


def test_text_is_searched_for_whole_names_of_protected_tables() -> None:
    assert named_in('SELECT 1 FROM "toy_cost"') == "toy_cost"
    assert named_in("select * from TOY_COST") == "TOY_COST"
    assert named_in("select * from toy_costs") is None
    assert named_in("select * from toy_plain") is None


def test_scope_columns_are_indexed() -> None:
    for name in ("scope_org_id", "scope_owner_id"):
        assert Customer.__table__.c[name].index
        assert Cost.__table__.c[name].index


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("owner", "writes scope_owner_id: set viewonly"),
        ("papers", "needs back_populates or viewonly"),
        ("quiet owner", ""),
        ("quiet papers", ""),
    ],
)
def test_no_relationship_writes_behind_the_back_of_the_flush_guard(
    base: type[DeclarativeBase], link: str, said: str
) -> None:
    for name in ("core_org_unit", "core_employee"):
        sa.Table(name, base.metadata, sa.Column("id", sa.Integer, primary_key=True))

    class Person(base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_person"
        __access__ = Public("directory")
        id: Mapped[int] = mapped_column(primary_key=True)

    class Paper(Scoped, base):  # type: ignore[misc, valid-type]
        __tablename__ = "toy_paper"
        __resource__ = "toy.paper"
        id: Mapped[int] = mapped_column(primary_key=True)
        person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("toy_person.id"))

    quiet = link.startswith("quiet")
    if link.endswith("owner"):
        of_owner = Person.id == sa.orm.foreign(Paper.scope_owner_id)
        Paper.owner = relationship(Person, primaryjoin=of_owner, viewonly=quiet)
    else:
        Person.papers = relationship(Paper, viewonly=quiet)
    if said:
        with pytest.raises(DeclarationError, match=said):
            configure_mappers()
    else:
        configure_mappers()
