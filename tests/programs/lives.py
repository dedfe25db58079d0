"""For every instruction a call that would succeed now, all its wallets apart: what the hostile tests spoil."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from solders.instruction import AccountMeta
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import FeeKind
from idl.instructions import close_orphan, init_config, set_mint_rule, set_pause
from idl.program import WSOL_MINT
from localnet.wallets import wallet
from tests.programs import book_lives, creator_lives, tokens, votes
from tests.programs.maker_lives import MAKER_LIVES, MAKER_VARIANTS
from tests.programs.pools import CREATOR, FEED, Pool, create, created, credited, decided, opened, terms, with_strike
from tests.programs.slots import SLOTS, with_account
from tests.programs.world import TERMS, USDC, USDC_2022, Call, World, key

__all__ = ["LIVES", "SLOTS", "VARIANTS", "with_account"]


def _init_config(world: World, k: int) -> Call:
    one = init_config(admin=key("authority"), terms=TERMS, payer=key("erin"))
    return Call(one, (wallet("authority"), wallet("erin")))


def _set_mint_rule(world: World, k: int) -> Call:
    mint = (USDC, USDC_2022)[k - 1]
    one = set_mint_rule(
        min_stake=1, max_stake=2, min_subsidy=1, min_bond=1, enabled=True, mint=mint,
        mint_rule=addresses.mint_rule(mint).address, admin=key("authority"), payer=key("erin"),
    )  # fmt: skip
    return Call(one, (wallet("authority"), wallet("erin")))


def _set_pause(world: World, k: int) -> Call:
    return Call(set_pause(pause=1, authority=key("guardian")), (wallet("guardian"),))


def _announce(world: World, k: int) -> Call:
    return votes.announce(bytes(32 * [k]), world.now + TERMS.config_delay_s)


def _accept(world: World, k: int) -> Call:
    world.do(votes.announced(world, votes.change(pending_admin=bytes(key("erin")))))
    return votes.accept("erin")


def _create(world: World, k: int) -> Call:
    made = create(world, terms(world, k=k), mint=(USDC, USDC_2022)[k - 1])
    return with_account(made, "create_market", "payer", "erin")


def _activate(world: World, k: int) -> Call:
    return with_account(created(world, k=k).activate(), "activate", "payer", "erin")


def _tally(world: World, k: int) -> Call:
    pool = created(world, k=k)
    world.at(pool.state.deadline)
    return pool.tally_proposal()


def _stake(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.stake("bob", 1, 7_000))
    return with_account(pool.stake("alice", 0, 6_000), "stake", "payer", "erin")


def _stake_again(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.stake("alice", 0, 7_000))
    return with_account(pool.stake("alice", 0, 6_000, nonce=2), "stake", "payer", "erin")


def _strike(world: World, k: int) -> Call:
    pool = opened(world, k=k, price=True)
    price = addresses.price(FEED, pool.state.open).address
    if world.data(price) is None:
        world.post(FEED, 100, publish=pool.state.open, prev=pool.state.open - 1)
    return pool.record_strike(price)


def _priced(world: World, k: int) -> tuple[Pool, Pubkey]:
    world.at(world.now + 7)  # so that no two lives post a price of the same second
    pool = with_strike(world, k=k)
    world.at(pool.state.event)
    price = addresses.price(FEED, pool.state.event + 1).address
    if world.data(price) is None:
        world.post(FEED, 100, publish=pool.state.event + 1, prev=pool.state.event)
    return pool, price


def _resolve(world: World, k: int) -> Call:
    pool, price = _priced(world, k)
    return with_account(pool.resolve(price), "resolve_by_price", "payer", "erin")


def _resolve_again(world: World, k: int) -> Call:
    pool, price = _priced(world, k)
    world.do(pool.resolve(price))
    first = addresses.price(FEED, pool.state.event).address
    if world.data(first) is None:
        world.post(FEED, 100, publish=pool.state.event, prev=pool.state.event - 1)
    return with_account(pool.resolve(first), "resolve_by_price", "payer", "erin")


def _propose(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.stake("alice", 0, 7_000))
    world.at(pool.state.event)
    return with_account(pool.propose(0), "propose_outcome", "payer", "erin")


def _finalize(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.stake("alice", 0, 7_000))
    world.at(pool.state.event)
    world.do(pool.propose(0))
    world.at(world.now + pool.state.dispute_s)
    return pool.finalize()


def _tally_dispute(world: World, k: int) -> Call:
    return votes.tally(votes.voted(votes.disputed(world, k=k), ("alice", 0, 6_000), ("dave", 1, 9_000)))


def _claim_vote(world: World, k: int) -> Call:
    pool = votes.voted(votes.disputed(world, k=k), ("dave", 1, 60_000), ("erin", 0, 20_000))
    world.do(votes.tally(pool))
    return votes.claim_vote(pool, "dave")


def _take_back(world: World, k: int) -> Call:
    pool = votes.proposed(world, k=k)
    world.do(votes.like(pool, "alice"))
    world.do(pool.reject())
    return votes.take_back(pool, "alice")


def _tally_votes(world: World, k: int) -> Call:
    pool = votes.proposed(world, k=k)
    for name in ("alice", "bob", "dave"):
        world.do(votes.like(pool, name))
    world.at(pool.state.deadline)
    return pool.tally_proposal()


def _won_bond(world: World, k: int) -> Call:
    pool = votes.contested(world, k=k)
    world.do(votes.rule(pool, 1))
    return pool.claim_bond("bob")


def _finalize_contested(world: World, k: int) -> Call:
    pool = votes.contested(world, k=k)
    world.at(votes.resolution(pool).window_end)
    return pool.finalize()


def _orphan_vote(world: World, k: int) -> Call:
    pool = votes.proposed(world, k=k)
    world.do(votes.like(pool, "alice"))
    world.do(pool.reject())
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    where = addresses.vote(pool.address, 0, key("alice")).address
    metas = [AccountMeta(one, False, True) for one in (where, pool.address, key("alice"))]
    return Call(close_orphan(remaining=metas), (wallet("payer"),))


def _cancel(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.announce_void())
    return pool.cancel_void()


def _void(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.at(pool.state.void_after)
    return pool.void_inactive()


def _claim(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(with_account(pool.stake("alice", 0, 6_000), "stake", "payer", "erin"))
    world.do(pool.stake("bob", 1, 6_000))
    pool.decide(0)
    return pool.claim("alice", payer="erin")


def _close_resolution(world: World, k: int) -> Call:
    pool = decided(world, k=k)
    world.do(pool.claim_bond())
    return pool.close_resolution()


def _closable(world: World, k: int) -> Pool:
    pool = created(world, k=k)
    world.do(with_account(pool.activate(), "activate", "payer", "erin"))
    world.do(pool.stake("alice", 0, 6_000))
    pool.decide(2)
    world.do(pool.pay_out("alice"))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    return pool


def _close_market(world: World, k: int) -> Call:
    pool = _closable(world, k)
    world.at(world.now, slot=pool.state.created_slot + 151)
    return pool.close_market(vault_payer=key("erin"))


def _orphan(world: World, k: int) -> Call:
    pool = opened(world, k=k)
    world.do(pool.stake("alice", 0, 6_000))
    world.do(pool.stake("erin", 1, 6_000))
    pool.decide(0)
    world.do(pool.pay_out("alice"))
    for kind, name in ((FeeKind.CREATOR, CREATOR), (FeeKind.RESOLVER, "oracle"), (FeeKind.PROTOCOL, "treasury")):
        world.do(pool.collect_fees(kind, name))
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    world.do(pool.close_market())
    return pool.close_orphan("erin")


LIVES: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "init_config": _init_config,
    "propose_config_change": _announce,
    "apply_config_change": lambda world, k: votes.announced(world, votes.change()),
    "accept_admin": _accept,
    "set_mint_rule": _set_mint_rule,
    "set_pause": _set_pause,
    "create_market": _create,
    "activate": _activate,
    "vote": lambda world, k: votes.vote(votes.disputed(world, k=k), "dave", 1, 6_000),
    "tally_proposal": _tally,
    "reject": lambda world, k: created(world, k=k).reject(),
    "stake": _stake,
    **book_lives.LIVES,
    "record_strike": _strike,
    "resolve_by_price": _resolve,
    "propose_outcome": _propose,
    "dispute": lambda world, k: votes.dispute(votes.resolving(world, k=k)),
    "tally_dispute": _tally_dispute,
    "rule": lambda world, k: votes.rule(votes.contested(world, k=k), 1),
    "finalize": _finalize,
    "announce_void": lambda world, k: opened(world, k=k).announce_void(),
    "cancel_void": _cancel,
    "void_inactive": _void,
    "claim": _claim,
    "pay_out": lambda world, k: decided(world, k=k).pay_out("alice", "bob"),
    "claim_bond": lambda world, k: decided(world, k=k).claim_bond(),
    "claim_vote": _claim_vote,
    "collect_fees": lambda world, k: decided(world, k=k).collect_fees(FeeKind.CREATOR, CREATOR),
    "close_resolution": _close_resolution,
    "close_market": _close_market,
    "close_orphan": _orphan,
    "withdraw": lambda world, k: credited(world, mint=USDC, k=k).withdraw("alice", 100),
    **MAKER_LIVES,
    **creator_lives.LIVES,
}


def _sol(world: World, k: int, *, unwrapped: bool = False) -> Pool:
    """A decided SOL market, with its vault or without."""
    pool = decided(world, mint=WSOL_MINT, k=k)
    if unwrapped:
        world.do(pool.claim("bob"))
    return pool


def _sol_claim(world: World, k: int) -> Call:
    pool = opened(world, mint=WSOL_MINT, k=k)
    world.do(with_account(pool.stake("alice", 0, 6_000), "stake", "payer", "erin"))
    world.do(pool.stake("bob", 1, 6_000))
    pool.decide(0)
    return pool.claim("alice", payer="erin")


def _sol_withdraw(world: World, k: int) -> Call:
    pool = credited(world, k=k)
    pool.decide(0)
    return pool.withdraw("alice", 100, destination=key("alice"))


def _late_fee(world: World, k: int) -> Call:
    """The creator's fee for the treasury, since the wallet named could not hold it."""
    cold = wallet(f"cold {k}").pubkey()
    pool = decided(world, mint=WSOL_MINT, k=k, fee_to=bytes(cold))
    world.at(pool.state.deadline)
    return pool.collect_fees(FeeKind.CREATOR, CREATOR, destination=cold, treasury_destination=key("treasury"))


