"""One RPC endpoint: batches out, values back; every failure is RpcAway or RpcRefused, never a fact.

Implements model.Witness. Called by the pool beside it, prove, and admin.
"""

import base64
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec
from solders.pubkey import Pubkey

from relayer.chain.shapes import (
    Accounts,
    Answer,
    Balance,
    Call,
    EpochInfo,
    FeeRow,
    LatestPage,
    SimulationPage,
    Status,
    StatusPage,
)
from relayer.errors import RpcAway, RpcRefused
from relayer.metrics import Metrics
from relayer.model import Blockhash, Epoch, Heights, Level, Seen, Simulated, Snapshot, Statuses

SIGNATURES_PER_CALL = 256
ACCOUNTS_PER_CALL = 100
FEE_ACCOUNTS_MAX = 128

_LEVELS = {"processed": Level.PROCESSED, "confirmed": Level.CONFIRMED, "finalized": Level.FINALIZED}
_SIMULATION = {
    "encoding": "base64", "sigVerify": False, "replaceRecentBlockhash": True, "commitment": "confirmed",
}  # fmt: skip
_NAMES = {level: name for name, level in _LEVELS.items()}


class Endpoint:
    """One RPC endpoint; every method raises RpcAway or RpcRefused, and its answers are facts of this node alone."""

    def __init__(self, url: str, client: httpx.AsyncClient, metrics: Metrics) -> None:
        self._url = url
        self._client = client
        self._metrics = metrics
        parts = urlsplit(url)
        self._name = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    @property
    def name(self) -> str:
        """Host and port, without path or secrets."""
        return self._name

    async def batch(self, calls: Sequence[Call]) -> list[Any]:
        """The results in the order asked, each of its shape; one error in the batch is raised."""
        answers = await self.answers(calls)
        for answer in answers:
            if answer.error is not None:
                raise RpcRefused(f"{self._name}: {answer.error.message}", answer.error.code)
        return [self._shaped(call, answer) for call, answer in zip(calls, answers, strict=True)]

    def _shaped(self, call: Call, answer: Answer) -> Any:
        """A result as the value that it must be; one of another shape is no answer."""
        try:
            return msgspec.json.decode(answer.result, type=call.shape)
        except msgspec.DecodeError as error:
            raise RpcAway(f"{self._name}: {call.method}: {error}") from error

    async def answers(self, calls: Sequence[Call]) -> list[Answer]:
        """Answers, errors included, in the order asked."""
        body = [{"jsonrpc": "2.0", "id": i, "method": c.method, "params": c.params} for i, c in enumerate(calls)]
        started = time.perf_counter()
        method = calls[0].method
        try:
            reply = await self._client.post(
                self._url, content=msgspec.json.encode(body), headers={"content-type": "application/json"}
            )
            found = self._parse(reply)
        except httpx.HTTPError as error:
            self._metrics.rpc(self._name, method, "away", time.perf_counter() - started)
            raise RpcAway(f"{self._name}: {type(error).__name__}") from error
        self._metrics.rpc(self._name, method, str(reply.status_code), time.perf_counter() - started)
        by_id = {a.id: a for a in found}
        if len(by_id) != len(calls) or any(i not in by_id for i in range(len(calls))):
            raise RpcAway(f"{self._name}: answered {len(found)} of {len(calls)} calls")
        return [by_id[i] for i in range(len(calls))]

    def _parse(self, reply: httpx.Response) -> list[Answer]:
        if reply.status_code != 200:
            raise RpcAway(f"{self._name}: HTTP {reply.status_code}")
        try:
            return msgspec.json.decode(reply.content, type=list[Answer])
        except msgspec.DecodeError as error:
            raise RpcAway(f"{self._name}: {error}") from error

    async def epoch(self) -> Epoch:
        """getEpochInfo at finalized."""
        (info,) = await self.batch([Call("getEpochInfo", [{"commitment": "finalized"}], EpochInfo)])
        return Epoch(slot=info.absolute_slot, height=info.block_height)

    async def effect(self, addresses: Sequence[Pubkey], *, min_slot: int) -> Snapshot:
        """Accounts at finalized, not older than min_slot."""
        return await self.accounts(addresses, level=Level.FINALIZED, min_slot=min_slot)

    async def statuses(self, signatures: Sequence[str]) -> Statuses:
        """getSignatureStatuses with history; the slot is the oldest context of its pages."""
        pages = await self.batch(_status_calls(signatures, history=True))
        values = tuple(_seen(v) for page in pages for v in page.value)
        self._require(len(values) == len(signatures), "statuses")
        return Statuses(slot=min((page.context.slot for page in pages), default=0), values=values)

    def _require(self, fits: bool, what: str) -> None:
        """An answer with another number of values than were asked for is none."""
        if not fits:
            raise RpcAway(f"{self._name}: the number of {what} is not what was asked for")

    async def floor(self) -> int:
        """getFirstAvailableBlock."""
        (slot,) = await self.batch([Call("getFirstAvailableBlock", [], int)])
        return slot

    async def genesis(self) -> str:
        """getGenesisHash."""
        (value,) = await self.batch([Call("getGenesisHash", [], str)])
        return value

    async def accounts(self, addresses: Sequence[Pubkey], *, level: Level, min_slot: int) -> Snapshot:
        """getMultipleAccounts; the slot is the oldest context of its pages."""
        if not addresses:
            return Snapshot(slot=min_slot, values=())
        options = {"encoding": "base64", "commitment": _NAMES[level], "minContextSlot": min_slot}
        texts = [str(a) for a in addresses]
        pages = await self.batch(
            [Call("getMultipleAccounts", [part, options], Accounts) for part in _chunks(texts, ACCOUNTS_PER_CALL)]
        )
        values = tuple(None if v is None else base64.b64decode(v.data[0]) for page in pages for v in page.value)
        self._require(len(values) == len(addresses), "accounts")
        return Snapshot(slot=min(page.context.slot for page in pages), values=values)

    async def owners(self, addresses: Sequence[Pubkey]) -> tuple[Pubkey | None, ...]:
        """The program that owns each account, None where there is no account."""
        options = {"encoding": "base64", "commitment": "confirmed", "dataSlice": {"offset": 0, "length": 0}}
        texts = [str(a) for a in addresses]
        pages = await self.batch(
            [Call("getMultipleAccounts", [part, options], Accounts) for part in _chunks(texts, ACCOUNTS_PER_CALL)]
        )
        return tuple(None if v is None else Pubkey.from_string(v.owner) for page in pages for v in page.value)

    async def look(self, signatures: Sequence[str]) -> tuple[Heights, tuple[Seen | None, ...]]:
        """Heights at confirmed and finalized, then statuses of what is recent, in one batch."""
        heads = [Call("getEpochInfo", [{"commitment": name}], EpochInfo) for name in ("confirmed", "finalized")]
        tip, final, *pages = await self.batch([*heads, *_status_calls(signatures, history=False)])
        heights = Heights(
            slot=tip.absolute_slot,
            height=tip.block_height,
            final_slot=final.absolute_slot,
            final_height=final.block_height,
        )
        seen = tuple(_seen(v) for page in pages for v in page.value)
        self._require(len(seen) == len(signatures), "statuses")
        return heights, seen

    async def simulate(self, wires: Sequence[bytes]) -> tuple[Simulated | None, ...]:
        """simulateTransaction of each wire; None for one that the node would not simulate."""
        calls = [
            Call("simulateTransaction", [base64.b64encode(wire).decode(), _SIMULATION], SimulationPage)
            for wire in wires
        ]
        answers = await self.answers(calls) if calls else []
        return tuple(self._simulated(call, answer) for call, answer in zip(calls, answers, strict=True))

    def _simulated(self, call: Call, answer: Answer) -> Simulated | None:
        if answer.error is not None:
            self._metrics.refused(self._name, answer.error.code)
            return None
        value = self._shaped(call, answer).value
        err = None if value.err is None else msgspec.json.encode(value.err).decode()
        told = value.pre_balances and value.post_balances
        loss = value.pre_balances[0] - value.post_balances[0] if told else None
        return Simulated(err=err, units=value.units_consumed or 0, loss=loss)

    async def fee_samples(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """getRecentPrioritizationFees."""
        (rows,) = await self.batch(
            [Call("getRecentPrioritizationFees", [list(addresses[:FEE_ACCOUNTS_MAX])], list[FeeRow])]
        )
        return tuple(row.prioritization_fee for row in rows)

    async def blockhash(self) -> Blockhash:
        """getLatestBlockhash at confirmed."""
        (answer,) = await self.batch([Call("getLatestBlockhash", [{"commitment": "confirmed"}], LatestPage)])
        value = answer.value
        return Blockhash(hash=value.blockhash, slot=answer.context.slot, lvbh=value.last_valid_block_height)

    async def balances(self, addresses: Sequence[str]) -> tuple[int, ...]:
        """getBalance of each address at confirmed."""
        pages = await self.batch([Call("getBalance", [a, {"commitment": "confirmed"}], Balance) for a in addresses])
        return tuple(page.value for page in pages)

    async def publish(self, wires: Sequence[bytes]) -> None:
        """sendTransaction of each wire; what is answered is only counted."""
        options = {"encoding": "base64", "skipPreflight": True, "maxRetries": 0}
        calls = [Call("sendTransaction", [base64.b64encode(w).decode(), options], str) for w in wires]
        for answer in await self.answers(calls):
            if answer.error is not None:
                self._metrics.refused(self._name, answer.error.code)


def _status_calls(signatures: Sequence[str], *, history: bool) -> list[Call]:
    options = {"searchTransactionHistory": history}
    return [
        Call("getSignatureStatuses", [part, options], StatusPage) for part in _chunks(signatures, SIGNATURES_PER_CALL)
    ]


def _chunks(values: Sequence[str], size: int) -> list[list[str]]:
    return [list(values[i : i + size]) for i in range(0, len(values), size)]


def _seen(value: Status | None) -> Seen | None:
    """A status answer as a value; a null confirmationStatus means rooted long ago."""
    if value is None:
        return None
    level = _LEVELS.get(value.confirmation_status or "finalized", Level.PROCESSED)
    err = None if value.err is None else msgspec.json.encode(value.err).decode()
    return Seen(slot=value.slot, level=level, err=err)
