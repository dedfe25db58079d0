"""The API as a wallet's application uses it: reads, transactions to sign, the relay. HTTP and nothing else.

A call that finds nobody is made again for a while, as an application does; the relay with the same Idempotency-Key.
It never sees a key. Called by the story.
"""

from __future__ import annotations

import asyncio
import base64
import uuid
from typing import Final, Generic, TypeVar

import httpx
import msgspec
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.transaction import VersionedTransaction

from localnet.errors import NotReady, StoryFailed
from localnet.world import loopback

T = TypeVar("T")
AWAY_S: Final = 30.0
TERMINAL: Final = frozenset({"SETTLED", "SUPERSEDED", "RETURNED", "REJECTED", "FAILED_FINAL", "NEEDS_REVIEW"})
_TIMEOUT_S: Final = 10.0
_LANDED_S: Final = 120.0
_LATER: Final = frozenset({429, 500, 502, 503, 504})
# The pool moved between quote and landing, a fork took the blockhash away, or the relay came to it too late: a wallet
# asks anew.
_AGAIN: Final = frozenset({"RateTooLow", "Expired", "expired", "old_blockhash", "unknown_blockhash"})


class _Answer(msgspec.Struct, Generic[T], frozen=True):
    data: T


class Expected(msgspec.Struct, frozen=True):
    """What the API says a transaction will cost and give, in base units as text."""

    cost: str = "0"
    shares: str = "0"
    fee: str = "0"
    rent: str = "0"


class Fault(msgspec.Struct, frozen=True):
    """The program's error that a transaction would meet now."""

    name: str
    message: str


class Built(msgspec.Struct, frozen=True):
    """A transaction to sign, base64."""

    transaction: str
    expected: Expected
    market: str
    error: Fault | None = None


class Metadata(msgspec.Struct, frozen=True):
    """Where a market's description is kept, and its hash in hex."""

    uri: str
    sha256: str


class Intent(msgspec.Struct, frozen=True):
    """What became of what was given to the relay."""

    id: str
    state: str
    reason: str | None = None
    signature: str | None = None


class PoolView(msgspec.Struct, frozen=True):
    """What came into a creator's pool and was counted, and what its holders were paid."""

    earned: str
    paid: str


class HolderView(msgspec.Struct, frozen=True):
    """One wallet's shares of a pool, and until when they cannot be sold."""

    owner: str
    shares: str
    locked_until: int


class OrderView(msgspec.Struct, frozen=True):
    """One order of a wallet: where it rests, what it still wants."""

    order_id: str
    index: int
    lots: str
    filled_lots: str
    status: str


class _Now(msgspec.Struct, frozen=True):
    chain_time: int


class _Seen(msgspec.Struct, frozen=True):
    slot: int


class MarketView(msgspec.Struct, frozen=True):
    """What the story reads of a market."""

    address: str
    state: str
    odds: list[str]
    volume: str
    deadline: int = 0
    winner: int | None = None
    slug: str = ""


def _cause(intent: Intent) -> str:
    """Name of the error that ended an intent."""
    return (intent.reason or "").partition(":")[0]


class Refused(StoryFailed):
    """The API said no; the text is its problem's."""


