"""Hold one lease for all add-ons, with who holds it and its heartbeat, instead of one for each."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0004"
down_revision = "core_0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_addon_act",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("addon", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=120), nullable=False),
        sa.Column("began_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_addon_act")),
    )
    with op.batch_alter_table("core_addon", schema=None) as batch_op:
        batch_op.drop_column("lease_until")
        batch_op.drop_column("lease_token")


def downgrade():
    with op.batch_alter_table("core_addon", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lease_token", sa.String(length=40), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("lease_until", UtcDateTime(), nullable=True))
    op.drop_table("core_addon_act")
