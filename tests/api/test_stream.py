"""The feed over sockets: replay after a cursor, live frames, undo, reset; nothing missed, nothing twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import httpx
import pytest
from msgspec.structs import replace
from solders.pubkey import Pubkey
from websockets.sync.client import ClientConnection, connect

from idl import addresses
from tests.api.conftest import Served
from tests.api.test_trades import trade
from tests.api.world import World, moment, wallet
from tests.idl.test_codec import samples

WAIT_S = 5


class Events:
    """Server-Sent Events as a browser reads them: (last id, JSON) in a queue."""

    def __init__(self, response: httpx.Response) -> None:
        self._found: Queue[tuple[int | None, dict]] = Queue()
        self.last_id: int | None = None
        self._response = response
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        last: int | None = None
        try:
            for line in self._response.iter_lines():
                if line.startswith("id: "):
                    last = int(line[4:])
                    self.last_id = last
                elif line.startswith("data: "):
                    self._found.put((last, json.loads(line[6:])))
        except (httpx.StreamError, httpx.TransportError):
            return

    def next(self) -> dict:
        """The next message."""
        return self._found.get(timeout=WAIT_S)[1]

    def until(self, kind: str) -> list[dict]:
        """Messages up to and with the first of this type."""
        seen = [self.next()]
        while seen[-1].get("type") != kind:
            seen.append(self.next())
        return seen


@contextmanager
def listen(served: Served, channels: str, after: int | None = None, last_id: int | None = None) -> Iterator[Events]:
    """An open event stream."""
    query = {"channels": channels} | ({} if after is None else {"after": str(after)})
    headers = {} if last_id is None else {"last-event-id": str(last_id)}
    with (
        httpx.Client(base_url=served.url, timeout=WAIT_S) as client,
        client.stream("GET", "/v1/sse", params=query, headers=headers) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Events(response)


def test_snapshot_then_live(served: Served, world: World) -> None:
    """Without a cursor: the market as it is, then each stake with odds and volume after it."""
    place = world.market("live", "Do the odds come by themselves?")
    world.stake(place, "bob", 0, 1_000_000)

    with listen(served, f"market:{place.address}") as events:
        hello = events.next()
        signature = world.stake(place, "carol", 1, 3_000_000)
        trade, odds, volume = events.next(), events.next(), events.next()

    assert hello["op"] == "subscribed"
    assert hello["snapshot"]["supply"] == ["1000000", "0"]
    assert (trade["type"], trade["seq"], trade["slot"]) == ("trade", world.feed, world.slot)
    assert trade["data"] == {
        "actor": str(wallet("carol").pubkey()), "side": "stake", "outcome": 1, "amount": "3000000", "shares": "3000000",
        "signature": signature,
    }  # fmt: skip
    assert (odds["type"], odds["data"]["odds"]) == ("odds", ["0.250000", "0.750000"])
    assert (volume["type"], volume["data"]) == ("volume", {"total": "4000000"})
    assert odds["channel"] == f"market:{place.address}"


def test_resume_after_a_cursor(served: Served, world: World) -> None:
    """With a cursor: exactly what came after it, by `after` or by Last-Event-ID, then live."""
    place = world.market("resume", "Is anything missed while away?")
    world.stake(place, "bob", 0, 1_000_000)
    cursor = world.feed
    world.stake(place, "bob", 0, 2_000_000)
    world.stakes(place, [("bob", 1, 3_000_000), ("carol", 1, 4_000_000)])

    with listen(served, f"market:{place.address}", after=cursor) as by_query:
        first = [by_query.next() for _ in range(8)]
        world.stake(place, "dave", 0, 5_000_000)
        live = by_query.next()
    with listen(served, f"market:{place.address}", after=0, last_id=cursor) as by_header:
        second = [by_header.next() for _ in range(8)]

    assert first == second
    assert first[0] == {"op": "subscribed", "channel": f"market:{place.address}", "snapshot": None, "seq": cursor}
    amounts = [message["data"]["amount"] for message in first[1:] if message["type"] == "trade"]
    assert amounts == ["2000000", "3000000", "4000000"]
    assert [message["type"] for message in first[4:]] == ["trade", "trade", "odds", "volume"]
    assert live["data"]["amount"] == "5000000"


def test_cursor_moves_only_past_whole_blocks(served: Served, world: World) -> None:
    """The id comes with the last message of a block, so that a cut in the middle of one loses nothing."""
    place = world.market("whole", "Is a block whole or not at all?")
    with (
        httpx.Client(base_url=served.url, timeout=WAIT_S) as client,
        client.stream("GET", "/v1/sse", params={"channels": f"market:{place.address}"}) as response,
    ):
        lines = response.iter_lines()
        while not next(lines).startswith("id: "):
            pass
        world.stakes(place, [("bob", 0, 1_000_000), ("carol", 1, 1_000_000)])
        got = [line for line in (next(lines) for _ in range(10)) if line]

    kinds = [("id" if line.startswith("id") else json.loads(line[6:])["type"]) for line in got]
    assert kinds[:5] == ["trade", "trade", "odds", "id", "volume"]


def test_undo(served: Served, world: World) -> None:
    """A fork is told to every channel; a replay across it shows what stands and the undo."""
    place, bystander = (
        world.market("fork", "Does a fork undo a stake?"),
        world.market("by", "Does a fork reach others?"),
    )
    start = world.feed
    with listen(served, f"market:{place.address},market:{bystander.address}") as events:
        events.next(), events.next()
        world.stake(place, "bob", 0, 9_000_000)
        events.until("volume")
        undone_slot = world.slot
        world.undo()
        undos = [events.next(), events.next()]
        world.stake(place, "carol", 1, 2_000_000)
        after = events.next()
    with listen(served, f"market:{place.address}", after=start) as replay:
        messages = [replay.next() for _ in range(5)]

    assert {undo["channel"] for undo in undos} == {f"market:{place.address}", f"market:{bystander.address}"}
    assert all((undo["type"], undo["slot"]) == ("undo", undone_slot) for undo in undos)
    assert after["data"]["amount"] == "2000000"
    assert [message.get("type") for message in messages] == [None, "undo", "trade", "odds", "volume"]


def test_reset(served: Served, world: World) -> None:
    """A cursor older than what is kept, or from another world, gets a reset with a snapshot."""
    place = world.market("reset", "What if the cursor is too old?")
    world.db.execute("DELETE FROM ledger.feed WHERE seq <= 2")

    for cursor in (0, world.feed + 1000):
        with listen(served, f"market:{place.address}", after=cursor) as events:
            reset = events.next()
            assert (reset["type"], reset["snapshot"]["address"]) == ("reset", place.address)
            assert reset["seq"] >= world.feed


def test_platform(served: Served, world: World) -> None:
    """New markets and resolved ones are told where they belong."""
    with listen(served, "platform") as events:
        events.next()
        place = world.market("new", "Is a new market announced?")
        made = events.next()
    with listen(served, f"market:{place.address}") as events:
        events.next()
        world.stake(place, "bob", 1, 1_000_000)
        events.until("volume")
        world.settle(place, 1)
        state, resolved = events.next(), events.next()

    assert (made["type"], made["data"]["market"]) == ("new_market", place.address)
    assert made["data"]["question"] == "Is a new market announced?"
    assert state["data"] == {"before": "resolving", "state": "finalized", "deadline": 0}
    assert resolved["type"] == "resolved"
    assert (resolved["data"]["outcome"], resolved["data"]["mask"]) == (1, 2)


def test_unknown_market_channel(served: Served) -> None:
    """A market that does not exist ends the stream with its reason."""
    with listen(served, f"market:{wallet('none').pubkey()}") as events:
        assert events.next() == {
            "op": "error",
            "channel": f"market:{wallet('none').pubkey()}",
            "code": "unknown_market",
        }


@pytest.fixture
def socket(served: Served) -> Iterator[ClientConnection]:
    """An open WebSocket."""
    with connect(served.url.replace("http", "ws") + "/v1/stream") as found:
        yield found


def say(socket: ClientConnection, **command: object) -> dict:
    """Send a command; the next message."""
    socket.send(json.dumps(command))
    return hear(socket)


def hear(socket: ClientConnection) -> dict:
    """The next message."""
    return json.loads(socket.recv(timeout=WAIT_S))


def test_socket(socket: ClientConnection, world: World) -> None:
    """Subscribe, hear, unsubscribe, silence; ping any time."""
    place = world.market("ws", "Does the WebSocket speak?")
    channel = f"market:{place.address}"

    assert say(socket, op="ping") == {"op": "pong"}
    hello = say(socket, op="subscribe", channel=channel)
    assert (hello["op"], hello["snapshot"]["address"]) == ("subscribed", place.address)
    world.stake(place, "bob", 0, 1_000_000)
    assert [hear(socket)["type"] for _ in range(3)] == ["trade", "odds", "volume"]
    assert say(socket, op="unsubscribe", channel=channel) == {"op": "unsubscribed", "channel": channel}
    world.stake(place, "bob", 0, 1_000_000)
    assert say(socket, op="ping") == {"op": "pong"}


def test_socket_resumes(socket: ClientConnection, world: World) -> None:
    """`after` replays exactly what was missed; a foreign cursor resets."""
    place = world.market("wsr", "Does the WebSocket resume?")
    cursor = world.feed
    world.stake(place, "bob", 0, 1_000_000)
    channel = f"market:{place.address}"

    assert say(socket, op="subscribe", channel=channel, after=cursor)["snapshot"] is None
    assert [hear(socket)["type"] for _ in range(3)] == ["trade", "odds", "volume"]
    assert say(socket, op="subscribe", channel="platform", after=10**12)["type"] == "reset"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"op":"dance"}', "invalid_request"),
        ("not json", "invalid_request"),
        ('{"op":"subscribe","channel":"user:me"}', "invalid_request"),
        ('{"op":"subscribe","channel":"market:zero"}', "invalid_address"),
        ('{"op":"subscribe","channel":"market:11111111111111111111111111111111"}', "unknown_market"),
    ],
)
def test_bad_commands(socket: ClientConnection, text: str, code: str) -> None:
    """A command that cannot be obeyed is answered, and the socket stays open."""
    socket.send(text)

    answer = hear(socket)
    assert (answer["op"], answer["code"]) == ("error", code)
    assert say(socket, op="ping") == {"op": "pong"}


def test_trades_votes_and_shares(served: Served, world: World) -> None:
    """Trades with the mirror's prices, votes on their own channel, a creator's shares: live, and again by cursor."""
    place = world.market("engines", "Are all engines streamed?", engine=1)
    owner = wallet("sharer").pubkey()
    pool = str(addresses.pool(owner).address)
    world.insert("chain.subject", subject=pool, kind="pool")
    world.insert("chain.pool", pool=pool, creator=str(owner), mint=place.address, supply=3, created_time=moment(1000))
    traded, vote, shares = (samples(name)[0] for name in ("Traded", "VoteCast", "SharesTraded"))
    cursor = world.feed

    with listen(served, f"market:{place.address},votes,creator:{owner}") as events:
        hello = [events.next() for _ in range(3)]
        trade(world, place, 2, "buy", prices=[600_000, 400_000], volume=77)
        key = Pubkey.from_string(place.address)
        at = world.header(place, owner)
        world.block([replace(traded, header=at), replace(vote, header=world.header(place, owner), side=1)])
        of_pool = replace(at, subject=bytes(Pubkey.from_string(pool)))
        world.block([replace(shares, header=of_pool, side=0, pool=replace(shares.pool, accrued=0))])
        seen = [events.next() for _ in range(6)]
    with listen(served, f"creator:{owner}", after=cursor) as again:
        replayed = [again.next() for _ in range(2)]

    assert [one["snapshot"].get("address") for one in hello] == [str(key), None, pool]
    assert [(one["channel"].partition(":")[0], one["type"]) for one in seen] == [
        ("market", "trade"), ("market", "vote"), ("votes", "vote"), ("market", "odds"), ("market", "volume"),
        ("creator", "shares_trade"),
    ]  # fmt: skip
    assert seen[3]["data"]["odds"] == ["0.600000", "0.400000"]
    assert seen[4]["data"] == {"total": "77"}
    assert replayed[1] == seen[5]
