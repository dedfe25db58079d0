"""An account exchanged for a wrong one, in every way there is; sent where the good call would land."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import accounts as kinds
from idl.addresses import config
from idl.codec import decode_instruction
from idl.instructions import CreateMarketArgs, VoteArgs
from idl.program import CREATOR_ID, MARKET_ID, POSTER_ID, PROGRAM_IDS, TOKEN_2022_PROGRAM, TOKEN_PROGRAM
from idl.schema import AccountSlot, load
from localnet.wallets import wallet
from tests.programs import tokens
from tests.programs.slots import lower
from tests.programs.world import Call, World

STRANGER: Final = wallet("a stranger")
FORGER: Final = wallet("a forger's program").pubkey()
ACCOUNTS: Final = {one.name: one.accounts for program in ("market", "creator") for one in load(program).instructions}
DISCRIMINATORS: Final = {one.discriminator for program in ("market", "creator") for one in load(program).accounts}
TOKEN_PROGRAMS: Final = (TOKEN_PROGRAM, TOKEN_2022_PROGRAM)
NOTHING: Final = Account(0, b"", Pubkey.default())

# What the one account in a slot can be exchanged for. Each way is sent wherever it can be told from the good call.
WAYS: Final[Mapping[str, str]] = {
    "unsigned": "the same wallet without its signature",
    "a stranger": "another wallet, which signs where it has to",
    "read-only": "the same account, not open for writing",
    "another market's": "the account that the same call on another market, or another pool, names",
    "another kind": "an account of ours of another type",
    "masked": "the same bytes at the same address under the discriminator of any other type of ours",
    "a copy": "the same bytes of the same owner at another address",
    "a forgery": "the same bytes at another address, owned by another program",
    "disowned": "the same bytes at the same address, owned by another program",
    "closed": "the same address after its account was closed: empty, and the system's",
    "a stranger's": "a token account of another wallet in the same mint",
    "a lower bump": "the address that the same seeds have with a bump that is not the canonical one",
    "a fake program": "another program that can be called",
    "the other token program": "Token-2022 instead of SPL Token, or the other way round",
    "left out": "nothing, where the account is optional",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoilt:
    """A call with one wrong account, and accounts that stand otherwise while it is tried."""

    slot: str
    way: str
    instruction: Instruction
    planted: Mapping[Pubkey, Account] = field(default_factory=dict)


def spoilt(world: World, name: str, call: Call, other: Call) -> Iterator[Spoilt]:
    """Every way in which one account of the call can be wrong."""
    for at, slot in enumerate(ACCOUNTS[name]):
        good = call.instruction.accounts[at]
        for way, meta in exchanges(world, good, other.instruction.accounts[at]):
            yield Spoilt(slot=slot.name, way=way, instruction=replaced(call.instruction, at, meta))
        for way, account in disguises(world, good):
            yield Spoilt(slot=slot.name, way=way, instruction=call.instruction, planted={good.pubkey: account})
        if slot.optional and good.pubkey != call.instruction.program_id:
            meta = AccountMeta(call.instruction.program_id, False, False)
            yield Spoilt(slot=slot.name, way="left out", instruction=replaced(call.instruction, at, meta))
        yield from bumped(world, name, call, at)


def exchanges(world: World, good: AccountMeta, others: AccountMeta) -> Iterator[tuple[str, AccountMeta]]:
    """Other accounts in its place."""
    if good.is_writable:
        yield "read-only", AccountMeta(good.pubkey, good.is_signer, False)
    if others.pubkey != good.pubkey:
        yield "another market's", AccountMeta(others.pubkey, good.is_signer, good.is_writable)
    if good.is_signer:
        yield "unsigned", AccountMeta(good.pubkey, False, good.is_writable)
        yield "a stranger", AccountMeta(STRANGER.pubkey(), True, good.is_writable)
        return
    for way, key in substitutes(world, good.pubkey):
        if key != good.pubkey:
            yield way, AccountMeta(key, False, good.is_writable)


def substitutes(world: World, good: Pubkey) -> Iterator[tuple[str, Pubkey]]:
    """Addresses that no good call names there."""
    found = world.svm.get_account(good)
    yield "a stranger", STRANGER.pubkey()
    yield "another kind", config().address
    yield "a forgery", copied(world, good, FORGER)
    if world.owner(good) not in PROGRAM_IDS:  # only a program itself writes its accounts, and never at another address
        yield "a copy", copied(world, good, None)
    if found is not None and found.executable:
        yield "a fake program", POSTER_ID
    if good in TOKEN_PROGRAMS:
        yield "the other token program", TOKEN_PROGRAMS[good == TOKEN_PROGRAM]
    if found is not None and found.owner in TOKEN_PROGRAMS and len(found.data) >= tokens.ACCOUNT_BYTES:
        mint = Pubkey(bytes(found.data[:32]))
        yield "a stranger's", tokens.put_tokens(world.svm, STRANGER.pubkey(), mint, 10**12, program=found.owner)


def disguises(world: World, good: AccountMeta) -> Iterator[tuple[str, Account]]:
    """What else could be at its address, where it holds data."""
    found = world.svm.get_account(good.pubkey)
    if found is None or found.executable or not found.data:
        return
    data = bytes(found.data)
    yield "closed", NOTHING
    yield "disowned", Account(found.lamports, data, FORGER)
    if found.owner in PROGRAM_IDS:
        for tag in sorted(DISCRIMINATORS - {data[:8]}):
            yield "masked", Account(found.lamports, tag + data[8:], found.owner)


def bumped(world: World, name: str, call: Call, at: int) -> Iterator[Spoilt]:
    """Where its seeds lead with a lower bump: for a token account the same bytes wait there."""
    slot, good = ACCOUNTS[name][at], call.instruction.accounts[at]
    if good.pubkey == call.instruction.program_id or SEEDS[slot.name] is None:
        return
    program, seeds = seeds_of(world, name, call, slot)
    assert Pubkey.find_program_address(seeds, program)[0] == good.pubkey, (name, slot.name)
    where, found = lower(program, seeds), world.svm.get_account(good.pubkey)
    there = {where: found} if found is not None and found.owner in TOKEN_PROGRAMS else {}
    meta = AccountMeta(where, good.is_signer, good.is_writable)
    yield Spoilt(slot=slot.name, way="a lower bump", instruction=replaced(call.instruction, at, meta), planted=there)


def copied(world: World, source: Pubkey, owner: Pubkey | None) -> Pubkey:
    """The same bytes at another address, with the same owner or a forger's."""
    where = Keypair.from_seed(bytes(source)[:31] + bytes([owner is None])).pubkey()
    found = world.svm.get_account(source)
    if found is not None and not found.executable:
        tokens.put(world.svm, where, bytes(found.data), owner or found.owner, found.lamports)
    return where


