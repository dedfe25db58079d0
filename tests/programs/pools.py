"""One market in a World, and the calls of its life: each method gives the Call a well-meaning wallet would send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec
from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Market, Position
from idl.codec import encode_account
from idl.enums import FeeKind, Op, SourceKind
from idl.instructions import CreateMarketArgs
from idl.limits import PAY_OUT_V1_MAX, PAY_OUT_V1_NATIVE_MAX, market_id
from idl.program import MARKET_ID, TOKEN_2022_PROGRAM, WSOL_MINT
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.world import MINTS, SOL, USDC, USDC_2022, Call, Landed, World, key

PLAYERS: Final = ("alice", "bob", "dave", "erin")
FEED: Final = bytes(range(32))
CREATOR: Final = "carol"
RICH: Final = 10**12
EVERYBODY: Final = ("alice", "bob", "carol", "dave", "erin", "treasury")


def terms(world: World, *, k: int = 0, price: bool = False, **changes: object) -> CreateMarketArgs:
    """The terms of a market: an optimistic one of two outcomes, or an UPDOWN price market, open for 100 s."""
    now = world.now
    args: dict[str, object] = {
        "id": market_id(world.slot, k), "engine": 0, "n": 2,
        "source_kind": SourceKind.PRICE if price else SourceKind.OPTIMISTIC,
        "op": Op.UPDOWN if price else Op.GTE, "flags": 0,
        "fee_to": bytes(key(CREATOR)), "source": FEED if price else bytes(key("oracle")),
        "open": now, "lock": now + 100, "event": now + 200, "resolve_by": now + 1_000,
        "void_after": now + 1_000 + 3 * 86_400, "creator_fee_bps": 200, "resolver_fee_bps": 100, "dispute_s": 50,
        "strike": 0, "expo": 0, "lot_k": 0, "metadata_hash": bytes(32), "uri": "https://example.org/1",
        "question": "Will this sentence be true?",
    }  # fmt: skip
    return CreateMarketArgs(**(args | changes))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Pool:
    """A market's addresses in its world."""

    world: World
    address: Pubkey
    mint: Pubkey

    # addresses

    @property
    def token_program(self) -> Pubkey:
        """The program of the collateral."""
        return MINTS[self.mint]

    @property
    def vault(self) -> Pubkey:
        """The vault."""
        return addresses.vault(self.address).address

    @property
    def state(self) -> Market:
        """The account."""
        return self.world.market(self.address)

    @property
    def native(self) -> bool:
        """Whether the collateral is SOL."""
        return self.mint == WSOL_MINT

    def ata(self, name: str) -> Pubkey:
        """A wallet's token account."""
        return addresses.ata(key(name), self.mint, self.token_program).address

    def position(self, name: str) -> Pubkey:
        """A wallet's position."""
        return addresses.position(self.address, key(name)).address

    def wallet_of(self, name: str) -> Pubkey:
        """Where a wallet is paid after the decision: itself for SOL, else its token account."""
        return key(name) if self.native else self.ata(name)

    def seated(self, name: str) -> Pubkey | None:
        """The book, if the wallet has a seat in it; a pool has none."""
        return None

    def _common(self) -> dict[str, Pubkey]:
        return {"market": self.address, "vault": self.vault, "mint": self.mint, "token_program": self.token_program}

    # opening

    def activate(self, subsidy: int = 0, **changes: object) -> Call:
        """By the creator; with a subsidy from their token account."""
        given: dict[str, object] = self._common() | {"creator": key(CREATOR), "payer": key(CREATOR), "subsidy": subsidy}
        if subsidy:
            given |= {"mint_rule": addresses.mint_rule(self.mint).address, "creator_token": self.ata(CREATOR)}
        return Call(ix.activate(**(given | changes)), (wallet(CREATOR),))  # type: ignore[arg-type]

    def reject(self) -> Call:
        """By the admin."""
        return Call(ix.reject(market=self.address, admin=key("authority")), (wallet("authority"),))

    def tally_proposal(self) -> Call:
        """By anyone."""
        return Call(ix.tally_proposal(market=self.address), (wallet("payer"),))

    # trading

    def stake(
        self, name: str, outcome: int, amount: int, *, nonce: int = 1, rate: int = 0, valid: int | None = None
    ) -> Call:
        """From the wallet's token account."""
        one = ix.stake(
            outcome=outcome, amount=amount, min_rate_bps=rate, nonce=nonce,
            valid_until=self.world.slot + 10 if valid is None else valid, **self._common(),
            position=self.position(name), owner=key(name), payer=key(name), owner_token=self.ata(name),
        )  # fmt: skip
        return Call(one, (wallet(name),))

    def withdraw(
        self, name: str, amount: int, *, nonce: int = 9, valid: int | None = None, destination: Pubkey | None = None
    ) -> Call:
        """By default to the wallet's token account."""
        one = ix.withdraw(
            amount=amount, nonce=nonce, valid_until=self.world.slot + 10 if valid is None else valid,
            **self._common(), position=self.position(name), owner=key(name), destination=destination or self.ata(name),
            book=self.seated(name),
        )  # fmt: skip
        return Call(one, (wallet(name),))

    # deciding

    def record_strike(self, price: Pubkey, caller: str = "bob") -> Call:
        """By anyone."""
        one = ix.record_strike(market=self.address, price_update=price, caller=key(caller))
        return Call(one, (wallet(caller),))

    def resolve(self, price: Pubkey, caller: str = "bob") -> Call:
        """resolve_by_price by anyone."""
        where = {"market": self.address, "resolution": addresses.resolution(self.address).address}
        one = ix.resolve_by_price(**where, price_update=price, caller=key(caller), payer=key(caller))
        return Call(one, (wallet(caller),))

    def propose(self, outcome: int, proposer: str = "oracle") -> Call:
        """propose_outcome, by default by the market's source."""
        one = ix.propose_outcome(
            outcome=outcome, evidence=bytes(32 * [7]), market=self.address,
            resolution=addresses.resolution(self.address).address,
            bond_vault=addresses.bond_vault(self.address).address, proposer=key(proposer), payer=key(proposer),
            proposer_token=self.ata(proposer), mint=self.mint, token_program=self.token_program,
        )  # fmt: skip
        return Call(one, (wallet(proposer),))

    def finalize(self) -> Call:
        """By anyone."""
        one = ix.finalize(market=self.address, resolution=addresses.resolution(self.address).address)
        return Call(one, (wallet("payer"),))

    def announce_void(self) -> Call:
        """By the admin."""
        return Call(ix.announce_void(market=self.address, admin=key("authority")), (wallet("authority"),))

    def cancel_void(self) -> Call:
        """By the admin."""
        return Call(ix.cancel_void(market=self.address, admin=key("authority")), (wallet("authority"),))

    def void_inactive(self) -> Call:
        """By anyone."""
        return Call(ix.void_inactive(market=self.address), (wallet("payer"),))

    # settling

    def claim(self, name: str, *, destination: Pubkey | None = None, payer: str | None = None) -> Call:
        """By the owner, by default to where the wallet is paid."""
        one = ix.claim(
            **self._common(), position=self.position(name), owner=key(name),
            destination=destination or self.wallet_of(name), payer=key(payer or name), book=self.seated(name),
        )  # fmt: skip
        return Call(one, (wallet(name),))

    def triple(self, name: str, *, destination: Pubkey | None = None) -> list[AccountMeta]:
        """A position, its destination and its rent payer, for pay_out."""
        keys = (self.position(name), destination or self.wallet_of(name), key(name))
        return [AccountMeta(one, False, True) for one in keys]

    def bump(self, name: str) -> int:
        """The bump of a wallet's token account."""
        return addresses.ata(key(name), self.mint, self.token_program).bump

    def pay_out(self, *names: str) -> Call:
        """By anyone, to the canonical destinations."""
        remaining = [meta for name in names for meta in self.triple(name)]
        bumps = b"" if self.native else bytes(self.bump(name) for name in names)
        book = next((found for name in names if (found := self.seated(name))), None)
        return Call(ix.pay_out(bumps=bumps, **self._common(), book=book, remaining=remaining), (wallet("payer"),))

    def claim_bond(self, owner: str = "oracle") -> Call:
        """By anyone, to the owner's token account."""
        one = ix.claim_bond(
            market=self.address, resolution=addresses.resolution(self.address).address,
            bond_vault=addresses.bond_vault(self.address).address, mint=self.mint, owner=key(owner),
            destination=self.ata(owner), token_program=self.token_program,
        )  # fmt: skip
        return Call(one, (wallet("payer"),))

    def collect_fees(self, kind: FeeKind, recipient: str, *, decided: bool = True, **changes: object) -> Call:
        """By anyone, to the recipient."""
        where = self.wallet_of(recipient) if decided else self.ata(recipient)
        given: dict[str, object] = {**self._common(), "destination": where}
        return Call(ix.collect_fees(kind=kind, **(given | changes)), (wallet("payer"),))  # type: ignore[arg-type]

    def close_resolution(self, payer: str = "oracle", *, bonded: bool = True) -> Call:
        """By anyone."""
        one = ix.close_resolution(
            market=self.address, resolution=addresses.resolution(self.address).address, payer=key(payer),
            mint=self.mint, token_program=self.token_program,
            bond_vault=addresses.bond_vault(self.address).address if bonded else None,
            treasury_destination=self.ata("treasury"),
        )  # fmt: skip
        return Call(one, (wallet("payer"),))

    def close_market(self, **changes: object) -> Call:
        """By anyone; what is left over goes to the treasury."""
        given: dict[str, object] = {
            **self._common(), "resolution": addresses.resolution(self.address).address, "payer": key(CREATOR),
            "vault_payer": key(CREATOR), "treasury_destination": self.wallet_of("treasury"),
        }  # fmt: skip
        return Call(ix.close_market(**(given | changes)), (wallet("payer"),))  # type: ignore[arg-type]

    def close_orphan(self, *names: str) -> Call:
        """By anyone."""
        keys = [one for name in names for one in (self.position(name), self.address, key(name))]
        return Call(ix.close_orphan(remaining=[AccountMeta(one, False, True) for one in keys]), (wallet("payer"),))

    # stories

    def lock(self) -> None:
        """Let the trading end."""
        self.world.at(self.state.lock)

    def decide(self, outcome: int) -> Landed:
        """An optimistic market's outcome, undisputed."""
        self.world.at(self.state.event)
        self.world.do(self.propose(outcome))
        self.world.at(self.world.now + self.state.dispute_s)
        return self.world.do(self.finalize())


