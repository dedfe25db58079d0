"""The methods that read accounts, and how an account is written as JSON."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

import based58
import zstandard
from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.errors import RpcError, invalid_params
from localnet.chain.genesis import LOADERS
from localnet.chain.model import Block
from localnet.chain.rpc.endpoint import Endpoint, with_context
from localnet.chain.rpc.params import Params, base58_bytes, base64_bytes, pubkey
from localnet.chain.rpc.parsed.account import parsed_account
from localnet.chain.rpc.serde import U64_MAX
from localnet.chain.wire import SYSTEM

BASE58_BYTES_MAX = 128
ACCOUNTS_MAX = 100
FILTERS_MAX = 4
FILTER_BYTES_MAX = 128
KEY_BYTES = 32
LARGEST_MAX = 20
_TOO_LONG = "error: data too large for bs58 encoding"


def get_account_info(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """One account."""
    key = params.pubkey(0)
    config = params.config(1)
    encoding = config.word("encoding", "binary")
    block = endpoint.context_block(config)
    account = endpoint.account(key, block)
    return with_context(block, account_json(endpoint, block, key, account, encoding, config.data_slice()))


def get_multiple_accounts(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Up to 100 accounts of one block: a snapshot."""
    keys = [pubkey(one) for one in params.texts(0, ACCOUNTS_MAX)]
    config = params.config(1)
    encoding = config.word("encoding", "base64")
    block = endpoint.context_block(config)
    data_slice = config.data_slice()
    found = [account_json(endpoint, block, key, endpoint.account(key, block), encoding, data_slice) for key in keys]
    return with_context(block, found)


def get_balance(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """Lamports of one account."""
    key = params.pubkey(0)
    block = endpoint.context_block(params.config(1))
    account = endpoint.account(key, block)
    return with_context(block, 0 if account is None else account.lamports)


def get_program_accounts(endpoint: Endpoint, params: Params) -> Any:
    """All accounts of a program that pass the filters, in address order."""
    program = params.pubkey(0)
    config = params.config(1)
    encoding = config.word("encoding", "binary")
    passes = read_filters(config.get("filters"))
    if program in tokens.TOKEN_PROGRAMS:
        _require_whole_keys(passes)
    block = endpoint.context_block(config)
    data_slice = config.data_slice()
    found = [
        {"pubkey": str(key), "account": account_json(endpoint, block, key, account, encoding, data_slice)}
        for key, account in endpoint.chain.program_accounts(program, block)
        if all(one.matches(account) for one in passes)
    ]
    return with_context(block, found) if config.flag("withContext") else found


def get_largest_accounts(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The 20 richest accounts of all that a program owns, richest first; all of them circulate."""
    config = params.config(0)
    block = endpoint.at(config.commitment())
    if config.word("filter", "circulating") == "nonCirculating":
        return with_context(block, [])
    chain = endpoint.chain
    programs = {key for loader in LOADERS for key, _ in chain.program_accounts(loader, block)}
    found = (pair for owner in {SYSTEM, *LOADERS, *programs} for pair in chain.program_accounts(owner, block))
    richest = nlargest(LARGEST_MAX, ((account.lamports, bytes(key)) for key, account in found))
    return with_context(block, [{"address": str(Pubkey(key)), "lamports": amount} for amount, key in richest])


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter of getProgramAccounts: a size, bytes at an offset, or an initialized token account."""

    size: int | None = None
    offset: int = 0
    data: bytes | None = None

    @property
    def length(self) -> int | None:
        """How many bytes it compares."""
        return None if self.data is None else len(self.data)

    def matches(self, account: Account) -> bool:
        """Whether an account passes."""
        if self.data is not None:
            return account.data[self.offset : self.offset + len(self.data)] == self.data
        if self.size is not None:
            return len(account.data) == self.size
        return tokens.is_token_account(account)


def _require_whole_keys(filters: list[Filter]) -> None:
    """Agave knows where token accounts have their owner and mint, and takes nothing but keys there."""
    for name, offset in (("owner", 32), ("mint", 0)):
        for length in (one.length for one in filters if one.length is not None and one.offset == offset):
            if length != KEY_BYTES:
                raise invalid_params(
                    f"Incorrect byte length {length} for SPL token {name} filter, expected {KEY_BYTES}"
                )


def read_filters(values: list[Any] | None) -> list[Filter]:
    """The filters of a call, at most 4."""
    if values is None:
        return []
    if len(values) > FILTERS_MAX:
        raise invalid_params(f"Too many filters provided; max {FILTERS_MAX}")
    return [_filter(one) for one in values]


def _filter(value: str | dict[str, Any]) -> Filter:
    match value:
        case {"dataSize": size}:
            return Filter(size=size)
        case {"memcmp": memcmp}:
            return _memcmp(memcmp)
        case _:
            return Filter()


def _memcmp(value: dict[str, Any]) -> Filter:
    wanted = value["bytes"]
    if isinstance(wanted, list):
        data = bytes(wanted)
    elif value.get("encoding") == "base64":
        data = _filter_bytes(wanted, base64_bytes, "base64")
    else:
        data = _filter_bytes(wanted, base58_bytes, "base58")
    if len(data) > FILTER_BYTES_MAX:
        raise invalid_params("Invalid param: DataTooLarge")
    return Filter(offset=value["offset"], data=data)


def _filter_bytes(wanted: str, decode: Callable[[str], bytes], encoding: str) -> bytes:
    try:
        return decode(wanted)
    except RpcError as error:
        reason = error.message.removeprefix(f"invalid {encoding} encoding: ")
        raise invalid_params(f"Invalid param: {encoding.capitalize()}DecodeError({reason})") from error


def account_json(
    endpoint: Endpoint,
    block: Block,
    key: Pubkey,
    account: Account | None,
    encoding: str,
    data_slice: tuple[int, int] | None = None,
    others: Mapping[Pubkey, Account] | None = None,
    *,
    told: bool = False,
) -> dict[str, Any] | None:
    """An account as JSON; null where there is none. rentEpoch is always the end of time: nothing pays rent.

    `others` are as they would be after a simulation; a token account's mint is looked for there first. Data too long
    for base58 are an RpcError, but where nobody asks (`told`) a sentence in their place.
    """
    if account is None:
        return None

    def read(mint: Pubkey) -> Account | None:
        return endpoint.account(mint, block) if others is None or mint not in others else others[mint]

    parsed = parsed_account(key, account, read, block.block_time) if encoding == "jsonParsed" else None
    return {
        "data": parsed if parsed is not None else _data_json(account.data, encoding, data_slice, told=told),
        "executable": account.executable,
        "lamports": account.lamports,
        "owner": str(account.owner),
        "rentEpoch": U64_MAX,
        "space": len(account.data),
    }


def _data_json(data: bytes, encoding: str, data_slice: tuple[int, int] | None, *, told: bool) -> Any:
    """Bytes as text; what jsonParsed does not know is base64."""
    if data_slice is not None:
        data = data[data_slice[0] : data_slice[0] + data_slice[1]]
    match encoding:
        case "base64" | "jsonParsed":
            return [base64.b64encode(data).decode(), "base64"]
        case "base64+zstd":
            return [base64.b64encode(zstandard.compress(data, 1)).decode(), "base64+zstd"]
    if len(data) > BASE58_BYTES_MAX and not told:
        raise RpcError(
            -32600,
            "Encoded binary (base 58) data should be less than 128 bytes, please use Base64 encoding.",
        )
    encoded = _TOO_LONG if len(data) > BASE58_BYTES_MAX else based58.b58encode(data).decode()
    return encoded if encoding == "binary" else [encoded, "base58"]
