"""Keep API tokens, and answers to repeated requests."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0003"
down_revision = "core_0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_api_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_api_reply_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_api_reply")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_core_api_reply_user_id_key")),
    )
    with op.batch_alter_table("core_api_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_api_reply_at"), ["at"], unique=False)

    op.create_table(
        "core_api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("prefix", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("session_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_seen_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_api_token_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_core_api_token_token_hash")),
    )
    with op.batch_alter_table("core_api_token", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_api_token_expires_at"), ["expires_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_core_api_token_prefix"), ["prefix"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_core_api_token_user_id_ended_at"), ["user_id", "ended_at"], unique=False
        )


def downgrade():
    with op.batch_alter_table("core_api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_api_token_user_id_ended_at"))
        batch_op.drop_index(batch_op.f("ix_core_api_token_prefix"))
        batch_op.drop_index(batch_op.f("ix_core_api_token_expires_at"))

    op.drop_table("core_api_token")
    with op.batch_alter_table("core_api_reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_api_reply_at"))

    op.drop_table("core_api_reply")
