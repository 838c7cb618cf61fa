"""The rooms' links over several nodes and over restarts: leases in a real database, transitions in a real log."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import func, select

from server.service.links import Links
from server.service.live import Live
from server.storage import event_log, link_leases
from server.storage.engine import Database
from server.storage.tables import link_leases as leases
from tests.support.clock import FakeClock
from tests.support.meetings import FACTS, MESA, PINE, RUTH, SYSTEM, VERA, start_data

STREAM = "meeting:linked"
AT_PINE, AT_MESA = (STREAM, PINE), (STREAM, MESA)


class Nodes:
    """A live class, and as many nodes as a test wants; each looks when the test says so."""

    def __init__(self, database: Database, live: Live, clock: FakeClock) -> None:
        self.database, self.live, self.clock = database, live, clock
        self.began = clock.at
        self._others: list[Live] = []

    def here(self) -> Links:
        """A process on the first node's record: as after a restart, it knows nothing of the one before."""
        return Links(self.database, self.live, self.clock)

    async def there(self) -> Links:
        """A node with a record of its own."""
        other = Live(self.database, self.clock)
        await other.start()
        self._others.append(other)
        return Links(self.database, other, self.clock)

    async def hear(self, links: Links, *rooms: tuple[str, str], seconds: float = 0) -> None:
        """Time passes, and the node looks: it has just heard these rooms."""
        self.clock.advance(seconds=seconds)
        await links.look(dict.fromkeys(rooms, self.clock.at))

    async def changes(self, site_id: str = PINE) -> list[tuple[str, float]]:
        """The room's transitions in the log: what, and how many seconds after the beginning."""
        async with self.database.reading() as connection:
            log = await event_log.read_events(connection, STREAM)
        found: list[Any] = [one.event for one in log if type(one.event).__name__ == "LinkChanged"]
        return [(one.status, (one.since - self.began) / 1_000) for one in found if one.site_id == site_id]

    async def leased(self) -> int:
        async with self.database.reading() as connection:
            return int((await connection.execute(select(func.count()).select_from(leases))).scalar_one())

    async def close(self) -> None:
        for other in self._others:
            await other.close()


@pytest.fixture
async def nodes(database: Database, live: Live, clock: FakeClock) -> AsyncIterator[Nodes]:
    await live.run_command(SYSTEM, STREAM, "facts", "meeting.enter_facts", FACTS)
    await live.run_command(VERA, STREAM, "start", "meeting.start", start_data())
    nodes = Nodes(database, live, clock)
    yield nodes
    await nodes.close()


async def test_a_room_comes_is_lost_and_is_back_with_the_moments_of_its_heartbeats(nodes: Nodes) -> None:
    node = nodes.here()
    await nodes.hear(node, AT_PINE)
    for _ in range(4):
        await nodes.hear(node, AT_PINE, seconds=10)
    assert await nodes.changes() == [("connected", 0)]
    await nodes.hear(node, seconds=30)
    assert await nodes.changes() == [("connected", 0)], "at the ghost time itself nothing is lost"
    await nodes.hear(node, seconds=6)
    await nodes.hear(node, seconds=6)
    assert await nodes.changes() == [("connected", 0), ("lost", 40)]
    assert await nodes.leased() == 0
    await nodes.hear(node, AT_PINE, seconds=20)
    assert await nodes.changes() == [("connected", 0), ("lost", 40), ("rejoined", 102)]
    assert await nodes.changes(MESA) == []


async def test_no_node_declares_lost_what_another_holds(nodes: Nodes) -> None:
    here, there = nodes.here(), await nodes.there()
    await nodes.hear(here, AT_PINE)
    # The tablet has gone over to the other node.
    for _ in range(12):
        await nodes.hear(there, AT_PINE, seconds=5)
        await here.look({})
    assert await nodes.changes() == [("connected", 0)]
    for _ in range(8):
        nodes.clock.advance(seconds=5)
        await here.look({})
        await there.look({})
    assert await nodes.changes() == [("connected", 0), ("lost", 60)], "one of the two told of it"


