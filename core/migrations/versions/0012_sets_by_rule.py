"""Keep by which rule a set of keys is made."""

import sqlalchemy as sa
from alembic import op

revision = "core_0012"
down_revision = "core_0011"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("core_access_set", sa.Column("rule", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table("core_access_set", schema=None) as batch_op:
        batch_op.drop_column("rule")
