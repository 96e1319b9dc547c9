"""Keep second factors, and which rights count only with one."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0014"
down_revision = "core_0013"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_recovery_code")),
        sa.UniqueConstraint(
            "user_id", "code_hash", name=op.f("uq_core_recovery_code_user_id_code_hash")
        ),
    )
    op.create_table(
        "core_second_factor",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=True),
        sa.Column("enrolled_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.Column("waiting_seed", sa.String(length=64), nullable=True),
        sa.Column("waiting_since", UtcDateTime(), nullable=True),
        sa.Column("waiting_session", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_second_factor_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_second_factor")),
    )
    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_factor", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("core_login_session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stage", sa.String(length=8), server_default="open", nullable=False)
        )


def downgrade():
    with op.batch_alter_table("core_login_session", schema=None) as batch_op:
        batch_op.drop_column("stage")

    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.drop_column("second_factor")

    op.drop_table("core_second_factor")
    op.drop_table("core_recovery_code")
