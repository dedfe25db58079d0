"""A market that waits for a client, on a chain that runs already: who plays, in which money, what decides it.

`python -m tests.e2e.clients.scene --rpc-url http://127.0.0.1:8899 > scene.json` prints what the programs beside this
file read. Config, the rules of mints and a rival's stake are made with the project's own builders, by seeded
wallets of a localnet; what is left to do is the client's. Works on the embedded chain and on a `solana-test-validator`.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec
import typer
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import Engine, Op, SourceKind
from idl.limits import BPS
from idl.program import MARKET_ID, POSTER_ID, WSOL_MINT
from localnet import wallets
from localnet.database import ROOT
from localnet.story import tokens
from localnet.story.chain import Chain
from relayer.admin.terms import MintTerms, read

Source = Literal["price", "word"]
Money = Literal["sol", "usd"]

CREATOR_BPS: Final = 100
RESOLVER_BPS: Final = 50
STAKE: Final = {"sol": 1_000_000_000, "usd": 250_000_000}
RIVAL_STAKE: Final = {"sol": 2_000_000_007, "usd": 400_000_001}
USD: Final = MintTerms(
    mint=str(wallets.address("usd")),
    min_stake=1_000_000,
    max_stake=1_000_000_000_000,
    min_subsidy=1_000_000,
    min_bond=1_000_000,
    enabled=True,
)
STRIKE: Final = 64_000_00000000
EXPO: Final = -8
_LAMPORTS: Final = 20_000_000_000
_VALID_SLOTS: Final = 1_500
_HOUR_S: Final = 3_600
_PAUSE_S: Final = 0.05


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """What a client is told: addresses as base58, secrets as the 64 numbers of a keypair file, amounts as numbers.

    `wallet` stakes `stake` on outcome 0 and decides: by its word as the market's source (`word`), or by a price it
    posts (`price`) at or after `event`. `mint_authority` can mint the market's token; of SOL there is none.
    """

    rpc_url: str
    pubsub_url: str
    market_program: str
    poster_program: str
    idl: str
    market: str
    mint: str
    source: Source
    feed: str
    event: int
    stake: int
    wallet: list[int]
    mint_authority: list[int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a scene shall be like. `trading_s`: seconds from now to the end of trading, of which none must be waited
    for where the clock jumps."""

    name: str
    money: Money = "sol"
    source: Source = "word"
    trading_s: int = 600


async def set_up(rpc_url: str, pubsub_url: str, wish: Wish) -> Scene:
    """Config, mint rules, a market with a rival's stake in it, and the scene that tells of them."""
    chain = Chain(rpc_url, pause_s=_PAUSE_S)
    try:
        return await _Maker(chain, wish).make(rpc_url, pubsub_url)
    finally:
        await chain.close()


