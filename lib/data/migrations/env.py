"""Alembic environment: runs on the connection that ``lib.data.database.upgrade`` hands over."""

from alembic import context

from lib.data.tables import catalogue, extracts, meetings  # noqa: F401 (every table joins the records)
from lib.data.tables.base import records_metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=records_metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
