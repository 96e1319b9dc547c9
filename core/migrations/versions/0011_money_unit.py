"""Keep in which unit a user reads amounts."""

import sqlalchemy as sa
from alembic import op

revision = "core_0011"
down_revision = "core_0010"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("core_user", sa.Column("money_unit", sa.String(length=8), nullable=True))


def downgrade():
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_column("money_unit")
