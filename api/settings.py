"""The API's settings: one frozen value read from the environment (prefix API_), once, by `__main__`.

A secret may also be given as the path of a file in `API_<NAME>_FILE`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from .errors import BadSetting

PREFIX = "API_"
SECRETS = frozenset({"database_url"})
_PATH = re.compile(r"\$\.(\w+)")
_FIELD = re.compile(r"field `(\w+)`")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What one API process needs to know; amounts of time carry their unit in the name."""

    database_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    private_port: int = 9104
    public_url: str = ""
    public_rpc_url: str = "http://127.0.0.1:8899"
    dev_wallet: bool = False
    allowed_hosts: str = "localhost,127.0.0.1"
    cors_origins: str = ""
    trusted_proxies: str = ""
    hsts: bool = False
    pool_min: int = 2
    pool_max: int = 20
    statement_timeout_ms: int = 10_000
    limits_url: str = "async+memory://"
    ip_per_minute: int = 100
    ip_per_hour: int = 1_000
    create_per_minute: int = 5
    sockets_per_ip: int = 10
    sockets_new_per_minute: int = 10
    stale_after_s: int = 10
    stale_slots_max: int = 20
    build_stale_slots_max: int = 100
    feed_poll_ms: int = 1_000
    log_level: str = "INFO"

    @property
    def base_url(self) -> str:
        """Where this API is reached from outside; what metadata URIs begin with."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"


MEANING: dict[str, str] = {
    "database_url": "libpq URL of the database, role api",
    "host": "address that the API and the private port listen on",
    "port": "port of the API and the pages",
    "private_port": "port of /livez /readyz /startupz /metrics",
    "public_url": "where the API is reached from outside (default: http, host and port)",
    "public_rpc_url": "JSON-RPC endpoint that pages and wallets use; the API itself asks no node",
    "dev_wallet": "whether the pages bring a wallet of their own with an airdrop; localnet alone",
    "allowed_hosts": "names that a Host header may carry, separated by commas, besides that of public_url",
    "cors_origins": "origins whose pages may read answers, separated by commas (default: none)",
    "trusted_proxies": "addresses whose X-Forwarded-For is believed, separated by commas (default: none)",
    "hsts": "whether browsers are told to stay on HTTPS",
    "pool_min": "database connections kept open",
    "pool_max": "database connections at most",
    "statement_timeout_ms": "milliseconds after which a statement is given up",
    "limits_url": "where request counts are kept, a URL of the limits library; in memory: one process each",
    "ip_per_minute": "requests of one address a minute",
    "ip_per_hour": "requests of one address an hour",
    "create_per_minute": "markets that one wallet may build a minute",
    "sockets_per_ip": "streams that one address may hold",
    "sockets_new_per_minute": "streams that one address may open a minute",
    "stale_after_s": "age of the mirror in seconds beyond which answers say stale and no transaction is built",
    "stale_slots_max": "slots behind the tip beyond which answers say stale",
    "build_stale_slots_max": "slots behind the tip beyond which no transaction is built",
    "feed_poll_ms": "longest wait between two looks at the feed where no notice comes, milliseconds",
    "log_level": "DEBUG, INFO, WARNING or ERROR",
    "database_owner_url": "libpq URL of a login that may SET ROLE sealbook; migrate alone reads it",
}


def from_environment(environment: Mapping[str, str]) -> Settings:
    """Settings from `API_*`; raises BadSetting naming the variable."""
    known = {field.name for field in msgspec.structs.fields(Settings)}
    values: dict[str, str] = {}
    for name, value in environment.items():
        key = name.removeprefix(PREFIX).lower()
        if name.startswith(PREFIX) and key in known:
            values[key] = value
        elif name.startswith(PREFIX) and name.endswith("_FILE") and key.removesuffix("_file") in SECRETS:
            values[key.removesuffix("_file")] = Path(value).read_text().strip()
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        found = _PATH.search(str(error)) or _FIELD.search(str(error))
        name = PREFIX + (found.group(1).upper() if found else "?")
        raise BadSetting(f"{name}: {error}") from error


def table() -> list[tuple[str, str, str]]:
    """(variable, default, meaning) of every setting, in order; needs nothing to be set."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    needed = {"database_url": "required", "database_owner_url": "for migrate"}
    return [(PREFIX + name.upper(), needed.get(name) or str(defaults[name]), MEANING[name]) for name in MEANING]