async def test_a_restart_shorter_than_the_ghost_time_is_no_loss(nodes: Nodes) -> None:
    await nodes.hear(nodes.here(), AT_PINE, AT_MESA)
    again = nodes.here()
    await nodes.hear(again, seconds=20)
    await nodes.hear(again, AT_PINE, AT_MESA, seconds=4)
    for _ in range(10):
        await nodes.hear(again, AT_PINE, AT_MESA, seconds=6)
    assert await nodes.changes() == [("connected", 0)]
    assert await nodes.changes(MESA) == [("connected", 0)]


@pytest.mark.parametrize("comes_first", [True, False])
async def test_a_longer_one_is_a_loss_whether_the_room_or_the_look_comes_first(nodes: Nodes, comes_first: bool) -> None:
    await nodes.hear(nodes.here(), AT_PINE)
    again = nodes.here()
    if comes_first:
        await nodes.hear(again, AT_PINE, seconds=300)
    else:
        await nodes.hear(again, seconds=290)
        await nodes.hear(again, AT_PINE, seconds=10)
    assert await nodes.changes() == [("connected", 0), ("lost", 0), ("rejoined", 300)]


async def test_a_room_that_does_not_come_back_after_a_restart_is_lost(nodes: Nodes) -> None:
    await nodes.hear(nodes.here(), AT_PINE)
    again = nodes.here()
    await nodes.hear(again, seconds=10)
    await nodes.hear(again, seconds=25)
    assert await nodes.changes() == [("connected", 0), ("lost", 0)]


async def test_a_measurement_after_the_last_lease_keeps_no_silent_room_for_ever(nodes: Nodes, live: Live) -> None:
    await nodes.hear(nodes.here(), AT_PINE)
    nodes.clock.advance(seconds=8)
    await live.run_command(RUTH, STREAM, "slow", "link.measure", {"site_id": PINE, "round_trip_ms": 4_000})
    # That node is gone without a last word; another looks.
    again = nodes.here()
    for _ in range(8):
        await nodes.hear(again, seconds=6)
    assert await nodes.changes() == [("connected", 0), ("degraded", 8), ("lost", 8)]
    assert await nodes.leased() == 0


async def test_a_lease_is_renewed_every_ten_seconds_at_most(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    write = link_leases.write_leases

    async def counted(*args: Any) -> None:
        written.append(nodes.clock.at - nodes.began)
        await write(*args)

    monkeypatch.setattr(link_leases, "write_leases", counted)
    node = nodes.here()
    for _ in range(31):
        await nodes.hear(node, AT_PINE, AT_MESA, seconds=1)
    assert written == [1_000, 11_000, 21_000, 31_000]


async def test_the_record_takes_no_links_once_the_class_is_over(nodes: Nodes) -> None:
    node = nodes.here()
    await nodes.hear(node, AT_PINE)
    await nodes.live.run_command(VERA, STREAM, "end", "meeting.end", {})
    for _ in range(8):
        await nodes.hear(node, seconds=6)
    assert await nodes.changes() == [("connected", 0)]
    assert await nodes.leased() == 0


async def test_what_could_not_be_recorded_is_tried_again(nodes: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: Any) -> Any:
        raise ValueError("the log cannot be read")

    node = nodes.here()
    with monkeypatch.context() as broken:
        broken.setattr(nodes.live, "run_command", fails)
        await nodes.hear(node, AT_PINE)
    await nodes.hear(node, AT_PINE, seconds=2)
    assert await nodes.changes() == [("connected", 2)]
    with monkeypatch.context() as broken:
        broken.setattr(nodes.live, "run_command", fails)
        await nodes.hear(node, seconds=40)
    await nodes.hear(node, seconds=6)
    assert await nodes.changes() == [("connected", 2), ("lost", 2)]
