"""Raw sockets, and frames made by hand: HTTP, WebSocket and HTTP/2 as no library would send them."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
CLOSE = 8
READ_BYTES = 1 << 16


@asynccontextmanager
async def line(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def told(port: int, *parts: bytes, half: bool = False) -> bytes:
    """Send parts, and what is answered until the other side hangs up; `half` says that no more will be sent."""
    async with line(port) as (reader, writer):
        answer = asyncio.create_task(_all(reader))
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
            if half:
                writer.write_eof()
        return await answer


async def _all(reader: asyncio.StreamReader) -> bytes:
    read = b""
    with suppress(ConnectionError):
        while more := await reader.read(READ_BYTES):
            read += more
    return read


def post(body: bytes, *headers: bytes, length: int | None = None) -> bytes:
    """A JSON-RPC request that ends its connection; `length` lies about the body."""
    told_length = b"content-length: %d" % (len(body) if length is None else length)
    lines = [b"POST / HTTP/1.1", b"host: x", b"content-type: application/json", b"connection: close", told_length]
    return b"\r\n".join([*lines, *headers, b"", body])


def frame(kind: int, data: bytes, *, final: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """A WebSocket frame (RFC 6455); the mask is 0, so that data stays as it is."""
    size, mask = len(data), 0x80 if masked else 0
    head = bytes([(0x80 if final else 0) | reserved | kind])
    if size < 126:
        head += bytes([mask | size])
    elif size < 1 << 16:
        head += bytes([mask | 126]) + struct.pack(">H", size)
    else:
        head += bytes([mask | 127]) + struct.pack(">Q", size)
    return head + (bytes(4) if masked else b"") + data


def frames(stream: bytes) -> Iterable[tuple[int, bytes]]:
    """The kinds and contents of a server's frames."""
    at = 0
    while at + 2 <= len(stream):
        kind, size, at = stream[at] & 15, stream[at + 1], at + 2
        if size == 126:
            size, at = struct.unpack_from(">H", stream, at)[0], at + 2
        elif size == 127:
            size, at = struct.unpack_from(">Q", stream, at)[0], at + 8
        yield kind, stream[at : at + size]
        at += size


def close_code(stream: bytes) -> int | None:
    """The code of the close frame in a server's frames."""
    return next((struct.unpack(">H", data[:2])[0] for kind, data in frames(stream) if kind == CLOSE), None)


@asynccontextmanager
async def web_socket(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection after its WebSocket handshake."""
    async with line(port) as (reader, writer):
        writer.write(HANDSHAKE)
        assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield reader, writer


async def web_told(port: int, *parts: bytes) -> bytes:
    """Send frames, and all that is answered until the other side hangs up."""
    async with web_socket(port) as (reader, writer):
        answer = asyncio.create_task(_all(reader))
        with suppress(ConnectionError):
            for part in parts:
                writer.write(part)
                await writer.drain()
        return await answer


def http2(kind: int, flags: int, stream: int, data: bytes = b"") -> bytes:
    """An HTTP/2 frame (RFC 9113)."""
    return struct.pack(">I", len(data))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + data


def call_headers(path: bytes) -> bytes:
    """The header block of a gRPC call, each field literal (RFC 7541, 6.2.2)."""
    fields = {
        b":method": b"POST",
        b":scheme": b"http",
        b":path": path,
        b":authority": b"x",
        b"te": b"trailers",
        b"content-type": b"application/grpc",
    }
    return b"".join(bytes([0, len(name)]) + name + bytes([len(value)]) + value for name, value in fields.items())


def grpc_message(data: bytes) -> bytes:
    """A message as gRPC frames it."""
    return b"\0" + struct.pack(">I", len(data)) + data


def reset(writer: asyncio.StreamWriter) -> None:
    """Hang up with RST instead of FIN."""
    if writer.transport.is_closing():
        return
    raw = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
