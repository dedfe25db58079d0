"""The platform: its settings on the chain, its bounds, its fees."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from idl import limits
from idl.program import MARKET_ID

from ..errors import MirrorNotReady
from ..queries import platform as sql
from ..queries.read import Reader
from ..schemas import wire
from ..schemas.platform import Config, FeesRow, Limits
from ..schemas.wire import BODY_BYTES_MAX, Answer
from ..settings import Settings
from .stream import CHANNELS_MAX


@get("/v1/config", tags=["platform"], summary="Programs, chain, rules in force")
async def config(reader: NamedDependency[Reader], settings: NamedDependency[Settings]) -> Answer[Config]:
    """What a client reads once; `platform` on the stream says when to read it again."""
    found = await reader.read(sql.CONFIG)
    row = found.rows[0]
    return found.answer(
        Config(
            genesis=found.head.genesis,
            chain_time=found.head.sealed_time,
            market_program=str(MARKET_ID),
            rpc_url=settings.public_rpc_url,
            dev_wallet=settings.dev_wallet,
            config=row.config,
            mints=row.mints,
        )
    )


@get("/v1/limits", tags=["platform"], summary="Bounds of requests and markets")
async def platform_limits(reader: NamedDependency[Reader], settings: NamedDependency[Settings]) -> Answer[Limits]:
    """What is refused without asking the chain."""
    found = await reader.read(sql.CONFIG)
    return found.answer(
        Limits(
            question_bytes_min=limits.QUESTION_BYTES_MIN,
            question_bytes_max=limits.QUESTION_BYTES_MAX,
            uri_bytes_max=limits.URI_BYTES_MAX,
            outcomes_min=limits.OUTCOMES_MIN,
            outcomes_max=limits.OUTCOMES_MAX,
            slippage_bps_default=200,
            slippage_bps_max=1000,
            body_bytes_max=BODY_BYTES_MAX,
            page_max=wire.PAGE_MAX,
            channels_max=CHANNELS_MAX,
            ip_per_minute=settings.ip_per_minute,
            ip_per_hour=settings.ip_per_hour,
            mints=found.rows[0].mints,
        )
    )


@get("/v1/fees", tags=["platform"], summary="Fee rates and network fees")
async def fees(reader: NamedDependency[Reader]) -> Answer[FeesRow]:
    """Rates are parts of the losers' stakes; priority fees are what recent blocks asked."""
    found = await reader.read(sql.FEES, total=limits.FEE_BPS_TOTAL_MAX)
    if not found.rows:
        raise MirrorNotReady("The mirror has not seen the program's configuration yet.")
    return found.answer(found.rows[0])
