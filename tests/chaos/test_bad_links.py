"""Rooms behind a link that is slow, cut, or silent without saying so: what they asked arrives once and in order."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from server.domain.actors import Actor
from server.domain.views import Audience, snapshot
from server.service.rates import Rate
from tests.chaos.room import RoomClient
from tests.realtime.world import MEETING, SUPERVISOR, TEACHER, Node, question, until
from tests.support.proxy import Proxy, proxy_to

pytestmark = pytest.mark.chaos


@pytest.fixture
async def node(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Node]:
    """A gateway with a live meeting whose heartbeat takes one second and one more."""
    path = tmp_path / "longroom.db"
    shutil.copyfile(sqlite_template, path)
    node = Node(f"sqlite:///{path}", {"rate": Rate(0), "ping_interval": 1.0, "ping_timeout": 1.0})
    await node.start()
    await node.open_meeting()
    yield node
    await node.stop()


@pytest.fixture
async def link(node: Node) -> AsyncIterator[Proxy]:
    async with proxy_to(node.port) as proxy:
        yield proxy


@pytest.fixture
async def room(link: Proxy) -> AsyncIterator[RoomClient]:
    """Pine Ridge, behind the bad link."""
    client = RoomClient(link.url, MEETING, token_of(SUPERVISOR))
    await client.connect()
    yield client
    await client.close()


def token_of(actor: Actor) -> str:
    return f"token-{actor.person_id}"


async def ask(room: RoomClient, *numbers: int) -> None:
    for number in numbers:
        await room.command(f"c-{number}", "question.relay", question(number))


async def require_all(node: Node, room: RoomClient, number: int) -> None:
    """Everything was answered, is in the record once and in order, and is on the room's screen."""
    await room.until_all_answered()
    stream = await node.live.stream(MEETING)
    assert list(stream.state.questions) == [question(n)["question_id"] for n in range(number)]
    assert room.refused == {}
    assert [room.acknowledged[f"c-{n}"] for n in range(number)] == sorted(room.acknowledged.values())
    await room.until(lambda: room.copy.last >= stream.seq)
    shown: list[Any] = snapshot(stream.state, Audience("supervisor", ("pine-ridge",)))
    assert room.copy.values == {(one["kind"], one["id"]): one["value"] for one in shown}


async def test_a_slow_link(node: Node, link: Proxy, room: RoomClient) -> None:
    link.latency_seconds = 0.05
    await ask(room, *range(30))
    await require_all(node, room, 30)
    assert room.disconnects == 0


async def test_a_link_that_is_cut_again_and_again(node: Node, link: Proxy, room: RoomClient) -> None:
    link.latency_seconds = 0.002
    for cut in range(5):
        await room.until(lambda: len(room.resumes) == cut + 1)  # noqa: B023 - awaited here
        before = len(room.acknowledged)
        await ask(room, *range(cut * 12, cut * 12 + 12))
        await room.until(lambda: len(room.acknowledged) > before)  # noqa: B023 - awaited here
        link.reset()
    await room.until(lambda: len(room.resumes) == 6)
    await require_all(node, room, 60)
    assert (room.disconnects, link.connections) == (5, 6)
    assert room.resumes == ["snapshot", *["changes"] * 5]


async def test_a_link_that_falls_silent(node: Node, link: Proxy, room: RoomClient) -> None:
    """Half open: nothing arrives, nobody is told. Both ends find out by their heartbeats; what was asked is kept."""
    await ask(room, 0)
    await room.until_all_answered()
    engine = node.gateway._engine
    assert len(engine.sockets) == 1
    link.fall_silent()
    await ask(room, *range(1, 10))
    await until(lambda: not engine.sockets)
    await room.until(lambda: room.disconnects == 1)
    assert len(node.live.loaded(MEETING).state.questions) == 1, "what was sent into the silence has not arrived"
    link.speak_again()
    await require_all(node, room, 10)


async def test_one_rooms_bad_link_is_not_the_teachers(node: Node, link: Proxy, room: RoomClient) -> None:
    teacher = RoomClient(node.url, MEETING, token_of(TEACHER))
    await teacher.connect()
    link.fall_silent()
    seq = 0
    for number in range(20):
        seq = await node.relay(number)
        await teacher.until(lambda: teacher.copy.last >= seq)  # noqa: B023 - awaited here
    assert room.copy.last < seq
    link.speak_again()
    await room.until(lambda: room.copy.last >= seq)
    assert {id for kind, id in room.copy.values if kind == "question"} == {f"q{number:05}" for number in range(20)}
    assert teacher.disconnects == 0
    await teacher.close()
