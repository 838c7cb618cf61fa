"""The short path between a WebSocket and the gateway, over python-socketio's own sockets.

Stock python-socketio spends about fourteen asyncio tasks on an event. Here a frame is read, recognised and handed to
the gateway inside the one coroutine that serves its connection, and what goes out is written to the transport at
once: no queue, no writer task. *Everything* that a WebSocket is sent goes that way, python-socketio's own packets
too, so there is one order. A client that polls is served by Engine.IO's queue until it upgrades.

It leans on insides of python-engineio, which is pinned, and replaces of it the socket's WebSocket loop, its `send` and
`close`, and the two bodies of polling. Connecting to the namespace and leaving it stay python-socketio's; the two
libraries' own engines are in `engine`.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, Protocol

import orjson
from aiohttp import web
from aiohttp.web import WebSocketResponse, WSMsgType
from engineio import exceptions
from engineio.async_socket import AsyncSocket
from engineio.packet import CLOSE, NOOP, PING, PONG, UPGRADE, Packet

from . import frames
from .frames import Frame
from .limits import Strikes

if TYPE_CHECKING:
    from .engine import LiveEngine

log = logging.getLogger(__name__)

MAX_MESSAGE = 64 * 1024
"""Bytes that one message to the server may have."""
MAX_BEHIND = 1024 * 1024
"""Bytes that may wait for a reader before it has fallen behind."""
MAX_POLLED = 16
"""Packets in one answer to a poll: the official Python client takes no more at once."""
BODY_SECONDS = 10.0
"""How long a polling client has to send the body of its request."""
PARTING_SECONDS = 2.0
"""How long a client that was told goodbye has to read it and close."""

_EVENT = re.compile(b"42%b,([0-9]{0,15})(?![0-9])" % frames.NAMESPACE.encode())
_CONNECT, _DISCONNECT = b"40", b"41"
_PROBE = b"2probe"


class Receiver(Protocol):
    """Who takes in what the sockets read: the gateway."""

    def event(self, socket: "LiveSocket", ack_id: bytes, name: str, data: Any) -> Awaitable[None] | None:
        """Handle an event; with something to await, the connection's next packet waits for it."""

    def malformed(self, socket: "LiveSocket", ack_id: bytes) -> None:
        """Something that is not of this protocol arrived; `ack_id` is empty where none could be read."""

    def too_slow(self, socket: "LiveSocket") -> None:
        """The reader has fallen behind; it is called once and must not write."""


