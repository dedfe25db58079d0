"""Bad requests: wrong types, counts, words and lengths for every method."""

from __future__ import annotations

from typing import Any

from tests.localnet.chain.interview.talk import (
    CONFIRMED,
    FAR,
    HOLDER,
    ME,
    MINT,
    NOBODY,
    PROCESSED,
    SYSTEM,
    TOKEN,
    TOKEN_2022,
    UNKNOWN,
    Interview,
    Question,
)

# What each method needs before its options; the options come last.
OPTIONS_AFTER: dict[str, tuple[Any, ...]] = {
    "getAccountInfo": (ME,),
    "getBalance": (ME,),
    "getBlock": (0,),
    "getBlockHeight": (),
    "getBlockProduction": (),
    "getBlocks": (0, 1),
    "getBlocksWithLimit": (0, 1),
    "getEpochInfo": (),
    "getFeeForMessage": ("AAAA",),
    "getInflationGovernor": (),
    "getInflationReward": ([ME],),
    "getLargestAccounts": (),
    "getLatestBlockhash": (),
    "getLeaderSchedule": (0,),
    "getMinimumBalanceForRentExemption": (1,),
    "getMultipleAccounts": ([ME],),
    "getProgramAccounts": (TOKEN,),
    "getSignatureStatuses": ([UNKNOWN],),
    "getSignaturesForAddress": (ME,),
    "getSlot": (),
    "getSlotLeader": (),
    "getStakeMinimumDelegation": (),
    "getSupply": (),
    "getTokenAccountBalance": (HOLDER,),
    "getTokenAccountsByDelegate": (ME, {"mint": MINT}),
    "getTokenAccountsByOwner": (ME, {"mint": MINT}),
    "getTokenLargestAccounts": (MINT,),
    "getTokenSupply": (MINT,),
    "getTransaction": (UNKNOWN,),
    "getTransactionCount": (),
    "getVoteAccounts": (),
    "isBlockhashValid": (NOBODY,),
    "requestAirdrop": (ME, 1),
    "sendTransaction": ("AAAA",),
    "simulateTransaction": ("AAAA",),
}
BAD_OPTIONS: dict[str, Any] = {
    "a number": 5,
    "a word": "x",
    "a list": [],
    "true": True,
    "commitment a number": {"commitment": 5},
    "commitment a map": {"commitment": {}},
    "commitment unknown": {"commitment": "recent"},
    "encoding a map": {"encoding": {"base64": None}},
    "far slot": {"minContextSlot": FAR},
    "slot below zero": {"minContextSlot": -1},
    "slot a word": {"minContextSlot": "1"},
    "slot a half": {"minContextSlot": 0.5},
    "encoding unknown": {"encoding": "foo"},
    "encoding a number": {"encoding": 5},
    "slice short": {"dataSlice": {"offset": 1}},
    "slice a number": {"dataSlice": 5},
    "slice below zero": {"dataSlice": {"offset": -1, "length": 1}},
}
# Methods without parameters, and those whose parameters all must be there.
NOTHING = [
    "getHealth",
    "getVersion",
    "getGenesisHash",
    "getIdentity",
    "getEpochSchedule",
    "getFirstAvailableBlock",
    "minimumLedgerSlot",
    "getClusterNodes",
    "getInflationRate",
    "getMaxRetransmitSlot",
    "getMaxShredInsertSlot",
    "getHighestSnapshotSlot",
]
# What is asked for by address, by signature, by slot or by a list, with the parameters after it.
BY_ADDRESS = [
    "getAccountInfo",
    "getBalance",
    "getProgramAccounts",
    "getSignaturesForAddress",
    "getTokenAccountBalance",
    "getTokenSupply",
    "getTokenLargestAccounts",
]
BY_SLOT = ["getBlock", "getBlockTime", "getBlocks", "getBlockCommitment", "getMinimumBalanceForRentExemption"]
BY_LIST = ["getMultipleAccounts", "getSignatureStatuses", "getInflationReward", "getRecentPrioritizationFees"]
ADDRESSES: dict[str, Any] = {
    "short": "abc",
    "letters": "0OIl",
    "empty": "",
    "long": "1" * 200,
    "a number": 5,
    "null": None,
    "a list": [],
}
SLOTS: dict[str, Any] = {"a word": "x", "below zero": -1, "a half": 0.5, "null": None, "too great": 2**64, "a map": {}}
LISTS: dict[str, Any] = {
    "of bad ones": ["abc"],
    "of numbers": [5],
    "of null": [None],
    "a word": "x",
    "a number": 5,
    "a map": {},
}


