"""Routes of markets: lists, one market, odds, activity, positions, quotes."""

from __future__ import annotations

import httpx
import pytest
from solders.pubkey import Pubkey

from idl import addresses
from idl.enums import State
from idl.maths.parimutuel import quote_stake
from tests.api.world import START, World, wallet


def test_one_market_by_address_and_slug(client: httpx.Client, world: World) -> None:
    """A market is found by its address and by its slug, with its terms as the chain has them."""
    place = world.market("slugs", "Is a market found by its slug too?")
    world.stake(place, "bob", 0, 3_000_000)
    world.stake(place, "carol", 1, 1_000_000)

    by_address = client.get(f"/v1/markets/{place.address}").json()
    by_slug = client.get(f"/v1/markets/slugs-{place.address[:6].lower()}").json()

    assert by_address["data"] == by_slug["data"]
    market = by_address["data"]
    assert market["address"] == place.address
    assert market["state"] == "active"
    assert market["odds"] == ["0.750000", "0.250000"]
    assert market["supply"] == ["3000000", "1000000"]
    assert market["volume"] == "4000000"
    assert market["fee_bps"] == {"creator": 100, "resolver": 50, "protocol": 100}
    assert market["payout"] is None
    assert by_address["as_of_slot"] == world.slot
    assert by_address["final_slot"] == world.slot - 10
    assert by_address["feed_seq"] == world.feed
    assert by_address["degraded"] is False
    assert by_address["stale"] is False


@pytest.mark.parametrize("name", ["nothing-like-it", str(Pubkey.default()), "%", "x" * 121])
@pytest.mark.parametrize("part", ["", "/odds", "/activity", "/positions", "/quote?outcome=0&amount=1000000"])
def test_unknown_market(client: httpx.Client, name: str, part: str) -> None:
    """A market that nobody made is 404 everywhere, a name too long is 400."""
    answer = client.get(f"/v1/markets/{name.replace('%', '%25')}{part}")

    assert answer.status_code == (400 if len(name) > 120 else 404)
    assert answer.json()["code"] == ("invalid_request" if len(name) > 120 else "unknown_market")


def test_filters(client: httpx.Client, world: World) -> None:
    """Each filter keeps what fits and nothing else."""
    token = wallet("filter mint").pubkey()
    mine = world.market("f1", "Filter: the first 100% one_here?", creator="filterer", mint=token, locks=500)
    other = world.market("f2", "Filter: the second one?", creator="filterer", locks=-5)

    def found(**query: str | int) -> set[str]:
        values = {"creator": str(wallet("filterer").pubkey()), **query}
        return {market["address"] for market in client.get("/v1/markets", params=values).json()["data"]}

    assert found() == {mine.address, other.address}
    assert found(mint=str(token)) == {mine.address}
    assert found(status="locked") == {other.address}
    assert found(status="active,locked") == {mine.address, other.address}
    assert found(status="void") == set()
    assert found(engine="parimutuel") == {mine.address, other.address}
    assert found(engine="lmsr") == set()
    assert found(ends_before=START + world.slot - 1000) == {other.address}
    assert found(q="FIRST") == {mine.address}
    assert found(q="100%") == {mine.address}
    assert found(q="e_h") == {mine.address}
    assert found(q="f_rst") == set()


