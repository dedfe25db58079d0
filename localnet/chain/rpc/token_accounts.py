"""The methods about token accounts and mints."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest
from typing import Any

from solders.account import Account
from solders.pubkey import Pubkey

from localnet.chain import tokens
from localnet.chain.errors import invalid_params
from localnet.chain.model import Block
from localnet.chain.rpc.accounts import LARGEST_MAX, account_json
from localnet.chain.rpc.endpoint import Endpoint, with_context
from localnet.chain.rpc.params import Params, pubkey
from localnet.chain.rpc.parsed.amounts import amounts_of


def get_token_account_balance(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """What is in a token account."""
    key = params.pubkey(0)
    block = endpoint.context_block(params.config(1))
    account = endpoint.account(key, block)
    if account is None:
        raise invalid_params("Invalid param: could not find account")
    if not tokens.is_token_account(account):
        raise invalid_params("Invalid param: not a Token account")
    mint = _mint(endpoint, block, tokens.mint_of(account.data))
    return with_context(block, amounts_of(mint.data, block.block_time)(tokens.amount_of(account.data)))


def get_token_supply(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """How much of a token there is."""
    key = params.pubkey(0)
    block = endpoint.context_block(params.config(1))
    mint = endpoint.account(key, block)
    if mint is None:
        raise invalid_params("Invalid param: could not find account")
    if not tokens.is_mint(mint):
        raise invalid_params("Invalid param: not a Token mint")
    return with_context(block, amounts_of(mint.data, block.block_time)(tokens.supply_of(mint.data)))


def get_token_accounts_by_owner(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The token accounts of a wallet, of one mint or of one token program."""
    owner = params.pubkey(0)
    return _selected(endpoint, params, lambda account: tokens.owner_of(account.data) == owner)


def get_token_accounts_by_delegate(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The token accounts that a wallet may spend from, of one mint or of one token program."""
    delegate = params.pubkey(0)
    return _selected(endpoint, params, lambda account: tokens.delegate_of(account.data) == delegate)


def get_token_largest_accounts(endpoint: Endpoint, params: Params) -> dict[str, Any]:
    """The 20 fullest token accounts of a mint, fullest first."""
    key = params.pubkey(0)
    block = endpoint.at(params.config(1).commitment())
    mint = _mint(endpoint, block, key)
    holders = nlargest(
        LARGEST_MAX,
        (
            (tokens.amount_of(account.data), bytes(holder))
            for holder, account in endpoint.chain.program_accounts(mint.owner, block)
            if tokens.is_token_account(account) and tokens.mint_of(account.data) == key
        ),
    )
    shown = amounts_of(mint.data, block.block_time)
    found = [{"address": str(Pubkey(holder)), **shown(amount)} for amount, holder in holders]
    return with_context(block, found)


def _selected(endpoint: Endpoint, params: Params, passes: Callable[[Account], bool]) -> dict[str, Any]:
    """The token accounts that pass, of the mint or token program that the second parameter names."""
    config = params.config(2)
    encoding = config.word("encoding", "binary")
    data_slice = config.data_slice()
    block = endpoint.context_block(config)
    program, mint = _wanted(endpoint, block, params.get(1))
    found = [
        {"account": account_json(endpoint, block, key, account, encoding, data_slice), "pubkey": str(key)}
        for key, account in endpoint.chain.program_accounts(program, block)
        if tokens.is_token_account(account)
        and (mint is None or tokens.mint_of(account.data) == mint)
        and passes(account)
    ]
    return with_context(block, found)


def _wanted(endpoint: Endpoint, block: Block, by: dict[str, str]) -> tuple[Pubkey, Pubkey | None]:
    """The token program and the mint a call asks for."""
    if "mint" in by:
        key = pubkey(by["mint"])
        return _mint(endpoint, block, key).owner, key
    program = pubkey(by["programId"])
    if program not in tokens.TOKEN_PROGRAMS:
        raise invalid_params("Invalid param: unrecognized Token program id")
    return program, None


def _mint(endpoint: Endpoint, block: Block, key: Pubkey) -> Account:
    """A mint that is there."""
    mint = endpoint.account(key, block)
    if mint is None:
        raise invalid_params("Invalid param: could not find mint")
    if not tokens.is_mint(mint):
        raise invalid_params("Invalid param: Token mint could not be unpacked")
    return mint