def _late_tokens(world: World, k: int) -> Call:
    """The same in tokens: the creator's account is gone."""
    pool = decided(world, k=k)
    world.at(pool.state.deadline)
    tokens.put(world.svm, pool.ata(CREATOR), b"", key(CREATOR).default(), 0)
    return pool.collect_fees(FeeKind.CREATOR, CREATOR, treasury_destination=pool.ata("treasury"))


def _rest(world: World, k: int) -> Call:
    """A market whose vault got a gift."""
    pool = created(world, mint=WSOL_MINT, k=k)
    world.do(with_account(pool.activate(), "activate", "payer", "erin"))
    tokens.put_tokens(world.svm, pool.address, WSOL_MINT, 41, at=pool.vault)
    pool.decide(2)
    world.do(pool.claim_bond())
    world.do(pool.close_resolution())
    world.at(world.now, slot=pool.state.created_slot + 151)
    return pool.close_market(vault_payer=key("erin"))


def _bond_rest(world: World, k: int) -> Call:
    """A resolution whose bond vault got a gift."""
    pool = _sol(world, k)
    world.do(pool.claim_bond())
    tokens.put_tokens(world.svm, pool.address, WSOL_MINT, 13, at=addresses.bond_vault(pool.address).address)
    return pool.close_resolution()


