"""What Alembic runs for every history of the site; core.addons.schema hands over the connection."""

from alembic import context

attributes = context.config.attributes
context.configure(
    connection=attributes["connection"],
    target_metadata=attributes["metadata"],
    version_table=attributes["version_table"],
    include_name=attributes["include_name"],
    include_object=attributes["include_object"],
    render_item=attributes["render_item"],
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
