"""What only the admin or the council may do to one market. Pure but for sending; called by commands."""

from collections.abc import Callable

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl import addresses
from idl import instructions as ix
from idl.accounts import Market
from relayer.admin.send import account, send
from relayer.chain import Endpoint
from relayer.errors import BadSetting

Act = Callable[[Pubkey, Pubkey], Instruction]


def reject(market: Pubkey, admin: Pubkey) -> Instruction:
    """Refuse a market that is not active yet."""
    return ix.reject(market=market, admin=admin)


def announce_void(market: Pubkey, admin: Pubkey) -> Instruction:
    """Halt a market and say that it will be void."""
    return ix.announce_void(market=market, admin=admin)


def cancel_void(market: Pubkey, admin: Pubkey) -> Instruction:
    """Let a halted market go on."""
    return ix.cancel_void(market=market, admin=admin)


def rule(outcome: int) -> Act:
    """Decide a contested market: an outcome, or n for INVALID."""

    def act(market: Pubkey, council: Pubkey) -> Instruction:
        where = addresses.resolution(market).address
        return ix.rule(outcome=outcome, market=market, resolution=where, council=council)

    return act


async def do(node: Endpoint, market: str, act: Act, keypair: Keypair) -> str:
    """Do it to a market that is there."""
    try:
        key = Pubkey.from_string(market)
    except ValueError as error:
        raise BadSetting(f"{market!r} is no address") from error
    if not isinstance(await account(node, key), Market):
        raise BadSetting(f"there is no market {market} on the chain")
    return await send(node, [act(key, keypair.pubkey())], keypair)
