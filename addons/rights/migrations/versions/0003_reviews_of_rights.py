"""Reviews of rights."""

import sqlalchemy as sa
from alembic import op

from core.database import LocalizedName, UtcDateTime

revision = "rights_0003"
down_revision = "rights_0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "rights_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("covers", sa.JSON(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.String(length=200), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["core_user.id"], name=op.f("fk_rights_review_opened_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_review")),
    )
    with op.batch_alter_table("rights_review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rights_review_closed_at"), ["closed_at"], unique=False)

    op.create_table(
        "rights_review_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("assignment_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("login", sa.String(length=200), nullable=False),
        sa.Column("unit", LocalizedName(), nullable=False),
        sa.Column("duty", LocalizedName(), nullable=False),
        sa.Column("contains", sa.JSON(), nullable=False),
        sa.Column("hints", sa.JSON(), nullable=False),
        sa.Column("passed_by", sa.String(length=200), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("outcome", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=200), nullable=False),
        sa.Column("row_version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision IS NULL OR decision <> 'end' OR reason <> ''",
            name=op.f("ck_rights_review_item_end_has_reason"),
        ),
        sa.CheckConstraint(
            "decision IS NULL OR decided_at IS NOT NULL",
            name=op.f("ck_rights_review_item_decided_at_known"),
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["rights_assignment.id"],
            name=op.f("fk_rights_review_item_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["review_id"], ["rights_review.id"], name=op.f("fk_rights_review_item_review_id")
        ),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["core_user.id"], name=op.f("fk_rights_review_item_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_user.id"], name=op.f("fk_rights_review_item_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_review_item")),
    )
    with op.batch_alter_table("rights_review_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rights_review_item_assignment_id"), ["assignment_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_rights_review_item_decision"), ["decision"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_rights_review_item_review_id_assignment_id_user_id"),
            ["review_id", "assignment_id", "user_id"],
            unique=True,
        )
        batch_op.create_index(
            batch_op.f("ix_rights_review_item_reviewer_id"), ["reviewer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_rights_review_item_user_id"), ["user_id"], unique=False
        )


def downgrade():
    with op.batch_alter_table("rights_review_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rights_review_item_user_id"))
        batch_op.drop_index(batch_op.f("ix_rights_review_item_reviewer_id"))
        batch_op.drop_index(batch_op.f("ix_rights_review_item_review_id_assignment_id_user_id"))
        batch_op.drop_index(batch_op.f("ix_rights_review_item_decision"))
        batch_op.drop_index(batch_op.f("ix_rights_review_item_assignment_id"))

    op.drop_table("rights_review_item")
    with op.batch_alter_table("rights_review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rights_review_closed_at"))

    op.drop_table("rights_review")
