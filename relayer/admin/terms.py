"""programs/config.<cluster>.toml as values; pure apart from reading the file."""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
from solders.pubkey import Pubkey

from idl.accounts import Config
from idl.types import ConfigTerms
from relayer.errors import BadSetting, ConfigMismatch

_KEYS = ("guardian", "council", "treasury")


class MintTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The bounds of one mint, base units."""

    mint: str
    min_stake: int
    max_stake: int
    min_subsidy: int
    min_bond: int
    enabled: bool


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file."""

    admin: bytes
    config: ConfigTerms
    mints: tuple[MintTerms, ...]


def read(path: Path) -> Terms:
    """The file's values; BadSetting names what is missing or wrong."""
    try:
        data = tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    try:
        admin, rules = _key(data.pop("admin")), data.pop("mint_rule", [])
        raw: dict[str, Any] = data
        for name in _KEYS:
            raw[name] = _key(raw[name])
        raw["pyth"] = tuple(_key(key) for key in raw["pyth"])
        config = ConfigTerms(**{name: raw.pop(name) for name in ConfigTerms.__struct_fields__})
        mints = msgspec.convert(rules, tuple[MintTerms, ...])
    except (KeyError, TypeError, ValueError, msgspec.ValidationError) as error:
        raise BadSetting(f"{path}: {error!r}") from error
    if raw:
        raise BadSetting(f"{path}: unknown setting {sorted(raw)[0]}")
    if not any(admin) or not any(config.treasury):
        raise BadSetting(f"{path}: admin and treasury must be named")
    return Terms(admin=admin, config=config, mints=mints)


def differences(terms: Terms, config: Config) -> tuple[str, ...]:
    """One line for every setting in which the chain differs from the file."""
    pairs = [("admin", terms.admin, config.admin)]
    pairs += [(n, getattr(terms.config, n), getattr(config, n)) for n in ConfigTerms.__struct_fields__]
    return tuple(
        f"{name}: {_show(held)} on the chain, {_show(said)} in the file" for name, said, held in pairs if said != held
    )


def require_equal(terms: Terms, config: Config) -> None:
    """Raise ConfigMismatch with every difference."""
    found = differences(terms, config)
    if found:
        raise ConfigMismatch("Config differs from its file: " + "; ".join(found))


def _key(text: str) -> bytes:
    return bytes(Pubkey.from_string(text))


def _show(value: object) -> str:
    if isinstance(value, bytes):
        return str(Pubkey(value))
    return "[" + ", ".join(map(_show, value)) + "]" if isinstance(value, tuple) else str(value)
