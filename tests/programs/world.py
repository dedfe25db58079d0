"""A small real chain for one test: LiteSVM with the deployed programs, wallets, a clock, and decoded answers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from solders.clock import Clock
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction
from solders.transaction_metadata import FailedTransactionMetadata, TransactionMetadata

from idl import addresses
from idl.accounts import Account, Market, Position, Resolution
from idl.codec import decode_account, decode_event
from idl.errors import ProgramError, program_error
from idl.events import ConfigTerms, Event
from idl.instructions import init_config, poster, set_mint_rule
from idl.program import (
    CREATOR_ID,
    EVENT_IX_TAG,
    MARKET_ID,
    POSTER_ID,
    PROGRAM_IDS,
    TOKEN_2022_PROGRAM,
    TOKEN_PROGRAM,
    WSOL_MINT,
)
from localnet.wallets import wallet
from tests.programs import tokens

DEPLOY: Final = Path(__file__).parents[2] / "localnet" / "deploy"
START: Final = 1_784_850_000
SLOT: Final = 1_000
SOL: Final = 10**9
USDC: Final = Keypair.from_seed(bytes(31) + b"\1").pubkey()
USDC_2022: Final = Keypair.from_seed(bytes(31) + b"\2").pubkey()
MINTS: Final = {WSOL_MINT: TOKEN_PROGRAM, USDC: TOKEN_PROGRAM, USDC_2022: TOKEN_2022_PROGRAM}
MIN_STAKE, MAX_STAKE, MIN_BOND = 1_000, 10**13, 500
PEOPLE: Final = (
    "alice", "bob", "carol", "dave", "erin", "payer", "authority", "guardian", "council", "oracle", "treasury",
)  # fmt: skip

Kind = TypeVar("Kind")


@cache
def key(name: str) -> Pubkey:
    """The address of a seeded wallet."""
    return wallet(name).pubkey()


TERMS: Final = ConfigTerms(
    guardian=bytes(key("guardian")), council=bytes(key("council")), treasury=bytes(key("treasury")),
    pyth=(bytes(32), bytes(POSTER_ID)), mode=0,
    protocol_fee_bps=100, max_creator_fee_bps=500, max_resolver_fee_bps=200, approve_bps=6_000, bond_bps=200,
    quorum_bps=500, overturn_bps=6_000, slash_bps=1_000, max_conf_bps=100,
    min_dur_s=10, max_dur_s=30 * 86_400, proposal_s=100, activate_s=1_000,
    dispute_min_s=10, dispute_max_s=7 * 86_400, dispute_default_s=100, vote_s=100, council_s=100,
    void_delay_s=500, gate_s=20, config_delay_s=10, quorum_voters=3,
)  # fmt: skip


class Refused(Exception):
    """A transaction failed; `error` where the programs gave a custom code, else None."""

    def __init__(self, answer: FailedTransactionMetadata) -> None:
        self.logs = answer.meta().logs()
        self.err = answer.err()
        self.error = _custom(answer)
        super().__init__(f"{self.error.name if self.error else self.err}\n" + "\n".join(self.logs))

    @property
    def name(self) -> str:
        """The error's name, or the runtime's words."""
        return self.error.name if self.error else str(self.err)


def _custom(answer: FailedTransactionMetadata) -> ProgramError | None:
    code = getattr(getattr(answer.err(), "err", None), "code", None)
    failed = [line.split()[1] for line in answer.meta().logs() if " failed: custom program error" in line]
    return program_error(Pubkey.from_string(failed[0]) if failed else None, code) if code is not None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """What a transaction did: our events, its compute units."""

    events: tuple[Event, ...]
    units: int
    logs: tuple[str, ...] = field(repr=False)

    def event(self, kind: type[Kind]) -> Kind:
        """The one event of a kind."""
        (found,) = [one for one in self.events if isinstance(one, kind)]
        return found


@dataclass(frozen=True, slots=True)
class Call:
    """One instruction and who signs it; the first signer pays the fee."""

    instruction: Instruction
    signers: tuple[Keypair, ...]


@cache
def _program(name: str) -> bytes:
    return (DEPLOY / f"{name}.so").read_bytes()


class World:
    """A chain with Config and the rules of three mints made, and everybody rich."""

    def __init__(self, terms: ConfigTerms = TERMS, *, config: bool = True) -> None:
        self.svm = LiteSVM()
        self.svm.add_program(MARKET_ID, _program("market"))
        self.svm.add_program(CREATOR_ID, _program("creator"))
        self.svm.add_program(POSTER_ID, _program("poster"))
        self.events: list[Event] = []
        self.at(START, slot=SLOT)
        for name in PEOPLE:
            self.svm.airdrop(key(name), 10_000 * SOL)
        for mint, program in MINTS.items():
            tokens.put_mint(self.svm, mint, decimals=6, authority=key("authority"), program=program)
        if config:
            self._configure(terms)

    def _configure(self, terms: ConfigTerms) -> None:
        fields = {name: getattr(terms, name) for name in terms.__struct_fields__}
        self.do(self.init_config(ConfigTerms(**fields)))
        for mint in MINTS:
            self.do(self.set_mint_rule(mint))

    def init_config(self, terms: ConfigTerms) -> Call:
        """init_config by the init authority, who becomes admin."""
        one = init_config(admin=key("authority"), terms=terms, payer=key("authority"))
        return Call(one, (wallet("authority"),))

    def set_mint_rule(
        self, mint: Pubkey, *, enabled: bool = True, min_stake: int = MIN_STAKE, min_subsidy: int = 1
    ) -> Call:
        """set_mint_rule by the admin."""
        bounds = {"min_stake": min_stake, "max_stake": MAX_STAKE, "min_subsidy": min_subsidy, "min_bond": MIN_BOND}
        where = {"mint": mint, "mint_rule": addresses.mint_rule(mint).address}
        one = set_mint_rule(**bounds, enabled=enabled, **where, admin=key("authority"), payer=key("authority"))
        return Call(one, (wallet("authority"),))

    # time

    @property
    def now(self) -> int:
        """Chain time, unix seconds."""
        return self.svm.get_clock().unix_timestamp

    @property
    def slot(self) -> int:
        """The present slot."""
        return self.svm.get_clock().slot

    def at(self, now: int, *, slot: int | None = None) -> None:
        """Set the clock."""
        old = self.svm.get_clock()
        self.svm.set_clock(
            Clock(slot or old.slot, old.epoch_start_timestamp, old.epoch, old.leader_schedule_epoch, now)
        )

    # transactions

    def send(self, *instructions: Instruction, signers: Sequence[Keypair]) -> Landed:
        """Run one transaction; raises Refused. The same instruction may be sent again."""
        self.svm.expire_blockhash()
        message = Message.new_with_blockhash(instructions, signers[0].pubkey(), self.svm.latest_blockhash())
        answer = self.svm.send_transaction(Transaction(list(dict.fromkeys(signers)), message, message.recent_blockhash))
        if isinstance(answer, FailedTransactionMetadata):
            raise Refused(answer)
        landed = Landed(
            events=_events(message, answer), units=answer.compute_units_consumed(), logs=tuple(answer.logs())
        )
        self.events += landed.events
        return landed

    def would_land(self, *instructions: Instruction, signers: Sequence[Keypair]) -> bool:
        """Whether a transaction would succeed now; nothing changes."""
        message = Message.new_with_blockhash(instructions, signers[0].pubkey(), self.svm.latest_blockhash())
        whole = Transaction(list(dict.fromkeys(signers)), message, message.recent_blockhash)
        return not isinstance(self.svm.simulate_transaction(whole), FailedTransactionMetadata)

    def meets(self, call: Call) -> str | None:
        """What a call would be refused for now, None where it would land; no account changes."""
        self.svm.expire_blockhash()
        message = Message.new_with_blockhash([call.instruction], call.signers[0].pubkey(), self.svm.latest_blockhash())
        whole = Transaction(list(dict.fromkeys(call.signers)), message, message.recent_blockhash)
        answer = self.svm.simulate_transaction(whole)
        return Refused(answer).name if isinstance(answer, FailedTransactionMetadata) else None

    def do(self, call: Call) -> Landed:
        """Run one call in a transaction of its own."""
        return self.send(call.instruction, signers=call.signers)

    # state

    def data(self, where: Pubkey) -> bytes | None:
        """An account's bytes, None where there is none."""
        account = self.svm.get_account(where)
        return bytes(account.data) if account is not None and account.lamports else None

    def owner(self, where: Pubkey) -> Pubkey | None:
        """The program that owns an account, None where there is none."""
        account = self.svm.get_account(where)
        return account.owner if account is not None else None

    def lamports(self, where: Pubkey) -> int:
        """Lamports of an account, 0 where there is none."""
        return self.svm.get_balance(where) or 0

    def account(self, where: Pubkey) -> Account | None:
        """A decoded account of our programs, None where there is none."""
        data = self.data(where)
        return decode_account(data) if data else None

    def market(self, where: Pubkey) -> Market:
        """A market that exists."""
        found = self.account(where)
        assert isinstance(found, Market)
        return found

    def position(self, market: Pubkey, owner: Pubkey) -> Position | None:
        """A position, None where there is none."""
        found = self.account(addresses.position(market, owner).address)
        assert found is None or isinstance(found, Position)
        return found

    def resolution(self, market: Pubkey) -> Resolution | None:
        """A market's resolution, None where there is none."""
        found = self.account(addresses.resolution(market).address)
        assert found is None or isinstance(found, Resolution)
        return found

    # prices

    def post(self, feed: bytes, price: int, *, publish: int, prev: int, conf: int = 0, expo: int = -8) -> Pubkey:
        """Post a price update; returns its account."""
        where = addresses.price(feed, publish).address
        one = poster.post(
            feed=feed, price=price, conf=conf, expo=expo, publish=publish, prev=prev,
            price_account=where, authority=key("oracle"), payer=key("oracle"),
        )  # fmt: skip
        self.send(one, signers=(wallet("oracle"),))
        return where


def _events(message: Message, answer: TransactionMetadata) -> tuple[Event, ...]:
    found = []
    for inner in answer.inner_instructions():
        for one in inner:
            compiled = one.instruction()
            data = bytes(compiled.data)
            program = message.account_keys[compiled.program_id_index]
            if program in PROGRAM_IDS and data.startswith(EVENT_IX_TAG):
                found.append(decode_event(program, data[len(EVENT_IX_TAG) :]))
    return tuple(found)
