"""Faults that a program could have, planted: each does to accounts and events what the faulty program would have done.

The right program runs; then, or before it, the fault makes of its work what the wrong one would have left. So every
check can be shown to bite without a second set of programs. FAULTS names each fault with the check whose it is.
"""

from collections.abc import Mapping
from typing import Final

from solders.account import Account as Raw
from solders.instruction import Instruction
from solders.pubkey import Pubkey

from idl.accounts import Holder, Market, Position, Resolution
from idl.codec import decode_account, encode_account
from idl.enums import Engine, State
from idl.events import BondClaimed, PaidOut, Staked, StateChanged, Traded
from idl.maths.fees import loser_fee, split_fee
from tests.model.chain import Result, tokens_in
from tests.model.fault import Fault, event_of, replace, slot
from tests.model.faults_at_book import LaterFirst, PostsAcross, RefundLost
from tests.model.offered import SLOTS


class RoundingUp(Fault):
    """A claim rounds in the winner's favour."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        if name != "claim":
            return super().run(name, good, sent)
        where, position = slot(name, sent, "market"), self.held(slot(name, sent, "position"), Position)
        result = super().run(name, good, sent)
        paid, market = event_of(result, PaidOut), self.held(where, Market)
        if paid is None or market is None or position is None:
            return result
        masked = sum(amount for i, amount in enumerate(position.shares) if market.mask >> i & 1)
        if masked * market.num % market.den:
            source = where if self.stage.names[where] and market.flags & 1 else slot(name, sent, "vault")
            self.add_tokens(result, source, -1)
            self.add_tokens(result, slot(name, sent, "destination"), 1)
            self.tell(result, paid, items=tuple(replace(one, amount=one.amount + 1) for one in paid.items))
        return result


class AnyVault(Fault):
    """stake takes any token account for the vault."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        if name != "stake" or sent == good:
            return super().run(name, good, sent)
        mine, right = slot(name, sent, "vault"), slot(name, good, "vault")
        raw = self.chain.account(mine)
        if mine == right or tokens_in(raw) is None or raw.data[:32] != self.chain.account(right).data[:32]:
            return super().run(name, good, sent)
        result = super().run(name, good, good)
        staked = event_of(result, Staked)
        if staked is not None:
            self.add_tokens(result, right, -staked.amount)
            self.add_tokens(result, mine, staked.amount)
        return result


class FeeOfWinners(Fault):
    """The fee is reckoned on the winners' stakes and not on the losers'."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        changed = event_of(result, StateChanged)
        where = Pubkey(changed.header.subject) if changed is not None else None
        market = self.held(where, Market) if where is not None else None
        if changed is None or market is None or market.engine != Engine.PARIMUTUEL or changed.to != State.Finalized:
            return result
        assert where is not None
        fee = loser_fee(market.den, sum(market.fee_bps))
        num, owed = sum(market.supply) - fee, split_fee(fee, *market.fee_bps)
        self.edit(result, where, num=num, fees_owed=tuple(owed))
        self.tell(result, changed, num=num, fees_owed=tuple(owed))
        return result


class ClaimAgain(Fault):
    """A claimed position stays as it is."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        if name == "claim" and result.landed:
            where, payer = slot(name, sent, "position"), slot(name, sent, "payer")
            raw = result.before[where]
            self.put(result, where, raw)
            self.add_tokens(result, payer, -raw.lamports)
        return result


class EarlyTally(Fault):
    """The window's end is not looked at."""

    INSTRUCTIONS = ("finalize", "tally_dispute")

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        where = slot(name, sent, "resolution") if name in self.INSTRUCTIONS else None
        held = self.held(where, Resolution) if where is not None else None
        if where is None or held is None or held.window_end <= self.chain.world.now:
            return super().run(name, good, sent)
        raw = self.chain.account(where)
        early = encode_account(replace(held, window_end=self.chain.world.now))
        self.chain.change(where, Raw(raw.lamports, early, raw.owner))
        result = super().run(name, good, sent)
        result.before[where] = raw
        if result.landed:
            self.edit(result, where, window_end=held.window_end)
        else:
            self.chain.change(where, raw)
            result.after[where] = raw
        return result


