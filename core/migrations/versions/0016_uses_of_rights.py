"""Keep which rights are used, by day."""

import sqlalchemy as sa
from alembic import op

revision = "core_0016"
down_revision = "core_0015"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_access_use",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("verb", sa.String(length=80), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_access_use_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "resource", "verb", name=op.f("pk_core_access_use")),
    )


def downgrade():
    op.drop_table("core_access_use")
