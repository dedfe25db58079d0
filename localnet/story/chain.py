"""The chain as a wallet sees it: JSON-RPC, with the wallet's own patience in sending.

It signs nothing but what its caller gives keys for and knows no instruction of ours. A transaction counts when it is
final: until then its bytes are sent again, and new ones are signed only after the old blockhash can no longer land.
Called by the story.
"""

from __future__ import annotations

import asyncio
import base64
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

import httpx
import msgspec
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.transaction import Transaction

from localnet.errors import NotReady, StoryFailed
from localnet.world import loopback

T = TypeVar("T")
Commitment = Literal["processed", "confirmed", "finalized"]
CLOCK: Final = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
_TIMEOUT_S: Final = 5.0
_AWAY_S: Final = 30.0
_SIGNATURES_MAX: Final = 5
_AIRDROPS_MAX: Final = 3
_RANK: Final = {"processed": 0, "confirmed": 1, "finalized": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """What lies at an address."""

    lamports: int
    owner: Pubkey
    data: bytes


class _Fault(msgspec.Struct, frozen=True):
    code: int
    message: str
    data: msgspec.Raw = msgspec.Raw(b"")


class _Reply(msgspec.Struct, frozen=True):
    result: msgspec.Raw = msgspec.Raw(b"null")
    error: _Fault | None = None


class _Value(msgspec.Struct, Generic[T], frozen=True):
    """An answer with its context, which the story does not need."""

    value: T


class _Account(msgspec.Struct, frozen=True):
    lamports: int
    owner: str
    data: tuple[str, str]


class _Blockhash(msgspec.Struct, frozen=True, rename="camel"):
    blockhash: str
    last_valid_block_height: int


class _Status(msgspec.Struct, frozen=True, rename="camel"):
    err: object
    confirmation_status: str | None


class _Cause(msgspec.Struct, frozen=True):
    err: object = None


class RpcError(Exception):
    """The chain answered with a JSON-RPC error; `cause` is the transaction error in its details, if there is one."""

    def __init__(self, code: int, message: str, data: bytes) -> None:
        super().__init__(f"{code}: {message} {data.decode()}".strip())
        self.code = code
        self.cause = msgspec.json.decode(data, type=_Cause).err if data.startswith(b"{") else None


class Chain:
    """One JSON-RPC endpoint. `pause_s` is how long it waits between two looks at the same fact."""

    def __init__(self, url: str, *, pause_s: float) -> None:
        self._client = loopback(_TIMEOUT_S, url)
        self._numbers = itertools.count(1)
        self._pause_s = pause_s

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    async def call(self, shape: type[T], method: str, *params: object) -> T:
        """The result of one call as a `shape`. Raises RpcError, or NotReady when nobody answers for a while."""
        body = {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": list(params)}
        for _ in range(int(_AWAY_S / self._pause_s)):
            try:
                answer = await self._client.post("/", json=body)
            except httpx.TransportError:
                await asyncio.sleep(self._pause_s)
                continue
            reply = msgspec.json.decode(answer.content, type=_Reply)
            if reply.error is not None:
                raise RpcError(reply.error.code, reply.error.message, bytes(reply.error.data))
            return msgspec.json.decode(reply.result, type=shape)
        raise NotReady(f"the chain's RPC did not answer {method} for {_AWAY_S:.0f} s")

    async def slot(self, commitment: Commitment = "confirmed") -> int:
        """The newest slot of that commitment."""
        return await self.call(int, "getSlot", {"commitment": commitment})

    async def height(self, commitment: Commitment = "confirmed") -> int:
        """The newest block height of that commitment."""
        return await self.call(int, "getBlockHeight", {"commitment": commitment})

    async def time(self) -> int:
        """Unix seconds of the chain's clock."""
        clock = await self.account(CLOCK)
        if clock is None:
            raise StoryFailed("the chain has no clock")
        return int.from_bytes(clock.data[32:40], "little", signed=True)

    async def advance_clock(self, to: int) -> None:
        """Move the embedded chain's clock forward to unix second `to`; a validator has no such method."""
        await self.call(object, "localnet_advanceClock", {"to": to})

    async def balance(self, address: Pubkey, commitment: Commitment = "confirmed") -> int:
        """Lamports at an address."""
        return (await self.call(_Value[int], "getBalance", str(address), {"commitment": commitment})).value

    async def account(self, address: Pubkey, commitment: Commitment = "confirmed") -> AccountView | None:
        """What lies at an address; None where nothing does."""
        options = {"commitment": commitment, "encoding": "base64"}
        found = (await self.call(_Value[_Account | None], "getAccountInfo", str(address), options)).value
        if found is None:
            return None
        owner, data = Pubkey.from_string(found.owner), base64.b64decode(found.data[0])
        return AccountView(lamports=found.lamports, owner=owner, data=data)

    async def tokens(self, address: Pubkey) -> int:
        """Amount in a token account, in base units; 0 where there is none."""
        found = await self.account(address, "finalized")
        return int.from_bytes(found.data[64:72], "little") if found is not None and len(found.data) >= 72 else 0

    async def airdrop(self, address: Pubkey, lamports: int) -> None:
        """Have lamports made for an address, and wait until they are there (confirmed); ask again for what got lost."""
        for _ in range(_AIRDROPS_MAX):
            signature = await self.call(str, "requestAirdrop", str(address), lamports)
            for _ in range(int(_AWAY_S / self._pause_s)):
                if _reached(signature, await self._status(signature), "confirmed"):
                    return
                await asyncio.sleep(self._pause_s)
        raise StoryFailed(f"no airdrop for {address}")

    async def send(
        self, instructions: Sequence[Instruction], signers: Sequence[Keypair], *, until: Commitment = "finalized"
    ) -> str:
        """Sign with `signers` (the first pays), send until it has that commitment, and answer the signature.

        Raises StoryFailed with the chain's error when it fails on the chain or in preflight.
        """
        for _ in range(_SIGNATURES_MAX):
            blockhash, last_height = await self._latest_blockhash()
            message = Message.new_with_blockhash(list(instructions), signers[0].pubkey(), blockhash)
            wire = bytes(Transaction(list(signers), message, blockhash))
            signature = str(Signature.from_bytes(wire[1:65]))
            if await self._send_until(wire, signature, last_height, until):
                return signature
        raise StoryFailed(f"no transaction of {signers[0].pubkey()} landed in {_SIGNATURES_MAX} blockhash lives")

    async def _send_until(self, wire: bytes, signature: str, last_height: int, until: Commitment) -> bool:
        """Whether the transaction got so far; False once its blockhash is too old to land, by finalized height."""
        while True:
            expired = await self.height("finalized") > last_height
            status = await self._status(signature)
            if status is None and expired:
                return False
            if status is None:
                await self._publish(wire, signature)
            elif _reached(signature, status, until):
                return True
            await asyncio.sleep(self._pause_s)

    async def _publish(self, wire: bytes, signature: str) -> None:
        options = {"encoding": "base64", "preflightCommitment": "processed"}
        try:
            await self.call(str, "sendTransaction", base64.b64encode(wire).decode(), options)
        except RpcError as error:
            # It landed between two looks, or its blockhash aged: the next look tells.
            if error.cause not in ("AlreadyProcessed", "BlockhashNotFound"):
                raise StoryFailed(f"transaction {signature} was refused: {error}") from error

    async def _status(self, signature: str) -> _Status | None:
        options = {"searchTransactionHistory": True}
        return (await self.call(_Value[list[_Status | None]], "getSignatureStatuses", [signature], options)).value[0]

    async def _latest_blockhash(self) -> tuple[Hash, int]:
        found = (await self.call(_Value[_Blockhash], "getLatestBlockhash", {"commitment": "confirmed"})).value
        return Hash.from_string(found.blockhash), found.last_valid_block_height


def _reached(signature: str, status: _Status | None, wanted: Commitment) -> bool:
    """Whether a transaction has that commitment. Raises StoryFailed when it has it as a failed one."""
    if status is None or _RANK[status.confirmation_status or "processed"] < _RANK[wanted]:
        return False
    if status.err is not None:
        raise StoryFailed(f"transaction {signature} failed: {status.err}")
    return True
