"""The tables of accounts; docs/decisions/0002-customers.md says why each is as it is."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from addons.customers.names import shown_name
from addons.customers.stages import OpportunityStage, Stage
from core.access.declarations import Child, Public, Scoped, Technical
from core.clock import now
from core.contributions import Verb
from core.database import LocalizedName, Model, Money, Period, UtcDateTime

CUSTOMER = "customers.customer"
CONTACT = "customers.contact"
OPPORTUNITY = "customers.opportunity"
INDUSTRY = "customers.industry"
DERIVED = {"audit": False}  # follows from other columns, so the trail need not repeat it


# Keys compare byte by byte in every database, whatever language it was made for.
SortKey = String(400).with_variant(String(400, collation="C"), "postgresql")


class Industry(Model):
    """A node of the industry tree; `path` lists the ids from the root, "/3/17/"."""

    __tablename__ = "customers_industry"
    __access__ = Public("a classification without secrets; every account form needs it")
    __audited__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(LocalizedName)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("customers_industry.id"), index=True)
    path: Mapped[str] = mapped_column(String(200), default="", index=True)
    sort: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    row_version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own form


class Counter(Model):
    """The last number given out for a kind of code."""

    __tablename__ = "customers_counter"
    __access__ = Technical("numbers only")

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)


class Customer(Scoped, Model):
    """A key account; its manager is the scope owner and it is its own customer key."""

    __tablename__ = "customers_customer"
    __resource__ = CUSTOMER
    __group_by__ = ("stage", "grade", "region", "industry_id")
    __table_args__ = (
        Index(None, "scope_owner_id", "id"),
        Index(None, "scope_owner_id", "scope_org_id"),  # ranges of two dimensions
        Index(None, "scope_org_id", "id"),
        Index(None, "stage", "id"),
        Index(None, "grade", "id"),
        Index(None, "industry_id", "id"),
        Index(None, "region", "id"),
        Index(None, "stage_since", "id"),
        Index(None, "updated_at", "id"),
        CheckConstraint("grade IN ('A', 'B', 'C', 'D')", name="grade_known"),
        CheckConstraint(
            "stage IN ('prospect', 'opportunity', 'relationship', 'signed')", name="stage_known"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200), index=True)
    name_en: Mapped[str] = mapped_column(String(200), default="")
    grade: Mapped[str | None] = mapped_column(String(1))
    region: Mapped[str] = mapped_column(String(100), default="")
    country: Mapped[str] = mapped_column(String(20), default="")
    industry_id: Mapped[int | None] = mapped_column(ForeignKey("customers_industry.id"))
    stage: Mapped[str] = mapped_column(String(20), default=Stage.PROSPECT)
    stage_since: Mapped[date]
    external_code: Mapped[str] = mapped_column(String(64), default="", index=True)
    registration_no: Mapped[str] = mapped_column(String(64), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    founded: Mapped[str] = mapped_column(String(60), default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    exact_key: Mapped[str] = mapped_column(String(200), index=True, info=DERIVED)
    match_key: Mapped[str] = mapped_column(String(200), index=True, info=DERIVED)
    match_key_en: Mapped[str] = mapped_column(String(200), default="", index=True, info=DERIVED)
    sort_key: Mapped[str] = mapped_column(SortKey, default="", index=True, info=DERIVED)
    search_text: Mapped[str] = mapped_column(String(800), default="", info=DERIVED)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    row_version: Mapped[int] = mapped_column()

    scope_customer_id = synonym("id")
    manager_id = synonym("scope_owner_id")
    unit_id = synonym("scope_org_id")

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, where the customer has one."""
        return shown_name(self.name or "", self.name_en or "")

    industry: Mapped[Industry | None] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own form


