"""What Alembic runs for every history of the site; core.addons.schema hands over the connection."""

from typing import Any

from alembic import context
from alembic.operations.ops import CreateTableOp


def without_declarations(_context: Any, _revision: Any, scripts: list[Any]) -> None:
    """Who may see a table's rows is said by its model; a migration only makes the table."""
    for script in scripts:
        for step in (*script.upgrade_ops.ops, *script.downgrade_ops.ops):
            if isinstance(step, CreateTableOp):
                step.info = {}


attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    include_name=attributes["include_name"],
    include_object=attributes["include_object"],
    render_item=attributes["render_item"],
    process_revision_directives=without_declarations,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