class LiveSocket(AsyncSocket):  # type: ignore[misc]
    """One client's Engine.IO session, over WebSocket or polling."""

    server: "LiveEngine"
    queue: "asyncio.Queue[Packet | None]"
    connected: bool
    upgrading: bool
    upgraded: bool
    closing: bool
    closed: bool

    def __init__(self, server: "LiveEngine", sid: str) -> None:
        super().__init__(server, sid)
        now = asyncio.get_running_loop().time()
        self.peer: Any = None
        """What the gateway keeps about this client, once it has connected."""
        self.born_at = self.pinged_at = self.progressed_at = self.heard_at = now
        self.request_id = ""
        """What this client's requests go by in the log."""
        self._counted = server.metrics
        self.strikes = Strikes(limit=20, window=10.0)
        self.is_silent = False
        """Whether nothing has come since the last ping."""
        self.leaves_at: float | None = None
        """Set once goodbye was said: from then on nothing is written, and at that time the connection is cut."""
        self._transport: asyncio.Transport | None = None
        self._queued = 0
        self._written = self._drained = 0
        self._may_wait = MAX_BEHIND

    # ── Out ────────────────────────────────────────────────────────────────────────────────────────────────────

    def write(self, frame: Frame) -> None:
        """Send a frame now; never waits. Who has fallen behind or was told goodbye gets nothing."""
        if not self._has_room():
            return
        size = len(frame.wire)
        if size > MAX_BEHIND // 4:
            # A large snapshot was asked for: to have it wait in the buffer is not yet to fall behind.
            self._may_wait = MAX_BEHIND + size
        self._put(frame.wire, frame)

    def _has_room(self) -> bool:
        """Whether anything may still be written; who has fallen behind is told goodbye here."""
        if self.leaves_at is not None or self.closed:
            return False
        if self.waiting > self._may_wait:
            self.server.receiver.too_slow(self)
            return False
        return True

    def _put(self, wire: bytes, frame: Frame | Packet) -> None:
        transport = self._transport
        size = len(wire)
        self._written += size
        self._counted.frames += 1
        self._counted.frame_bytes += size
        if transport is None:
            for packet in frame.packets() if isinstance(frame, Frame) else [frame]:
                self._queued += _size(packet)
                self.queue.put_nowait(packet)
        elif not transport.is_closing():
            transport.write(wire)

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet."""
        return self._queued if self._transport is None else self._transport.get_write_buffer_size()

    def has_stalled(self, now: float, seconds: float) -> bool:
        """Whether something has been waiting for so long without any of it being taken. To be asked regularly."""
        waiting = self.waiting
        if not waiting:
            self._may_wait = MAX_BEHIND
        drained = self._written - waiting
        if not waiting or drained > self._drained:
            self._drained, self.progressed_at = drained, now
        return now - self.progressed_at > seconds

    def ping(self, now: float) -> None:
        """Ask for a sign of life."""
        self.pinged_at, self.is_silent = now, True
        self._put(frames.PING, Packet(PING))

    async def send(self, pkt: Packet) -> None:
        """A packet of python-socketio's or Engine.IO's own."""
        if self._has_room():
            self._put(frames.of_packet(pkt), pkt)

    # ── In ─────────────────────────────────────────────────────────────────────────────────────────────────────

    def take(self, packet: bytes) -> Awaitable[None] | None:
        """One text packet from the client; with something to await, the next one waits for it."""
        self.is_silent = False
        self.heard_at = asyncio.get_running_loop().time()
        if self.leaves_at is not None or self.closed:
            return None
        event = _EVENT.match(packet)
        if event is not None:
            return self._take_event(event[1], packet[event.end() :])
        if packet == b"3":
            return None
        if packet.startswith((_CONNECT, _DISCONNECT)):
            return self._take_stock(packet)
        if packet == b"1":
            return self.close(abort=True, reason=self.server.reason.CLIENT_DISCONNECT)
        # Nothing else has a place here: no client event carries an attachment, and the server asks for no answers.
        self.server.receiver.malformed(self, b"")
        return None

    def _take_event(self, ack_id: bytes, arguments: bytes) -> Awaitable[None] | None:
        try:
            name, data = orjson.loads(arguments) if arguments.startswith(b"[") else (None, None)
        except ValueError:
            name = data = None
        if type(name) is not str:
            self.server.receiver.malformed(self, ack_id)
            return None
        return self.server.receiver.event(self, ack_id, name, data)

    async def _take_stock(self, packet: bytes) -> None:
        """Connecting to a namespace and leaving it: python-socketio's."""
        try:
            await self.server.handlers["message"](self.sid, packet[1:].decode())
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
            # Its decoder raises any of these at what is no Socket.IO packet.
            log.debug("not a Socket.IO packet", exc_info=True)
            self.server.receiver.malformed(self, b"")

    async def poll(self) -> list[Packet]:
        """What waits for a polling client, for one answer; none: the session is over."""
        try:
            async with asyncio.timeout(self.server.ping_interval + self.server.ping_timeout):
                taken = [await self.queue.get()]
        except TimeoutError:
            raise exceptions.QueueEmpty from None
        while taken[-1] is not None and len(taken) < MAX_POLLED and not self.queue.empty():
            taken.append(self.queue.get_nowait())
        if taken[-1] is None:
            # The mark of the end stays, for whoever asks again; and having heard goodbye, the client has gone.
            self.queue.put_nowait(taken.pop())
            self.leaves_at = 0.0
        packets = [packet for packet in taken if packet is not None]
        self._queued -= sum(_size(packet) for packet in packets)
        return packets

    async def handle_post_request(self, environ: dict[str, Any]) -> None:
        """What a polling client sends: as many packets as fit (Engine.IO's own limit of 16 would drop the rest)."""
        if int(environ.get("CONTENT_LENGTH", 0)) > MAX_MESSAGE:
            raise exceptions.ContentTooLongError
        body = b""
        async with asyncio.timeout(BODY_SECONDS):
            while chunk := await environ["wsgi.input"].read(MAX_MESSAGE + 1 - len(body)):
                body += chunk
        if len(body) > MAX_MESSAGE:
            raise exceptions.ContentTooLongError
        for packet in body.split(b"\x1e"):
            pending = self.take(packet)
            if pending is not None:
                await pending

    # ── The WebSocket ──────────────────────────────────────────────────────────────────────────────────────────

    async def _upgrade_websocket(self, environ: dict[str, Any]) -> WebSocketResponse:
        """Serve a WebSocket to its end, whether the session begins with it or comes from polling."""
        request: web.Request = environ["aiohttp.request"]
        if self.upgraded or self.upgrading:
            raise web.HTTPBadRequest(text="this session has its WebSocket")
        # `compress=False` is what refuses permessage-deflate, which would cost 100 kB a socket. One byte more, as
        # aiohttp's limit is the first size that it refuses.
        websocket = WebSocketResponse(
            compress=False, max_msg_size=MAX_MESSAGE + 1, autoping=False, autoclose=False, decode_text=False
        )
        self.upgrading = self.connected
        is_served = False
        try:
            await websocket.prepare(request)
            transport = request.transport
            if transport is not None and (not self.upgrading or await self._probe(websocket)):
                is_served = True
                self._begin_writing(transport)
                await self._read_on(websocket, transport)
        finally:
            self.upgrading = False
            # A probe that failed leaves the session to its polling.
            if is_served or not self.connected:
                await self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)
        return websocket

    async def _probe(self, websocket: WebSocketResponse) -> bool:
        """Engine.IO's test of a new transport: ping, pong, and `upgrade` once the last poll has ended."""
        try:
            async with asyncio.timeout(self.server.ping_timeout):
                if (await websocket.receive()).data != _PROBE:
                    return False
                await websocket.send_str(Packet(PONG, "probe").encode())
                self.queue.put_nowait(Packet(NOOP))
                return bool((await websocket.receive()).data == Packet(UPGRADE).encode().encode())
        except TimeoutError:
            return False

    def _begin_writing(self, transport: asyncio.Transport) -> None:
        """From here on, everything goes straight to the transport; first what is still queued, in its order."""
        self.connected = self.upgraded = True
        self.upgrading = False
        self._transport = transport
        self._queued = 0
        while not self.queue.empty():
            packet = self.queue.get_nowait()
            if packet is not None and packet.packet_type != NOOP:
                transport.write(frames.of_packet(packet))
        if self.leaves_at is not None:
            transport.write(frames.close(1000, ""))

    async def _read_on(self, websocket: WebSocketResponse, transport: asyncio.Transport) -> None:
        while True:
            message: Any = await websocket.receive()
            if message.type is WSMsgType.TEXT:
                pending = self.take(message.data)
                if pending is not None:
                    await pending
            elif message.type is WSMsgType.BINARY:
                self.server.receiver.malformed(self, b"")
            elif message.type is WSMsgType.PING:
                if self._has_room():
                    self._put(frames.pong(message.data), Packet(NOOP))
            elif message.type is not WSMsgType.PONG:
                if message.type is WSMsgType.CLOSE and self.leaves_at is None and not transport.is_closing():
                    transport.write(frames.close(1000, ""))
                return

    # ── The end ────────────────────────────────────────────────────────────────────────────────────────────────

    def say_goodbye(self, farewell: Frame, code: int, now: float) -> None:
        """Tell the client why, and close; it has `PARTING_SECONDS` to read that. Nothing is written afterwards."""
        if self.leaves_at is not None or self.closed:
            return
        if self._queued > MAX_BEHIND:
            # Whoever polls again finds the goodbye first: what waited before it will come with the resume.
            while not self.queue.empty():
                self.queue.get_nowait()
            self._queued = 0
        self._put(farewell.wire, farewell)
        self.leaves_at = now + PARTING_SECONDS
        if self._transport is None:
            self.queue.put_nowait(Packet(CLOSE))
            self.queue.put_nowait(None)
        elif not self._transport.is_closing():
            self._transport.write(frames.close(code, ""))

    async def cut(self, reason: str) -> None:
        """End the connection now; what waits for the client is dropped."""
        if self._transport is not None:
            self._transport.abort()
        await self.close(abort=True, reason=reason)

    async def close(self, wait: bool = True, abort: bool = False, reason: str | None = None) -> None:
        """Engine.IO's close: `abort` means that the client is not told. It never waits for the client."""
        if self.closing or self.closed:
            return
        self.closing = True
        try:
            await self.server._trigger_event(
                "disconnect", self.sid, reason or self.server.reason.SERVER_DISCONNECT, run_async=False
            )
        finally:
            transport = self._transport
            if transport is None:
                if not abort:
                    self.queue.put_nowait(Packet(CLOSE))
                self.queue.put_nowait(None)
            elif not transport.is_closing():
                if not abort:
                    transport.write(frames.close(1000, ""))
                transport.close()
            self.closed = True
            self.server.sockets.pop(self.sid, None)


def _size(packet: Packet) -> int:
    return len(packet.data) if isinstance(packet.data, str | bytes) else 1
