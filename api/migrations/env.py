"""Alembic's environment: runs on the connection that `migrate` hands over, within its transaction."""

from alembic import context

from api.tables import App

context.configure(
    connection=context.config.attributes["connection"], target_metadata=App.metadata, version_table="alembic_version"
)
with context.begin_transaction():
    context.run_migrations()