def replaced(instruction: Instruction, at: int, meta: AccountMeta) -> Instruction:
    """The instruction with one account changed."""
    metas = list(instruction.accounts)
    metas[at] = meta
    return Instruction(instruction.program_id, bytes(instruction.data), metas)


# seeds


@dataclass(frozen=True, slots=True)
class Named:
    """The accounts of a good call by their slots."""

    world: World
    call: Call
    name: str

    def key(self, *slots: str) -> Pubkey:
        """The address in the first of these slots that the instruction has."""
        names = [slot.name for slot in ACCOUNTS[self.name]]
        at = next(names.index(slot) for slot in slots if slot in names)
        return self.call.instruction.accounts[at].pubkey

    def found(self, slot: str) -> object:
        """The account in a slot, None while it does not exist."""
        return self.world.account(self.key(slot))

    def args(self) -> object:
        """What the call says."""
        return decode_instruction(self.call.instruction.program_id, bytes(self.call.instruction.data))


Seeds = tuple[Pubkey, list[bytes]]


def _rule(one: Named) -> Seeds:
    rule = one.found("mint_rule")
    mint = rule.mint if isinstance(rule, kinds.MintRule) else bytes(one.key("mint"))
    return MARKET_ID, [b"mint", mint]


def _market(one: Named) -> Seeds:
    market = one.found("market")
    if isinstance(market, kinds.Market):
        return MARKET_ID, [b"market", market.creator, market.id.to_bytes(8, "little")]
    args = one.args()
    assert isinstance(args, CreateMarketArgs)
    return MARKET_ID, [b"market", bytes(one.key("creator")), args.id.to_bytes(8, "little")]


def _position(slot: str) -> Callable[[Named], Seeds]:
    def seeds(one: Named) -> Seeds:
        found = one.found(slot)
        owner = found.owner if isinstance(found, kinds.Position) else bytes(one.key("owner"))
        return MARKET_ID, [b"position", bytes(one.key("market")), owner]

    return seeds


def _vote(one: Named) -> Seeds:
    found = one.found("vote")
    if found is None:
        args = one.args()
        assert isinstance(args, VoteArgs)
        found = args
    assert isinstance(found, kinds.Vote | VoteArgs)
    return MARKET_ID, [b"vote", bytes(one.key("market")), bytes([found.round]), bytes(one.key("voter"))]


def _pool(one: Named) -> Seeds:
    found = one.found("pool")
    creator = found.creator if isinstance(found, kinds.Pool) else bytes(one.key("creator"))
    return CREATOR_ID, [b"pool", creator]


def _of_market(seed: bytes) -> Callable[[Named], Seeds]:
    return lambda one: (MARKET_ID, [seed, bytes(one.key("market"))])


def _of_pool(seed: bytes) -> Callable[[Named], Seeds]:
    return lambda one: (CREATOR_ID, [seed, bytes(one.key("pool"))])


# Every slot there is: how its address is derived; None for a wallet, a token account, a mint, a price or a program.
SEEDS: Final[Mapping[str, Callable[[Named], Seeds] | None]] = {
    "config": lambda one: (MARKET_ID, [b"config"]),
    "mint_rule": _rule,
    "market": _market,
    "vault": _of_market(b"vault"),
    "bond_vault": _of_market(b"bond"),
    "book": _of_market(b"book"),
    "resolution": _of_market(b"resolution"),
    "position": _position("position"),
    "from": _position("from"),
    "to": _position("to"),
    "other": _position("other"),
    "vote": _vote,
    "pool": _pool,
    "reserve": _of_pool(b"reserve"),
    "dividends": _of_pool(b"dividends"),
    "holder": lambda one: (CREATOR_ID, [b"holder", bytes(one.key("pool")), bytes(one.key("owner", "creator"))]),
    "event_authority": lambda one: (one.call.instruction.program_id, [b"__event_authority"]),
    **dict.fromkeys(
        (
            "admin", "authority", "caller", "council", "creator", "disputer", "guardian", "owner", "payer",
            "pending_admin", "proposer", "vault_payer", "voter",
            "creator_destination", "creator_token", "destination", "disputer_token", "fee_to", "owner_token",
            "proposer_token", "treasury_destination", "voter_token",
            "mint", "price_update", "program", "system_program", "token_program",
        )
    ),
}  # fmt: skip


def seeds_of(world: World, name: str, call: Call, slot: AccountSlot) -> Seeds:
    """The program and the seeds of the address in a slot."""
    derived = SEEDS[slot.name]
    assert derived is not None
    return derived(Named(world, call, name))
