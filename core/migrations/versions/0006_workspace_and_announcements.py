"""Keep announcements of maintenance, and the shortcuts that a person has chosen."""

import sqlalchemy as sa
from alembic import op

from core.database import LocalizedName, UtcDateTime

revision = "core_0006"
down_revision = "core_0005"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_announcement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", LocalizedName(), nullable=False),
        sa.Column("tone", sa.String(length=8), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("on_login", sa.Boolean(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_announcement")),
    )
    with op.batch_alter_table("core_announcement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_announcement_ends_at"), ["ends_at"], unique=False)
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pins", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_column("pins")
    with op.batch_alter_table("core_announcement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_announcement_ends_at"))
    op.drop_table("core_announcement")
