"""Send notifications by mail, as people choose."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0018"
down_revision = "core_0017"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "core_letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_core_letter_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_core_letter_key")),
    )
    with op.batch_alter_table("core_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_letter_made_at"), ["made_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_letter_user_id"), ["user_id"], unique=False)

    op.create_table(
        "core_mail_choice",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("mail", sa.String(length=8), nullable=False),
        sa.Column("digest_at", sa.Integer(), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("rest_days", sa.Boolean(), nullable=False),
        sa.Column("without", sa.JSON(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_mail_choice_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_mail_choice")),
    )
    op.create_table(
        "core_mail_state",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_mail_state_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_mail_state")),
    )
    op.create_table(
        "core_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "notification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=False),
        sa.Column("letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["core_letter.id"],
            name=op.f("fk_core_delivery_letter_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["core_notification.id"],
            name=op.f("fk_core_delivery_notification_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_delivery")),
        sa.UniqueConstraint(
            "notification_id", "channel", name=op.f("uq_core_delivery_notification_id_channel")
        ),
    )
    with op.batch_alter_table("core_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_core_delivery_letter_id"), ["letter_id"], unique=False)


def downgrade():
    with op.batch_alter_table("core_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_delivery_letter_id"))

    op.drop_table("core_delivery")
    op.drop_table("core_mail_state")
    op.drop_table("core_mail_choice")
    with op.batch_alter_table("core_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_letter_user_id"))
        batch_op.drop_index(batch_op.f("ix_core_letter_made_at"))

    op.drop_table("core_letter")
