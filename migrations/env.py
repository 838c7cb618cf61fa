"""Runs the migrations on the connection of the caller, in the caller's transaction: see server/storage/migrate.py."""

from alembic import context

from server.storage import directory_tables  # noqa: F401 - declares its tables on `metadata`
from server.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
