"""Nobody is at two schools at once, in whichever classes, on whichever node."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from server.domain.actors import Actor
from server.domain.meeting.duty import on_duty_intervals
from server.domain.meeting.timeline import Interval
from server.service.elsewhere import Elsewhere
from server.service.live import Live
from server.storage.engine import Database
from tests.support.clock import FakeClock
from tests.support.meetings import ELK, FACTS, PINE, RUTH, SYSTEM, VERA, room_facts

FIRST, SECOND = "meeting:first", "meeting:second"
STANDS_IN = room_facts(ELK, supervisor_ids=("ruth",), substitute_ids=("ruth",))
_numbers = count(1)


async def act(live: Live, stream_id: str, actor: Actor, name: str, data: Any) -> None:
    await live.run_command(actor, stream_id, f"c-{next(_numbers)}", name, data)


async def duties(live: Live, stream_id: str, site_id: str) -> tuple[Interval, ...]:
    return on_duty_intervals((await live.stream(stream_id)).state, site_id)


@pytest.fixture
async def classes(live: Live) -> Live:
    """Two classes in their lobby; Ruth supervises Pine in both, and stands in at Elk in the second."""
    rooms = tuple(one for one in FACTS.rooms if one.site_id != ELK)
    for stream_id in (FIRST, SECOND):
        facts = replace(FACTS, rooms=(*rooms, STANDS_IN)) if stream_id == SECOND else FACTS
        await act(live, stream_id, SYSTEM, "meeting.enter_facts", facts)
        await act(live, stream_id, VERA, "meeting.open_lobby", {})
    return live


@pytest.fixture
async def other(database: Database, clock: FakeClock) -> AsyncIterator[Live]:
    """Another node on the same database."""
    other = Live(database, clock)
    await other.start()
    yield other
    await other.close()


async def test_the_later_sign_on_at_another_site_ends_the_earlier(
    classes: Live, other: Live, database: Database, clock: FakeClock
) -> None:
    began = clock.at
    await act(classes, FIRST, RUTH, "duty.sign_on", {"site_id": PINE})
    clock.advance(seconds=60)
    await act(other, SECOND, RUTH, "duty.sign_on", {"site_id": ELK})
    clock.advance(seconds=4)
    assert await Elsewhere(database, other).look() == 1
    assert await Elsewhere(database, classes).look() == 0, "the second node finds nothing left to do"
    assert await duties(classes, FIRST, PINE) == (Interval("ruth", began, began + 60_000),)
    assert await duties(classes, SECOND, ELK) == (Interval("ruth", began + 60_000, None),)


async def test_one_room_may_follow_two_classes(classes: Live, database: Database, clock: FakeClock) -> None:
    began = clock.at
    for stream_id in (FIRST, SECOND):
        await act(classes, stream_id, RUTH, "duty.sign_on", {"site_id": PINE})
    assert await Elsewhere(database, classes).look() == 0
    for stream_id in (FIRST, SECOND):
        assert await duties(classes, stream_id, PINE) == (Interval("ruth", began, None),)


async def test_who_signs_on_again_is_back(classes: Live, database: Database, clock: FakeClock) -> None:
    await act(classes, FIRST, RUTH, "duty.sign_on", {"site_id": PINE})
    clock.advance(seconds=60)
    await act(classes, SECOND, RUTH, "duty.sign_on", {"site_id": ELK})
    await Elsewhere(database, classes).look()
    clock.advance(seconds=60)
    await act(classes, FIRST, RUTH, "duty.sign_on", {"site_id": PINE})
    assert await Elsewhere(database, classes).look() == 1
    assert [one.to_at for one in await duties(classes, SECOND, ELK)] == [clock.at]
    assert (await duties(classes, FIRST, PINE))[-1].to_at is None
