"""joint confirmation."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0015"
down_revision = "core_0014"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("resource", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_label", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_label", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["core_user.id"],
            name=op.f("fk_core_consent_asked_by"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_consent")),
    )
    with op.batch_alter_table("core_consent", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_consent_asked_by_asked_at"), ["asked_by", "asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_consent_state_asked_at"), ["state", "asked_at"], unique=False
        )

    op.create_table(
        "core_consent_voice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("consent_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["consent_id"],
            ["core_consent.id"],
            name=op.f("fk_core_consent_voice_consent_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_consent_voice_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_consent_voice")),
        sa.UniqueConstraint(
            "consent_id", "user_id", name=op.f("uq_core_consent_voice_consent_id_user_id")
        ),
    )
    with op.batch_alter_table("core_consent_voice", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_consent_voice_user_id"), ["user_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("core_consent_voice", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_consent_voice_user_id"))

    op.drop_table("core_consent_voice")
    with op.batch_alter_table("core_consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_consent_state_asked_at"))
        batch_op.drop_index(batch_op.f("ix_core_consent_asked_by_asked_at"))

    op.drop_table("core_consent")
