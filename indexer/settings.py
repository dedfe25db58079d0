"""The indexer's settings: one frozen value from the environment, read once by __main__. Never a global."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from indexer.errors import SettingsError

PREFIX = "INDEXER_"
SECRETS = frozenset({"database_url", "database_owner_url", "rpc_urls"})


class Settings(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What `follow` and its sisters need; each is the environment variable INDEXER_<NAME>."""

    database_url: str
    rpc_urls: tuple[str, ...]
    genesis: str | None = None
    witnesses_min: int = 2
    poll_ms: int = 200
    private_port: int = 9101
    private_host: str = "127.0.0.1"
    anchor_slot: int | None = None
    rpc_timeout_s: float = 10.0
    slots_per_page_max: int = 64
    events_per_page_max: int = 5000
    log_level: str = "INFO"


MEANING: dict[str, str] = {
    "database_url": "libpq URL of the database, role indexer",
    "rpc_urls": "JSON-RPC endpoints, separated by commas",
    "genesis": "genesis hash that every endpoint must have (default: what the first one says)",
    "witnesses_min": "endpoints that must agree before a rollback; no more than there are, 1 on localnet",
    "poll_ms": "pause between two looks at the tip, milliseconds",
    "private_port": "port of /livez /readyz /startupz /metrics; 0 picks one",
    "private_host": "address that the private port listens on",
    "anchor_slot": "slot to begin after at the first start (default: the newest finalized)",
    "rpc_timeout_s": "seconds after which a call to an endpoint is given up",
    "slots_per_page_max": "blocks in one transaction of the database",
    "events_per_page_max": "events in one transaction of the database",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
    "database_owner_url": "libpq URL of a login that may SET ROLE sealbook; migrate alone reads it",
}


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of an environment. Raises SettingsError naming the bad variable."""
    found: dict[str, object] = {}
    for name in Settings.__struct_fields__:
        value = _variable(environment, name)
        if value is not None:
            found[name] = _words(value) if name == "rpc_urls" else value
    for name in ("database_url", "rpc_urls"):
        if not found.get(name):
            raise SettingsError(f"{PREFIX}{name.upper()} is not set: {MEANING[name]}")
    try:
        return msgspec.convert(found, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(_named(str(error))) from error


def owner_url(environment: Mapping[str, str]) -> str:
    """The owner's URL, which migrate alone uses. Raises SettingsError."""
    value = _variable(environment, "database_owner_url")
    if not value:
        raise SettingsError(f"{PREFIX}DATABASE_OWNER_URL is not set: {MEANING['database_owner_url']}")
    return value


def table() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, in order; required ones have the default "required"."""
    defaults = dict(zip(reversed(Settings.__struct_fields__), reversed(Settings.__struct_defaults__), strict=False))
    shown = []
    for name, meaning in MEANING.items():
        default = defaults.get(name, "for migrate" if name == "database_owner_url" else "required")
        shown.append((PREFIX + name.upper(), "" if default is None else str(default), meaning))
    return shown


def _variable(environment: Mapping[str, str], name: str) -> str | None:
    """One variable's text; a secret may also be the content of the file named by its _FILE twin."""
    value = environment.get(PREFIX + name.upper())
    path = environment.get(f"{PREFIX}{name.upper()}_FILE") if name in SECRETS else None
    if value is None and path:
        try:
            return Path(os.fspath(path)).read_text().strip()
        except OSError as error:
            raise SettingsError(f"{PREFIX}{name.upper()}_FILE cannot be read: {error.strerror}") from error
    return value


def _words(value: str) -> list[str]:
    """The parts of a comma-separated list, each once: an endpoint named twice is one witness."""
    return list(dict.fromkeys(word.strip() for word in value.split(",") if word.strip()))


def _named(reason: str) -> str:
    """msgspec's reason with the variable in place of the field's path."""
    text, _, path = reason.rpartition(" - at `$.")
    name = path.rstrip("`")
    return f"{PREFIX}{name.upper()}: {text}" if text else reason
