"""Create the tables of accounts."""

import sqlalchemy as sa
from alembic import op

from core.database import LocalizedName, Money, Period, UtcDateTime

revision = "customers_0001"
down_revision = None
branch_labels = None
depends_on = None

INDEXES = (
    ("customers_industry", ("parent_id",)),
    ("customers_industry", ("path",)),
    ("customers_customer", ("exact_key",)),
    ("customers_customer", ("external_code",)),
    ("customers_customer", ("grade", "id")),
    ("customers_customer", ("industry_id", "id")),
    ("customers_customer", ("match_key",)),
    ("customers_customer", ("match_key_en",)),
    ("customers_customer", ("name",)),
    ("customers_customer", ("region", "id")),
    ("customers_customer", ("scope_org_id",)),
    ("customers_customer", ("scope_org_id", "id")),
    ("customers_customer", ("scope_owner_id",)),
    ("customers_customer", ("scope_owner_id", "id")),
    ("customers_customer", ("stage", "id")),
    ("customers_customer", ("updated_at",)),
    ("customers_contact", ("customer_id", "id")),
    ("customers_network", ("customer_id", "mcc", "mnc")),
    ("customers_opportunity", ("customer_id", "id")),
    ("customers_opportunity", ("period",)),
    ("customers_opportunity", ("stage", "id")),
    ("customers_stage_move", ("customer_id", "id")),
    ("customers_stage_move", ("to_stage", "period")),
    ("customers_opportunity_move", ("customer_id",)),
    ("customers_opportunity_move", ("opportunity_id", "id")),
)
TABLES = (
    "customers_counter",
    "customers_industry",
    "customers_customer",
    "customers_contact",
    "customers_network",
    "customers_opportunity",
    "customers_stage_move",
    "customers_opportunity_move",
)


def upgrade():
    _create_counter()
    _create_industry()
    _create_customer()
    _create_contact()
    _create_network()
    _create_opportunity()
    _create_stage_move()
    _create_opportunity_move()
    scopes = ("scope_org_id", "scope_customer_id", "scope_owner_id")
    children = ((table, (column,)) for table in TABLES[3:] for column in scopes)
    for table, columns in (*INDEXES, *children):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade():
    for table in reversed(TABLES):
        op.drop_table(table)


def _scope(table, *, own_key=False):
    """Give the scope columns; an account is its own customer key and has no column for it."""
    names = ("org",) if own_key else ("org", "customer")
    yield from (sa.Column(f"scope_{name}_id", sa.Integer()) for name in (*names, "owner"))
    for name, target in (("org", "core_org_unit"), ("owner", "core_employee")):
        column = f"scope_{name}_id"
        yield sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _create_counter():
    op.create_table(
        "customers_counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_customers_counter")),
    )


def _create_industry():
    op.create_table(
        "customers_industry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", LocalizedName(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("sort", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["customers_industry.id"], name=op.f("fk_customers_industry_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_industry")),
        sa.UniqueConstraint("code", name=op.f("uq_customers_industry_code")),
    )


def _create_customer():
    op.create_table(
        "customers_customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=True),
        sa.Column("region", sa.String(length=100), nullable=False),
        sa.Column("country", sa.String(length=20), nullable=False),
        sa.Column("industry_id", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("stage_since", sa.Date(), nullable=False),
        sa.Column("external_code", sa.String(length=64), nullable=False),
        sa.Column("registration_no", sa.String(length=64), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("founded", sa.String(length=60), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("exact_key", sa.String(length=200), nullable=False),
        sa.Column("match_key", sa.String(length=200), nullable=False),
        sa.Column("match_key_en", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.String(length=800), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "grade IN ('A', 'B', 'C', 'D')", name=op.f("ck_customers_customer_grade_known")
        ),
        sa.CheckConstraint(
            "stage IN ('prospect', 'opportunity', 'relationship', 'signed')",
            name=op.f("ck_customers_customer_stage_known"),
        ),
        sa.ForeignKeyConstraint(
            ["industry_id"],
            ["customers_industry.id"],
            name=op.f("fk_customers_customer_industry_id"),
        ),
        *_scope("customers_customer", own_key=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_customer")),
        sa.UniqueConstraint("code", name=op.f("uq_customers_customer_code")),
    )


def _create_contact():
    op.create_table(
        "customers_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("position", sa.String(length=100), nullable=False),
        sa.Column("department", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_contact_customer_id"),
        ),
        *_scope("customers_contact"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_contact")),
    )


def _create_network():
    op.create_table(
        "customers_network",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("mcc", sa.String(length=20), nullable=False),
        sa.Column("mnc", sa.String(length=20), nullable=False),
        sa.Column("brand", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=60), nullable=False),
        sa.Column("bands", sa.String(length=500), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_network_customer_id"),
        ),
        *_scope("customers_network"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_network")),
    )


def _create_opportunity():
    op.create_table(
        "customers_opportunity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("expected_value", Money(), nullable=True),
        sa.Column("expected_close_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("period", Period(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome_reason", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("credited_employee_id", sa.Integer(), nullable=True),
        sa.Column("credited_unit_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "expected_value IS NULL OR expected_value >= 0",
            name=op.f("ck_customers_opportunity_value_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_opportunity_customer_id"),
        ),
        *_scope("customers_opportunity"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_opportunity")),
    )


def _create_stage_move():
    op.create_table(
        "customers_stage_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(length=20), nullable=True),
        sa.Column("to_stage", sa.String(length=20), nullable=False),
        sa.Column("to_rank", sa.SmallInteger(), nullable=False),
        sa.Column("forward", sa.Boolean(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("period", Period(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("credited_employee_id", sa.Integer(), nullable=True),
        sa.Column("credited_unit_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "corrects_id IS NULL OR reason <> ''",
            name=op.f("ck_customers_stage_move_correction_has_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"],
            ["customers_stage_move.id"],
            name=op.f("fk_customers_stage_move_corrects_id"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_stage_move_customer_id"),
        ),
        *_scope("customers_stage_move"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_stage_move")),
        sa.UniqueConstraint("corrects_id", name=op.f("uq_customers_stage_move_corrects_id")),
    )


def _create_opportunity_move():
    op.create_table(
        "customers_opportunity_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("opportunity_id", sa.Integer(), nullable=False),
        sa.Column("from_stage", sa.String(length=20), nullable=True),
        sa.Column("to_stage", sa.String(length=20), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers_customer.id"],
            name=op.f("fk_customers_opportunity_move_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["opportunity_id"],
            ["customers_opportunity.id"],
            name=op.f("fk_customers_opportunity_move_opportunity_id"),
        ),
        *_scope("customers_opportunity_move"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers_opportunity_move")),
    )
