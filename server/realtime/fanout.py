"""Telling the other nodes that a stream has moved on.

What goes over Redis is a hint, `{after, seq}`, never the truth: pub/sub loses messages without saying so. A node that
hears one reads the log; one that hears none finds out from the database within the ten seconds of a head check.
Each stream has its own channel, and a node listens to those that somebody watches there.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

import orjson
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

from ..service.live import Batch, Live
from ..service.readiness import Link

log = logging.getLogger(__name__)

PREFIX = "longroom:"
REVOKED = f"{PREFIX}revoked"
QUIET_SECONDS = 15.0
"""A link on which nothing came for so long is asked whether it lives."""
MAX_PAUSE_SECONDS = 10.0
FIRST_REMINDER_SECONDS, MAX_REMINDER_SECONDS = 60.0, 3_600.0
"""How long nothing more is said of a Redis that stays away: at first, and at most."""
_CATCH_UP_PAUSES = (0.02, 0.1, 0.5)
"""When to look again while a command of our own holds the stream; after that the append or the head check finds out."""


class Fanout(Protocol):
    """The other nodes, as this one sees them."""

    async def start(self) -> None:
        """Begin to listen."""

    async def close(self) -> None:
        """Stop."""

    def watch(self, stream_id: str) -> None:
        """Somebody watches the stream here."""

    def unwatch(self, stream_id: str) -> None:
        """Nobody does any more."""

    def announce(self, batch: Batch) -> None:
        """A batch was committed; never waits."""

    def revoke(self, session_ids: Iterable[str]) -> None:
        """Sessions were revoked; never waits."""

    @property
    def link(self) -> Link:
        """How the link to them is."""


class SingleNode:
    """There are no other nodes."""

    async def start(self) -> None:
        """Nothing to listen to."""

    async def close(self) -> None:
        """Nothing to stop."""

    def watch(self, stream_id: str) -> None:
        """Every commit happens here."""

    def unwatch(self, stream_id: str) -> None:
        """Every commit happens here."""

    def announce(self, batch: Batch) -> None:
        """Nobody to tell."""

    def revoke(self, session_ids: Iterable[str]) -> None:
        """Nobody to tell."""

    @property
    def link(self) -> Link:
        """There is none."""
        return "none"


class Silence:
    """What is said of a Redis that does not answer: at once, then each time after twice as long, until it is back."""

    def __init__(self, now: Callable[[], float]) -> None:
        """`now`: seconds of a steady clock."""
        self._now = now
        self._next: float | None = None
        self._pause = FIRST_REMINDER_SECONDS

    def goes_on(self, why: object) -> None:
        """The link could not be made, or was lost; whoever found that."""
        now = self._now()
        if self._next is not None and now < self._next:
            return
        self._pause = FIRST_REMINDER_SECONDS if self._next is None else min(2 * self._pause, MAX_REMINDER_SECONDS)
        self._next = now + self._pause
        log.warning("no link to Redis; other nodes are heard of late: %s", why)

    def ends(self) -> None:
        """Redis answers."""
        if self._next is not None:
            self._next = None
            log.info("the link to Redis is there again")


class RedisFanout:
    """Nodes that share a database and a Redis or Valkey. `on_revoked` gets the session ids that another revoked."""

    def __init__(self, url: str, live: Live, on_revoked: Callable[[list[str]], None]) -> None:
        # No time-out on reading, as a quiet channel is not a dead one: `_listen` asks it for a sign of life. No
        # retries of the client's own either: a lost link is made anew as a whole, with all that it listened to.
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=None, socket_connect_timeout=5, socket_keepalive=True, retry=Retry(NoBackoff(), 0)
        )
        self._live = live
        self._on_revoked = on_revoked
        self._watched: set[str] = set()
        self._watched_changed = asyncio.Event()
        self._outgoing: dict[str, tuple[int, int]] = {}
        self._revoked: list[str] = []
        self._outgoing_changed = asyncio.Event()
        self._heard: dict[str, int] = {}
        self._catching_up: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._silence = Silence(time.monotonic)
        self._is_closing = False
        self.link: Link = "pending"

    async def start(self) -> None:
        """Listen and speak from now on; without a Redis to reach, try again and again."""
        self._tasks = [
            asyncio.create_task(self._again_and_again(self._listen_and_tell), name="fanout listener"),
            asyncio.create_task(self._again_and_again(self._speak), name="fanout speaker"),
        ]

    async def close(self) -> None:
        """Stop; hints that were not sent yet are lost, as hints may be."""
        self._is_closing = True
        tasks = [*self._tasks, *self._catching_up.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._redis.aclose()

    def watch(self, stream_id: str) -> None:
        """Listen to the stream's channel."""
        self._watched.add(stream_id)
        self._watched_changed.set()

    def unwatch(self, stream_id: str) -> None:
        """Listen to it no more."""
        self._watched.discard(stream_id)
        self._heard.pop(stream_id, None)
        self._watched_changed.set()

    def announce(self, batch: Batch) -> None:
        """Tell the others, unless it was they who told us."""
        stream_id = batch.stream.id
        if batch.seq > self._heard.get(stream_id, 0):
            after, _ = self._outgoing.get(stream_id, (batch.after, 0))
            self._outgoing[stream_id] = (after, batch.seq)
            self._outgoing_changed.set()

    def revoke(self, session_ids: Iterable[str]) -> None:
        """Tell the others to close these sessions' sockets."""
        self._revoked.extend(session_ids)
        self._outgoing_changed.set()

    async def _speak(self) -> None:
        while True:
            await self._outgoing_changed.wait()
            self._outgoing_changed.clear()
            # Taken before it is sent, and not put back when that fails: the head check heals what was lost.
            outgoing, self._outgoing = self._outgoing, {}
            revoked, self._revoked = self._revoked, []
            async with self._redis.pipeline(transaction=False) as pipeline:
                if revoked:
                    pipeline.publish(REVOKED, orjson.dumps(revoked))
                for stream_id, (after, seq) in outgoing.items():
                    pipeline.publish(PREFIX + stream_id, orjson.dumps({"after": after, "seq": seq}))
                await pipeline.execute()

    async def _listen(self) -> None:
        async with self._redis.pubsub() as pubsub, asyncio.TaskGroup() as tasks:
            await pubsub.subscribe(REVOKED)
            tasks.create_task(self._follow_watched(pubsub))
            tasks.create_task(self._hear(pubsub))

    async def _listen_and_tell(self) -> None:
        try:
            await self._listen()
        finally:
            if self.link == "up":
                self.link = "lost"

    async def _follow_watched(self, pubsub: PubSub) -> None:
        subscribed: set[str] = set()
        while True:
            self._watched_changed.clear()
            new, old = self._watched - subscribed, subscribed - self._watched
            subscribed = set(self._watched)
            if new:
                await pubsub.subscribe(*(PREFIX + stream_id for stream_id in new))
            if old:
                await pubsub.unsubscribe(*(PREFIX + stream_id for stream_id in old))
            await self._watched_changed.wait()

    async def _hear(self, pubsub: PubSub) -> None:
        asked = False
        while True:
            message = await pubsub.get_message(timeout=QUIET_SECONDS)
            if message is None:
                if asked:
                    raise RedisConnectionError("nothing came, not even the answer to a ping")
                await pubsub.ping()
            asked = message is None
            if message is not None:
                self._take(message["type"], (message["channel"] or b"").decode(), message["data"])

    def _take(self, kind: str, channel: str, data: Any) -> None:
        stream_id = channel.removeprefix(PREFIX)
        if kind == "subscribe" and channel == REVOKED:
            self._silence.ends()
            self.link = "up"
        elif kind == "subscribe":
            # What happened between the members' snapshot and this moment was said to nobody.
            self._catch_up(stream_id, None)
        elif kind == "message" and channel == REVOKED:
            self._on_revoked(orjson.loads(data))
        elif kind == "message":
            seq = orjson.loads(data)["seq"]
            self._heard[stream_id] = max(seq, self._heard.get(stream_id, 0))
            self._catch_up(stream_id, seq)

    def _catch_up(self, stream_id: str, seq: int | None) -> None:
        stream = self._live.loaded(stream_id)
        if stream is None or stream_id in self._catching_up or (seq is not None and seq <= stream.seq):
            return
        self._catching_up[stream_id] = asyncio.create_task(self._catch_up_to_heard(stream_id))

    async def _catch_up_to_heard(self, stream_id: str) -> None:
        try:
            pauses = iter(_CATCH_UP_PAUSES)
            while (stream := self._live.loaded(stream_id)) is not None:
                before = stream.seq
                await self._live.catch_up(stream_id)
                if stream.seq >= self._heard.get(stream_id, 0):
                    return
                if stream.seq > before:
                    pauses = iter(_CATCH_UP_PAUSES)
                elif (pause := next(pauses, None)) is not None:
                    await asyncio.sleep(pause)
                else:
                    return
        except Exception:
            log.exception("catching up failed; the head check will try again")
        finally:
            # Here and not in the task's callback: a hint that came in between would be taken for one under way.
            del self._catching_up[stream_id]

    async def _again_and_again(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it for ever, with a growing and uneven pause after each failure, so that nodes do not return in step."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            try:
                await work()
            except* (RedisError, OSError, ValueError, KeyError) as errors:
                if loop.time() - began > MAX_PAUSE_SECONDS:
                    failures = 0
                failures += 1
                self._silence.goes_on(errors.exceptions[0])
                if self._is_closing:
                    # A task group that fails in the moment it is cancelled forgets the cancellation.
                    raise asyncio.CancelledError from None
                # One that fails while it waits for its tasks leaves its own cancellation of us behind (Python 3.11).
                task = asyncio.current_task()
                while task is not None and task.cancelling():
                    task.uncancel()
            await asyncio.sleep(random.uniform(0.5, 1) * min(0.1 * 2**failures, MAX_PAUSE_SECONDS))  # noqa: S311
