"""Units, their closure, positions and employees: the public directory of the house."""

from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.access.declarations import Public
from core.database import LocalizedName, Model, Versioned


class UnitKind(StrEnum):
    """What a unit is called; nothing in the code depends on it."""

    DEPARTMENT = "department"
    ROOM = "room"
    UNIT = "unit"


class OrgUnit(Versioned, Model):
    """A node of the organisation; its place among the others is in OrgClosure."""

    __tablename__ = "core_org_unit"
    __access__ = Public("the names of units are a directory that everybody needs")
    __resource__ = "core.orgunit"
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("core_org_unit.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default=UnitKind.UNIT)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    head_employee_id: Mapped[int | None] = mapped_column(
        ForeignKey("core_employee.id", use_alter=True), index=True
    )
    active: Mapped[bool] = mapped_column(default=True)
    sort: Mapped[int] = mapped_column(default=0)


class OrgClosure(Model):
    """Every pair of a unit and one above it, itself (depth 0) included."""

    __tablename__ = "core_org_closure"
    __access__ = Public("derived from the public tree of units")
    __table_args__ = (Index(None, "descendant_id", "depth"),)

    ancestor_id: Mapped[int] = mapped_column(ForeignKey("core_org_unit.id"), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(ForeignKey("core_org_unit.id"), primary_key=True)
    depth: Mapped[int]


class Position(Versioned, Model):
    """A post that employees hold, such as account manager."""

    __tablename__ = "core_position"
    __access__ = Public("the names of posts are part of the directory")
    __resource__ = "core.position"
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class Employee(Versioned, Model):
    """A person of the house, with or without an account; the owner that records name."""

    __tablename__ = "core_employee"
    __access__ = Public("the names of employees are a directory that everybody needs")
    __resource__ = "core.employee"
    __audited__ = True
    __table_args__ = (CheckConstraint("superior_id <> id", name="superior_is_another"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("core_org_unit.id"), index=True)
    position_id: Mapped[int | None] = mapped_column(ForeignKey("core_position.id"), index=True)
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("core_employee.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    active: Mapped[bool] = mapped_column(default=True, index=True)
