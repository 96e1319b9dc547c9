"""Let the start page read the newest and the longest standing accounts from indexes."""

from alembic import op

revision = "customers_0003"
down_revision = "customers_0002"
branch_labels = None
depends_on = None

TABLE = "customers_customer"
SINGLE, NEWEST, STANDING = (
    f"ix_{TABLE}_updated_at",
    f"ix_{TABLE}_updated_at_id",
    f"ix_{TABLE}_stage_since_id",
)


def upgrade():
    op.create_index(STANDING, TABLE, ["stage_since", "id"])
    op.create_index(NEWEST, TABLE, ["updated_at", "id"])
    op.drop_index(SINGLE, TABLE)


def downgrade():
    op.create_index(SINGLE, TABLE, ["updated_at"])
    op.drop_index(NEWEST, TABLE)
    op.drop_index(STANDING, TABLE)
