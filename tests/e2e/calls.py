"""Instructions as the real markets need them: the authority does everything that anybody may."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl import addresses, instructions
from idl.enums import Engine, FeeKind, Mode, Op, SourceKind
from idl.limits import VOID_AFTER_MIN_S
from idl.program import POSTER_ID, WSOL_MINT
from idl.types import ConfigTerms
from localnet import wallets
from localnet.world import EXPO, FEED
from tests.e2e.real import RealMarket, Tick

AUTHORITY: Final = wallets.address(wallets.AUTHORITY)
TREASURY: Final = wallets.address(wallets.TREASURY)
CREATOR_FEE_BPS: Final = 100
RESOLVER_FEE_BPS: Final = 50
PROTOCOL_FEE_BPS: Final = 250
FEES: Final = (CREATOR_FEE_BPS, RESOLVER_FEE_BPS, PROTOCOL_FEE_BPS)
BEFORE_EVENT_S: Final = 60
RESOLVE_S: Final = 3_600
VALID_SLOTS: Final = 100
DAY_S: Final = 86_400
TERMS: Final = ConfigTerms(
    guardian=bytes(wallets.address(wallets.GUARDIAN)),
    council=bytes(wallets.address(wallets.COUNCIL)),
    treasury=bytes(TREASURY),
    pyth=(bytes(32), bytes(POSTER_ID)),
    mode=Mode.OPEN,
    protocol_fee_bps=PROTOCOL_FEE_BPS,
    max_creator_fee_bps=500,
    max_resolver_fee_bps=250,
    approve_bps=7_000,
    bond_bps=200,
    quorum_bps=500,
    overturn_bps=6_000,
    slash_bps=1_000,
    max_conf_bps=100,
    min_dur_s=2,
    max_dur_s=365 * DAY_S,
    proposal_s=7 * DAY_S,
    activate_s=DAY_S,
    dispute_min_s=3,
    dispute_max_s=7 * DAY_S,
    dispute_default_s=3,
    vote_s=3,
    council_s=2,
    void_delay_s=2,
    gate_s=2,
    config_delay_s=2,
    quorum_voters=1,
)


def rule(mint: Pubkey) -> Instruction:
    """Any stake from one base unit on."""
    return instructions.set_mint_rule(
        min_stake=1,
        max_stake=10**15,
        min_subsidy=1,
        min_bond=1,
        enabled=True,
        mint_rule=addresses.mint_rule(mint).address,
        mint=mint,
        admin=AUTHORITY,
        payer=AUTHORITY,
    )


def create(market: RealMarket, identity: int, address: Pubkey, mint: Pubkey) -> Instruction:
    """An UPDOWN market with the real times; trading ends a minute before the end."""
    resolve_by = market.end + RESOLVE_S
    return instructions.create_market(
        id=identity,
        engine=Engine.PARIMUTUEL,
        n=2,
        source_kind=SourceKind.PRICE,
        op=Op.UPDOWN,
        flags=0,
        fee_to=AUTHORITY,
        source=FEED,
        open=market.start,
        lock=market.end - BEFORE_EVENT_S,
        event=market.end,
        resolve_by=resolve_by,
        void_after=resolve_by + VOID_AFTER_MIN_S,
        creator_fee_bps=CREATOR_FEE_BPS,
        resolver_fee_bps=RESOLVER_FEE_BPS,
        dispute_s=0,
        strike=0,
        expo=0,
        lot_k=0,
        metadata_hash=hashlib.sha256(market.slug.encode()).digest(),
        uri="",
        question=f"Bitcoin up or down: {market.slug}",
        mint_rule=addresses.mint_rule(mint).address,
        market=address,
        creator=AUTHORITY,
        payer=AUTHORITY,
    )


def activate(address: Pubkey, mint: Pubkey) -> Instruction:
    """Open it."""
    vault = addresses.vault(address).address
    return instructions.activate(subsidy=0, market=address, vault=vault, mint=mint, creator=AUTHORITY, payer=AUTHORITY)


def stake(address: Pubkey, mint: Pubkey, owner: Pubkey, outcome: int, amount: int, slot: int) -> Instruction:
    """The owner's first stake in this market."""
    return instructions.stake(
        outcome=outcome,
        amount=amount,
        min_rate_bps=0,
        nonce=1,
        valid_until=slot + VALID_SLOTS,
        market=address,
        vault=addresses.vault(address).address,
        position=addresses.position(address, owner).address,
        owner=owner,
        payer=owner,
        owner_token=addresses.ata(owner, mint).address,
        mint=mint,
    )


def price(tick: Tick) -> Pubkey:
    """Where a tick is posted."""
    return addresses.price(FEED, tick.publish).address


def post(tick: Tick) -> Instruction:
    """Post one real price."""
    return instructions.poster.post(
        feed=FEED,
        price=tick.price,
        conf=0,
        expo=EXPO,
        publish=tick.publish,
        prev=tick.prev,
        price_account=price(tick),
        authority=AUTHORITY,
        payer=AUTHORITY,
    )


def pay_out(address: Pubkey, mint: Pubkey, owners: Sequence[Pubkey]) -> Instruction:
    """Pay all these owners, who paid their own rent, in one batch."""
    triples: list[AccountMeta] = []
    bumps = bytearray()
    for owner in owners:
        destination = owner
        if mint != WSOL_MINT:
            destination, bump = addresses.ata(owner, mint)
            bumps.append(bump)
        keys = (addresses.position(address, owner).address, destination, owner)
        triples += [AccountMeta(key, False, True) for key in keys]
    vault = addresses.vault(address).address
    return instructions.pay_out(bumps=bytes(bumps), market=address, vault=vault, mint=mint, remaining=triples)


def collect(address: Pubkey, mint: Pubkey, kind: int) -> Instruction:
    """Collect the fees of one kind; creator and resolver are the authority."""
    owner = TREASURY if kind == FeeKind.PROTOCOL else AUTHORITY
    destination = owner if mint == WSOL_MINT else addresses.ata(owner, mint).address
    vault = addresses.vault(address).address
    return instructions.collect_fees(kind=kind, market=address, vault=vault, mint=mint, destination=destination)


def close_market(address: Pubkey, mint: Pubkey) -> Instruction:
    """Close it and return its rents."""
    return instructions.close_market(
        market=address,
        vault=addresses.vault(address).address,
        mint=mint,
        resolution=addresses.resolution(address).address,
        payer=AUTHORITY,
        vault_payer=AUTHORITY,
        treasury_destination=TREASURY if mint == WSOL_MINT else addresses.ata(TREASURY, mint).address,
    )