def ask_wrong(one: Interview) -> None:
    """Every method in every wrong way."""
    for table in (_OPTIONS, _COUNTS, _FIRSTS):
        one.table(table)
    for name, question in (_SENDING | _LENGTHS).items():
        one.ask(name, *question)  # long ones: a batch of them would be too long a body
    one.table(_SELECTIONS)
    one.table(_FILTERS)
    one.table(_OTHERS)


_OPTIONS: dict[str, Question] = {
    f"{method} options {name}": (method, *before, options)
    for method, before in OPTIONS_AFTER.items()
    for name, options in BAD_OPTIONS.items()
}
_COUNTS: dict[str, Question] = {
    **{f"{method} too many": (method, *before, None, None, None, 1) for method, before in OPTIONS_AFTER.items()},
    **{
        f"{method} with {short}": (method, *before[:short])
        for method, before in OPTIONS_AFTER.items()
        for short in range(len(before))
    },
    **{f"{method} too many": (method, None) for method in NOTHING},
    **{f"{method} too much": (method, {"a": [1, "x", None, True]}, 2.5) for method in NOTHING},
}
_FIRSTS: dict[str, Question] = {
    f"{method} {name}": (method, value)
    for methods, wrong in ((BY_ADDRESS, ADDRESSES), (BY_SLOT, SLOTS), (BY_LIST, LISTS))
    for method in methods
    for name, value in wrong.items()
}
_LENGTHS: dict[str, Question] = {
    "accounts many": ("getMultipleAccounts", [ME] * 101),
    "statuses many": ("getSignatureStatuses", [UNKNOWN] * 257),
    "fees many": ("getRecentPrioritizationFees", [ME] * 129),
    "signatures many": ("getSignaturesForAddress", ME, {"limit": 1001}),
    "signatures none": ("getSignaturesForAddress", ME, {"limit": 0}),
    "signatures a word": ("getSignaturesForAddress", ME, {"limit": "5"}),
    "signatures before bad": ("getSignaturesForAddress", ME, {"before": "abc"}),
    "signatures until bad": ("getSignaturesForAddress", ME, {"until": "0"}),
    "signatures until a number": ("getSignaturesForAddress", ME, {"until": 5}),
    "signatures processed": ("getSignaturesForAddress", ME, PROCESSED),
    "blocks limit long": ("getBlocksWithLimit", 1, 600_000),
    "blocks long": ("getBlocks", 0, 600_000),
    "samples many": ("getRecentPerformanceSamples", 721),
    "samples bad": ("getRecentPerformanceSamples", "x"),
    "leaders many": ("getSlotLeaders", 0, 5001),
    "leaders none": ("getSlotLeaders", 0, 0),
    "leaders far": ("getSlotLeaders", FAR, 1),
    "leaders of nobody": ("getSlotLeaders", 0),
    "leaders bad": ("getSlotLeaders", 0, "x"),
    "leaders too many": ("getSlotLeaders", 0, 1, 2),
}
_SELECTIONS: dict[str, Question] = {
    f"{method} of {name}": (method, ME, wanted)
    for method in ("getTokenAccountsByOwner", "getTokenAccountsByDelegate")
    for name, wanted in {
        "nothing": {},
        "both": {"mint": MINT, "programId": TOKEN},
        "no mint": {"mint": ME},
        "absent mint": {"mint": NOBODY},
        "bad mint": {"mint": "abc"},
        "a number": {"mint": 5},
        "no program": {"programId": ME},
        "bad program": {"programId": "abc"},
        "an unknown word": {"owner": ME},
        "a word": "mint",
        "another word": "owner",
        "a list": [],
        "null": None,
    }.items()
}
_FILTERS: dict[str, Question] = (
    {
        f"filters {name}": ("getProgramAccounts", TOKEN, {"encoding": "base64", "filters": filters})
        for name, filters in {
            "many": [{"dataSize": 1}] * 5,
            "a map": {},
            "a word": "x",
            "of numbers": [5],
            "of nothing": [{}],
            "of two": [{"dataSize": 1, "memcmp": {"offset": 0, "bytes": "1"}}],
            "unknown": [{"foo": 1}],
            "unknown word": ["foo"],
            "size a word": [{"dataSize": "x"}],
            "size below zero": [{"dataSize": -1}],
            "bytes a number": [{"memcmp": 5}],
            "bytes absent": [{"memcmp": {"offset": 0}}],
            "offset absent": [{"memcmp": {"bytes": "1"}}],
            "bytes bad": [{"memcmp": {"offset": 0, "bytes": "0OIl"}}],
            "bytes null": [{"memcmp": {"offset": 0, "bytes": None}}],
            "bytes long": [{"memcmp": {"offset": 0, "bytes": "1" * 129}}],
            "bytes far too long": [{"memcmp": {"offset": 0, "bytes": "1" * 200}}],
            "bytes bad base64": [{"memcmp": {"offset": 0, "bytes": "!!", "encoding": "base64"}}],
            "bytes long base64": [{"memcmp": {"offset": 0, "bytes": "AAAA" * 50, "encoding": "base64"}}],
            "bytes list too great": [{"memcmp": {"offset": 0, "bytes": [256]}}],
            "bytes list long": [{"memcmp": {"offset": 0, "bytes": [0] * 129}}],
            "bytes encoding unknown": [{"memcmp": {"offset": 0, "bytes": "1", "encoding": "foo"}}],
            "offset below zero": [{"memcmp": {"offset": -1, "bytes": "1"}}],
            "state with value": [{"tokenAccountState": 1}],
            "state null": [{"tokenAccountState": None}],
        }.items()
    }
    | {
        f"filters {name}": ("getProgramAccounts", program, {"encoding": "base64", "filters": [*filters]})
        for name, (program, *filters) in {
            "short mint": (TOKEN, {"memcmp": {"offset": 0, "bytes": "abc"}}),
            "short owner": (TOKEN, {"memcmp": {"offset": 32, "bytes": "abc"}}, {"dataSize": 165}),
            "short mint and owner": (
                TOKEN_2022,
                {"memcmp": {"offset": 0, "bytes": "abc"}},
                {"memcmp": {"offset": 32, "bytes": "abc"}},
            ),
            "short key elsewhere": (SYSTEM, {"memcmp": {"offset": 0, "bytes": "abc"}}),
        }.items()
    }
    | {
        "program context a number": ("getProgramAccounts", TOKEN, {"withContext": 5}),
        "program long in base58": (
            "getProgramAccounts",
            TOKEN,
            {"filters": [{"memcmp": {"offset": 0, "bytes": MINT}}]},
        ),
    }
)
_SENDING: dict[str, Question] = {
    f"{method} {name}": (method, *params)
    for method in ("sendTransaction", "simulateTransaction")
    for name, params in {
        "short": ["AAAA", {"encoding": "base64"}],
        "empty": ["", {"encoding": "base64"}],
        "empty in base58": [""],
        "bad base64": ["!!", {"encoding": "base64"}],
        "bad padding": ["AAA", {"encoding": "base64"}],
        "bad base58": ["0OIl"],
        "short in base58": ["abc"],
        "long": ["A" * 4000, {"encoding": "base64"}],
        "very long": ["A" * 40_000, {"encoding": "base64"}],
        "long in base58": ["1" * 4000],
        "very long in base58": ["1" * 6000],
        "very long of version 1": ["gQ" + "A" * 6000, {"encoding": "base64"}],
        "in json": ["AAAA", {"encoding": "json"}],
        "parsed": ["AAAA", {"encoding": "jsonParsed"}],
        "in binary": ["AAAA", {"encoding": "binary"}],
        "in zstd": ["AAAA", {"encoding": "base64+zstd"}],
        "a number": [5],
        "null": [None],
        "trailing": ["AQ" + "A" * 400, {"encoding": "base64"}],
    }.items()
} | {
    "send preflight a number": ("sendTransaction", "AAAA", {"skipPreflight": 5}),
    "send retries a word": ("sendTransaction", "AAAA", {"maxRetries": "x"}),
    "send preflight commitment a number": ("sendTransaction", "AAAA", {"preflightCommitment": 5}),
    "simulate verified a number": ("simulateTransaction", "AAAA", {"sigVerify": 5}),
    "simulate accounts a number": ("simulateTransaction", "AAAA", {"accounts": 5}),
    "simulate accounts without addresses": ("simulateTransaction", "AAAA", {"accounts": {}}),
    "fee bad": ("getFeeForMessage", "abc"),
    "fee bad base64": ("getFeeForMessage", "!!"),
    "fee of nothing": ("getFeeForMessage", ""),
    "airdrop bad": ("requestAirdrop", "abc", 1),
    "airdrop of a word": ("requestAirdrop", ME, "x"),
    "airdrop below zero": ("requestAirdrop", ME, -1),
    "airdrop stale": ("requestAirdrop", ME, 1, {"recentBlockhash": "abc"}),
    "airdrop blockhash a number": ("requestAirdrop", ME, 1, {"recentBlockhash": 5}),
}
_OTHERS: dict[str, Question] = {
    "nothing": ("getNothing",),
    "nothing with more": ("getNothing", 1, 2),
    "removed method": ("getRecentBlockhash",),
    "other letters": ("getslot",),
    "block bad encoding": ("getBlock", 1, {"encoding": "foo"}),
    "block bad word": ("getBlock", 1, "foo"),
    "block bad details": ("getBlock", 1, {"transactionDetails": "foo"}),
    "block details a number": ("getBlock", 1, {"transactionDetails": 5}),
    "block rewards a word": ("getBlock", 1, {"rewards": "x"}),
    "block version a word": ("getBlock", 1, {"maxSupportedTransactionVersion": "x"}),
    "block version great": ("getBlock", 1, {"maxSupportedTransactionVersion": 256}),
    "block processed": ("getBlock", 1, PROCESSED),
    "blocks processed": ("getBlocks", 1, 3, PROCESSED),
    "blocks limit processed": ("getBlocksWithLimit", 1, 3, PROCESSED),
    "blocks end a word": ("getBlocks", 1, "x"),
    "blocks limit a word": ("getBlocksWithLimit", 1, "x"),
    "transaction bad": ("getTransaction", "abc"),
    "transaction letters": ("getTransaction", "0"),
    "transaction a number": ("getTransaction", 5),
    "transaction processed": ("getTransaction", UNKNOWN, PROCESSED),
    "transaction bad encoding": ("getTransaction", UNKNOWN, {"encoding": "foo"}),
    "transaction bad word": ("getTransaction", UNKNOWN, "foo"),
    "transaction version great": ("getTransaction", UNKNOWN, {"maxSupportedTransactionVersion": 256}),
    "transaction version below zero": ("getTransaction", UNKNOWN, {"maxSupportedTransactionVersion": -1}),
    "statuses history a number": ("getSignatureStatuses", [UNKNOWN], {"searchTransactionHistory": 5}),
    "blockhash bad": ("isBlockhashValid", "abc"),
    "blockhash letters": ("isBlockhashValid", "0"),
    "token balance of none": ("getTokenAccountBalance", NOBODY),
    "token balance of wallet": ("getTokenAccountBalance", ME, CONFIRMED),
    "token balance of mint": ("getTokenAccountBalance", MINT),
    "token supply of wallet": ("getTokenSupply", ME, CONFIRMED),
    "token supply of none": ("getTokenSupply", NOBODY),
    "largest of wallet": ("getTokenLargestAccounts", ME, CONFIRMED),
    "largest of none": ("getTokenLargestAccounts", NOBODY),
    "largest bad": ("getLargestAccounts", {"filter": "rich"}),
    "supply short a number": ("getSupply", {"excludeNonCirculatingAccountsList": 5}),
    "vote account bad": ("getVoteAccounts", {"votePubkey": "abc"}),
    "vote account a number": ("getVoteAccounts", {"votePubkey": 5}),
    "vote distance a word": ("getVoteAccounts", {"delinquentSlotDistance": "x"}),
    "schedule bad": ("getLeaderSchedule", "x"),
    "schedule bad identity": ("getLeaderSchedule", {"identity": "abc"}),
    "schedule identity a number": ("getLeaderSchedule", 0, {"identity": 5}),
    "production backwards": ("getBlockProduction", {"range": {"firstSlot": 3, "lastSlot": 2}}),
    "production far": ("getBlockProduction", {"range": {"firstSlot": 0, "lastSlot": FAR}}),
    "production without start": ("getBlockProduction", {"range": {"lastSlot": 9}}),
    "production a number": ("getBlockProduction", {"range": 5}),
    "production bad identity": ("getBlockProduction", {"identity": "abc"}),
    "inflation reward": ("getInflationReward", [ME]),
    "inflation reward processed": ("getInflationReward", [ME], PROCESSED),
    "inflation reward of epoch 0": ("getInflationReward", [ME], {"epoch": 0}),
    "inflation reward of later": ("getInflationReward", [ME], {"epoch": 9}),
    "inflation reward of a word": ("getInflationReward", [ME], {"epoch": "x"}),
}