@pytest.mark.parametrize("sort", ["created", "volume", "ends", "trending"])
def test_pages_cover_everything_once(client: httpx.Client, world: World, sort: str) -> None:
    """Walking the cursor gives every market once, in the order asked for, ties included."""
    for n in range(5):
        place = world.market(
            f"{sort}{n}", f"Page {n} of the walk by {sort}?", creator=f"pager {sort}", locks=900 + n // 2
        )
        world.stake(place, "bob", 0, 1_000_000 * (1 + n // 2))
        world.stake(place, f"trader {n % 3}", 1, 1_000_000)
    creator = str(wallet(f"pager {sort}").pubkey())

    seen: list[dict] = []
    query: dict[str, str | int] = {"creator": creator, "sort": sort, "limit": 2}
    while True:
        page = client.get("/v1/markets", params=query).json()
        seen += page["data"]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]

    assert len(seen) == 5
    assert len({market["address"] for market in seen}) == 5
    keys = {
        "created": [-market["created_slot"] for market in seen],
        "volume": [-int(market["volume"]) for market in seen],
        "ends": [market["lock"] for market in seen],
        "trending": [-int(market["volume"]) for market in seen],
    }
    assert keys[sort] == sorted(keys[sort])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("sort=luck", "sort"),
        ("status=open", "status"),
        ("creator=me", "creator"),
        ("mint=0", "mint"),
        ("cursor=!!!", "cursor"),
        ("cursor=YWJj", "cursor"),
        ("ends_before=-1", "ends_before"),
        ("engine=dice", "engine"),
        ("q=" + "x" * 101, "q"),
    ],
)
def test_bad_filters(client: httpx.Client, query: str, field: str) -> None:
    """A filter that cannot be read is 400 and named."""
    answer = client.get(f"/v1/markets?{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_odds_history(client: httpx.Client, world: World) -> None:
    """Each point is what the pool stood at after that stake; thinning keeps the newest."""
    place = world.market("odds", "How do the odds of three move?", n=3)
    for outcome, amount in [(0, 2_000_000), (1, 2_000_000), (2, 4_000_000), (0, 8_000_000)]:
        world.stake(place, "bob", outcome, amount)

    whole = client.get(f"/v1/markets/{place.address}/odds").json()["data"]
    thin = client.get(f"/v1/markets/{place.address}/odds?points=2").json()["data"]

    assert [point["supply"] for point in whole] == [
        ["2000000", "0", "0"],
        ["2000000", "2000000", "0"],
        ["2000000", "2000000", "4000000"],
        ["10000000", "2000000", "4000000"],
    ]
    assert whole[2]["odds"] == ["0.250000", "0.250000", "0.500000"]
    assert [point["seq"] for point in thin] == [whole[1]["seq"], whole[3]["seq"]]


def test_activity(client: httpx.Client, world: World) -> None:
    """Events come newest first, decoded, with their signature; the cursor goes on without a gap."""
    place = world.market("acts", "What happens in a market's life?")
    signature = world.stake(place, "bob", 1, 7_000_000)
    world.settle(place, 1)

    first = client.get(f"/v1/markets/{place.address}/activity?limit=2").json()
    rest = client.get(f"/v1/markets/{place.address}/activity?limit=2&cursor={first['next_cursor']}").json()

    kinds = [event["kind"] for event in first["data"] + rest["data"]]
    assert kinds == ["StateChanged", "Staked", "MarketCreated"]
    changed, staked = first["data"]
    assert (changed["before"], changed["state"], changed["outcome"], changed["actor"]) == (
        "resolving",
        "finalized",
        1,
        None,
    )
    assert (staked["outcome"], staked["amount"]) == (1, "7000000")
    assert staked["actor"] == str(wallet("bob").pubkey())
    assert staked["signature"] == signature
    assert rest["has_more"] is False


def test_activity_of_an_unknown_event(client: httpx.Client, world: World) -> None:
    """An event that this version cannot read is still listed by its kind."""
    place = world.market("later", "Does a later program's event show?")
    world.db.execute(
        "UPDATE chain.event SET kind = 'Unheard', raw = decode(repeat('00', 120), 'hex') WHERE subject = %s",
        (place.address,),
    )

    events = client.get(f"/v1/markets/{place.address}/activity").json()["data"]

    assert [(event["kind"], event["actor"]) for event in events] == [("Unheard", None)]


def test_market_positions(client: httpx.Client, world: World) -> None:
    """Positions of a market, the largest stake first, paged."""
    place = world.market("holders", "Who holds what in this market?")
    for who, amount in [("bob", 2_000_000), ("carol", 9_000_000), ("dave", 2_000_000)]:
        world.stake(place, who, 0, amount)

    first = client.get(f"/v1/markets/{place.address}/positions?limit=2").json()
    rest = client.get(f"/v1/markets/{place.address}/positions?limit=2&cursor={first['next_cursor']}").json()

    rows = first["data"] + rest["data"]
    assert [row["staked"] for row in rows] == ["9000000", "2000000", "2000000"]
    assert {row["owner"] for row in rows} == {str(wallet(name).pubkey()) for name in ("bob", "carol", "dave")}


def test_claimable_is_floored_as_the_program_does(client: httpx.Client, world: World) -> None:
    """A winner's claimable is floor(shares * num / den) to the atom, a loser's is zero."""
    place = world.market("claims", "What can be claimed here?")
    world.stake(place, "bob", 0, 1_000_001)
    world.stake(place, "carol", 0, 2_000_000)
    world.stake(place, "dave", 1, 5_000_003)
    world.settle(place, 0)
    payout = client.get(f"/v1/markets/{place.address}").json()["data"]["payout"]

    def claimable(name: str) -> int:
        owner = wallet(name).pubkey()
        address = addresses.position(Pubkey.from_string(place.address), owner).address
        return int(client.get(f"/v1/positions/{address}").json()["data"]["claimable"])

    assert payout["mask"] == 1
    assert claimable("bob") == 1_000_001 * int(payout["num"]) // int(payout["den"])
    assert claimable("carol") == 2_000_000 * int(payout["num"]) // int(payout["den"])
    assert claimable("dave") == 0


def test_winner_and_void(client: httpx.Client, world: World) -> None:
    """A finalized market names its winner, a void one has none."""
    won, void = world.market("won", "Does the fourth outcome win?", n=4), world.market("void", "Is this one void?")
    for outcome in range(4):
        world.stake(won, "bob", outcome, 1_000_000)
    world.stake(void, "bob", 0, 1_000_000)
    world.settle(won, 3)
    world.settle(void, 0, State.Void)

    assert client.get(f"/v1/markets/{won.address}").json()["data"]["winner"] == 3
    market = client.get(f"/v1/markets/{void.address}").json()["data"]
    assert (market["state"], market["winner"], market["payout"]["mask"]) == ("void", None, 3)


def test_quote_is_the_programs(client: httpx.Client, world: World) -> None:
    """Payout and rate are those of idl/maths; the fee is what the stake's own winnings lose."""
    place = world.market("quote", "What would a stake pay here?")
    world.stake(place, "bob", 0, 40_000_000)
    world.stake(place, "carol", 1, 60_000_000)

    path = f"/v1/markets/{place.address}/quote?outcome=0&amount=20000000&slippage_bps=100"
    quote = client.get(path).json()["data"]

    exact = quote_stake([40_000_000, 60_000_000], 0, 20_000_000, 250)
    assert quote["payout"] == str(exact.payout)
    assert quote["rate_bps"] == exact.rate_bps
    assert quote["min_rate_bps"] == exact.rate_bps * 9900 // 10_000
    assert quote["fee"] == str(20_000_000 * 120_000_000 // 60_000_000 - exact.payout)
    assert quote["odds_before"] == ["0.400000", "0.600000"]
    assert quote["odds_after"] == ["0.500000", "0.500000"]
    assert quote["price_impact_bps"] == 1000
    assert quote["error"] is None


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("outcome=0&amount=0", 422, "amount_too_small"),
        ("outcome=0&amount=999999", 422, "amount_too_small"),
        ("outcome=0&amount=1000000000001", 422, "amount_too_large"),
        ("outcome=2&amount=1000000", 422, "outcome_out_of_range"),
        ("outcome=8&amount=1000000", 400, "invalid_request"),
        ("outcome=0&amount=1.5", 400, "invalid_amount"),
        ("outcome=0&amount=1e6", 400, "invalid_amount"),
        ("outcome=0&amount=%2B1000000", 400, "invalid_amount"),
        ("outcome=0&amount=-1000000", 400, "invalid_amount"),
        ("outcome=0&amount=%201000000", 400, "invalid_amount"),
        ("outcome=0&amount=01000000", 400, "invalid_amount"),
        ("outcome=0&amount=18446744073709551616", 400, "invalid_amount"),
        ("outcome=0&amount=%D9%A1%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0", 400, "invalid_amount"),
        ("outcome=0&amount=1000000%0A", 400, "invalid_amount"),
        ("outcome=0&amount=1000000&slippage_bps=1001", 400, "invalid_request"),
        ("outcome=0&amount=1000000&action=sell", 422, "wrong_engine"),
        ("outcome=0&amount=1000000&action=lend", 400, "invalid_request"),
        ("outcome=0", 400, "invalid_request"),
    ],
)
def test_bad_quotes(client: httpx.Client, world: World, query: str, status: int, code: str) -> None:
    """Every way to ask wrongly has its own answer."""
    place = world.market("bad quote", "Which quotes are refused?")

    answer = client.get(f"/v1/markets/{place.address}/quote?{query}")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_degraded(client: httpx.Client, world: World) -> None:
    """A market with an event that could not be read says so in its envelope; others do not."""
    hurt, whole = world.market("hurt", "Is this market's mirror whole?"), world.market("whole", "And is this one's?")
    world.db.execute("UPDATE chain.subject SET degraded_from_seq = 1 WHERE subject = %s", (hurt.address,))

    assert client.get(f"/v1/markets/{hurt.address}").json()["degraded"] is True
    assert client.get(f"/v1/markets/{hurt.address}/odds").json()["degraded"] is True
    assert client.get(f"/v1/markets/{whole.address}").json()["degraded"] is False
