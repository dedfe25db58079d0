"""How a play must have ended, read from the chain by ourselves: nothing is believed that the client said.

All atoms add up: what the winner has, what is owed in fees, and what the wallet paid for fees and rent. Called by the
test of the clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import base58
import msgspec
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import accounts, addresses, codec
from idl.enums import ResolutionFlag, State
from idl.events import Event, PaidOut
from idl.maths.fees import loser_fee, split_fee
from idl.maths.parimutuel import payout, settle_amount
from idl.program import EVENT_IX_TAG, MARKET_ID, WSOL_MINT
from localnet.story.chain import Chain
from tests.e2e.clients.scene import RIVAL_STAKE, STAKE, Scene

AIRDROP: Final = 10_000_000_000
_CONFIRMED: Final[dict[str, object]] = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line of a client: its signatures, what it won and the names of the events it decoded."""

    stake: str
    resolve: list[str]
    claim: str
    paid: int
    events: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One transaction as the chain has it."""

    payer: str
    fee: int
    events: tuple[Event, ...]


class End:
    """One play, once it is over."""

    def __init__(self, chain: Chain, scene: Scene, said: Said) -> None:
        self.chain = chain
        self.said = said
        self.is_word = scene.source == "word"
        self.owner = Keypair.from_bytes(bytes(scene.wallet)).pubkey()
        self.market = Pubkey.from_string(scene.market)
        self.mint = Pubkey.from_string(scene.mint)
        self.is_native = self.mint == WSOL_MINT
        money = "sol" if self.is_native else "usd"
        self.stake, self.rival = STAKE[money], RIVAL_STAKE[money]
        self.resolution = addresses.resolution(self.market).address
        self.bonds = addresses.bond_vault(self.market).address
        self.token = addresses.ata(self.owner, self.mint).address
        self.price = addresses.price(bytes.fromhex(scene.feed), scene.event).address

    async def verify(self) -> None:
        """Everything; an AssertionError tells what is not so."""
        market = await self._market()
        supply = (self.stake, self.rival)
        assert market.state == State.Finalized
        assert market.mask == 1
        assert market.supply[:2] == (0, self.rival)
        fee = loser_fee(self.rival, sum(market.fee_bps))
        assert market.fees_owed == split_fee(fee, *market.fee_bps)
        won = settle_amount((self.stake, 0), *payout(supply, 0, sum(market.fee_bps))[:3], 0)
        assert self.said.paid == won
        assert won + sum(market.fees_owed) == sum(supply)
        assert await self.chain.account(addresses.position(self.market, self.owner).address) is None
        await self._told(won)
        bond = await self._bond() if self.is_word else 0
        await (self._in_sol(market, won) if self.is_native else self._in_token(market, won, bond))

    async def _market(self) -> accounts.Market:
        found = await self.chain.account(self.market)
        assert found is not None
        market = codec.decode_account(found.data)
        assert isinstance(market, accounts.Market)
        return market

    async def _told(self, won: int) -> None:
        """The client's events are those of its transactions, and the last payment is what it won."""
        sent = [await self._sent(one) for one in (self.said.stake, *self.said.resolve, self.said.claim)]
        events = [event for one in sent for event in one.events]
        assert [type(event).__name__ for event in events] == self.said.events
        (paid,) = [event for event in events if isinstance(event, PaidOut)]
        assert [(item.owner, item.amount) for item in paid.items] == [(bytes(self.owner), won)]

    async def _bond(self) -> int:
        """The bond of the proposal, which was given back."""
        found = await self.chain.account(self.resolution)
        assert found is not None
        resolution = codec.decode_account(found.data)
        assert isinstance(resolution, accounts.Resolution)
        assert resolution.owed == 0
        assert resolution.flags & ResolutionFlag.PROPOSER_PAID
        assert await self._amount(self.bonds) == 0
        return resolution.bond

    async def _in_sol(self, market: accounts.Market, won: int) -> None:
        """The vault is unwrapped and holds the fees; the wallet has what it won and nothing wrapped any more."""
        held = await self.chain.balance(self.market)
        assert held - market.market_rent - market.vault_rent == sum(market.fees_owed)
        assert await self.chain.account(self.token) is None
        assert await self.chain.balance(self.owner) == AIRDROP - self.stake + won - await self._spent()

    async def _in_token(self, market: accounts.Market, won: int, bond: int) -> None:
        """The vault holds the fees, the wallet's account what it won and its bond."""
        assert await self._amount(addresses.vault(self.market).address) == sum(market.fees_owed)
        assert await self._amount(self.token) == won + bond
        assert await self.chain.balance(self.owner) == AIRDROP - await self._spent()

    async def _amount(self, token: Pubkey) -> int:
        found = await self.chain.account(token)
        return int.from_bytes(found.data[64:72], "little") if found is not None else 0

    async def _spent(self) -> int:
        """Lamports of the wallet's that went into fees, and that lie as rent in accounts it made."""
        rows = await self.chain.call(
            list[dict[str, Any]], "getSignaturesForAddress", str(self.owner), {"commitment": "confirmed"}
        )
        sent = [await self._sent(row["signature"]) for row in rows]
        left = [self.resolution, self.bonds] if self.is_word else [self.price]
        rents = [await self.chain.balance(one) for one in (*left, self.token)]
        return sum(one.fee for one in sent if one.payer == str(self.owner)) + sum(rents)

    async def _sent(self, signature: str) -> Sent:
        """A transaction that succeeded."""
        found = await self.chain.call(dict[str, Any], "getTransaction", signature, {"encoding": "json", **_CONFIRMED})
        meta, keys = found["meta"], found["transaction"]["message"]["accountKeys"]
        assert meta["err"] is None
        calls = [call for group in meta["innerInstructions"] for call in group["instructions"]]
        told = [base58.b58decode(call["data"]) for call in calls if keys[call["programIdIndex"]] == str(MARKET_ID)]
        events = tuple(codec.decode_event(MARKET_ID, data.removeprefix(EVENT_IX_TAG)) for data in told)
        return Sent(payer=keys[0], fee=meta["fee"], events=events)
