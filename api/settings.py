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


def table(environment: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Rows (variable, value given or default, default), secrets hidden; needs nothing to be set."""
    rows = []
    for field in msgspec.structs.fields(Settings):
        name = PREFIX + field.name.upper()
        default = "required" if field.default is msgspec.NODEFAULT else str(field.default)
        given = environment.get(name, "" if default == "required" else default)
        rows.append((name, "***" if field.name in SECRETS and given else given, default))
    return rows
