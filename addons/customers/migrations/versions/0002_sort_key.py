"""Keep with each account what its name is sorted by, so that Chinese names stand by pinyin."""

import sqlalchemy as sa
from alembic import op

from core.i18n.sorting import collation_key

revision = "customers_0002"
down_revision = "customers_0001"
branch_labels = None
depends_on = None

KEY = sa.String(400).with_variant(sa.String(400, collation="C"), "postgresql")
BATCH = 1_000


def upgrade():
    column = sa.Column("sort_key", KEY, nullable=False, server_default="")
    op.add_column("customers_customer", column)
    _fill(op.get_bind())
    with op.batch_alter_table("customers_customer", schema=None) as batch_op:
        batch_op.alter_column("sort_key", existing_type=KEY, server_default=None)
        batch_op.create_index("ix_customers_customer_sort_key", ["sort_key"])


def _fill(connection):
    table = sa.table(
        "customers_customer", sa.column("id"), sa.column("name"), sa.column("sort_key")
    )
    last = 0
    change = table.update().where(table.c.id == sa.bindparam("key"))
    change = change.values(sort_key=sa.bindparam("sorted"))
    while True:
        rows = connection.execute(
            sa.select(table.c.id, table.c.name)
            .where(table.c.id > last)
            .order_by(table.c.id)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        connection.execute(change, [{"key": k, "sorted": collation_key(n)} for k, n in rows])
        last = rows[-1].id


def downgrade():
    with op.batch_alter_table("customers_customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customers_customer_sort_key")
        batch_op.drop_column("sort_key")
