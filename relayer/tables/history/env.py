"""Alembic's entry into the history of schema `relay`: runs on the connection that migrate hands over."""

from alembic import context

from relayer.tables import Relay

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Relay.metadata, version_table="version")
with context.begin_transaction():
    context.run_migrations()
