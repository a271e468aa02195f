"""Run by Alembic for each upgrade, on the connection and inside the transaction that `schema.upgrade` hands over."""

from alembic import context
from sqlmodel import SQLModel

connection = context.config.attributes["connection"]

context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by building it anew
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
