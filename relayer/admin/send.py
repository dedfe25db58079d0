"""One transaction of an operator, sent until it is confirmed. Used by what an operator does, never by the loop."""

import asyncio
from collections.abc import Sequence

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from idl.codec import decode_account
from idl.errors import DecodeError
from relayer import pack
from relayer.chain import Endpoint
from relayer.errors import Fatal, Transient
from relayer.message import cosign, first_signature
from relayer.model import Level
from relayer.plan import blame

UNITS = 100_000
LOOK_S = 0.1
RESEND_LOOKS = 5


async def send(node: Endpoint, calls: Sequence[Instruction], keypair: Keypair) -> str:
    """Send one transaction until it is confirmed; Fatal with the program's sentence if the chain refuses it.

    Safe to repeat, so it needs no journal: every instruction of an operator is idempotent or refuses a second time.
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


async def account(node: Endpoint, address: Pubkey) -> object | None:
    """An account of ours at confirmed, None where there is none."""
    (data,) = (await node.accounts([address], level=Level.CONFIRMED, min_slot=0)).values
    try:
        return decode_account(data) if data else None
    except DecodeError:
        return None
