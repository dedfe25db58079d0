"""What can go wrong in the indexer.

IndexerError
├── Transient                   try again, here or at another endpoint
│   ├── SourceUnavailable       no endpoint answered, or all said "not yet"
│   ├── BlockIncomplete         a block came without what proves its events
│   ├── SequenceGap             an event's seq does not follow its subject's last one
│   └── StoreUnavailable        PostgreSQL is away or refused for a passing reason
└── Fatal                       stop; a human or a supervisor must act
    ├── SettingsError           a setting is missing or malformed
    ├── WrongGenesis            the endpoint or the database belongs to another chain
    ├── SchemaMismatch          the database is not migrated to this version
    ├── AnotherIndexer          another indexer writes this database
    ├── FinalRollback           the chain contradicts a slot that was final
    └── Refused                 an operator's command is not allowed as things are
"""


class IndexerError(Exception):
    """The indexer could not do its work."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or type(self).__doc__)


class Transient(IndexerError):
    """A passing failure: the same work may succeed later or elsewhere."""


class SourceUnavailable(Transient):
    """No endpoint gave an answer that can be used."""


class BlockIncomplete(Transient):
    """A block came without what proves its events."""


class SequenceGap(Transient):
    """An event's sequence number does not follow its subject's last one."""

    def __init__(self, subject: str, expected: int, seen: int, slot: int) -> None:
        super().__init__(f"subject {subject} continues at seq {expected}, slot {slot} brings {seen}")
        self.subject = subject
        self.slot = slot


class StoreUnavailable(Transient):
    """PostgreSQL cannot be reached."""


class Fatal(IndexerError):
    """The indexer must stop."""


class SettingsError(Fatal):
    """A setting is missing or malformed."""


class WrongGenesis(Fatal):
    """The endpoint or the database belongs to another chain."""


class SchemaMismatch(Fatal):
    """The database is not migrated to this version: run `python -m indexer migrate`."""


class AnotherIndexer(Fatal):
    """Another indexer writes this database."""


class FinalRollback(Fatal):
    """The chain contradicts a slot that was final."""


class Refused(Fatal):
    """This command is not allowed as things are."""
