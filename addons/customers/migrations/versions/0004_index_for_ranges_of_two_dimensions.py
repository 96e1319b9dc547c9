"""Let ranges of owner and unit be counted from one index, without reading the accounts."""

from alembic import op

revision = "customers_0004"
down_revision = "customers_0003"
branch_labels = None
depends_on = None

TABLE = "customers_customer"
BOTH = f"ix_{TABLE}_scope_owner_id_scope_org_id"


def upgrade():
    op.create_index(BOTH, TABLE, ["scope_owner_id", "scope_org_id"])


def downgrade():
    op.drop_index(BOTH, TABLE)
