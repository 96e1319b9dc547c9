"""Keep the work calendar."""

import sqlalchemy as sa
from alembic import op

from core.database import LocalizedName, UtcDateTime

revision = "core_0017"
down_revision = "core_0016"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_work_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("name", LocalizedName(), nullable=False),
        sa.Column("hours", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_work_day")),
        sa.UniqueConstraint("day", name=op.f("uq_core_work_day_day")),
    )
    op.create_table(
        "core_work_year",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_work_year")),
        sa.UniqueConstraint("year", name=op.f("uq_core_work_year_year")),
    )


def downgrade():
    op.drop_table("core_work_year")
    op.drop_table("core_work_day")
