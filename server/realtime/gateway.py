"""The Socket.IO gateway: who may connect, what a client may ask, and how it is told goodbye.

A request goes from the socket straight to the live service; its answer comes from the commit's callback. One
connection's requests are handled in the order in which they were sent: only what must be read from the database first
(a stream, a session) is awaited, and then the connection's next packet waits with it.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as SocketRefused

from ..domain.messages import Refused
from ..logs import Lines
from ..service.clock import Clock
from ..service.live import Live
from ..service.rates import Rate
from ..service.readiness import Link
from . import frames, requests
from .announcing import Announcing
from .answering import Answering
from .connection import Connection, refusal
from .engine import LiveEngine, LiveServer
from .fanout import Fanout, RedisFanout, SingleNode
from .frames import NAMESPACE
from .heartbeat import Heartbeat
from .hot_path import MAX_MESSAGE, LiveSocket
from .sessions import Accounts, Sessions

log = logging.getLogger(__name__)

COOKIE = "__Host-longroom"
DRAIN_SECONDS = 8.0
"""How long a shutdown waits for commands under way; with the goodbyes it stays within ten seconds."""
MAX_SOCKETS = 20
"""How many sockets one session may have open at a node: a person with many windows, and no more."""
STRANGERS_RATE, STRANGERS_BURST = 5.0, 100
"""How many connections of nobody's a second an address may try, and at once: each is a question to the database.
A whole school behind one address may find its sessions ended at the same time."""

CLOSINGS = {
    "shutting_down": (1001, "the server is restarting: connect again after retry_ms"),
    "revoked": (4001, "this session was ended: sign in again"),
    "expired": (4001, "this session has run out: sign in again"),
    "too_slow": (4008, "too much was waiting to be read: connect again and resume"),
    "abuse": (1008, "too many packets that cannot be read"),
}
"""Why the server closes a socket: the WebSocket's close code, and words for people."""


