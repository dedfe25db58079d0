"""Unsigned transactions for wallets: pure; facts read from the mirror and a request in, message bytes out.

The message is legacy, so that every wallet can show and sign it. What the rules forbid for ever is refused here; what
only time or the admin can mend is built all the same and named in `error`. base · market stakes and a market's life ·
trade shares and orders · decide votes and disputes · pool creators' shares. Called by the routes.
"""

from .base import BLOCKHASH_BLOCKS, PAUSED, TOKEN_PROGRAMS, VALID_SLOTS, Anchor, Nonces, program_fault, rent
from .market import activate, check_stake, claim, create, fault, fee_account, quote, stake

__all__ = [
    "BLOCKHASH_BLOCKS",
    "PAUSED",
    "TOKEN_PROGRAMS",
    "VALID_SLOTS",
    "Anchor",
    "Nonces",
    "activate",
    "check_stake",
    "claim",
    "create",
    "fault",
    "fee_account",
    "program_fault",
    "quote",
    "rent",
    "stake",
]
