"""What is logged of a Redis that does not answer."""

import asyncio
import logging
from itertools import pairwise

import pytest

from server.realtime.fanout import MAX_REMINDER_SECONDS, RedisFanout, Silence
from server.service.clock import SystemClock
from server.service.live import Live
from server.storage.engine import Database


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "server.realtime.fanout"]


async def test_a_redis_that_is_not_there_is_said_once(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    fanout = RedisFanout("redis://127.0.0.1:1/0", Live(database, SystemClock()), lambda ended: None)
    await fanout.start()
    for n in range(10):
        fanout.revoke([f"session-{n}"])
        await asyncio.sleep(0.1)
    assert fanout.link == "pending"
    await fanout.close()
    [line] = said(caplog)
    assert "no link to Redis" in line


def test_one_that_stays_away_is_said_at_growing_intervals(caplog: pytest.LogCaptureFixture) -> None:
    now = 0.0
    silence = Silence(lambda: now)
    moments = []
    for second in range(4 * 3_600):
        now = second
        before = len(said(caplog))
        silence.goes_on("refused")
        if len(said(caplog)) > before:
            moments.append(second)
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert (moments[0], pauses[:3]) == (0, [60, 120, 240])
    assert max(pauses) == MAX_REMINDER_SECONDS


def test_one_that_came_back_is_said_and_its_next_loss_at_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    silence = Silence(lambda: 0.0)
    silence.ends()
    for _ in range(2):
        silence.goes_on("refused")
        silence.goes_on("refused")
        silence.ends()
    assert ["again" in line for line in said(caplog)] == [False, True, False, True]
