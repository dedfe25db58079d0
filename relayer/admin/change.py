"""Changes of Config and of what hangs on it, from a cluster's file: announced, applied, called off.

A change is announced as the sha256 of apply_config_change's arguments and its earliest time; from then on anyone may
apply it with the same file. If the file names another admin, that wallet is offered the place and takes it itself.
"""

from dataclasses import dataclass
from hashlib import sha256

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Config, MintRule
from idl.enums import Pause
from relayer.admin.send import account, send
from relayer.admin.terms import MintTerms, Terms, differences
from relayer.chain import Endpoint
from relayer.errors import BadSetting, ConfigMismatch, RpcAway
from relayer.model import Level

CLOCK = Pubkey.from_string("SysvarC1ock11111111111111111111111111111111")
CLOCK_TIME_AT, CLOCK_BYTES = 32, 40
DISCRIMINATOR_BYTES = 8
NOTHING = bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A change that was announced: what of Config it changes, and when it can be applied at the earliest."""

    signature: str
    differences: tuple[str, ...]
    eta: int


async def propose(node: Endpoint, terms: Terms, keypair: Keypair, *, slack_s: int) -> Announced:
    """Announce the file; `slack_s`: seconds beyond the program's delay, for the transaction to land in."""
    config = await _config(node)
    found = differences(terms, config)
    if not found:
        raise ConfigMismatch("Config equals its file: there is nothing to change")
    eta = await _now(node) + config.config_delay_s + slack_s
    call = ix.propose_config_change(hash=_hash(_change(terms, config)), eta=eta, admin=keypair.pubkey())
    return Announced(signature=await send(node, [call], keypair), differences=found, eta=eta)


async def apply(node: Endpoint, terms: Terms, keypair: Keypair) -> str:
    """Make the announced change true; anyone may, who has the file that was announced."""
    config = await _config(node)
    call = _change(terms, config)
    if config.pending_hash == NOTHING:
        raise ConfigMismatch("no change of Config is announced")
    if config.pending_hash != _hash(call):
        raise ConfigMismatch(f"another change is announced, with the hash {config.pending_hash.hex()}")
    return await send(node, [call], keypair)


async def cancel(node: Endpoint, keypair: Keypair) -> str:
    """Call the announced change off."""
    if (await _config(node)).pending_hash == NOTHING:
        raise ConfigMismatch("no change of Config is announced")
    return await send(node, [ix.propose_config_change(hash=NOTHING, eta=0, admin=keypair.pubkey())], keypair)


async def accept(node: Endpoint, keypair: Keypair) -> str:
    """Take the admin's place that this wallet was offered."""
    return await send(node, [ix.accept_admin(pending_admin=keypair.pubkey())], keypair)


async def set_pause(node: Endpoint, bits: Pause, keypair: Keypair) -> str | None:
    """Stop new risk of these kinds and no others; None where that is so already. The guardian can only add."""
    if (await _config(node)).pause == bits:
        return None
    return await send(node, [ix.set_pause(pause=int(bits), authority=keypair.pubkey())], keypair)


async def set_mint_rules(node: Endpoint, terms: Terms, keypair: Keypair) -> tuple[str, ...]:
    """Write every mint rule that differs from the file; rules that the file does not name stay."""
    sent: list[str] = []
    for mint in terms.mints:
        if not _holds(await account(node, addresses.mint_rule(Pubkey.from_string(mint.mint)).address), mint):
            sent.append(await send(node, [_rule(mint, keypair.pubkey())], keypair))
    return tuple(sent)


def pause_bits(text: str) -> Pause:
    """`none`, or kinds by comma: create, stake, buy, split, order; BadSetting names what is none."""
    bits = Pause(0)
    for name in () if text == "none" else text.split(","):
        if name.upper() not in Pause.__members__:
            raise BadSetting(f"nothing called {name!r} can be paused: there are {', '.join(Pause.__members__).lower()}")
        bits |= Pause[name.upper()]
    return bits


async def _config(node: Endpoint) -> Config:
    found = await account(node, addresses.config().address)
    if not isinstance(found, Config):
        raise ConfigMismatch("there is no Config on the chain: run `relayer admin init`")
    return found


async def _now(node: Endpoint) -> int:
    """The chain's own time, unix seconds, from its Clock sysvar (bincode: five u64, the last unix_timestamp)."""
    (data,) = (await node.accounts([CLOCK], level=Level.CONFIRMED, min_slot=0)).values
    if data is None or len(data) < CLOCK_BYTES:
        raise RpcAway("the chain's clock cannot be read")
    return int.from_bytes(data[CLOCK_TIME_AT:CLOCK_BYTES], "little", signed=True)


def _change(terms: Terms, config: Config) -> Instruction:
    """apply_config_change as the file has it; an offer only where the file names another admin."""
    offered = NOTHING if terms.admin == config.admin else terms.admin
    return ix.apply_config_change(pending_admin=offered, terms=terms.config)


def _hash(call: Instruction) -> bytes:
    return sha256(bytes(call.data)[DISCRIMINATOR_BYTES:]).digest()


def _rule(mint: MintTerms, admin: Pubkey) -> Instruction:
    key = Pubkey.from_string(mint.mint)
    return ix.set_mint_rule(
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


def _holds(rule: object | None, mint: MintTerms) -> bool:
    names = ("min_stake", "max_stake", "min_subsidy", "min_bond", "enabled")
    return isinstance(rule, MintRule) and all(bool(getattr(rule, n) == getattr(mint, n)) for n in names)
