"""Let a duty need a second factor."""

import sqlalchemy as sa
from alembic import op

revision = "rights_0004"
down_revision = "rights_0003"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("rights_duty", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_factor", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade():
    with op.batch_alter_table("rights_duty", schema=None) as batch_op:
        batch_op.drop_column("second_factor")
