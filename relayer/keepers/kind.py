"""A crank as the loop knows it, and a keeper as `keep` knows it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import msgspec
from solders.instruction import AccountMeta, Instruction
from solders.pubkey import Pubkey

from idl.accounts import Market, Position, Resolution
from idl.codec import decode_account
from idl.enums import State
from idl.errors import DecodeError
from relayer.keepers.world import World
from relayer.model import Crank, Intent, Step, Verdict

DECIDED_STATES = (State.Finalized, State.Void)

Judge = Callable[[Crank, Sequence[bytes | None]], Verdict]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One crank that is due: its key is kind, subject and episode."""

    kind: str
    subject: str
    episode: str
    crank: Crank
    into: Pubkey | None = None
    """The token account that it pays into, which nobody else can make cheaply enough: due only where it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrankKind:
    """model.Kind of a crank: account state decides, anyone may sign, several lanes may fly."""

    name: str
    judge: Judge
    left: Callable[[Crank, bytes | None], bool] = lambda _, value: bool(value)
    """Whether a member of a batch is still to be done; as it is, one whose account is there."""
    batch: bool = False
    resigned: bool = True
    by_signature: bool = False

    def effect(self, intent: Intent) -> tuple[Pubkey, ...]:
        """The accounts named in the payload."""
        return tuple(Pubkey(key) for key in _crank(intent).effect)

    def verdict(self, intent: Intent, values: Sequence[bytes | None]) -> Verdict:
        """The keeper's judgement of those accounts."""
        return self.judge(_crank(intent), values)

    def remainder(self, intent: Intent, values: Sequence[bytes | None]) -> tuple[str, ...]:
        """Members of a batch that are still to be done."""
        payload = _crank(intent)
        return tuple(str(Pubkey(key)) for key, v in zip(payload.effect, values, strict=False) if self.left(payload, v))


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """A kind with its due query."""

    kind: CrankKind
    due: Callable[[World], Iterable[Due]]


def crank(call: Instruction, *effect: Pubkey, facts: tuple[int, ...] = ()) -> Crank:
    """The payload of one instruction whose effect shows in these accounts."""
    return Crank(calls=(Step.of(call),), effect=tuple(bytes(a) for a in effect), facts=facts)


def writable(*keys: Pubkey) -> list[AccountMeta]:
    """Remaining accounts, all of them written."""
    return [AccountMeta(key, False, True) for key in keys]


def market_in(data: bytes | None) -> Market | None:
    """The market in these bytes; None where there is none (a closed account may keep lamports, never data)."""
    account = account_in(data)
    return account if isinstance(account, Market) else None


def resolution_in(data: bytes | None) -> Resolution | None:
    """The resolution in these bytes; None where there is none."""
    account = account_in(data)
    return account if isinstance(account, Resolution) else None


def position_in(data: bytes | None) -> Position | None:
    """The position in these bytes; None where there is none."""
    account = account_in(data)
    return account if isinstance(account, Position) else None


def all_gone(_: Crank, values: Sequence[bytes | None]) -> Verdict:
    """Done once every account is closed: positions never open again once a market is decided."""
    return Verdict(done=all(not v for v in values))


def account_in(data: bytes | None) -> object | None:
    """The account of ours in these bytes; None where there is none."""
    try:
        return decode_account(data) if data else None
    except DecodeError:
        return None


def _crank(intent: Intent) -> Crank:
    return msgspec.msgpack.decode(intent.payload, type=Crank)
