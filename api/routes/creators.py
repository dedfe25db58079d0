"""Creators' pools: what they are, who holds them, what they earned; unsigned transactions that trade their shares."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from solders.pubkey import Pubkey

from idl import addresses

from ..build import TOKEN_PROGRAMS, Anchor, pool
from ..errors import PoolExists, UnknownCreator
from ..queries import building as building_sql
from ..queries import pools as sql
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.pools import Dividend, Holder, Pool, ShareTrade
from ..schemas.transactions import Built, DividendClaimBody, PoolCreateBody, SharesBody
from ..schemas.wire import Answer, Listing
from ..settings import Settings
from .markets import Cursor, Limit
from .transactions import anchor_of, next_nonce, require_fresh


@get("/v1/creators/{creator:str}", tags=["creators"], summary="A creator's pool")
async def creator(creator: FromPath[str], reader: NamedDependency[Reader]) -> Answer[Pool]:
    """By the creator's wallet."""
    found = await reader.read(sql.POOL, subject=_pool(creator))
    if not found.rows:
        raise UnknownCreator
    return found.answer(found.rows[0])


@get("/v1/creators/{creator:str}/holders", tags=["creators"], summary="Who holds a creator's shares")
async def creator_holders(
    creator: FromPath[str], reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[Holder]:
    """The most shares first."""
    return await reader.page(sql.HOLDERS, limit, cursor, subject=_pool(creator))


@get("/v1/creators/{creator:str}/trades", tags=["creators"], summary="Trades of a creator's shares")
async def creator_trades(
    creator: FromPath[str], reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[ShareTrade]:
    """Newest first."""
    return await reader.page(sql.TRADES, limit, cursor, subject=_pool(creator))


@get("/v1/creators/{creator:str}/dividends", tags=["creators"], summary="Dividends of a creator's shares")
async def creator_dividends(
    creator: FromPath[str], reader: NamedDependency[Reader], limit: Limit = 20, cursor: Cursor = None
) -> Listing[Dividend]:
    """Newest first."""
    return await reader.page(sql.DIVIDENDS, limit, cursor, subject=_pool(creator))


@post("/v1/transactions/pool_create", status_code=200, tags=["transactions"], summary="Build a creator's pool")
async def pool_create(
    data: JSONBody[PoolCreateBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`market` is the address of the pool; one wallet has one."""
    wallet, mint = wire.address(data.wallet, field="wallet"), wire.address(data.mint, field="mint")
    numbers = {name: wire.amount(getattr(data, name), field=name) for name in ("a", "c", "shares")}
    key = addresses.pool(wallet).address
    found = await reader.read(building_sql.POOL, subject=str(key), wallet=str(wallet))
    if found.rows:
        raise PoolExists
    who = await reader.read(building_sql.PAYER)
    require_fresh(who.head, settings)
    anchor = anchor_of(who.head, wallet, who.rows[0].payer, data.payer, who.rows[0].unit_price)
    buyer = pool.Buyer(
        pool=key, mint=mint, wallet=wallet, a=numbers["a"], c=numbers["c"], supply=0, shares=0, due=0, locked_until=0,
        nonce=1, new_holder=True, token_program=TOKEN_PROGRAMS[data.token_program],
    )  # fmt: skip
    return pool.create(buyer, anchor, lock_s=data.lock_s, shares=numbers["shares"])


@post("/v1/transactions/shares_buy", status_code=200, tags=["transactions"], summary="Build a purchase of shares")
async def shares_buy(
    data: JSONBody[SharesBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Of a creator's pool; they are locked for a while then."""
    shares = wire.amount(data.shares, field="shares")
    buyer, anchor = await _buyer(data, data.nonce, reader, settings)
    return pool.buy(buyer, anchor, shares=shares, slippage_bps=data.slippage_bps)


@post("/v1/transactions/shares_sell", status_code=200, tags=["transactions"], summary="Build a sale of shares")
async def shares_sell(
    data: JSONBody[SharesBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """Of a creator's pool, at the curve's price."""
    shares = wire.amount(data.shares, field="shares")
    buyer, anchor = await _buyer(data, data.nonce, reader, settings)
    return pool.sell(buyer, anchor, shares=shares, slippage_bps=data.slippage_bps)


@post("/v1/transactions/dividend_claim", status_code=200, tags=["transactions"], summary="Build a claim of dividends")
async def dividend_claim(
    data: JSONBody[DividendClaimBody], reader: NamedDependency[Reader], settings: NamedDependency[Settings]
) -> Built:
    """`expected.cost` is what is paid, of what the pool has counted in."""
    destination = None if data.destination is None else wire.address(data.destination, field="destination")
    return pool.claim(*await _buyer(data, None, reader, settings), destination=destination)


async def _buyer(
    data: SharesBody | DividendClaimBody, nonce: str | None, reader: Reader, settings: Settings
) -> tuple[pool.Buyer, Anchor]:
    wallet, key = wire.address(data.wallet, field="wallet"), wire.address(data.pool, field="pool")
    found = await reader.read(building_sql.POOL, subject=str(key), wallet=str(wallet))
    if not found.rows:
        raise UnknownCreator("No pool has this address.", field="pool")
    require_fresh(found.head, settings)
    facts = found.rows[0]
    buyer = pool.Buyer(
        pool=key,
        mint=Pubkey.from_string(facts.mint),
        wallet=wallet,
        a=int(facts.a),
        c=int(facts.c),
        supply=int(facts.supply),
        shares=int(facts.shares),
        due=int(facts.due),
        locked_until=facts.locked_until,
        nonce=next_nonce(facts, facts.open_nonce, nonce),
        new_holder=facts.last_nonce is None,
        token_program=TOKEN_PROGRAMS[data.token_program],
    )
    return buyer, anchor_of(found.head, wallet, facts.payer, data.payer, facts.unit_price)


def _pool(creator: str) -> str:
    return str(addresses.pool(wire.address(creator, field="creator")).address)
