"""Let administrators pause schedules."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0010"
down_revision = "core_0009"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_schedule_pause",
        sa.Column("schedule", sa.String(length=120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by_label", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("schedule", name=op.f("pk_core_schedule_pause")),
    )


def downgrade():
    op.drop_table("core_schedule_pause")
