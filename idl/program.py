"""Which programs there are: their ids, the ids of the programs they call, and their committed IDL.

Reads only the JSON files beside it. The services take every program id from here.
"""

from importlib import resources
from typing import Final

from solders.pubkey import Pubkey

MARKET_ID: Final = Pubkey.from_string("47oACmK7MX7nmMjSerXJp7T8GVvZWy6oKVZBpX71Hrqk")
CREATOR_ID: Final = Pubkey.from_string("BqmvVcRWv4Z8NX7g4s17iuWfLmvEM9bJvx2bXqUbHvEf")
POSTER_ID: Final = Pubkey.from_string("5de84KoXhPhnaUnshB7r9qCVAB9jKADeFVG7ZJoDDerR")
# Ours are those whose events are mirrored; the poster only writes price accounts, on localnet.
PROGRAM_IDS: Final = frozenset({MARKET_ID, CREATOR_ID})

# The first eight bytes of every self-call that carries an event (anchor_lang::event::EVENT_IX_TAG_LE).
EVENT_IX_TAG: Final = bytes.fromhex("e445a52e51cb9a1d")

SYSTEM_PROGRAM: Final = Pubkey.from_string("11111111111111111111111111111111")
TOKEN_PROGRAM: Final = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
TOKEN_2022_PROGRAM: Final = Pubkey.from_string("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb")
ATA_PROGRAM: Final = Pubkey.from_string("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL")
COMPUTE_BUDGET_PROGRAM: Final = Pubkey.from_string("ComputeBudget111111111111111111111111111111")
MEMO_PROGRAM: Final = Pubkey.from_string("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr")
WSOL_MINT: Final = Pubkey.from_string("So11111111111111111111111111111111111111112")


def idl_json(name: str) -> bytes:
    """The committed IDL file of the program `market`, `creator` or `poster`."""
    return resources.files("idl").joinpath(f"{name}.json").read_bytes()
