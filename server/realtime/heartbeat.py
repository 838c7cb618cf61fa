"""One clock for all sockets: who is asked for a sign of life, who is gone, who has stopped reading.

A single timer sweeps over all of them several times in a heartbeat; that is far cheaper than a task for each socket,
and late by one sweep at most.
"""

import asyncio
import logging
from collections.abc import Callable

from .engine import LiveEngine
from .hot_path import LiveSocket

log = logging.getLogger(__name__)

STALLED_SECONDS = 10.0
"""A reader that takes nothing for so long, with something waiting for it, has fallen behind."""
STRANGER_SECONDS = 10.0
"""How long a socket may stay open before it has signed in."""


class Heartbeat:
    """Sweeps over an engine's sockets. Times are in seconds; `also` is done at each sweep, with the loop's time."""

    def __init__(self, engine: LiveEngine, also: Callable[[float], None]) -> None:
        self._engine = engine
        self._also = also
        self._pause = min(1.0, engine.ping_interval / 10)

    async def run(self) -> None:
        """Sweep for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._pause)
            try:
                await self.sweep(loop.time())
                self._also(loop.time())
            except Exception:
                log.exception("a sweep over the sockets failed")

    async def sweep(self, now: float) -> None:
        """Look at each socket once."""
        for socket in list(self._engine.sockets.values()):
            fate = self._fate(socket, now)
            if fate is not None:
                await socket.cut(fate)

    def _fate(self, socket: LiveSocket, now: float) -> str | None:
        """Ping the socket if it is time to; the reason why it must go now, if there is one."""
        engine, reason = self._engine, self._engine.reason
        if socket.leaves_at is not None:
            return reason.SERVER_DISCONNECT if now >= socket.leaves_at else None
        if socket.is_silent:
            if now - socket.pinged_at >= engine.ping_timeout:
                return reason.PING_TIMEOUT
        elif now - socket.pinged_at >= engine.ping_interval:
            socket.ping(now)
        if socket.peer is None and now - socket.born_at >= STRANGER_SECONDS:
            return reason.SERVER_DISCONNECT
        if socket.has_stalled(now, STALLED_SECONDS):
            engine.receiver.too_slow(socket)
        return None
