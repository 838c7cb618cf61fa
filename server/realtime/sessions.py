"""Which sockets belong to which session, and what ends or changes a session while they are open."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from ..service.clock import Clock
from .connection import Connection, Session

log = logging.getLogger(__name__)

TOUCH_SECONDS = 60.0
"""A live socket is activity: how often its session hears of it."""
REVOKED_POLL_SECONDS = 2.0
"""How often the database is asked for revocations, should no node have told us."""
OVERLAP_MILLIS = 10_000
"""How far back each poll looks again: clocks of nodes differ, and commits become visible late."""


class Accounts(Protocol):
    """What the gateway needs to know of who is signed in."""

    async def authenticate(self, token: str) -> Session | None:
        """The session of a token, or None: unknown, expired or revoked."""

    async def session(self, session_id: str) -> Session | None:
        """The session as it is now, with the actor's grants as they are now; None: it has ended."""

    async def touch(self, session_id: str) -> None:
        """The session is in use."""

    async def revoked_since(self, at: int) -> Iterable[str]:
        """The ids of the sessions revoked since then (milliseconds, UTC)."""


class Sessions:
    """The sessions that have a socket at this node."""

    def __init__(
        self,
        accounts: Accounts,
        clock: Clock,
        on_ended: Callable[[Connection, str], None],
        on_actor_changed: Callable[[list[Connection]], None],
    ) -> None:
        self._accounts = accounts
        self._clock = clock
        self._on_ended = on_ended
        self._on_actor_changed = on_actor_changed
        self._connections: dict[str, dict[Connection, None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, connection: Connection) -> None:
        """A socket signed in."""
        self._connections.setdefault(connection.session.id, {})[connection] = None

    def count(self, session_id: str) -> int:
        """How many sockets the session has open here."""
        return len(self._connections.get(session_id, ()))

    def remove(self, connection: Connection) -> None:
        """A socket is gone."""
        held = self._connections.get(connection.session.id, {})
        held.pop(connection, None)
        if not held:
            self._connections.pop(connection.session.id, None)

    def end(self, session_ids: Iterable[str], code: str) -> None:
        """These sessions have ended: so do their sockets, at once."""
        for session_id in session_ids:
            for connection in list(self._connections.get(session_id, ())):
                self._on_ended(connection, code)

    def sweep(self, now: float) -> None:
        """End what has expired, and pass on what is in use. `now` is the loop's time."""
        at = self._clock.now()
        for session_id, connections in list(self._connections.items()):
            first = next(iter(connections))
            if first.session.expires_at <= at:
                self._spawn(self._renew([session_id]))
            elif now - first.touched_at >= TOUCH_SECONDS:
                for connection in connections:
                    connection.touched_at = now
                self._spawn(self._touch(session_id))

    async def actor_changed(self, person_id: str) -> None:
        """The person's grants have changed."""
        await self._renew(
            [
                session_id
                for session_id, connections in self._connections.items()
                if next(iter(connections)).actor.person_id == person_id
            ]
        )

    async def follow_revocations(self) -> None:
        """Ask for revocations for ever: the word of another node may be lost, a row in the database is not."""
        while True:
            since = self._clock.now() - OVERLAP_MILLIS
            await asyncio.sleep(REVOKED_POLL_SECONDS)
            try:
                if self._connections:
                    self.end(await self._accounts.revoked_since(since), "revoked")
            except Exception:
                log.exception("reading the revoked sessions failed")

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _touch(self, session_id: str) -> None:
        await self._accounts.touch(session_id)
        await self._renew([session_id])

    async def _renew(self, session_ids: Iterable[str]) -> None:
        """Read sessions again: they have ended, or go on with the expiry and the grants that they have now."""
        for session_id in session_ids:
            session = await self._accounts.session(session_id)
            if session is None:
                self.end([session_id], "expired")
                continue
            connections = list(self._connections.get(session_id, ()))
            changed = [one for one in connections if one.actor != session.actor]
            for connection in connections:
                connection.session = session
            if changed:
                self._on_actor_changed(changed)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("renewing a session failed", exc_info=task.exception())