class Api:
    """One API. `pause_s` is how long it waits between two looks at the same fact."""

    def __init__(self, url: str, *, pause_s: float) -> None:
        self.url = url
        self._client = loopback(_TIMEOUT_S, url)
        self._pause_s = pause_s

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()

    def page(self, market: str) -> str:
        """Where a person looks at a market."""
        return f"{self.url}/m/{market}"

    async def market(self, address: str) -> MarketView | None:
        """A market as the mirror has it; None while it does not know it."""
        return await self._find(MarketView, f"/v1/markets/{address}")

    async def time(self) -> int:
        """Block time of what the mirror has seen, unix seconds."""
        return (await self._get(_Now, "/v1/config")).chain_time

    async def pool(self, creator: str) -> PoolView:
        """A creator's pool."""
        return await self._get(PoolView, f"/v1/creators/{creator}")

    async def holder(self, creator: str, owner: str) -> HolderView:
        """One holder of a creator's pool. Raises StoryFailed where there is none."""
        holders = await self._get(list[HolderView], f"/v1/creators/{creator}/holders")
        for one in holders:
            if one.owner == owner:
                return one
        raise StoryFailed(f"{owner} has no shares of {creator}")

    async def orders(self, wallet: str, market: str) -> list[OrderView]:
        """A wallet's open orders in one market."""
        return await self._get(list[OrderView], f"/v1/users/{wallet}/orders?market={market}&status=open")

    async def put_metadata(self, document: object) -> Metadata:
        """Keep a market's description and answer where."""
        return await self._call(Metadata, "PUT", "/v1/metadata", document)

    async def build(self, kind: str, body: object) -> Built:
        """A transaction of that kind for a wallet to sign, once the programs would take it."""
        said = ""
        for _ in range(int(AWAY_S / self._pause_s)):
            built = await self._call(Built, "POST", f"/v1/transactions/{kind}", body)
            if built.error is None:
                return built
            said = f"{built.error.name}, {built.error.message}"
            await asyncio.sleep(self._pause_s)
        raise StoryFailed(f"a {kind} cannot land: {said}")

    async def act(self, kind: str, body: object, key: Keypair) -> Built:
        """Build, sign, relay and wait until it is settled and the mirror shows it.

        One that came back, lost its rate or grew too old is built and signed anew: a mirror that catches up quotes
        a past moment for a while. Answers what landed. Raises StoryFailed when the relay ends it otherwise.
        """
        replaces: str | None = None
        came_back: list[str] = []
        until = asyncio.get_running_loop().time() + _LANDED_S
        while asyncio.get_running_loop().time() < until:
            built = await self.build(kind, body)
            try:
                taken = await self.relay(sign(built.transaction, key), replaces=replaces)
            except Refused as error:
                if "transaction_expired" not in str(error):
                    raise
                came_back.append("transaction_expired")
            else:
                intent = await self._settled(taken)
                if intent.state == "SETTLED":
                    await self._seen(intent)
                    return built
                if intent.state == "RETURNED":
                    replaces = intent.id
                elif _cause(intent) not in _AGAIN:
                    raise StoryFailed(f"{kind} of {key.pubkey()} ended {intent.state}: {intent.reason}")
                came_back.append(f"{intent.state} {intent.reason}")
            await asyncio.sleep(self._pause_s)
        raise StoryFailed(f"{kind} of {key.pubkey()} came back for {_LANDED_S:.0f} s: {', '.join(came_back)}")

    async def relay(self, transaction: str, *, replaces: str | None = None) -> Intent:
        """Hand a signed transaction over, once however often it is asked."""
        body = {"transaction": transaction} | ({"replaces": replaces} if replaces else {})
        return await self._call(Intent, "POST", "/v1/relay", body, key=str(uuid.uuid4()))

    async def _settled(self, intent: Intent) -> Intent:
        for _ in range(int(AWAY_S * 4 / self._pause_s)):
            if intent.state in TERMINAL:
                return intent
            await asyncio.sleep(self._pause_s)
            intent = await self._get(Intent, f"/v1/intents/{intent.id}")
        raise StoryFailed(f"intent {intent.id} is still {intent.state}: {intent.reason}")

    async def _seen(self, intent: Intent) -> None:
        """Wait until the mirror has the transaction, so that what is built next builds on it."""
        for _ in range(int(AWAY_S * 4 / self._pause_s)):
            if intent.signature is None:
                intent = await self._get(Intent, f"/v1/intents/{intent.id}")
            elif await self._find(_Seen, f"/v1/transactions/{intent.signature}") is not None:
                return
            await asyncio.sleep(self._pause_s)
        raise StoryFailed(f"intent {intent.id} settled, but the mirror does not show {intent.signature}")

    async def _find(self, shape: type[T], path: str) -> T | None:
        """The value of a read; None where there is none."""
        try:
            return await self._get(shape, path)
        except Refused as error:
            if "404" in str(error):
                return None
            raise

    async def _get(self, shape: type[T], path: str) -> T:
        """The value of a read, which comes with how fresh the mirror is."""
        return (await self._call(_Answer[shape], "GET", path, None)).data  # type: ignore[valid-type]

    async def _call(self, shape: type[T], method: str, path: str, body: object, *, key: str = "") -> T:
        headers = {"idempotency-key": key} if key else {}
        content = None if body is None else msgspec.json.encode(body)
        said = ""
        for _ in range(int(AWAY_S / self._pause_s)):
            try:
                headers["content-type"] = "application/json"
                answer = await self._client.request(method, path, content=content, headers=headers)
            except httpx.TransportError as error:
                said = str(error) or type(error).__name__
            else:
                if answer.is_success:
                    return msgspec.json.decode(answer.content, type=shape)
                said = f"{answer.status_code} {answer.text[:600]}"
                if answer.status_code not in _LATER:
                    raise Refused(f"{method} {path}: {said}")
            await asyncio.sleep(self._pause_s)
        raise NotReady(f"{method} {path} was not answered for {AWAY_S:.0f} s: {said}")


def sign(transaction: str, key: Keypair) -> str:
    """Put the wallet's signature at its place in a built transaction; a sponsor's place stays empty."""
    unsigned = VersionedTransaction.from_bytes(base64.b64decode(transaction))
    keys = list(unsigned.message.account_keys)
    signatures = list(unsigned.signatures)
    signatures[keys.index(key.pubkey())] = key.sign_message(to_bytes_versioned(unsigned.message))
    return base64.b64encode(bytes(VersionedTransaction.populate(unsigned.message, signatures))).decode()
