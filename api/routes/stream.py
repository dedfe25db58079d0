"""The feed to sockets: Server-Sent Events and a WebSocket over the same hub."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from litestar import Request, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import QueryParameter
from litestar.response import Stream

from .. import metrics
from ..errors import ApiError, InvalidRequest
from ..frames import PLATFORM, VOTES
from ..limiter import Limiter
from ..schemas import wire
from ..streams import DROPPED, REPLAY_STEPS_MAX, STOPPED, Hub, Member

CHANNELS_MAX: Final = 32
PING_S: Final = 15.0
SILENCE_MAX_S: Final = 2 * PING_S + 2
MESSAGES_PER_MINUTE_MAX: Final = 100
_CURSOR: Final = re.compile(r"[0-9]{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One message on its way to a socket; `last` when nothing of its seq follows, so a cursor may move past it."""

    seq: int
    channel: str
    body: bytes
    last: bool = True


class Command(msgspec.Struct, frozen=True):
    """What a WebSocket client says."""

    op: str
    channel: str = ""
    after: int | None = None


def channel_name(text: str) -> str:
    """A known channel; raises InvalidRequest."""
    kind, _, name = text.partition(":")
    if text in (PLATFORM, VOTES):
        return text
    if kind in ("market", "creator") and name:
        wire.address(name, field="channels")
        return text
    known = "market:{address}, creator:{wallet}, votes and platform"
    raise InvalidRequest(f"No channel is called {text[:80]!r}: there are {known}.", field="channels")


async def opening(hub: Hub, member: Member, channel: str, after: int | None) -> AsyncIterator[Line]:
    """What a new subscriber sees first: a snapshot, or what its cursor missed, or a reset."""
    reset = False
    if after is not None:
        replay = await hub.feed.replay(channel, after, REPLAY_STEPS_MAX)
        reset = replay.reset
        if not reset:
            member.floors[channel] = replay.seq
            hello = {"op": "subscribed", "channel": channel, "snapshot": None, "seq": after}
            yield Line(after, channel, msgspec.json.encode(hello), last=False)
            for step in replay.steps:
                frames = (step.undone(channel),) if step.undo else step.frames
                for n, frame in enumerate(frames, 1):
                    yield Line(step.seq, channel, frame.body, last=n == len(frames))
            return
    seq, snapshot = await hub.feed.snapshot(channel)
    member.floors[channel] = seq
    word = {"type": "reset"} if reset else {"op": "subscribed"}
    body = {**word, "channel": channel, "snapshot": msgspec.Raw(snapshot), "seq": seq}
    yield Line(seq, channel, msgspec.json.encode(body))


async def live(member: Member) -> AsyncIterator[Line | None]:
    """Frames as they come; None when a ping is due; ends when the hub ends the member."""
    while True:
        try:
            async with asyncio.timeout(PING_S):
                chunk = await member.queue.get()
        except TimeoutError:
            yield None
            continue
        if chunk is DROPPED:
            yield Line(member.seq + 1, "", msgspec.json.encode({"op": "dropped", "seq": member.seq}), last=False)
        if chunk in (DROPPED, STOPPED):
            return
        for n, frame in enumerate(chunk.frames, 1):
            yield Line(chunk.seq, frame.channel, frame.body, last=n == len(chunk.frames))
        member.seq = max(member.seq, chunk.seq)


@get("/v1/sse", media_type="text/event-stream", tags=["streams"], summary="Live changes as Server-Sent Events")
async def sse(
    request: Request,
    hub: NamedDependency[Hub],
    limiter: NamedDependency[Limiter],
    channels: Annotated[
        str,
        QueryParameter(description="market:{address}, creator:{wallet}, votes, platform; by comma", max_length=2000),
    ],
    after: Annotated[int | None, QueryParameter(ge=0, description="resume after this feed seq")] = None,
) -> Stream:
    """Each message is one JSON `data:` line; `id:` is the feed seq to resume after, as Last-Event-ID or `after`."""
    names = [channel_name(name) for name in dict.fromkeys(channels.split(","))]
    if len(names) > CHANNELS_MAX:
        raise InvalidRequest(f"At most {CHANNELS_MAX} channels a stream.", field="channels")
    last_id = request.headers.get("last-event-id", "")
    cursor = int(last_id) if _CURSOR.fullmatch(last_id) else after
    member = Member()
    ip = str(request.scope.get("client_ip", ""))
    await limiter.open_socket(ip)
    try:
        for name in names:
            hub.join(member, name)
    except ApiError:
        limiter.close_socket(ip)
        raise
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(_events(hub, limiter, member, ip, names, cursor), media_type="text/event-stream", headers=headers)


async def _events(
    hub: Hub, limiter: Limiter, member: Member, ip: str, names: list[str], after: int | None
) -> AsyncIterator[bytes]:
    metrics.sockets.labels("sse").inc()
    try:
        yield b"retry: 1000\n\n"
        for name in names:
            # A cursor moves only once every channel has been opened, else a cut here would lose the others.
            async for body in _opened(hub, member, name, after):
                yield _event(body, None)
        if not member.floors:
            return
        member.seq = min(member.floors.values())
        yield _event(None, member.seq)
        async for line in live(member):
            if line is None:
                yield _event(None, member.seq)
            elif not line.channel or member.wants(line.channel, line.seq):
                yield _event(line.body, line.seq if line.last else None)
                metrics.messages.labels("sse").inc()
    finally:
        hub.leave(member)
        limiter.close_socket(ip)
        metrics.sockets.labels("sse").dec()


