"""Simulating a transaction on the state of any block that can still be seen, leaving nothing behind."""

from __future__ import annotations

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.model import Block, Outcome
from localnet.chain.node import Chain
from localnet.chain.wire import Wire


def simulate(chain: Chain, wire: Wire, at: Block, *, fresh_blockhash: bool) -> tuple[Outcome, dict[Pubkey, Account]]:
    """The outcome right after block `at`, and the accounts it would write; runtime.Refused when it cannot land.

    `fresh_blockhash`: as if its blockhash were replaced by the newest one of `at`.
    """
    if not fresh_blockhash:
        chain.bank.check(wire, at)
    runtime = chain.bank.runtime
    call = runtime.resolve(wire)
    if at is chain.tip:
        return runtime.simulate(call)
    older = chain.forks.changed_since(at)
    swapped = {key: older[key] for key in (*call.keys, *_mints(chain, call.keys)) if key in older}
    now = {key: runtime.read(key) for key in swapped}
    try:
        for key, account in swapped.items():
            runtime.write(key, account)
        chain.bank.set_clock(at.slot, at.block_time)
        return runtime.simulate(call)
    finally:
        for key, account in now.items():
            runtime.write(key, account)
        chain.bank.set_clock(chain.tip.slot, chain.tip.block_time)


def _mints(chain: Chain, keys: tuple[Pubkey, ...]) -> list[Pubkey]:
    """The mints of the token accounts among the keys: token balances need their decimals."""
    if tokens.TOKEN_PROGRAMS.isdisjoint(keys):
        return []
    accounts = (chain.account(key) for key in keys)
    return [tokens.mint_of(one.data) for one in accounts if one is not None and tokens.is_token_account(one)]
