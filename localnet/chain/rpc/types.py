"""The types of every method's parameters, as Agave 4.2.2 declares them, and of the chain's own. Pure.

A commitment that Agave flattens into the struct around it is never complained about: what is no commitment is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from localnet.chain.rpc.serde import (
    Field,
    Type,
    enum,
    flag,
    flattened,
    many,
    option,
    string,
    struct,
    u8,
    u64,
    untagged,
    usize,
)

COMMITMENT_LEVEL = enum(processed=None, confirmed=None, finalized=None)
COMMITMENT = struct("CommitmentConfig", commitment=Field(COMMITMENT_LEVEL, required=True))
ACCOUNT_ENCODING = enum(binary=None, base58=None, base64=None, jsonParsed=None, base64__zstd=None)
TRANSACTION_ENCODING = enum(binary=None, base64=None, base58=None, json=None, jsonParsed=None)
DETAILS = enum(full=None, signatures=None, none=None, accounts=None)


def _options(name: str, **fields: Field | Type) -> Type:
    """A struct into which a commitment is flattened."""
    return struct(name, flat=(flattened(COMMITMENT),), **fields)


SLICE = struct("UiDataSliceConfig", offset=Field(usize, required=True), length=Field(usize, required=True))
_SLOT = option(u64)
CONTEXT = _options("RpcContextConfig", minContextSlot=_SLOT)
ACCOUNT = _options(
    "RpcAccountInfoConfig", encoding=option(ACCOUNT_ENCODING), dataSlice=option(SLICE), minContextSlot=_SLOT
)
MEMCMP_BYTES = struct(
    "MemcmpEncodedBytes",
    bytes=Field(untagged("DataType", string, many(u8)), required=True),
    encoding=option(enum(base58=None, base64=None, bytes=None)),
)
MEMCMP = struct("Memcmp", flat=(MEMCMP_BYTES,), offset=Field(usize, required=True))
FILTER = enum(dataSize=u64, memcmp=MEMCMP, tokenAccountState=None)
PROGRAM = struct(
    "RpcProgramAccountsConfig",
    flat=(ACCOUNT,),
    filters=option(many(FILTER)),
    withContext=option(flag),
    sortResults=option(flag),
)
BLOCK = _options(
    "RpcBlockConfig",
    encoding=option(TRANSACTION_ENCODING),
    transactionDetails=option(DETAILS),
    rewards=option(flag),
    maxSupportedTransactionVersion=option(u8),
)
BLOCK_SUBSCRIBE = _options(
    "RpcBlockSubscribeConfig",
    encoding=option(TRANSACTION_ENCODING),
    transactionDetails=option(DETAILS),
    showRewards=option(flag),
    maxSupportedTransactionVersion=option(u8),
)
TRANSACTION = _options(
    "RpcTransactionConfig",
    encoding=option(TRANSACTION_ENCODING),
    maxSupportedTransactionVersion=option(u8),
)
SEND = struct(
    "RpcSendTransactionConfig",
    skipPreflight=Field(flag, default=True),
    preflightCommitment=option(COMMITMENT_LEVEL),
    encoding=option(TRANSACTION_ENCODING),
    maxRetries=option(usize),
    minContextSlot=_SLOT,
)
SHOWN = struct(
    "RpcSimulateTransactionAccountsConfig",
    encoding=option(ACCOUNT_ENCODING),
    addresses=Field(many(string), required=True),
)
SIMULATE = _options(
    "RpcSimulateTransactionConfig",
    sigVerify=flag,
    replaceRecentBlockhash=flag,
    encoding=option(TRANSACTION_ENCODING),
    accounts=option(SHOWN),
    minContextSlot=_SLOT,
    innerInstructions=flag,
)
SIGNATURES = _options(
    "RpcSignaturesForAddressConfig",
    before=option(string),
    until=option(string),
    limit=option(usize),
    minContextSlot=_SLOT,
)
STATUS = struct("RpcSignatureStatusConfig", searchTransactionHistory=Field(flag, required=True))
PRODUCTION = _options(
    "RpcBlockProductionConfig",
    identity=option(string),
    range=option(struct("RpcBlockProductionConfigRange", firstSlot=Field(u64, required=True), lastSlot=_SLOT)),
)
SCHEDULE = _options("RpcLeaderScheduleConfig", identity=option(string))
VOTES = _options(
    "RpcGetVoteAccountsConfig",
    votePubkey=option(string),
    keepUnstakedDelinquents=option(flag),
    delinquentSlotDistance=option(u64),
)
LARGEST = _options(
    "RpcLargestAccountsConfig",
    filter=option(enum(circulating=None, nonCirculating=None)),
    sortResults=option(flag),
)
SUPPLY = _options("RpcSupplyConfig", excludeNonCirculatingAccountsList=flag)
EPOCH = _options("RpcEpochConfig", epoch=option(u64), minContextSlot=_SLOT)
AIRDROP = _options("RpcRequestAirdropConfig", recentBlockhash=option(string))
TOKENS = enum(mint=string, programId=string)
_CONTEXT = (option(CONTEXT),)
_WRAPPED = "RpcEncodingConfigWrapper"
_IN_BLOCK = untagged(_WRAPPED, option(TRANSACTION_ENCODING), option(BLOCK))
_IN_TRANSACTION = untagged(_WRAPPED, option(TRANSACTION_ENCODING), option(TRANSACTION))

TYPES: dict[str, tuple[Type, ...]] = {
    **dict.fromkeys(
        [
            "getSlot",
            "getBlockHeight",
            "getEpochInfo",
            "getLatestBlockhash",
            "getSlotLeader",
            "getTransactionCount",
            "getStakeMinimumDelegation",
        ],
        _CONTEXT,
    ),
    "isBlockhashValid": (string, *_CONTEXT),
    "getBalance": (string, *_CONTEXT),
    "getFeeForMessage": (string, *_CONTEXT),
    "getMinimumBalanceForRentExemption": (usize, option(COMMITMENT)),
    "getRecentPrioritizationFees": (option(many(string)),),
    "getSupply": (option(SUPPLY),),
    "getVoteAccounts": (option(VOTES),),
    "getLeaderSchedule": (
        option(untagged("RpcLeaderScheduleConfigWrapper", option(u64), option(SCHEDULE))),
        option(SCHEDULE),
    ),
    "getSlotLeaders": (u64, u64),
    "getBlockProduction": (option(PRODUCTION),),
    "getBlockCommitment": (u64,),
    "getInflationGovernor": (option(COMMITMENT),),
    "getInflationReward": (many(string), option(EPOCH)),
    "getRecentPerformanceSamples": (option(usize),),
    "getAccountInfo": (string, option(ACCOUNT)),
    "getMultipleAccounts": (many(string), option(ACCOUNT)),
    "getProgramAccounts": (string, option(PROGRAM)),
    "getLargestAccounts": (option(LARGEST),),
    "getTokenAccountBalance": (string, option(COMMITMENT)),
    "getTokenSupply": (string, option(COMMITMENT)),
    "getTokenLargestAccounts": (string, option(COMMITMENT)),
    "getTokenAccountsByOwner": (string, TOKENS, option(ACCOUNT)),
    "getTokenAccountsByDelegate": (string, TOKENS, option(ACCOUNT)),
    "getSignatureStatuses": (many(string), option(STATUS)),
    "getSignaturesForAddress": (string, option(SIGNATURES)),
    "getTransaction": (string, option(_IN_TRANSACTION)),
    "getBlock": (u64, option(_IN_BLOCK)),
    "getBlocks": (u64, option(untagged("RpcBlocksConfigWrapper", _SLOT, _CONTEXT[0])), *_CONTEXT),
    "getBlocksWithLimit": (u64, usize, *_CONTEXT),
    "getBlockTime": (u64,),
    "simulateTransaction": (string, option(SIMULATE)),
    "sendTransaction": (string, option(SEND)),
    "requestAirdrop": (string, u64, option(AIRDROP)),
    "accountSubscribe": (string, option(ACCOUNT)),
    "programSubscribe": (string, option(PROGRAM)),
    "logsSubscribe": (
        enum(all=None, allWithVotes=None, mentions=many(string)),
        option(_options("RpcTransactionLogsConfig")),
    ),
    "signatureSubscribe": (
        string,
        option(_options("RpcSignatureSubscribeConfig", enableReceivedNotification=option(flag))),
    ),
    "blockSubscribe": (enum(all=None, mentionsAccountOrProgram=string), option(BLOCK_SUBSCRIBE)),
    "localnet_removeWebhook": (string,),
    "localnet_getDeliveries": (option(u64),),
}


def read_types(method: str, values: Sequence[Any]) -> list[Any]:
    """A call's parameters as its method wants them, null where they were left out; RpcError -32602 for what Agave could
    not read. Those of a method whose types are not here are left as they came."""
    types = TYPES.get(method)
    if types is None:
        return list(values)
    return [read(values[index] if index < len(values) else None) for index, read in enumerate(types)]
