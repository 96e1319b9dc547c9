"""Keep files attached to records."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "core_0009"
down_revision = "core_0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade():
    op.create_table(
        "core_file",
        sa.Column("id", BIG, nullable=False),
        sa.Column("resource", sa.String(length=120), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=32), nullable=False),
        sa.Column("uploader_user_id", sa.Integer(), nullable=False),
        sa.Column("uploader_label", sa.String(length=200), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uploader_user_id"], ["core_user.id"], name=op.f("fk_core_file_uploader_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_file")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_core_file_stored_as")),
    )
    op.create_index(
        op.f("ix_core_file_resource_record_id_id"), "core_file", ["resource", "record_id", "id"]
    )
    op.create_index(op.f("ix_core_file_uploader_user_id"), "core_file", ["uploader_user_id"])


def downgrade():
    op.drop_table("core_file")
