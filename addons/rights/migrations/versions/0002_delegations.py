"""Who acts for whom."""

import sqlalchemy as sa
from alembic import op

from core.database import UtcDateTime

revision = "rights_0002"
down_revision = "rights_0001"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "rights_delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_user_id", sa.Integer(), nullable=False),
        sa.Column("to_user_id", sa.Integer(), nullable=False),
        sa.Column("assignments", sa.JSON(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=False),
        sa.Column("valid_to", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("ended_by", sa.String(length=200), nullable=False),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_user_id <> to_user_id", name=op.f("ck_rights_delegation_two_people")
        ),
        sa.CheckConstraint(
            "valid_from < valid_to", name=op.f("ck_rights_delegation_period_has_length")
        ),
        sa.ForeignKeyConstraint(
            ["from_user_id"],
            ["core_user.id"],
            name=op.f("fk_rights_delegation_from_user_id_core_user"),
        ),
        sa.ForeignKeyConstraint(
            ["to_user_id"],
            ["core_user.id"],
            name=op.f("fk_rights_delegation_to_user_id_core_user"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_delegation")),
    )
    op.create_index(
        op.f("ix_rights_delegation_from_user_id"), "rights_delegation", ["from_user_id"]
    )
    op.create_index(
        op.f("ix_rights_delegation_to_user_id_ended_at"),
        "rights_delegation",
        ["to_user_id", "ended_at"],
    )


def downgrade():
    op.drop_table("rights_delegation")
