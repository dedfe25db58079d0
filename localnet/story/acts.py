"""What people and officials of the story do by themselves, with nothing of ours between them and the chain.

Reads accounts, builds instructions from the IDL, signs and sends: the programs can be used without the services. Called
by the story.
"""

from __future__ import annotations

import hashlib
from typing import Final

from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl import accounts, addresses, codec, instructions
from idl.limits import BPS
from idl.maths.parimutuel import open_interest
from idl.program import WSOL_MINT
from localnet import wallets
from localnet.story import cast, tokens
from localnet.story.cast import Bet, Made
from localnet.story.chain import Chain
from localnet.story.stage import Stage, together

# Far off: what is sent by the wallet itself is signed anew with the same nonce for as long as it takes.
VALID_SLOTS: Final = 1_500


async def read_market(chain: Chain, address: Pubkey) -> accounts.Market | None:
    """The market's account as it is final; None where there is none (any more)."""
    found = await chain.account(address, "finalized")
    value = codec.decode_account(found.data) if found is not None and found.data else None
    return value if isinstance(value, accounts.Market) else None


async def read_resolution(chain: Chain, market: Pubkey) -> accounts.Resolution | None:
    """A market's pending outcome as it is final; None where there is none."""
    found = await chain.account(addresses.resolution(market).address, "finalized")
    value = codec.decode_account(found.data) if found is not None and found.data else None
    return value if isinstance(value, accounts.Resolution) else None


async def make_dollar(stage: Stage, people: tuple[str, ...]) -> None:
    """A mint of six decimals, an account with money for everybody, and the rule that lets markets use it."""
    authority, mint = stage.key(wallets.AUTHORITY), stage.key("usd")
    made = tokens.make_mint(mint.pubkey(), authority.pubkey(), authority.pubkey())
    rule = instructions.set_mint_rule(
        min_stake=cast.MIN_STAKE_USD,
        max_stake=cast.MAX_STAKE_USD,
        min_subsidy=cast.MIN_STAKE_USD,
        min_bond=cast.MIN_STAKE_USD,
        enabled=True,
        mint_rule=addresses.mint_rule(mint.pubkey()).address,
        mint=mint.pubkey(),
        admin=authority.pubkey(),
        payer=authority.pubkey(),
    )
    await stage.chain.send([*made, rule], [authority, mint], until="confirmed")
    gifts: list[Instruction] = []
    for name in people:
        amount = 0 if name == wallets.TREASURY else cast.WALLET_USD
        owner = stage.address(name)
        gifts += tokens.give(mint.pubkey(), owner, amount, authority=authority.pubkey(), payer=authority.pubkey())
    # One transaction holds about six of them.
    await together(
        *(stage.chain.send(gifts[n : n + 6], [authority], until="confirmed") for n in range(0, len(gifts), 6))
    )


async def stake(stage: Stage, made: Made, bet: Bet) -> None:
    """Stake as a wallet does that knows only the chain: its own clock, its own nonce, its own bound."""
    key = stage.key(bet.who)
    position = addresses.position(made.address, key.pubkey()).address
    staking = instructions.stake(
        outcome=bet.outcome,
        amount=bet.amount,
        # At least the stake itself, whoever else joins the same side first.
        min_rate_bps=BPS,
        nonce=await _last_nonce(stage.chain, position) + 1,
        valid_until=await stage.chain.slot() + VALID_SLOTS,
        market=made.address,
        vault=addresses.vault(made.address).address,
        position=position,
        owner=key.pubkey(),
        payer=key.pubkey(),
        owner_token=addresses.ata(key.pubkey(), made.terms.mint).address,
        mint=made.terms.mint,
    )
    if made.terms.mint == WSOL_MINT:
        await stage.chain.send([*tokens.wrap(key.pubkey(), bet.amount), staking, *tokens.unwrap(key.pubkey())], [key])
    else:
        await stage.chain.send([staking], [key])


async def propose(stage: Stage, made: Made, outcome: int) -> None:
    """The market's source says how it ended, with a bond."""
    key = stage.key(wallets.ORACLE)
    proposing = instructions.propose_outcome(
        outcome=outcome,
        evidence=hashlib.sha256(f"{made.terms.name}: {made.terms.labels[outcome]}".encode()).digest(),
        market=made.address,
        resolution=addresses.resolution(made.address).address,
        bond_vault=addresses.bond_vault(made.address).address,
        proposer=key.pubkey(),
        payer=key.pubkey(),
        proposer_token=addresses.ata(key.pubkey(), made.terms.mint).address,
        mint=made.terms.mint,
    )
    await stage.chain.send([proposing], [key])


async def announce_void(stage: Stage, made: Made) -> None:
    """The admin halts a market and says that it will be void."""
    key = stage.key(wallets.AUTHORITY)
    await stage.chain.send([instructions.announce_void(market=made.address, admin=key.pubkey())], [key])


def bond_of(market: accounts.Market) -> int:
    """What a proposal puts up, in base units."""
    return max(market.min_bond, open_interest(market.supply) * market.bond_bps // BPS)


async def _last_nonce(chain: Chain, position: Pubkey) -> int:
    found = await chain.account(position)
    value = codec.decode_account(found.data) if found is not None and found.data else None
    return value.last_nonce if isinstance(value, accounts.Position) else 0
