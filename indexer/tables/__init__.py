"""The tables of the schemas `ledger` and `chain`, their views, rights and history; never read or written from here.

`ledger` is kept for ever and has an alembic history; `chain` is derived and made with create_all. No schema name
appears in a table: definitions run with the search path set to exactly one schema. Used by store and __main__.
"""

LEDGER_VERSION = "0001"  # the newest of history/
SCHEMA_VERSION = 3  # of the tables of `chain`, which have no history