# The same instructions where they take another way through; the first word is the instruction.
VARIANTS: Final[Mapping[str, Callable[[World, int], Call]]] = {
    "stake again": _stake_again,
    "vote on a proposal": lambda world, k: votes.like(votes.proposed(world, k=k), "alice"),
    "tally_proposal of votes": _tally_votes,
    "finalize contested": _finalize_contested,
    "claim_bond of a dispute": _won_bond,
    "claim_vote on a proposal": _take_back,
    "close_orphan of a vote": _orphan_vote,
    **book_lives.VARIANTS,
    "resolve_by_price again": _resolve_again,
    "claim of SOL": _sol_claim,
    "pay_out of SOL": lambda world, k: _sol(world, k).pay_out("alice", "bob"),
    "pay_out of unwrapped SOL": lambda world, k: _sol(world, k, unwrapped=True).pay_out("alice", "dave"),
    "collect_fees of SOL": lambda world, k: _sol(world, k).collect_fees(FeeKind.CREATOR, CREATOR),
    "collect_fees late": _late_fee,
    "collect_fees late of tokens": _late_tokens,
    "withdraw of SOL": _sol_withdraw,
    "close_resolution with a rest": _bond_rest,
    "close_market with a rest": _rest,
    **MAKER_VARIANTS,
    **creator_lives.VARIANTS,
}
