"""Every way the relayer can fail to do its work.

RelayerError
├── Transient          try again later; nothing is known to be wrong
│   ├── RpcAway        no answer, a timeout, a 5xx, a 429, or bytes that are no JSON-RPC answer
│   ├── RpcRefused     a JSON-RPC error (code kept); never means "not found"
│   ├── DatabaseAway   PostgreSQL did not answer or cut the connection
│   └── SignerAway     the key's keeper did not sign
└── Fatal              stop: an operator must act
    ├── BadSetting     a setting is missing or wrong (named)
    ├── WrongGenesis   an endpoint, the mirror or the journal belongs to another chain
    ├── SecretRefused  a well-known local key outside a local cluster
    ├── HashMismatch   a program on the chain is not the one of SHA256SUMS
    ├── ConfigMismatch Config on the chain differs from its file
    └── DatabaseUnreachable  PostgreSQL cannot be reached at start
"""


class RelayerError(Exception):
    """The relayer could not do its work."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class Transient(RelayerError):
    """Try again later; nothing is known to be wrong."""


class RpcAway(Transient):
    """An RPC endpoint gave no usable answer."""


class RpcRefused(Transient):
    """An RPC endpoint answered with a JSON-RPC error."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class DatabaseAway(Transient):
    """PostgreSQL did not answer."""


class SignerAway(Transient):
    """The signer did not sign."""


class Fatal(RelayerError):
    """Stop: an operator must act."""


class BadSetting(Fatal):
    """A setting is missing or wrong."""


class WrongGenesis(Fatal):
    """This is another chain."""


class SecretRefused(Fatal):
    """A well-known local key is refused outside a local cluster."""


class HashMismatch(Fatal):
    """A program on the chain is not the one of SHA256SUMS."""


class ConfigMismatch(Fatal):
    """Config on the chain differs from its file."""


class DatabaseUnreachable(Fatal):
    """PostgreSQL cannot be reached."""
