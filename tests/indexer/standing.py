"""The accounts that a chain would hold at the end of a mirrored life, made from rows: what proofs compare with."""

from typing import Any

from solders.pubkey import Pubkey

from idl import accounts, addresses, codec
from idl.schema import Array, Prim, load
from indexer.fold.rows import Config, Market, MintRule, Position, Resolution
from indexer.model import Row

KINDS = {Config: "Config", Market: "Market", MintRule: "MintRule", Position: "Position", Resolution: "Resolution"}
MARKET = next(one.discriminator for one in load("market").accounts if one.name == "Market")


def place(row: Row) -> str:
    """The address of a row's account."""
    match row:
        case MintRule():
            return str(addresses.mint_rule(Pubkey.from_string(row.mint)).address)
        case Resolution():
            return str(addresses.resolution(Pubkey.from_string(row.market)).address)
        case Position():
            return row.address
    return str(row.identity[0])


def data(row: Row) -> bytes:
    """The account's bytes with every field of the row; what is reserved is zeros."""
    name = KINDS[type(row)]
    types = {field.name: field.type for field in load("market").types[name].fields}
    values = {field: _value(kind, getattr(row, field, None)) for field, kind in types.items()}
    return codec.encode_account(getattr(accounts, name)(**values))


def tokens(amount: int) -> bytes:
    """A token account that holds an amount."""
    return bytes(64) + amount.to_bytes(8, "little") + bytes(93)


def _value(kind: Any, held: Any) -> Any:
    """A field of the account from the row's, or zeros where it has none."""
    match kind:
        case Prim("pubkey"):
            return bytes(Pubkey.from_string(held)) if held is not None else bytes(32)
        case Prim("bool"):
            return bool(held)
        case Array(Prim("u8"), length):
            return bytes.fromhex(held) if isinstance(held, str) else bytes(length)
        case Array(item, length):
            parts = tuple(_value(item, part) for part in held or ())
            return parts + tuple(_value(item, None) for _ in range(length - len(parts)))
        case Prim():
            return held or 0
    return tuple(held)
