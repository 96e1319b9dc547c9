"""Keep whose right a substitute holds, and for whom an act was done."""

import sqlalchemy as sa
from alembic import op

revision = "core_0013"
down_revision = "core_0012"
branch_labels = None
depends_on = None

USER = "fk_core_access_term_for_user_id_core_user"


def upgrade():
    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.add_column(sa.Column("for_user_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(USER, "core_user", ["for_user_id"], ["id"], ondelete="CASCADE")
        batch_op.create_index(batch_op.f("ix_core_access_term_for_user_id"), ["for_user_id"])
    # without batch: a trail that is copied would lose the triggers that keep it
    op.add_column("core_audit", sa.Column("for_user_id", sa.Integer(), nullable=True))
    op.add_column("core_audit", sa.Column("for_label", sa.String(length=200), nullable=True))
    op.create_index(op.f("ix_core_audit_for_user_id"), "core_audit", ["for_user_id"])


def downgrade():
    op.drop_index(op.f("ix_core_audit_for_user_id"), table_name="core_audit")
    op.drop_column("core_audit", "for_label")
    op.drop_column("core_audit", "for_user_id")
    with op.batch_alter_table("core_access_term", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_core_access_term_for_user_id"))
        batch_op.drop_constraint(USER, type_="foreignkey")
        batch_op.drop_column("for_user_id")
