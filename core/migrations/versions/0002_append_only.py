"""Let the database itself refuse to alter the audit trail, its seals and the events."""

from alembic import op

from core.audit.append_only import alterable_statements, append_only_statements

revision = "core_0002"
down_revision = "core_0001"
branch_labels = None
depends_on = None

TABLES = ("core_audit", "core_audit_seal", "core_event")


def upgrade() -> None:
    dialect = op.get_context().dialect.name
    for table in TABLES:
        for statement in append_only_statements(table, dialect):
            op.execute(statement)


def downgrade() -> None:
    dialect = op.get_context().dialect.name
    for table in TABLES:
        for statement in alterable_statements(table, dialect):
            op.execute(statement)
    if dialect == "postgresql":
        op.execute("DROP FUNCTION core_append_only()")
