"""Writes Config and the mint rules of a cluster, once; running it again changes nothing and says so."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Config, MintRule
from idl.codec import decode_account
from idl.instructions import init_config, set_mint_rule
from relayer import pack
from relayer.admin.terms import MintTerms, Terms, require_equal
from relayer.chain import Endpoint
from relayer.errors import Fatal, Transient
from relayer.message import cosign, first_signature
from relayer.model import Level
from relayer.plan import blame

UNITS = 100_000
LOOK_S = 0.1
RESEND_LOOKS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was done: transactions sent, empty when everything stood already."""

    signatures: tuple[str, ...]


async def init(node: Endpoint, terms: Terms, keypair: Keypair) -> Written:
    """Make Config if there is none, else compare it with the file; then write every mint rule that differs."""
    sent: list[str] = []
    config = await _account(node, addresses.config().address)
    if config is None:
        call = init_config(admin=terms.admin, terms=terms.config, payer=keypair.pubkey(), authority=keypair.pubkey())
        sent.append(await send(node, [call], keypair))
    else:
        assert isinstance(config, Config)
        require_equal(terms, config)
    for mint in terms.mints:
        if not _holds(await _account(node, addresses.mint_rule(Pubkey.from_string(mint.mint)).address), mint):
            sent.append(await send(node, [_rule(mint, keypair.pubkey())], keypair))
    return Written(signatures=tuple(sent))


async def send(node: Endpoint, calls: Sequence[Instruction], keypair: Keypair) -> str:
    """Send one transaction until it is confirmed; Fatal with the program's sentence if the chain refuses it.

    Safe to repeat, so it needs no journal: every instruction here is idempotent or refuses a second time.
    """
    recent = await node.blockhash()
    packed = pack.pack(calls, payer=keypair.pubkey(), blockhash=recent.hash, limit=UNITS, price=0)
    wire = cosign(packed.wire, keypair.pubkey(), bytes(keypair.sign_message(packed.signed)))
    (simulated,) = await node.simulate([wire])
    if simulated is not None and simulated.err is not None:
        raise Fatal(f"the chain refuses it: {blame(wire, simulated.err).sentence}")
    return await _confirm(node, wire, recent.lvbh)


async def _confirm(node: Endpoint, wire: bytes, lvbh: int) -> str:
    signature = first_signature(wire)
    looks = 0
    while True:
        if looks % RESEND_LOOKS == 0:
            await node.publish([wire])
        heights, (seen,) = await node.look([signature])
        if seen is not None and seen.level >= Level.CONFIRMED:
            if seen.err is not None:
                raise Fatal(f"the chain refused it: {blame(wire, seen.err).sentence}")
            return signature
        if heights.final_height > lvbh:
            raise Transient(f"{signature} did not land in time: run it again")
        looks += 1
        await asyncio.sleep(LOOK_S)


async def _account(node: Endpoint, address: Pubkey) -> object | None:
    (data,) = (await node.accounts([address], level=Level.CONFIRMED, min_slot=0)).values
    return decode_account(data) if data else None


def _rule(mint: MintTerms, admin: Pubkey) -> Instruction:
    key = Pubkey.from_string(mint.mint)
    return set_mint_rule(
        min_stake=mint.min_stake,
        max_stake=mint.max_stake,
        min_subsidy=mint.min_subsidy,
        min_bond=mint.min_bond,
        enabled=mint.enabled,
        mint_rule=addresses.mint_rule(key).address,
        mint=key,
        admin=admin,
        payer=admin,
    )


def _holds(account: object | None, mint: MintTerms) -> bool:
    names = ("min_stake", "max_stake", "min_subsidy", "min_bond", "enabled")
    return isinstance(account, MintRule) and all(bool(getattr(account, n) == getattr(mint, n)) for n in names)
