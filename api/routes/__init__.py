"""One file a noun: parse the request, run one statement or one submit, answer. HANDLERS is the whole surface."""

from . import markets, metadata, pages, platform, relay, stream, transactions, users

HANDLERS = [
    markets.markets,
    markets.market,
    markets.market_odds,
    markets.market_activity,
    markets.market_positions,
    markets.market_quote,
    users.position,
    users.user,
    users.user_positions,
    platform.config,
    platform.platform_limits,
    platform.fees,
    transactions.intent,
    transactions.transaction,
    transactions.stake,
    transactions.claim,
    transactions.activate,
    transactions.create_market,
    relay.relay,
    metadata.put_metadata,
    metadata.get_metadata,
    stream.sse,
    stream.stream,
    pages.openapi,
    pages.list_page,
    pages.market_page,
    pages.asset,
    pages.favicon,
]
