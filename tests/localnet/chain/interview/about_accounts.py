"""Questions about accounts: each encoding, slice, filter and commitment; token accounts and mints."""

from __future__ import annotations

from typing import Any

from tests.localnet.chain.interview.talk import (
    CLOCK,
    CONFIRMED,
    HOLDER,
    ME,
    MINT,
    NOBODY,
    OTHER,
    PROCESSED,
    RENT,
    SYSTEM,
    TOKEN,
    TOKEN_2022,
    WSOL,
    Question,
)

ENCODINGS = ("base58", "base64", "base64+zstd", "jsonParsed", "binary")
SLICE = {"dataSlice": {"offset": 0, "length": 32}}
BEYOND = {"dataSlice": {"offset": 10_000, "length": 5}}
PARSED = {**CONFIRMED, "encoding": "jsonParsed"}
PACKED = {**CONFIRMED, "encoding": "base64"}
OF_MINT = {"memcmp": {"offset": 0, "bytes": MINT}}


def _encoded(name: str, *question: Any) -> dict[str, Question]:
    """A question once with each encoding; the last of its parameters are options."""
    method, *params, options = question
    return {f"{name} {encoding}": (method, *params, {**options, "encoding": encoding}) for encoding in ENCODINGS}


PLAIN: dict[str, Question] = {
    "account default": ("getAccountInfo", ME, CONFIRMED),
    "account processed": ("getAccountInfo", ME, PROCESSED),
    "account finalized": ("getAccountInfo", ME),
    "account null": ("getAccountInfo", ME, None),
    "account from slot": ("getAccountInfo", ME, {"minContextSlot": 1}),
    "account absent": ("getAccountInfo", NOBODY),
    "account absent parsed": ("getAccountInfo", NOBODY, PARSED),
    "account program": ("getAccountInfo", TOKEN, PACKED | SLICE),
    "account program parsed": ("getAccountInfo", TOKEN, PARSED),
    "account native program": ("getAccountInfo", SYSTEM, PARSED),
    "account slice null": ("getAccountInfo", HOLDER, {**PACKED, "dataSlice": None}),
    "account slice beyond": ("getAccountInfo", HOLDER, PACKED | BEYOND),
    "account long in base58": ("getAccountInfo", HOLDER, CONFIRMED),
    "account long in base58 sliced": ("getAccountInfo", HOLDER, CONFIRMED | SLICE),
    "accounts": ("getMultipleAccounts", [ME, NOBODY], CONFIRMED),
    "accounts default": ("getMultipleAccounts", [ME]),
    "accounts none": ("getMultipleAccounts", []),
    "accounts of a kind": ("getMultipleAccounts", [ME, MINT, HOLDER, CLOCK], PARSED),
    "accounts sliced": ("getMultipleAccounts", [MINT, NOBODY], CONFIRMED | SLICE),
    "balance": ("getBalance", ME, CONFIRMED),
    "balance default": ("getBalance", ME),
    "balance processed": ("getBalance", OTHER, {**PROCESSED, "minContextSlot": 1}),
    "balance of nobody": ("getBalance", NOBODY),
    "parsed mint": ("getAccountInfo", MINT, PARSED),
    "parsed wrapped mint": ("getAccountInfo", WSOL, PARSED),
    "parsed token account": ("getAccountInfo", HOLDER, PARSED),
    "parsed token account sliced": ("getAccountInfo", HOLDER, PARSED | SLICE),
    "parsed clock": ("getAccountInfo", CLOCK, PARSED),
    "parsed rent": ("getAccountInfo", RENT, PARSED),
}
FILTERS: dict[str, list[Any]] = {
    "by size": [{"dataSize": 165}],
    "by bytes": [OF_MINT],
    "by bytes in base58": [{"memcmp": {"offset": 0, "bytes": MINT, "encoding": "base58"}}],
    "by bytes in base64": [{"memcmp": {"offset": 44, "bytes": "AA==", "encoding": "base64"}}, OF_MINT],
    "by a list of bytes": [{"memcmp": {"offset": 108, "bytes": [1]}}, OF_MINT],
    "by state": ["tokenAccountState", OF_MINT],
    "by state and more": [{"dataSize": 165}, OF_MINT, "tokenAccountState"],
    "by nothing there is": [{"dataSize": 7}],
    "by bytes beyond": [{"memcmp": {"offset": 100_000, "bytes": "1"}}],
    "by no bytes": [{"memcmp": {"offset": 0, "bytes": ""}}, OF_MINT],
}
PROGRAM: dict[str, Question] = {
    f"program {name}": ("getProgramAccounts", TOKEN, {**PACKED, "filters": filters})
    for name, filters in FILTERS.items()
} | {
    "program sliced": ("getProgramAccounts", TOKEN, PACKED | SLICE | {"filters": [OF_MINT]}),
    "program with context": ("getProgramAccounts", TOKEN, {**PACKED, "withContext": True, "filters": [OF_MINT]}),
    "program without context": ("getProgramAccounts", TOKEN, {**PACKED, "withContext": False, "filters": [OF_MINT]}),
    "program sorted": ("getProgramAccounts", TOKEN, {**PACKED, "sortResults": True, "filters": [OF_MINT]}),
    "program from slot": ("getProgramAccounts", TOKEN, {**PACKED, "minContextSlot": 1, "filters": [OF_MINT]}),
    "program of nobody": ("getProgramAccounts", NOBODY),
    "program filters null": ("getProgramAccounts", NOBODY, {"filters": None, "withContext": None}),
    "program filters empty": ("getProgramAccounts", NOBODY, {"filters": [], "withContext": True}),
}
TOKENS: dict[str, Question] = {
    "token balance": ("getTokenAccountBalance", HOLDER, CONFIRMED),
    "token balance default": ("getTokenAccountBalance", HOLDER),
    "token supply": ("getTokenSupply", MINT, PROCESSED),
    "token supply of wrapped": ("getTokenSupply", WSOL),
    "largest of token": ("getTokenLargestAccounts", MINT, CONFIRMED),
    "largest of wrapped": ("getTokenLargestAccounts", WSOL),
    "tokens of mint": ("getTokenAccountsByOwner", ME, {"mint": MINT}, PARSED),
    "tokens of mint sliced": ("getTokenAccountsByOwner", ME, {"mint": MINT}, PACKED | SLICE),
    "tokens of program": ("getTokenAccountsByOwner", ME, {"programId": TOKEN}, PARSED),
    "tokens of the other program": ("getTokenAccountsByOwner", ME, {"programId": TOKEN_2022}, PARSED),
    "tokens of nobody": ("getTokenAccountsByOwner", NOBODY, {"programId": TOKEN}),
    "tokens of wrapped": ("getTokenAccountsByOwner", ME, {"mint": WSOL}, PARSED),
    "tokens from slot": ("getTokenAccountsByOwner", ME, {"mint": MINT}, {**PACKED, "minContextSlot": 1}),
    "delegated of mint": ("getTokenAccountsByDelegate", ME, {"mint": MINT}, PARSED),
    "delegated of program": ("getTokenAccountsByDelegate", ME, {"programId": TOKEN}, CONFIRMED),
}
TABLES = (
    PLAIN,
    _encoded("account", "getAccountInfo", ME, CONFIRMED),
    _encoded("account sliced", "getAccountInfo", HOLDER, CONFIRMED | SLICE),
    _encoded("accounts", "getMultipleAccounts", [ME, MINT], CONFIRMED),
    PROGRAM,
    _encoded("program", "getProgramAccounts", TOKEN, {**CONFIRMED, **SLICE, "filters": [OF_MINT]}),
    TOKENS,
    _encoded("tokens", "getTokenAccountsByOwner", ME, {"mint": MINT}, CONFIRMED | SLICE),
)
