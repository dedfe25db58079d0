"""The accounts of the creator program made again from its events alone."""

from __future__ import annotations

import msgspec
from solders.pubkey import Pubkey

from idl import addresses
from idl.accounts import Account, Holder, Pool
from idl.events import DividendItem, DividendPaid, DividendsSynced, HolderState, PoolCreated, PoolState, SharesTraded

replace = msgspec.structs.replace
PoolEvent = PoolCreated | SharesTraded | DividendsSynced | DividendPaid


def apply(found: dict[Pubkey, Account], event: PoolEvent) -> None:
    """What one event of a pool changes."""
    where, seq = Pubkey(event.header.subject), event.header.seq
    if isinstance(event, PoolCreated):
        names = ("creator", "mint", "a", "c", "lock_s", "version", "bump", "reserve_bump", "dividends_bump")
        told = {name: getattr(event, name) for name in names}
        found[where] = Pool(**told, seq=0, supply=0, recorded=0, acc=0, carry=0, reserved=bytes(16))
    known = found[where]
    assert isinstance(known, Pool)
    found[where] = replace(known, seq=seq, **_pool(event.pool))
    match event:
        case PoolCreated() | SharesTraded():
            address, holder = _holder(where, event.holder, seq)
            found[address] = holder
        case DividendPaid():
            for item in event.items:
                _paid(found, where, item, seq)
        case DividendsSynced():
            return


def _pool(state: PoolState) -> dict[str, int]:
    return {"supply": state.supply, "recorded": state.recorded, "acc": state.acc, "carry": state.carry}


def _holder(pool: Pubkey, state: HolderState, seq: int) -> tuple[Pubkey, Holder]:
    address, bump = addresses.holder(pool, Pubkey(state.owner))
    fields = {name: getattr(state, name) for name in state.__struct_fields__}
    return address, Holder(pool=bytes(pool), last_seq=seq, bump=bump, reserved=bytes(23), **fields)


def _paid(found: dict[Pubkey, Account], pool: Pubkey, item: DividendItem, seq: int) -> None:
    where = addresses.holder(pool, Pubkey(item.owner)).address
    known = found[where]
    assert isinstance(known, Holder)
    if item.status == 0:
        found[where] = replace(known, pending=0, debt=item.debt, last_seq=seq)