class VoidInDispute(Fault):
    """void_inactive does not ask whether somebody is deciding already."""

    STATES = (State.Disputed, State.Contested)

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        where = slot(name, sent, "market") if name == "void_inactive" else None
        market = self.held(where, Market) if where is not None else None
        if where is None or market is None or market.state not in self.STATES:
            return super().run(name, good, sent)
        raw = self.chain.account(where)
        active = encode_account(replace(market, state=State.Active, void_after=0))
        self.chain.change(where, Raw(raw.lamports, active, raw.owner))
        result = super().run(name, good, sent)
        result.before[where] = raw
        self.edit(result, where, void_after=market.void_after)
        changed = event_of(result, StateChanged)
        if changed is not None:
            self.tell(result, changed, from_=market.state)
        return result


class NonceForgotten(Fault):
    """A nonce is looked at and not stored."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        old = self.held(slot(name, sent, "position"), Position) if name == "stake" else None
        result = super().run(name, good, sent)
        staked = event_of(result, Staked)
        if name == "stake" and staked is not None:
            stored = {"last_nonce": old.last_nonce if old else 0, "nonce_bits": old.nonce_bits if old else 0}
            self.edit(result, slot(name, sent, "position"), **stored)
            self.tell(result, staked, positions=tuple(replace(one, **stored) for one in staked.positions))
        return result


class BondAgain(Fault):
    """A bond is paid and its owner may come again."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        held = self.held(slot(name, sent, "resolution"), Resolution) if name == "claim_bond" else None
        result = super().run(name, good, sent)
        claimed = event_of(result, BondClaimed)
        if held is not None and claimed is not None:
            self.edit(result, slot(name, sent, "resolution"), owed=held.owed, flags=held.flags)
            self.tell(result, claimed, owed=held.owed, flags=held.flags)
        return result


class Silent(Fault):
    """A pause is set and no event tells of it."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        if name == "set_pause":
            result.events.clear()
        return result


class Unsigned(Fault):
    """An owner's signature is not asked for."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        slots = SLOTS.get(name, ())
        unsigned = "owner" in slots and not sent.accounts[slots.index("owner")].is_signer
        return super().run(name, good, good if unsigned else sent)


class RentLost(Fault):
    """The rent of a closed position goes nowhere."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        if name == "claim" and result.landed:
            rent = result.before[slot(name, sent, "position")].lamports
            self.add_tokens(result, slot(name, sent, "payer"), -rent)
        return result


class FeeTwice(Fault):
    """Fees that were paid out stay owed."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        market = self.held(slot(name, sent, "market"), Market) if name == "collect_fees" else None
        result = super().run(name, good, sent)
        told = next((one for one in result.events if hasattr(one, "kind") and hasattr(one, "recipient")), None)
        if market is not None and told is not None:
            self.edit(result, slot(name, sent, "market"), fees_owed=market.fees_owed)
            self.tell(result, told, value=replace(told.value, fees_owed=market.fees_owed))  # type: ignore[attr-defined]
        return result


class FeeNotPaid(Fault):
    """A buyer's fee is owed to others and not taken from the buyer."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        traded = event_of(result, Traded) if name == "buy" else None
        if traded is not None:
            self.add_tokens(result, slot(name, sent, "vault"), -traded.fee)
            self.add_tokens(result, slot(name, sent, "owner_token"), traded.fee)
        return result


class DividendAgain(Fault):
    """A dividend is paid and stays due."""

    def run(self, name: str, good: Instruction, sent: Instruction) -> Result:
        result = super().run(name, good, sent)
        if name == "claim_dividend" and result.landed:
            where = slot(name, sent, "holder")
            old = decode_account(bytes(result.before[where].data))
            assert isinstance(old, Holder)
            self.edit(result, where, debt=old.debt, pending=old.pending)
        return result


# Each fault with the check that must see it all alone.
FAULTS: Final[Mapping[str, tuple[type[Fault], str]]] = {
    "rounding up a payout": (RoundingUp, "solvency"),
    "vault check left out": (AnyVault, "solvency"),
    "fee on the wrong side": (FeeOfWinners, "model"),
    "double claim": (ClaimAgain, "shares"),
    "tally before the end": (EarlyTally, "transitions"),
    "void in a dispute": (VoidInDispute, "transitions"),
    "nonce not stored": (NonceForgotten, "nonce"),
    "order not refunded": (RefundLost, "shares"),
    "later order first": (LaterFirst, "priority"),
    "crossing order posted": (PostsAcross, "crossed"),
    "fee not paid": (FeeNotPaid, "solvency"),
    "dividend paid again": (DividendAgain, "pools"),
    "bond paid again": (BondAgain, "solvency"),
    "fees still owed": (FeeTwice, "solvency"),
    "no event": (Silent, "rebuild"),
    "signature not asked for": (Unsigned, "answer"),
    "rent lost": (RentLost, "conservation"),
}
