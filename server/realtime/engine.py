"""python-socketio and python-engineio with sockets of our own, and without a task for each session.

Transports, CORS, session ids and namespaces stay theirs. Both are pinned: this replaces how Engine.IO opens a session.
"""

from typing import Any, Protocol

import socketio
from aiohttp import web
from engineio import AsyncServer as EngineServer
from engineio.packet import OPEN, Packet

from .. import request_ids
from ..metrics import Metrics
from .hot_path import MAX_MESSAGE, LiveSocket, Receiver


class Reasons(Protocol):
    """Engine.IO's words for why a session ended."""

    SERVER_DISCONNECT: str
    CLIENT_DISCONNECT: str
    PING_TIMEOUT: str
    TRANSPORT_CLOSE: str


class LiveEngine(EngineServer):  # type: ignore[misc]
    """Engine.IO with our sockets. It starts no task for a session; whoever owns it keeps the heartbeat."""

    receiver: Receiver
    metrics: Metrics
    sockets: dict[str, LiveSocket]
    is_accepting = True
    reason: Reasons

    async def handle_request(self, request: web.Request) -> web.StreamResponse:
        """Any request to `/socket.io/`."""
        if "j" in request.query:
            raise web.HTTPBadRequest(text="JSONP is not served")
        if not self.is_accepting and "sid" not in request.query:
            raise web.HTTPServiceUnavailable(text="shutting down", headers={"Retry-After": "1"})
        response: web.StreamResponse = await super().handle_request(request)
        return response

    async def _handle_connect(self, environ: dict[str, Any], transport: str, jsonp_index: int | None = None) -> Any:
        """Open a session. Engine.IO's own makes its own kind of socket, and a task for its heartbeat."""
        sid = self.generate_id()
        socket = self.sockets[sid] = LiveSocket(self, sid)
        socket.request_id = request_ids.of(environ["aiohttp.request"])
        opening = {
            "sid": sid,
            "upgrades": self._upgrades(sid, transport),
            "pingInterval": int(self.ping_interval * 1000),
            "pingTimeout": int(self.ping_timeout * 1000),
            "maxPayload": MAX_MESSAGE,
        }
        await socket.send(Packet(OPEN, opening))
        await self._trigger_event("connect", sid, environ, run_async=False)
        if transport == "websocket":
            return await socket._upgrade_websocket(environ)
        socket.connected = True
        return self._ok(await socket.poll())


class LiveServer(socketio.AsyncServer):  # type: ignore[misc]
    """python-socketio on `LiveEngine`."""

    eio: LiveEngine

    def _engineio_server_class(self) -> type[LiveEngine]:
        return LiveEngine
