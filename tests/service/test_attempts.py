"""Attempts to sign in are counted for all nodes together, and never lost a sign-in for want of a Redis."""

from collections.abc import AsyncIterator

import pytest
from limits import parse

from server.service.attempts import Attempts, TooMany
from tests.support.redis import RedisServer

pytestmark = pytest.mark.redis

FEW = parse("2 per minute")
KEY = ("account", "tess")


@pytest.fixture
async def nodes(redis: RedisServer) -> AsyncIterator[list[Attempts]]:
    """Two nodes that share a Redis."""
    nodes = [Attempts(redis.url) for _ in range(2)]
    yield nodes
    for node in nodes:
        await node.close()


async def test_nodes_count_together(nodes: list[Attempts]) -> None:
    here, there = nodes
    await here.count(FEW, *KEY)
    await there.count(FEW, *KEY)
    for node in nodes:
        with pytest.raises(TooMany) as caught:
            await node.count(FEW, *KEY)
        assert 1 <= caught.value.retry_after_seconds <= 60
    await here.count(FEW, "account", "otto")


async def test_what_one_node_clears_is_clear_for_all(nodes: list[Attempts]) -> None:
    here, there = nodes
    for _ in range(2):
        await here.count(FEW, *KEY)
    await there.clear(FEW, *KEY)
    await here.count(FEW, *KEY)


async def test_without_its_redis_a_node_counts_for_itself(nodes: list[Attempts], redis: RedisServer) -> None:
    here, there = nodes
    await here.count(FEW, *KEY)
    await redis.stop()
    for node in nodes:
        for _ in range(2):
            await node.count(FEW, *KEY)
        with pytest.raises(TooMany):
            await node.count(FEW, *KEY)
        await node.clear(FEW, *KEY)
        await node.count(FEW, *KEY)
    assert here.is_alone
    assert there.is_alone


async def test_a_redis_that_was_never_there_stops_nobody() -> None:
    attempts = Attempts("redis://127.0.0.1:1/0")
    await attempts.count(FEW, *KEY)
    await attempts.clear(FEW, *KEY)
    await attempts.close()


async def test_a_redis_that_comes_back_counts_again(redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.service.attempts.ALONE_SECONDS", 0)
    here = Attempts(redis.url)
    await redis.stop()
    await here.count(FEW, *KEY)
    assert here.is_alone
    await redis.start()
    await here.count(FEW, *KEY)
    assert not here.is_alone
    await here.close()