def create(world: World, args: CreateMarketArgs, *, mint: Pubkey = USDC, creator: str = CREATOR) -> Call:
    """create_market by its creator, who pays."""
    fields = {name: getattr(args, name) for name in args.__struct_fields__}
    where = {"mint_rule": addresses.mint_rule(mint).address, "market": addresses.market(key(creator), args.id).address}
    return Call(ix.create_market(**fields, **where, creator=key(creator), payer=key(creator)), (wallet(creator),))


def created(world: World, *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """A market that its creator has not opened yet; everybody has collateral."""
    args = terms(world, **changes)  # type: ignore[arg-type]
    world.do(create(world, args, mint=mint))
    pool = Pool(world, addresses.market(key(CREATOR), args.id).address, mint)
    for name in (*EVERYBODY, "oracle"):
        amount = RICH if mint != WSOL_MINT else 1_000 * SOL
        if world.data(pool.ata(name)) is None:
            tokens.put_tokens(world.svm, key(name), mint, amount, program=pool.token_program)
    return pool


def opened(world: World, *, mint: Pubkey = USDC, **changes: object) -> Pool:
    """A market that takes stakes."""
    pool = created(world, mint=mint, **changes)
    world.do(pool.activate())
    return pool


def updown(world: World, **changes: object) -> Pool:
    """An open UPDOWN market with stakes on both sides."""
    pool = opened(world, price=True, **changes)
    world.do(pool.stake("alice", 0, 5_000))
    world.do(pool.stake("bob", 1, 7_000))
    return pool


def with_strike(world: World, price: int = 100, **changes: object) -> Pool:
    """The same with its final strike."""
    pool = updown(world, **changes)
    world.do(pool.record_strike(world.post(FEED, price, publish=pool.state.open, prev=pool.state.open - 1)))
    return pool


def at_event(world: World, pool: Pool, shift: int = 0) -> int:
    """Let the event come; returns its time."""
    world.at(pool.state.event + shift)
    return pool.state.event


def decided(world: World, *, mint: Pubkey = USDC, outcome: int = 0, **changes: object) -> Pool:
    """A decided market with four equal stakes, three of them right."""
    pool = opened(world, mint=mint, **changes)
    for name in PLAYERS:
        world.do(pool.stake(name, int(name == "erin"), 6_000))
    pool.decide(outcome)
    return pool


# As many winners of each mint as one transaction v1 can name.
WINNERS: Final = {
    mint: tuple(f"winner {n}" for n in range(count))
    for mint, count in ((USDC, PAY_OUT_V1_MAX), (WSOL_MINT, PAY_OUT_V1_NATIVE_MAX))
}


def crowd(world: World, mint: Pubkey) -> Pool:
    """A decided market with all those winners and one loser."""
    pool = opened(world, mint=mint)
    for name in WINNERS[mint]:
        world.svm.airdrop(key(name), 10 * SOL)
        tokens.put_tokens(world.svm, key(name), mint, SOL, program=pool.token_program)
        world.do(pool.stake(name, 0, 6_000))
    world.do(pool.stake("alice", 1, 6_000))
    pool.decide(0)
    return pool


def unpayable(world: World, pool: Pool, name: str) -> None:
    """Make a wallet one that cannot be paid where its payment has to go."""
    if pool.mint == USDC_2022:
        memo_required = bytes([2, 8, 0, 1, 0, 1])
        tokens.put_tokens(world.svm, key(name), pool.mint, 5, program=TOKEN_2022_PROGRAM, extra=memo_required)
    elif pool.native:
        tokens.put(world.svm, key(name), bytes(10_000), Pubkey(bytes(32)), 1_000)
    else:
        tokens.put(world.svm, pool.ata(name), b"", Pubkey(bytes(32)), 0)


def credited(world: World, *, mint: Pubkey = WSOL_MINT, **changes: object) -> Pool:
    """A position with 700 of free collateral, as an engine with orders would leave it."""
    pool = opened(world, mint=mint, **changes)
    world.do(pool.stake("alice", 0, 5_000))
    world.do(pool.stake("bob", 1, 5_000))
    where = pool.position("alice")
    held, market = world.position(pool.address, key("alice")), pool.state
    assert isinstance(held, Position)
    for address, value in (
        (where, msgspec.structs.replace(held, credit=700)),
        (pool.address, msgspec.structs.replace(market, escrow=700)),
    ):
        tokens.put(world.svm, address, encode_account(value), MARKET_ID, world.lamports(address))
    tokens.put_tokens(world.svm, pool.address, pool.mint, 10_700, at=pool.vault, program=pool.token_program)
    return pool
