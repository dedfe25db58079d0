"""The methods that read accounts, and how an account is written as JSON."""

from __future__ import annotations

import base64
from typing import Any

import based58
import zstandard
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.model import Block
from localnet.chain.rpc.endpoint import Endpoint, with_context
from localnet.chain.rpc.params import U64_MAX, Params, base58_bytes, kind, pubkey, u64

ENCODINGS = ("binary", "base58", "base64", "jsonParsed", "base64+zstd")
BASE58_BYTES_MAX = 128
ACCOUNTS_MAX = 100
FILTERS_MAX = 4
FILTER_BYTES_MAX = 128


def get_account_info(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """One account."""
    key = params.pubkey(0)
    config = params.config(1, "RpcAccountInfoConfig")
    encoding = config.choice("encoding", ENCODINGS, "binary")
    block = endpoint.context_block(config)
    account = endpoint.account(key, block)
    return with_context(block, account_json(endpoint, block, account, encoding, config.data_slice()))


def get_multiple_accounts(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Up to 100 accounts of one block: a snapshot."""
    keys = [pubkey(one) for one in params.texts(0, ACCOUNTS_MAX)]
    config = params.config(1, "RpcAccountInfoConfig")
    encoding = config.choice("encoding", ENCODINGS, "base64")
    block = endpoint.context_block(config)
    data_slice = config.data_slice()
    found = [account_json(endpoint, block, endpoint.account(key, block), encoding, data_slice) for key in keys]
    return with_context(block, found)


def get_balance(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Lamports of one account."""
    key = params.pubkey(0)
    block = endpoint.context_block(params.config(1, "RpcContextConfig"))
    account = endpoint.account(key, block)
    return with_context(block, 0 if account is None else account.lamports)


def get_program_accounts(endpoint: Endpoint, params: Params) -> Any:
    """All accounts of a program that pass the filters, in address order."""
    program = params.pubkey(0)
    config = params.config(1, "RpcProgramAccountsConfig")
    encoding = config.choice("encoding", ENCODINGS, "binary")
    passes = read_filters(config.get("filters"))
    block = endpoint.context_block(config)
    data_slice = config.data_slice()
    found = [
        {"pubkey": str(key), "account": account_json(endpoint, block, account, encoding, data_slice)}
        for key, account in endpoint.chain.program_accounts(program, block)
        if all(one.matches(account) for one in passes)
    ]
    return with_context(block, found) if config.flag("withContext") else found


class Filter:
    """One filter of getProgramAccounts: a size, bytes at an offset, or an initialized token account."""

    def __init__(self, *, size: int | None = None, offset: int = 0, data: bytes | None = None) -> None:
        self._size = size
        self._offset = offset
        self._data = data

    def matches(self, account: Account) -> bool:
        """Whether an account passes."""
        if self._data is not None:
            return account.data[self._offset : self._offset + len(self._data)] == self._data
        if self._size is not None:
            return len(account.data) == self._size
        return tokens.is_token_account(account)


def read_filters(value: Any) -> list[Filter]:
    """The filters of a call, at most 4."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected a sequence.")
    if len(value) > FILTERS_MAX:
        raise invalid_params(f"Too many filters provided; max {FILTERS_MAX}")
    return [_filter(one) for one in value]


def _filter(value: Any) -> Filter:
    if value == "tokenAccountState":
        return Filter()
    if not isinstance(value, dict) or len(value) != 1:
        raise invalid_params(f"Invalid params: invalid type: {kind(value)}, expected enum RpcFilterType.")
    ((name, argument),) = value.items()
    match name:
        case "dataSize":
            return Filter(size=u64(argument))
        case "memcmp":
            return _memcmp(argument)
        case "tokenAccountState":
            return Filter()
    raise invalid_params(
        f"Invalid params: unknown variant `{name}`, expected one of `dataSize`, `memcmp`, `tokenAccountState`."
    )


def _memcmp(value: Any) -> Filter:
    if not isinstance(value, dict) or "offset" not in value or "bytes" not in value:
        raise invalid_params("Invalid params: missing field `bytes`.")
    wanted = value["bytes"]
    if isinstance(wanted, list):
        data = bytes(u64(one) % 256 for one in wanted)
    elif value.get("encoding") == "base64":
        data = base64.b64decode(str(wanted))
    else:
        data = _filter_base58(str(wanted))
    if len(data) > FILTER_BYTES_MAX:
        raise invalid_params("Invalid param: DataTooLarge")
    return Filter(offset=u64(value["offset"]), data=data)


def _filter_base58(wanted: str) -> bytes:
    try:
        return base58_bytes(wanted)
    except RpcError as error:
        reason = error.message.removeprefix("invalid base58 encoding: ")
        raise invalid_params(f"Invalid param: Base58DecodeError({reason})") from error


def account_json(
    endpoint: Endpoint, block: Block, account: Account | None, encoding: str, data_slice: tuple[int, int] | None = None
) -> dict[str, Any] | None:
    """An account as JSON; null where there is none. rentEpoch is always the end of time: nothing pays rent."""
    if account is None:
        return None
    return {
        "data": _data_json(endpoint, block, account, encoding, data_slice),
        "executable": account.executable,
        "lamports": account.lamports,
        "owner": str(account.owner),
        "rentEpoch": U64_MAX,
        "space": len(account.data),
    }


def _data_json(
    endpoint: Endpoint, block: Block, account: Account, encoding: str, data_slice: tuple[int, int] | None
) -> Any:
    data = account.data
    if encoding == "jsonParsed":
        parsed = parsed_token(account, lambda key: endpoint.account(key, block))
        if parsed is not None:
            return parsed
        encoding = "base64"
    if data_slice is not None:
        data = data[data_slice[0] : data_slice[0] + data_slice[1]]
    match encoding:
        case "base64":
            return [base64.b64encode(data).decode(), "base64"]
        case "base64+zstd":
            return [base64.b64encode(zstandard.compress(data, 1)).decode(), "base64+zstd"]
    if len(data) > BASE58_BYTES_MAX:
        raise RpcError(
            -32600,
            "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
        )
    encoded = based58.b58encode(data).decode()
    return encoded if encoding == "binary" else [encoded, "base58"]


def parsed_token(account: Account, read: Any) -> dict[str, Any] | None:
    """jsonParsed of a token account or mint; None for anything else."""
    program = "spl-token" if account.owner == tokens.TOKEN else "spl-token-2022"
    data = account.data
    if tokens.is_mint(account):
        info: dict[str, Any] = {
            "decimals": tokens.decimals_of(data),
            "freezeAuthority": _option_key(data, 46),
            "isInitialized": True,
            "mintAuthority": _option_key(data, 0),
            "supply": str(tokens.supply_of(data)),
        }
        return {"parsed": {"info": info, "type": "mint"}, "program": program, "space": len(data)}
    if not tokens.is_token_account(account):
        return None
    mint = tokens.mint_of(data)
    found = read(mint)
    decimals = tokens.decimals_of(found.data) if tokens.is_mint(found) else 0
    info = {
        "isNative": data[109:113] == b"\x01\0\0\0",
        "mint": str(mint),
        "owner": str(tokens.owner_of(data)),
        "state": "frozen" if data[108] == 2 else "initialized",
        "tokenAmount": amount_json(tokens.amount_of(data), decimals),
    }
    delegate = _option_key(data, 72)
    if delegate is not None:
        info["delegate"] = delegate
        info["delegatedAmount"] = amount_json(int.from_bytes(data[121:129], "little"), decimals)
    if info["isNative"]:
        info["rentExemptReserve"] = amount_json(int.from_bytes(data[113:121], "little"), decimals)
    close = _option_key(data, 129)
    if close is not None:
        info["closeAuthority"] = close
    return {"parsed": {"info": info, "type": "account"}, "program": program, "space": len(data)}


def amount_json(amount: int, decimals: int) -> dict[str, Any]:
    """A token amount; `uiAmount` is a float because Solana's API has it so."""
    return {
        "amount": str(amount),
        "decimals": decimals,
        "uiAmount": amount / 10**decimals,
        "uiAmountString": tokens.ui_string(amount, decimals),
    }


def _option_key(data: bytes, at: int) -> str | None:
    """A COption<Pubkey>: 4 bytes of tag, 32 of key."""
    return str(Pubkey(data[at + 4 : at + 36])) if data[at] == 1 else None