async def _opened(hub: Hub, member: Member, channel: str, after: int | None) -> AsyncIterator[bytes]:
    """A channel's opening, or why there is none."""
    try:
        async for line in opening(hub, member, channel, after):
            yield line.body
    except ApiError as error:
        hub.leave(member, channel)
        yield msgspec.json.encode({"op": "error", "channel": channel, "code": error.code})


def _event(body: bytes | None, seq: int | None) -> bytes:
    head = b"" if seq is None else b"id: %d\n" % seq
    return head + (b"\n" if body is None else b"data: " + body + b"\n\n")


@websocket("/v1/stream")
async def stream(socket: WebSocket, hub: NamedDependency[Hub], limiter: NamedDependency[Limiter]) -> None:
    """Commands in, messages out, until either side leaves; a client that says nothing for two pings is closed."""
    ip = str(socket.scope.get("client_ip", ""))
    await socket.accept()
    try:
        await limiter.open_socket(ip)
    except ApiError as error:
        await socket.close(code=4000 + error.status, reason=error.code)
        return
    member = Member()
    metrics.sockets.labels("ws").inc()
    commands: asyncio.Queue[Command] = asyncio.Queue(MESSAGES_PER_MINUTE_MAX)
    tasks = [asyncio.create_task(_listen(socket, commands)), asyncio.create_task(_speak(socket, hub, member, commands))]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await socket.close(code=1000)
    except (WebSocketDisconnect, TimeoutError):
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await socket.close(code=1001)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        hub.leave(member)
        limiter.close_socket(ip)
        metrics.sockets.labels("ws").dec()


async def _listen(socket: WebSocket, commands: asyncio.Queue[Command]) -> None:
    """Read commands; TimeoutError after silence, an unreadable or too frequent one is answered as op `error`."""
    loop = asyncio.get_running_loop()
    window, count = loop.time(), 0
    while True:
        async with asyncio.timeout(SILENCE_MAX_S):
            text = await socket.receive_text()
        if loop.time() - window > 60:
            window, count = loop.time(), 0
        count += 1
        try:
            command = msgspec.json.decode(text, type=Command)
        except msgspec.DecodeError:
            command = Command(op="unreadable")
        await commands.put(command if count <= MESSAGES_PER_MINUTE_MAX else Command(op="too_many"))


async def _speak(socket: WebSocket, hub: Hub, member: Member, commands: asyncio.Queue[Command]) -> None:
    """The only writer of a socket: answers commands and passes frames on, in order."""
    frames = live(member)
    next_frame = asyncio.ensure_future(anext(frames, STOPPED))
    next_command = asyncio.ensure_future(commands.get())
    try:
        while True:
            await asyncio.wait({next_frame, next_command}, return_when=asyncio.FIRST_COMPLETED)
            if next_command.done():
                if not await _obey(socket, hub, member, next_command.result()):
                    return
                next_command = asyncio.ensure_future(commands.get())
            if next_frame.done():
                line = next_frame.result()
                if line is STOPPED:
                    return
                if isinstance(line, Line) and (not line.channel or member.wants(line.channel, line.seq)):
                    await socket.send_data(line.body.decode(), mode="text")
                    metrics.messages.labels("ws").inc()
                next_frame = asyncio.ensure_future(anext(frames, STOPPED))
    finally:
        next_frame.cancel()
        next_command.cancel()


async def _obey(socket: WebSocket, hub: Hub, member: Member, command: Command) -> bool:
    """Do one command; False when the socket is to be closed."""
    match command.op:
        case "ping":
            await _say(socket, {"op": "pong"})
        case "unsubscribe":
            hub.leave(member, command.channel)
            await _say(socket, {"op": "unsubscribed", "channel": command.channel})
        case "subscribe":
            try:
                channel = channel_name(command.channel)
                if len(member.floors) >= CHANNELS_MAX:
                    raise InvalidRequest(f"At most {CHANNELS_MAX} channels a socket.")
                hub.join(member, channel)
                async for line in opening(hub, member, channel, command.after):
                    await socket.send_data(line.body.decode(), mode="text")
            except ApiError as error:
                hub.leave(member, command.channel)
                await _say(socket, {"op": "error", "code": error.code, "detail": error.detail})
        case "too_many":
            await _say(socket, {"op": "error", "code": "rate_limited", "detail": "too many messages a minute"})
            return False
        case _:
            detail = "say {op: subscribe|unsubscribe|ping, channel, after?}"
            await _say(socket, {"op": "error", "code": "invalid_request", "detail": detail})
    return True


async def _say(socket: WebSocket, value: dict[str, object]) -> None:
    await socket.send_data(msgspec.json.encode(value).decode(), mode="text")