class _Maker:
    """Makes one scene."""

    def __init__(self, chain: Chain, wish: Wish) -> None:
        self.chain = chain
        self.wish = wish
        self.terms = read(ROOT / "programs" / "config.localnet.toml")
        self.admin = wallets.wallet(wallets.AUTHORITY)
        self.rival = wallets.wallet(f"rival of {wish.name}")
        self.wallet = wallets.wallet(f"client {wish.name}")
        self.mint = WSOL_MINT if wish.money == "sol" else Pubkey.from_string(USD.mint)

    async def make(self, rpc_url: str, pubsub_url: str) -> Scene:
        """Everything in its order."""
        await asyncio.gather(*(self.chain.airdrop(key.pubkey(), _LAMPORTS) for key in (self.admin, self.rival)))
        await self._config()
        slot, now = await self.chain.slot(), await self.chain.time()
        feed = hashlib.sha256(f"feed of {self.wish.name} {slot}".encode()).digest()
        lock = now + self.wish.trading_s
        event = lock + 60 if self.wish.source == "price" else lock
        market = await self._market(slot << 16, feed, now, lock, event)
        await self._rival_stakes(market)
        return Scene(
            rpc_url=rpc_url,
            pubsub_url=pubsub_url,
            market_program=str(MARKET_ID),
            poster_program=str(POSTER_ID),
            idl=str(ROOT / "idl"),
            market=str(market),
            mint=str(self.mint),
            source=self.wish.source,
            feed=feed.hex(),
            event=event,
            stake=STAKE[self.wish.money],
            wallet=list(bytes(self.wallet)),
            mint_authority=list(bytes(self.admin)) if self.wish.money == "usd" else None,
        )

    async def _config(self) -> None:
        """Config, a token and the rules of both mints, in one transaction, where they are not there yet."""
        admin, usd = self.admin.pubkey(), wallets.wallet("usd")
        if await self.chain.account(usd.pubkey()) is not None:
            return
        config = instructions.init_config(admin=admin, terms=self.terms.config, payer=admin, authority=admin)
        token = tokens.make_mint(usd.pubkey(), admin, admin)
        await self._send([config, *token, *(_rule(one, admin) for one in (*self.terms.mints, USD))], self.admin, usd)

    async def _market(self, number: int, feed: bytes, now: int, lock: int, event: int) -> Pubkey:
        """A pool with two outcomes, open for trading."""
        creator, price = self.rival.pubkey(), self.wish.source == "price"
        market = addresses.market(creator, number).address
        made = instructions.create_market(
            id=number, engine=Engine.PARIMUTUEL, n=2, flags=0, lot_k=0, dispute_s=0,
            source_kind=SourceKind.PRICE if price else SourceKind.OPTIMISTIC, op=Op.GTE,
            source=feed if price else self.wallet.pubkey(),
            strike=STRIKE if price else 0, expo=EXPO if price else 0,
            open=now, lock=lock, event=event, resolve_by=event + _HOUR_S, void_after=event + 96 * _HOUR_S,
            creator_fee_bps=CREATOR_BPS, resolver_fee_bps=RESOLVER_BPS, fee_to=creator,
            metadata_hash=bytes(32), uri="", question=f"Does {self.wish.name} work with Sealbook?",
            mint_rule=addresses.mint_rule(self.mint).address, market=market, creator=creator, payer=creator,
        )  # fmt: skip
        vault = addresses.vault(market).address
        opened = instructions.activate(
            subsidy=0, market=market, vault=vault, mint=self.mint, creator=creator, payer=creator
        )
        await self._send([made], self.rival)
        await self._send([opened], self.rival)
        return market

    async def _rival_stakes(self, market: Pubkey) -> None:
        """Somebody is of the other opinion, so that there is something to win."""
        owner, amount = self.rival.pubkey(), RIVAL_STAKE[self.wish.money]
        staking = instructions.stake(
            outcome=1, amount=amount, min_rate_bps=BPS, nonce=1,
            valid_until=await self.chain.slot() + _VALID_SLOTS, market=market, vault=addresses.vault(market).address,
            position=addresses.position(market, owner).address, owner=owner, payer=owner,
            owner_token=addresses.ata(owner, self.mint).address, mint=self.mint,
        )  # fmt: skip
        if self.mint == WSOL_MINT:
            await self._send([*tokens.wrap(owner, amount), staking, *tokens.unwrap(owner)], self.rival)
        else:
            gift = tokens.give(self.mint, owner, amount, authority=self.admin.pubkey(), payer=owner)
            await self._send([*gift, staking], self.rival, self.admin)

    async def _send(self, calls: list[Instruction], *signers: Keypair) -> None:
        await self.chain.send(calls, signers, until="confirmed")


def _rule(rule: MintTerms, admin: Pubkey) -> Instruction:
    """Lets markets use a mint."""
    mint = Pubkey.from_string(rule.mint)
    bounds = {name: value for name, value in msgspec.structs.asdict(rule).items() if name != "mint"}
    where = addresses.mint_rule(mint).address
    return instructions.set_mint_rule(**bounds, mint_rule=where, mint=mint, admin=admin, payer=admin)


def main(
    *,
    rpc_url: Annotated[str, typer.Option(help="JSON-RPC of a running chain")] = "http://127.0.0.1:8899",
    pubsub_url: Annotated[str, typer.Option(help="PubSub of it")] = "ws://127.0.0.1:8900",
    name: Annotated[str, typer.Option(help="seeds the wallets; none: new ones each time")] = "",
    money: Annotated[str, typer.Option(help="sol or usd")] = "sol",
    source: Annotated[str, typer.Option(help="what decides: word or price")] = "word",
    trading_s: Annotated[int, typer.Option(help="seconds until trading ends")] = 600,
) -> None:
    """Set a scene on a running chain and print it."""
    wish = msgspec.convert(
        {"name": name or f"at {time.time_ns()}", "money": money, "source": source, "trading_s": trading_s}, Wish
    )
    print(msgspec.json.encode(asyncio.run(set_up(rpc_url, pubsub_url, wish))).decode())


if __name__ == "__main__":
    typer.run(main)
