"""Keep with a job the scopes of the API token that started it."""

import sqlalchemy as sa
from alembic import op

revision = "core_0005"
down_revision = "core_0004"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("core_job", sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table("core_job", schema=None) as batch_op:
        batch_op.drop_column("scopes")
