"""Two nodes over one database and a real Redis, which is a hint and never the truth."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.support.redis import RedisServer

from .clients import WireClient, command
from .world import BEGUN, MEETING, SUPERVISOR, TEACHER, Node, question, until

pytestmark = pytest.mark.redis

StartNode = Callable[..., Awaitable[Node]]


@pytest.fixture
async def nodes(start_node: StartNode, redis: RedisServer) -> tuple[Node, Node]:
    """Two nodes whose head checks come too seldom to be what heals a test."""
    here, there = [await start_node(redis_url=redis.url, head_seconds=3_600) for _ in range(2)]
    await here.open_meeting()
    return here, there


async def test_what_one_node_commits_the_other_tells(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    async with WireClient(here.url, SUPERVISOR) as asking, WireClient(there.url, TEACHER) as teacher:
        await asking.join()
        await teacher.join()
        for n in range(20):
            await asking.command(f"c{n}", "question.relay", question(n))
        await teacher.until_seq(BEGUN + 20)
        await asking.until_seq(BEGUN + 20)
        questions = [key for kind, key in teacher.copy.values if kind == "question"]
        assert questions == [f"q{n:05}" for n in range(20)]
        frames = [body for name, body in teacher.events if name.startswith("changes")]
        assert [body["after"] for body in frames] == [BEGUN, *(body["seq"] for body in frames[:-1])]


async def test_commands_that_race_on_two_nodes_lose_nothing(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    async with WireClient(here.url, SUPERVISOR) as one, WireClient(there.url, SUPERVISOR) as other:
        await one.join()
        await other.join()
        sent = [
            client.start("command", command(f"c{n}", "question.relay", question(n)))
            for n in range(40)
            for client in [one if n % 2 else other]
        ]
        async with asyncio.timeout(20):
            answers = await asyncio.gather(*sent)
        assert all(answer["ok"] or answer["error"]["code"] == "busy" for answer in answers)
        done = sum(answer["ok"] for answer in answers)
        await one.until_seq(BEGUN + done)
        await other.until_seq(BEGUN + done)
        assert one.copy.values == other.copy.values
        assert done >= 30


async def test_a_commit_before_the_channel_was_heard_is_found(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    async with WireClient(there.url, TEACHER) as teacher:
        joined = teacher.start("join", {"stream": MEETING})
        await asyncio.gather(*(here.relay(n) for n in range(10)))
        teacher.copy.take_reply(await joined)
        await teacher.until_seq(15)


async def test_a_revocation_reaches_the_other_node(nodes: tuple[Node, Node]) -> None:
    here, there = nodes
    async with WireClient(there.url, TEACHER) as teacher:
        here.gateway.revoke(["session-vera"])
        assert (await teacher.until_event("closing", 5))["code"] == "revoked"


async def test_a_redis_that_dies_costs_nothing_but_time(start_node: StartNode, redis: RedisServer) -> None:
    here, there = [await start_node(redis_url=redis.url, head_seconds=0.3) for _ in range(2)]
    await here.open_meeting()
    async with WireClient(here.url, SUPERVISOR) as asking, WireClient(there.url, TEACHER) as teacher:
        await asking.join()
        await teacher.join()
        await asking.command("c1", "question.relay", question(1))
        await teacher.until_seq(6)

        async with asyncio.timeout(20):
            while (here.gateway.link, there.gateway.link) != ("up", "up"):
                await asyncio.sleep(0.05)
        await redis.stop()
        await asking.command("c2", "question.relay", question(2))
        await teacher.until_seq(7)  # by the head check
        async with asyncio.timeout(20):
            while (here.gateway.link, there.gateway.link) != ("lost", "lost"):
                await asyncio.sleep(0.05)

        await redis.start()
        there.gateway._announcing._live.heads = None  # type: ignore[method-assign, assignment]  # no more head checks
        number = 3

        async def is_heard_again() -> bool:
            nonlocal number
            await asking.command(f"c{number}", "question.relay", question(number))
            number += 1
            return teacher.copy.last >= 9  # The second of those asked since.

        async with asyncio.timeout(20):
            while not await is_heard_again():
                await asyncio.sleep(0.05)
            while there.gateway.link != "up":
                await asyncio.sleep(0.05)


async def test_a_stream_that_cannot_be_read_keeps_no_other_behind(
    start_node: StartNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, node = await start_node(), await start_node(head_seconds=0.05)
    await other.open_meeting()
    await other.open_meeting("meeting:a-broken-one")
    async with WireClient(node.url, SUPERVISOR) as client:
        await client.join()
        await client.ask("join", {"stream": "meeting:a-broken-one"})
        catch_up = node.live.catch_up

        async def faulty(stream_id: str) -> None:
            if stream_id != MEETING:
                raise LookupError("the log holds an event of a later release")
            await catch_up(stream_id)

        monkeypatch.setattr(node.live, "catch_up", faulty)
        await other.relay(1, stream="meeting:a-broken-one")
        await client.until_seq(await other.relay(2))


async def test_a_client_that_comes_from_a_node_further_on_is_not_sent_back(start_node: StartNode) -> None:
    other, node = await start_node(), await start_node(head_seconds=60)
    await other.open_meeting()
    async with WireClient(node.url, SUPERVISOR) as watching, WireClient(node.url, SUPERVISOR) as client:
        held = await watching.join()
        seq = await other.relay(1)
        reply = await client.join({"epoch": held["epoch"], "audience": held["audience"], "seq": seq})
        assert (reply["seq"], reply["changes"]) == (seq, [])


async def test_a_node_listens_only_to_what_is_watched_there(nodes: tuple[Node, Node]) -> None:
    here, _ = nodes
    fanout = here.gateway._fanout
    async with WireClient(here.url, TEACHER) as teacher:
        await teacher.join()
        assert fanout._watched == {MEETING}  # type: ignore[attr-defined]
    await until(lambda: not fanout._watched)  # type: ignore[attr-defined]
