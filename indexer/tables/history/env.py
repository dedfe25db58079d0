"""Alembic's entry into the history of schema `ledger`: runs on the connection that migrate hands over."""

from alembic import context

from indexer.tables.ledger import Ledger

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Ledger.metadata, version_table="version")
with context.begin_transaction():
    context.run_migrations()