class Gateway:
    """The live wire of one node. `start` it before the first request, `drain` it before the last."""

    def __init__(
        self,
        live: Live,
        accounts: Accounts,
        clock: Clock,
        *,
        origins: Collection[str],
        redis_url: str | None = None,
        rate: Rate | None = None,
        lines: Lines | None = None,
        address_of: Callable[[web.Request], str] | None = None,
        ping_interval: float = 10.0,
        ping_timeout: float = 10.0,
        head_seconds: float = 10.0,
    ) -> None:
        """`origins` are the only ones whose browsers may connect; `rate` is each person's, whichever way they ask;
        `lines` takes what is logged of each socket and command;
        `address_of` tells a client's address, its proxy aside. The heartbeat and the pause between head checks are in
        seconds."""
        if not origins or "*" in origins:
            # python-socketio takes an empty list as "do not check" and the asterisk as "everybody".
            raise ValueError("name the origins whose browsers may connect")
        self._accounts = accounts
        self._rate = rate or Rate(200)
        self._strangers = Rate(STRANGERS_RATE, STRANGERS_BURST)
        self._address_of = address_of or (lambda request: request.remote or "")
        self._clock = clock
        self._head_seconds = head_seconds
        self._server = LiveServer(
            async_mode="aiohttp",
            async_handlers=False,
            namespaces=[NAMESPACE],
            cors_allowed_origins=list(origins),
            transports=["polling", "websocket"],
            allow_upgrades=True,
            http_compression=False,
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=ping_interval,
            ping_timeout=ping_timeout,
            monitor_clients=False,
            logger=logging.getLogger(f"{__name__}.socketio"),
            engineio_logger=logging.getLogger(f"{__name__}.engineio"),
        )
        self._engine: LiveEngine = self._server.eio
        self._engine.receiver = self
        self._metrics = self._engine.metrics = live.metrics
        self._lines = lines
        self._server.on("connect", self._connect, namespace=NAMESPACE)
        self._server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        self._fanout: Fanout = (
            RedisFanout(redis_url, live, self._end_revoked) if redis_url is not None else SingleNode()
        )
        self._announcing = Announcing(live, self._fanout)
        self._sessions = Sessions(accounts, clock, self._close, self._announcing.reassess)
        self._heartbeat = Heartbeat(self._engine, self._sessions.sweep)
        self._answering = Answering(live, self._announcing, lines)
        self._connections: dict[str, Connection] = {}
        self._tasks: list[asyncio.Task[None]] = []

    # ── For the app ────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def is_draining(self) -> bool:
        """Whether nothing new is taken any more."""
        return not self._engine.is_accepting

    @property
    def count(self) -> int:
        """How many sockets are signed in."""
        return len(self._connections)

    @property
    def link(self) -> Link:
        """How the link to the other nodes is."""
        return self._fanout.link

    def attach(self, app: web.Application) -> None:
        """Add the route `/socket.io/`."""
        self._server.attach(app)

    async def start(self) -> None:
        """Start the heartbeat, the head checks and the link to the other nodes."""
        await self._fanout.start()
        self._tasks = [
            asyncio.create_task(self._heartbeat.run(), name="heartbeat"),
            asyncio.create_task(self._tell_heads(), name="heads"),
            asyncio.create_task(self._sessions.follow_revocations(), name="revocations"),
        ]

    async def drain(self) -> None:
        """Take nothing new, answer what is under way, say goodbye and close: within ten seconds."""
        self._engine.is_accepting = False
        with suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._answering.finish()
        for socket in list(self._engine.sockets.values()):
            # Uneven, so that the clients do not come back all at once.
            self._say_goodbye(socket, "shutting_down", retry_ms=random.randint(500, 3_000))  # noqa: S311
        while self._engine.sockets:
            # Each goodbye ends with the client's own close, or when its time is up.
            await self._heartbeat.sweep(self._now())
            await asyncio.sleep(0.02)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._sessions.close()
        await self._fanout.close()

    def revoke(self, session_ids: Iterable[str]) -> None:
        """These sessions were revoked: close their sockets, here at once and on the other nodes soon."""
        ids = list(session_ids)
        self._sessions.end(ids, "revoked")
        self._fanout.revoke(ids)

    def rooms_heard(self) -> dict[tuple[str, str], int]:
        """Each room that has a socket here, as (stream, site), and when it was last heard (milliseconds, UTC)."""
        now, at = self._now(), self._clock.now()
        return {room: at - round((now - heard) * 1_000) for room, heard in self._announcing.rooms_heard().items()}

    async def actor_changed(self, person_id: str) -> None:
        """The person's roles or sites have changed: read them again and see what they may watch now."""
        await self._sessions.actor_changed(person_id)

    # ── Connecting ─────────────────────────────────────────────────────────────────────────────────────────────

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        socket = self._engine.sockets[self._server.manager.eio_sid_from_sid(sid, NAMESPACE)]
        token = auth.get("token") if isinstance(auth, dict) else None
        if token is None:
            token = environ["aiohttp.request"].cookies.get(COOKIE)
        if not self._engine.is_accepting:
            raise SocketRefused("the server is restarting", {"code": "shutting_down"})
        # Only what proves to be nobody's is counted: those who are signed in come back all at once after a restart.
        address = self._address_of(environ["aiohttp.request"])
        if self._strangers.look(address, self._now()):
            raise SocketRefused("too many attempts", {"code": "too_many_requests"})
        try:
            session = await self._accounts.authenticate(token) if isinstance(token, str) else None
        except Exception as error:
            log.exception("authenticating a socket failed")
            raise SocketRefused("try again", {"code": "busy"}) from error
        if session is None:
            self._strangers.wait(address, self._now())
            raise SocketRefused("sign in first", {"code": "not_signed_in"})
        if socket.closed or socket.closing or self._server.manager.eio_sid_from_sid(sid, NAMESPACE) is None:
            # It was cut or has left while we asked: for python-socketio that was before it had come, so that its
            # disconnection is never told.
            raise SocketRefused("the connection has ended", {"code": "busy"})
        if self._sessions.count(session.id) >= MAX_SOCKETS:
            raise SocketRefused("close one of your other windows", {"code": "too_many_sockets"})
        connection = Connection(socket, session, self._now())
        socket.peer = self._connections[sid] = connection
        self._sessions.add(connection)
        self._say("socket opened", socket)

    async def _disconnect(self, sid: str, reason: str) -> None:
        connection = self._connections.pop(sid, None)
        if connection is not None:
            connection.socket.peer = None
            self._forget(connection)
            self._say("socket closed", connection.socket, reason=reason)

    def _forget(self, connection: Connection) -> None:
        self._announcing.leave_all(connection)
        self._sessions.remove(connection)

    # ── What the sockets read ──────────────────────────────────────────────────────────────────────────────────

    def event(self, socket: LiveSocket, ack_id: bytes, name: str, data: Any) -> Awaitable[None] | None:
        """Handle one event; its cost is one request, or as many as a batch carries."""
        connection: Connection | None = socket.peer
        handle = self._answering.events.get(name)
        if connection is None or handle is None:
            self.malformed(socket, ack_id)
            return None
        if connection.session.expires_at <= self._clock.now():
            self._refuse(connection, ack_id, Refused("not_signed_in", "this session has run out: sign in again"))
            return None
        if self._rate.wait(connection.actor.person_id, self._now(), requests.cost(name, data)):
            self._refuse(connection, ack_id, Refused("too_many_requests", "slow down, and send it again"))
            return None
        return handle(connection, ack_id, data)

    def _refuse(self, connection: Connection, ack_id: bytes, refused: Refused) -> None:
        self._metrics.socket_refusals[refused.code] += 1
        connection.answer(ack_id, refusal(refused))

    def malformed(self, socket: LiveSocket, ack_id: bytes) -> None:
        """Answer what cannot be read, if it has an id; who goes on like that is closed."""
        self._metrics.socket_refusals["malformed"] += 1
        if ack_id:
            refused = Refused("malformed", "this is not an event of this protocol")
            socket.write(frames.acknowledgement(ack_id, refusal(refused)))
        if socket.strikes.add(self._now()):
            self._say_goodbye(socket, "abuse")

    def too_slow(self, socket: LiveSocket) -> None:
        """Nothing more is written for a reader that has fallen behind."""
        self._say_goodbye(socket, "too_slow")

    # ── Goodbyes ───────────────────────────────────────────────────────────────────────────────────────────────

    def _close(self, connection: Connection, code: str) -> None:
        self._say_goodbye(connection.socket, code)

    def _end_revoked(self, session_ids: list[str]) -> None:
        self._sessions.end(session_ids, "revoked")

    def _say_goodbye(self, socket: LiveSocket, code: str, retry_ms: int | None = None) -> None:
        number, message = CLOSINGS[code]
        body = orjson.dumps({"code": code, "message": message, "retry_ms": retry_ms})
        self._metrics.socket_closings[code] += 1
        self._say("socket told to go", socket, code=code)
        socket.say_goodbye(frames.event("closing", body), number, self._now())
        if socket.peer is not None:
            # Later, as this may be a room's own round through its members. The socket is silent from now on anyway.
            asyncio.get_running_loop().call_soon(self._forget, socket.peer)

    def _say(self, event: str, socket: LiveSocket, **said: object) -> None:
        if self._lines is not None and self._lines.is_on:
            self._lines.add(event, request_id=socket.request_id, **said)

    # ── Heads ──────────────────────────────────────────────────────────────────────────────────────────────────

    async def _tell_heads(self) -> None:
        while True:
            await asyncio.sleep(self._head_seconds)
            try:
                await self._announcing.tell_heads()
            except Exception:
                log.exception("the head check failed")

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
