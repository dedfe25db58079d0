"""An account as jsonParsed shows it: token accounts, mints and multisigs, durable nonces, programs, lookup
tables, and the runtime's own. Pure; what is not known here stays base64.

Source: Agave, account-decoder/src/parse_{token,nonce,bpf_loader}.rs.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

from solders.account import Account
from solders.hash import Hash
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.genesis import LOADER_V3, PROGRAM_DATA_HEADER_BYTES
from localnet.chain.rpc.parsed import stake
from localnet.chain.rpc.parsed.amounts import amounts_of
from localnet.chain.rpc.parsed.extensions import extensions
from localnet.chain.rpc.parsed.lookup import table
from localnet.chain.rpc.parsed.sysvars import sysvar
from localnet.chain.runtime import LOOKUP_TABLE_PROGRAM
from localnet.chain.wire import SYSTEM

_SYSVARS = Pubkey.from_string("Sysvar1111111111111111111111111111111111111")
_SIGNERS_AT = 3
_NONCE_BYTES = 80
_PROGRAM, _PROGRAM_DATA = 2, 3
_KEY_BYTES = 32

Reader = Callable[[Pubkey], Account | None]


def parsed_account(key: Pubkey, account: Account, read: Reader, unix_time: int) -> dict[str, Any] | None:
    """The account at `key` by its owner's layout, None without one; `read` finds the mint of a token account, whose
    amounts may depend on the time."""
    data = account.data
    if account.owner in tokens.TOKEN_PROGRAMS:
        program = "spl-token" if account.owner == tokens.TOKEN else "spl-token-2022"
        parsed = _token_account(account, read, unix_time) or _mint(account) or _multisig(data)
    elif account.owner == SYSTEM:
        program, parsed = "nonce", _nonce(data)
    elif account.owner == LOADER_V3:
        program, parsed = "bpf-upgradeable-loader", _program(data)
    elif account.owner == LOOKUP_TABLE_PROGRAM:
        program, parsed = "address-lookup-table", table(data)
    elif account.owner == stake.STAKE:
        program, parsed = "stake", stake.account(data)
    elif account.owner == _SYSVARS:
        program, parsed = "sysvar", sysvar(key, data)
    else:
        return None
    return None if parsed is None else {"parsed": parsed, "program": program, "space": len(data)}


def _mint(account: Account) -> dict[str, Any] | None:
    if not tokens.is_mint(account):
        return None
    data = account.data
    info = {
        "decimals": tokens.decimals_of(data),
        "freezeAuthority": _option_key(data, 46),
        "isInitialized": True,
        "mintAuthority": _option_key(data, 0),
        "supply": str(tokens.supply_of(data)),
    }
    _extend(info, data, of_mint=True)
    return {"info": info, "type": "mint"}


def _token_account(account: Account, read: Reader, unix_time: int) -> dict[str, Any] | None:
    if not tokens.is_token_account(account):
        return None
    data = account.data
    mint = tokens.mint_of(data)
    found = read(mint)
    if found is None or not tokens.is_mint(found):
        return None  # without its decimals nothing can be said of the amount
    shown = amounts_of(found.data, unix_time)
    info = {
        "isNative": data[109:113] == b"\x01\0\0\0",
        "mint": str(mint),
        "owner": str(tokens.owner_of(data)),
        "state": "frozen" if data[108] == 2 else "initialized",
        "tokenAmount": shown(tokens.amount_of(data)),
    }
    delegate = _option_key(data, 72)
    if delegate is not None:
        info["delegate"] = delegate
        info["delegatedAmount"] = shown(int.from_bytes(data[121:129], "little"))
    if info["isNative"]:
        info["rentExemptReserve"] = shown(int.from_bytes(data[113:121], "little"))
    close = _option_key(data, 129)
    if close is not None:
        info["closeAuthority"] = close
    _extend(info, data, of_mint=False)
    return {"info": info, "type": "account"}


def _extend(info: dict[str, Any], data: bytes, *, of_mint: bool) -> None:
    found = extensions(data, of_mint=of_mint)
    if found:
        info["extensions"] = found


def _multisig(data: bytes) -> dict[str, Any] | None:
    if len(data) != tokens.MULTISIG_BYTES or data[2] != 1:
        return None
    signers = (data[at : at + _KEY_BYTES] for at in range(_SIGNERS_AT, tokens.MULTISIG_BYTES, _KEY_BYTES))
    info = {
        "isInitialized": True,
        "numRequiredSigners": data[0],
        "numValidSigners": data[1],
        "signers": [str(Pubkey(one)) for one in signers if any(one)],
    }
    return {"info": info, "type": "multisig"}


def _nonce(data: bytes) -> dict[str, Any] | None:
    """A durable nonce: version (0 or 1), state (1: initialized), authority, blockhash, fee a signature."""
    if len(data) < _NONCE_BYTES:
        return None
    version, state, authority, blockhash, fee = struct.unpack_from("<II32s32sQ", data)
    if version > 1 or state != 1:
        return None
    info = {
        "authority": str(Pubkey(authority)),
        "blockhash": str(Hash(blockhash)),
        "feeCalculator": {"lamportsPerSignature": str(fee)},
    }
    return {"info": info, "type": "initialized"}


def _program(data: bytes) -> dict[str, Any] | None:
    """A program, which names its data account, or that data account: slot, upgrade authority, ELF."""
    kind = int.from_bytes(data[:4], "little")
    if kind == _PROGRAM and len(data) >= 4 + _KEY_BYTES:
        return {"info": {"programData": str(Pubkey(data[4:36]))}, "type": "program"}
    if kind != _PROGRAM_DATA or len(data) < PROGRAM_DATA_HEADER_BYTES:
        return None
    has_authority = data[12] == 1
    elf = data[PROGRAM_DATA_HEADER_BYTES if has_authority else PROGRAM_DATA_HEADER_BYTES - _KEY_BYTES :]
    info = {
        "authority": str(Pubkey(data[13:45])) if has_authority else None,
        "data": [base64.b64encode(elf).decode(), "base64"],
        "slot": int.from_bytes(data[4:12], "little"),
    }
    return {"info": info, "type": "programData"}


def _option_key(data: bytes, at: int) -> str | None:
    """A COption<Pubkey>: 4 bytes of tag, 32 of key."""
    return str(Pubkey(data[at + 4 : at + 36])) if data[at] == 1 else None
