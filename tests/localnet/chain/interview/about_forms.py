"""Parameters in the other forms that serde takes: structs as sequences of their fields, variants as maps of one key."""

from __future__ import annotations

from typing import Any

from tests.localnet.chain.interview.talk import HOLDER, ME, MINT, TOKEN, UNKNOWN, Question

_CONFIRMED = {"confirmed": None}
_ALL = {"encoding": "base64", "maxSupportedTransactionVersion": 1}
_MEMCMPS: dict[str, Any] = {
    "sequence": [0, "1111"],
    "whole sequence": [0, "AAAA", "base64"],
    "sequence of one": [0],
    "sequence too long": [0, "1111", None, 1],
    "encoding a map": {"offset": 0, "bytes": "AAAA", "encoding": {"base64": None}},
    "encoding null": {"offset": 0, "bytes": "1111", "encoding": None},
    "encoding bytes": {"offset": 0, "bytes": "1111", "encoding": "bytes"},
    "list in base64": {"offset": 0, "bytes": [0, 0], "encoding": "base64"},
    "list empty": {"offset": 0, "bytes": []},
    "more": {"offset": 0, "bytes": "1111", "more": 1},
}
FORMS: dict[str, Question] = {
    **{
        f"{method} commitment {name}": (method, *before, commitment)
        for method, before in {
            "getTokenSupply": (MINT,),
            "getTokenAccountBalance": (HOLDER,),
            "getTokenLargestAccounts": (MINT,),
            "getInflationGovernor": (),
            "getMinimumBalanceForRentExemption": (1,),
        }.items()
        for name, commitment in {
            "in a sequence": ["confirmed"],
            "a map in a sequence": [_CONFIRMED],
            "a map": {"commitment": _CONFIRMED},
            "alone": "confirmed",
            "twice": ["confirmed", "confirmed"],
            "null": {"commitment": None},
        }.items()
    },
    **{
        f"{method} flattened commitment {name}": (method, *before, {"commitment": commitment})
        for method, before in {"getSlot": (), "getBalance": (ME,), "getBlocks": (0, 1), "getSupply": ()}.items()
        for name, commitment in {"a map": _CONFIRMED, "in a sequence": ["confirmed"], "null": None}.items()
    },
    "statuses of a sequence": ("getSignatureStatuses", [UNKNOWN], [True]),
    "statuses of a long sequence": ("getSignatureStatuses", [UNKNOWN], [True, True]),
    "send of a sequence": ("sendTransaction", "AAAA", [True, None, "base64", 1, 0]),
    "send of a short sequence": ("sendTransaction", "AAAA", [False, {"confirmed": None}, {"base64": None}]),
    "send of a long sequence": ("sendTransaction", "AAAA", [False, None, None, None, None, None]),
    "sliced account of a sequence": ("getAccountInfo", HOLDER, {"encoding": "base64", "dataSlice": [0, 4]}),
    "sliced account of a short sequence": ("getAccountInfo", HOLDER, {"encoding": "base64", "dataSlice": [0]}),
    "sliced account null": ("getAccountInfo", HOLDER, {"encoding": "base64", "dataSlice": None}),
    "accounts of null": ("getMultipleAccounts", [ME], None),
    **{
        f"memcmp {name}": ("getProgramAccounts", TOKEN, {"encoding": "base64", "filters": [{"memcmp": memcmp}]})
        for name, memcmp in _MEMCMPS.items()
    },
    "two wrong fields": ("getAccountInfo", ME, {"minContextSlot": "x", "dataSlice": 5}),
    "two wrong fields, one flattened": ("getProgramAccounts", TOKEN, {"encoding": "x", "withContext": 1}),
    "two wrong filters": ("getProgramAccounts", TOKEN, {"filters": [{"memcmp": {"bytes": 5}}]}),
    "wrong bytes of a wrong offset": (
        "getProgramAccounts",
        TOKEN,
        {"filters": [{"memcmp": {"bytes": 5, "offset": "x"}}]},
    ),
    "a map for nothing": ("getHealth", {"b": 1, "a": 1e-7, "é": [1e20], "C": 10**20}),
    "a slot of little": ("getSlot", {"minContextSlot": 1e-7}),
    "a slot far below zero": ("getSlot", {"minContextSlot": -(2**63) - 1}),
    "the least slot": ("getSlot", {"minContextSlot": -(2**63)}),
    "a great slot": ("getSlot", {"minContextSlot": 10**300}),
    "bytes with a space": ("getProgramAccounts", TOKEN, {"filters": [{"memcmp": {"offset": 0, "bytes": "1 "}}]}),
    "send with a space": ("sendTransaction", "1 "),
    "account with a space": ("getAccountInfo", "11111111111111111111111111111111 "),
    "filters null": ("getProgramAccounts", TOKEN, {"encoding": "base64", "filters": None}),
    "production of a sequence": ("getBlockProduction", {"range": [0]}),
    "production of a whole sequence": ("getBlockProduction", {"range": [0, 1]}),
    "production to null": ("getBlockProduction", {"range": {"firstSlot": 0, "lastSlot": None}}),
    "largest filter a map": ("getLargestAccounts", {"filter": {"nonCirculating": None}}),
    "block alone a map": ("getBlock", 0, {"base64": None}),
    "block alone null": ("getBlock", 0, None),
    "block details a map": ("getBlock", 0, {**_ALL, "transactionDetails": {"none": None}}),
    "block details a full map": ("getBlock", 0, {**_ALL, "transactionDetails": {"none": 1}}),
    "block encoding a map": ("getBlock", 0, {**_ALL, "encoding": {"base64": None}}),
    "block at a map of processed": ("getBlock", 0, {**_ALL, "commitment": {"processed": None}}),
    "block at a word": ("getBlock", 0, {**_ALL, "transactionDetails": "none", "commitment": "recent"}),
    "transaction alone a map": ("getTransaction", UNKNOWN, {"base64": None}),
    "blocks end null": ("getBlocks", 0, None, {"commitment": "confirmed"}),
    "blocks end options and others": ("getBlocks", 0, {"commitment": "processed"}, {"commitment": "confirmed"}),
    "blocks end options and processed": ("getBlocks", 0, {"commitment": "confirmed"}, {"commitment": "processed"}),
    "blocks end options and null": ("getBlocks", 0, {"commitment": "processed"}, None),
    "schedule of options and options": ("getLeaderSchedule", {}, {"identity": ME}),
    "schedule of null and options": ("getLeaderSchedule", None, {"identity": ME}),
    "samples null": ("getRecentPerformanceSamples", None),
    "fees null": ("getRecentPrioritizationFees", None),
    "simulate accounts of a sequence": (
        "simulateTransaction",
        "AAAA",
        {"encoding": {"base64": None}, "accounts": ["base64", [ME]]},
    ),
    "tokens by a mint of null": ("getTokenAccountsByOwner", ME, {"mint": None}),
}
