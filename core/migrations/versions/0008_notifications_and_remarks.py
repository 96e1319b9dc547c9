"""Keep notifications, remarks and followers."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0008"
down_revision = "core_0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "core_notification",
        sa.Column("id", BIG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("addon", sa.String(length=60), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=True),
        sa.Column("record_id", sa.Integer(), nullable=True),
        sa.Column("anchor", sa.String(length=40), nullable=False),
        sa.Column("endpoint", sa.String(length=120), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("actor_user_id", sa.Integer(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_notification_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_notification")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_core_notification_user_id_key")),
    )
    for columns in (
        ["user_id", "read_at"],
        ["user_id", "at"],
        ["resource", "record_id"],
        ["addon"],
        ["read_at"],
    ):
        name = op.f(f"ix_core_notification_{'_'.join(columns)}")
        op.create_index(name, "core_notification", columns)
    op.create_table(
        "core_remark",
        sa.Column("id", BIG, nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("author_user_id", sa.Integer(), nullable=False),
        sa.Column("author_label", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("mentions", sa.JSON(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_user_id"], ["core_user.id"], name=op.f("fk_core_remark_author_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_remark")),
    )
    op.create_index(
        op.f("ix_core_remark_resource_record_id_id"), "core_remark", ["resource", "record_id", "id"]
    )
    op.create_index(op.f("ix_core_remark_author_user_id"), "core_remark", ["author_user_id"])
    op.create_table(
        "core_follower",
        sa.Column("id", BIG, nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["core_user.id"],
            name=op.f("fk_core_follower_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_follower")),
        sa.UniqueConstraint(
            "resource",
            "record_id",
            "user_id",
            name=op.f("uq_core_follower_resource_record_id_user_id"),
        ),
    )
    op.create_index(op.f("ix_core_follower_user_id"), "core_follower", ["user_id"])
    op.create_index(op.f("ix_core_event_type_record_id"), "core_event", ["type", "record_id"])


def downgrade():
    op.drop_index(op.f("ix_core_event_type_record_id"), table_name="core_event")
    for table in ("core_follower", "core_remark", "core_notification"):
        op.drop_table(table)