class StageMove(Child, Model):
    """One dated step of an account; append-only, `corrects_id` replaces the date of another.

    `credited_*` are the manager and the unit on that day: a later hand-over moves no credit.
    """

    __tablename__ = "customers_stage_move"
    __resource__ = CUSTOMER
    __group_by__ = ("to_stage", "period")
    __parent__ = "customer"
    __added_under__ = (Verb.CREATE, Verb.UPDATE, Verb.CORRECT)
    __table_args__ = (
        Index(None, "customer_id", "id"),
        Index(None, "to_stage", "period"),
        CheckConstraint("corrects_id IS NULL OR reason <> ''", name="correction_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    from_stage: Mapped[str | None] = mapped_column(String(20))
    to_stage: Mapped[str] = mapped_column(String(20))
    to_rank: Mapped[int] = mapped_column(SmallInteger)
    forward: Mapped[bool] = mapped_column(default=True)
    happened_on: Mapped[date]
    period: Mapped[int] = mapped_column(Period)
    reason: Mapped[str] = mapped_column(Text, default="")
    sequence: Mapped[int]
    corrects_id: Mapped[int | None] = mapped_column(
        ForeignKey("customers_stage_move.id"), unique=True
    )
    credited_employee_id: Mapped[int | None]
    credited_unit_id: Mapped[int | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    recorded_by: Mapped[str] = mapped_column(String(200), default="")

    customer: Mapped[Customer] = relationship(lazy="raise_on_sql")


class Contact(Child, Model):
    """A person at an account."""

    __tablename__ = "customers_contact"
    __resource__ = CONTACT
    __parent__ = "customer"
    __table_args__ = (Index(None, "customer_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    name: Mapped[str] = mapped_column(String(100))
    position: Mapped[str] = mapped_column(String(100), default="")
    department: Mapped[str] = mapped_column(String(100), default="")
    phone: Mapped[str] = mapped_column(String(60), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    is_main: Mapped[bool] = mapped_column(default=False)
    notes: Mapped[str] = mapped_column(Text, default="")
    row_version: Mapped[int] = mapped_column()

    customer: Mapped[Customer] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own form


class Opportunity(Child, Model):
    """Business that may come from an account; who holds the account holds it."""

    __tablename__ = "customers_opportunity"
    __resource__ = OPPORTUNITY
    __group_by__ = ("stage", "period")
    __parent__ = "customer"
    __table_args__ = (
        Index(None, "customer_id", "id"),
        Index(None, "stage", "id"),
        Index(None, "period"),
        CheckConstraint("expected_value IS NULL OR expected_value >= 0", name="value_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    title: Mapped[str] = mapped_column(String(200))
    stage: Mapped[str] = mapped_column(String(20), default=OpportunityStage.LEAD)
    expected_value: Mapped[Decimal | None] = mapped_column(Money)
    expected_close_on: Mapped[date | None]
    opened_on: Mapped[date]
    period: Mapped[int] = mapped_column(Period)
    closed_on: Mapped[date | None]
    outcome_reason: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    credited_employee_id: Mapped[int | None]
    credited_unit_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    row_version: Mapped[int] = mapped_column()

    customer: Mapped[Customer] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy's own form


class OpportunityMove(Child, Model):
    """One dated step of an opportunity; append-only."""

    __tablename__ = "customers_opportunity_move"
    __resource__ = OPPORTUNITY
    __parent__ = "customer"
    __added_under__ = (Verb.CREATE, Verb.UPDATE)
    __table_args__ = (Index(None, "opportunity_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"), index=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("customers_opportunity.id"))
    from_stage: Mapped[str | None] = mapped_column(String(20))
    to_stage: Mapped[str] = mapped_column(String(20))
    happened_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    recorded_by: Mapped[str] = mapped_column(String(200), default="")

    customer: Mapped[Customer] = relationship(lazy="raise_on_sql")


class Network(Child, Model):
    """What an operator runs under one network code; one line of an operators file."""

    __tablename__ = "customers_network"
    __resource__ = CUSTOMER
    __parent__ = "customer"
    __added_under__ = (Verb.CREATE, Verb.UPDATE)
    __table_args__ = (Index(None, "customer_id", "mcc", "mnc"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers_customer.id"))
    mcc: Mapped[str] = mapped_column(String(20), default="")
    mnc: Mapped[str] = mapped_column(String(20), default="")
    brand: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(60), default="")
    bands: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(Text, default="")

    customer: Mapped[Customer] = relationship(lazy="raise_on_sql")


MODELS = (
    Industry,
    Counter,
    Customer,
    StageMove,
    Contact,
    Opportunity,
    OpportunityMove,
    Network,
)
