"""How often something may be tried: counted in one Redis for all nodes, where there is one.

A Redis that cannot be reached must cost nobody their sign-in: each node then counts for itself, and looks for it again
a few seconds later. What is counted meanwhile is lost to the others, and what they counted to it: a guesser may gain
one more allowance a node.
"""

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from redis.asyncio import ConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ..domain.messages import Refused

log = logging.getLogger(__name__)

T = TypeVar("T")

ANSWER_SECONDS = 1.0
"""How long a sign-in waits for the Redis."""
ALONE_SECONDS = 5.0
"""How long a node counts for itself before it asks again: so a dead Redis delays few."""


class TooMany(Refused):
    """Too many attempts; `retry_after_seconds` says when to try again."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("too_many_requests", f"too many attempts: try again in {retry_after_seconds} s")
        self.retry_after_seconds = retry_after_seconds


class Attempts:
    """The counts of one node, or its part in those of all."""

    def __init__(self, redis_url: str | None = None) -> None:
        """`redis_url` None: this is the only node."""
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._pool = None if redis_url is None else _pool(redis_url)
        self._shared = None if self._pool is None else MovingWindowRateLimiter(_storage(self._pool))
        self._alone_until = -math.inf

    @property
    def is_alone(self) -> bool:
        """Whether the node counts for itself because the Redis did not answer."""
        return self._alone_until > -math.inf

    async def count(self, limit: RateLimitItem, *key: str) -> None:
        """Count one attempt; raises `TooMany` where that is over the limit."""
        if not await self._ask(lambda limiter: limiter.hit(limit, *key)):
            window = await self._ask(lambda limiter: limiter.get_window_stats(limit, *key))
            # `limits` counts by the machine's own clock.
            raise TooMany(max(1, math.ceil(window.reset_time - time.time())))

    async def clear(self, limit: RateLimitItem, *key: str) -> None:
        """Forget the attempts under this key."""
        await self._ask(lambda limiter: limiter.clear(limit, *key))

    async def close(self) -> None:
        """Let the connections to the Redis go."""
        if self._pool is not None:
            await self._pool.aclose()

    async def _ask(self, ask: Callable[[MovingWindowRateLimiter], Awaitable[T]]) -> T:
        if self._shared is None or time.monotonic() < self._alone_until:
            return await ask(self._own)
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await ask(self._shared)
        except (RedisError, OSError) as error:
            if not self.is_alone:
                log.error(
                    "attempts are counted by this node alone: the Redis cannot be asked: %s", type(error).__name__
                )
            self._alone_until = time.monotonic() + ALONE_SECONDS
            return await ask(self._own)
        self._alone_until = -math.inf
        return answer


def _pool(redis_url: str) -> ConnectionPool:
    # No retries of the client's own: ours is to count alone.
    return ConnectionPool.from_url(redis_url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=ANSWER_SECONDS)


def _storage(pool: ConnectionPool) -> RedisStorage:
    options: dict[str, Any] = {"connection_pool": pool}
    # The address is in the pool; this one only says of which kind the storage is.
    return RedisStorage("async+redis://", implementation="redispy", **options)
