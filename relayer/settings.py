"""What the relayer is told from outside: RELAYER_* variables, read once by __main__, frozen.

A value may also come from a file: RELAYER_DATABASE_URL_FILE names it. Errors name the variable, never its value.
"""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from relayer.errors import BadSetting

PREFIX = "RELAYER_"
PUBLIC_GENESIS = frozenset(
    {
        "5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d",  # mainnet-beta
        "4uhcVJyU9pJkvr8KQZRRLyqXTwsCNpAsAT3dxoFQXeDk",  # testnet
        "EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG",  # devnet
    }
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting with its default; README shows the same table."""

    database_url: str = ""
    database_owner_url: str = ""
    rpc_urls: str = "http://127.0.0.1:8899"
    genesis: str = ""
    cluster: str = "localnet"
    witnesses_min: int = 2
    signers: str = ""
    work_private_port: int = 9102
    keep_private_port: int = 9103
    private_host: str = "127.0.0.1"
    poll_ms: int = 200
    oracle_file: str = ""
    oracle_feed: str = ""
    oracle_expo: int = -8
    budget_wallet_lamports: int = 100_000_000
    budget_crank_lamports: int = 20_000_000_000
    budget_global_lamports: int = 50_000_000_000
    payer_low_lamports: int = 20_000_000
    log_level: str = "INFO"

    def required(self, name: str) -> str:
        """A setting that this process can not do without; BadSetting names its variable."""
        value = str(getattr(self, name))
        if not value:
            raise BadSetting(f"{PREFIX}{name.upper()} is not set")
        return value

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The RPC endpoints in order of preference."""
        return tuple(part.strip() for part in self.rpc_urls.split(",") if part.strip())

    @property
    def caps(self) -> dict[str, int]:
        """Lamports a day by the first word of a budget's scope."""
        return {
            "wallet": self.budget_wallet_lamports,
            "crank": self.budget_crank_lamports,
            "global": self.budget_global_lamports,
        }


MEANING: dict[str, str] = {
    "database_url": "libpq URL of the database, role relayer",
    "database_owner_url": "libpq URL of a login that may SET ROLE sealbook; migrate alone reads it",
    "rpc_urls": "JSON-RPC endpoints, separated by commas, the preferred one first",
    "genesis": "genesis hash that every endpoint must have (default: what the first one says)",
    "cluster": "localnet, devnet or mainnet",
    "witnesses_min": "independent proofs that an expiry needs; 1 only on a local cluster",
    "signers": "fee payers: keypair files separated by commas, or a JSON list for solana-keychain",
    "work_private_port": "port of /livez /readyz /startupz /metrics of work; 0 picks one",
    "keep_private_port": "the same of keep",
    "private_host": "address that the private port listens on",
    "poll_ms": "pause between two looks at something in flight, milliseconds",
    "oracle_file": "CSV publish,price,prev that keep reads while it grows; empty: no file feed",
    "oracle_feed": "feed id of that file, 64 hex digits",
    "oracle_expo": "exponent of its prices",
    "budget_wallet_lamports": "what one wallet may cost a day, lamports",
    "budget_crank_lamports": "what all cranks may cost a day, lamports",
    "budget_global_lamports": "what everything may cost a day, lamports",
    "payer_low_lamports": "balance in lamports below which a payer is paused",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
}
NEEDED = {"database_url": "required", "database_owner_url": "for migrate", "signers": "for work"}


def load(environment: Mapping[str, str]) -> Settings:
    """Settings from the environment; BadSetting names the variable that is wrong."""
    values: dict[str, str] = {}
    for name in Settings.__struct_fields__:
        variable = PREFIX + name.upper()
        if variable in environment:
            values[name] = environment[variable]
        elif path := environment.get(f"{variable}_FILE"):
            values[name] = _read(path, variable)
    for name, text in values.items():
        _check(name, text)
    settings = msgspec.convert(values, Settings, strict=False)
    _cross(settings)
    return settings


def _read(path: str, variable: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError as error:
        raise BadSetting(f"{variable}_FILE cannot be read: {type(error).__name__}") from error


def _check(name: str, text: str) -> None:
    """Convert one value alone, so that the error can name its variable."""
    try:
        msgspec.convert({name: text}, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise BadSetting(f"{PREFIX}{name.upper()}: {str(error).split(' - ')[0]}") from error


def _cross(settings: Settings) -> None:
    if settings.witnesses_min < 1:
        raise BadSetting("RELAYER_WITNESSES_MIN must be at least 1")
    if settings.witnesses_min == 1 and settings.cluster != "localnet":
        raise BadSetting("RELAYER_WITNESSES_MIN may be 1 only with RELAYER_CLUSTER=localnet")
    if settings.poll_ms < 5:
        raise BadSetting("RELAYER_POLL_MS must be at least 5")
    if not settings.endpoints:
        raise BadSetting("RELAYER_RPC_URLS names no endpoint")
    if settings.oracle_file and len(settings.oracle_feed) != 64:
        raise BadSetting("RELAYER_ORACLE_FEED must have 64 hex digits where RELAYER_ORACLE_FILE is set")
    secure = "sslmode=require" in settings.database_url or "sslmode=verify" in settings.database_url
    if settings.cluster != "localnet" and settings.database_url and not secure:
        raise BadSetting("RELAYER_DATABASE_URL must ask for TLS (sslmode=require or verify-full) outside localnet")


def table() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, in order; what has no default says who needs it."""
    shown = []
    for field in msgspec.structs.fields(Settings):
        default = NEEDED.get(field.name, str(field.default))
        shown.append((PREFIX + field.name.upper(), default, MEANING[field.name]))
    return shown
