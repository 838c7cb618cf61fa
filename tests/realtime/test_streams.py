"""What a member is told, and that no delivery, however bad, leaves a copy that differs from a fresh snapshot."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from server.domain.actors import Actor, Role, system
from server.domain.meeting.facts import RoomFacts

from .clients import Copy, Filter, WireClient, command
from .world import (
    COORDINATOR,
    FACTS,
    MEETING,
    OTHER_SUPERVISOR,
    PROGRAM,
    SUPERVISOR,
    TEACHER,
    Node,
    person,
    question,
)

Connect = Callable[..., Awaitable[WireClient]]


async def fresh(connect: Connect, client: WireClient, actor: Any) -> dict[Any, Any]:
    """What somebody of the same audience sees who joins now."""
    other = await connect(actor)
    await other.join()
    await client.until_seq(other.copy.last)
    assert client.copy.last == other.copy.last
    return other.copy.values


async def test_a_command_reaches_every_audience_as_it_may_see_it(connect: Connect) -> None:
    teacher, asking, other, coordinator = [
        await connect(actor) for actor in (TEACHER, SUPERVISOR, OTHER_SUPERVISOR, COORDINATOR)
    ]
    members = (teacher, asking, other, coordinator)
    for member in members:
        await member.join()

    receipt = await asking.command("c1", "question.relay", question(1, text="why"))
    assert receipt == {"ok": True, "seq": 8}
    for member in members:
        await member.until_seq(8)

    key = ("question", "q00001")
    assert teacher.copy.values[key]["student_id"] == "s1"
    assert asking.copy.values[key]["text"] == "why"
    assert "text" not in coordinator.copy.values[key]
    assert key not in other.copy.values
    # Hidden, and yet the seq moves: silence must not be taken for loss.
    assert other.events == [
        ("changes", {"stream": MEETING, "epoch": other.copy.epoch, "after": 7, "seq": 8, "changes": []})
    ]


async def test_a_long_body_goes_compressed_and_reads_the_same(connect: Connect) -> None:
    teacher, asking = await connect(TEACHER), await connect(SUPERVISOR)
    await teacher.join()
    await asking.command("c1", "question.relay", question(1, text="long " * 300))
    await asking.command("c2", "question.relay", question(2, text="short"))
    await teacher.until_seq(9)
    assert [name for name, _ in teacher.events] == ["changes_gz", "changes"]
    assert teacher.copy.values == await fresh(connect, teacher, TEACHER)


async def test_five_hundred_commands_of_one_client_keep_their_order(connect: Connect) -> None:
    asking, teacher = await connect(SUPERVISOR), await connect(TEACHER)
    await teacher.join()
    sent = [asking.start("command", command(f"c{n}", "question.relay", question(n))) for n in range(500)]
    async with asyncio.timeout(20):
        answers = await asyncio.gather(*sent)
    assert [answer["seq"] for answer in answers] == sorted(answer["seq"] for answer in answers)
    await teacher.until_seq(507)
    asked = [key for kind, key in teacher.copy.values if kind == "question"]
    assert asked == [f"q{n:05}" for n in range(500)]


async def test_a_batch_is_answered_one_by_one_in_order(connect: Connect) -> None:
    asking = await connect(SUPERVISOR)
    reply = await asking.ask(
        "commands",
        {
            "commands": [
                command("c1", "question.relay", question(1)),
                command("c2", "meeting.end", {}),
                {"stream": MEETING},
                command("c1", "question.relay", question(1)),
                command("c1", "question.relay", question(2)),
                command("c3", "question.relay", question(3)),
            ]
        },
    )
    assert reply["ok"]
    codes = [result.get("error", {}).get("code") for result in reply["results"]]
    assert codes == [None, "forbidden", "missing_field", None, "command_id_reused", None]
    assert [result.get("seq") for result in reply["results"]] == [8, None, None, 8, None, 9]
    assert await asking.ask("commands", {"commands": []}) == {"ok": True, "results": []}


async def test_a_retry_has_one_effect_and_the_first_receipt(connect: Connect) -> None:
    asking = await connect(SUPERVISOR)
    first = await asking.command("c1", "question.relay", question(1))
    await asking.command("c2", "question.relay", question(2))
    again = await (await connect(SUPERVISOR)).command("c1", "question.relay", question(1))
    assert again == first == {"ok": True, "seq": 8}
    reused = await asking.command("c1", "question.relay", question(3))
    assert reused["error"]["code"] == "command_id_reused"


async def test_joining_under_traffic_loses_nothing_and_doubles_nothing(node: Node, connect: Connect) -> None:
    asking = await connect(SUPERVISOR)
    joiners = [await connect(actor) for actor in (TEACHER, SUPERVISOR, OTHER_SUPERVISOR, COORDINATOR) * 3]

    async def ask_all() -> None:
        for n in range(0, 300, 10):
            burst = [
                asking.start("command", command(f"c{n + i}", "question.relay", question(n + i))) for i in range(10)
            ]
            await asyncio.gather(*burst)

    async def join_now(client: WireClient, after: int) -> None:
        await node.reaches(after)
        await client.join()

    async with asyncio.timeout(30):
        await asyncio.gather(ask_all(), *(join_now(c, 10 + 20 * n) for n, c in enumerate(joiners)))
    for client, actor in zip(joiners, (TEACHER, SUPERVISOR, OTHER_SUPERVISOR, COORDINATOR) * 3, strict=True):
        frames = [body for name, body in client.events if name.startswith("changes")]
        assert client.copy.held == []
        assert [b["after"] for b in frames[1:]] == [a["seq"] for a in frames[:-1]]
        assert client.copy.values == await fresh(connect, client, actor)


def _bad_link(seed: int) -> Filter:
    dice = random.Random(seed)
    waiting: list[dict[str, Any]] = []

    def deliver(frame: dict[str, Any]) -> list[dict[str, Any]]:
        fate = dice.random()
        if fate < 0.1:
            return []
        if fate < 0.2:
            return [frame, frame]
        if fate < 0.35:
            waiting.append(frame)
            return []
        late, waiting[:] = list(waiting), []
        return [frame, *late]

    return deliver


@pytest.mark.parametrize("seed", range(5))
async def test_dropped_doubled_and_late_frames_are_repaired_by_a_resume(connect: Connect, seed: int) -> None:
    asking = await connect(SUPERVISOR)
    client = await connect(OTHER_SUPERVISOR if seed % 2 else TEACHER, filter=_bad_link(seed))
    await client.join()
    for n in range(60):
        await asking.command(f"c{n}", "question.relay", question(n, shareable=n % 3 == 0))
    await client.until(lambda: bool(client.events) and client.events[-1][1]["seq"] == 67)
    reply = await client.join(since=client.copy.position)
    assert "changes" in reply or client.copy.last == 67
    assert client.copy.values == await fresh(connect, client, OTHER_SUPERVISOR if seed % 2 else TEACHER)


async def test_a_resume_gets_changes_and_whoever_cannot_gets_a_snapshot(connect: Connect) -> None:
    asking, client = await connect(SUPERVISOR), await connect(TEACHER)
    await client.join()
    await client.ask("leave", {"stream": MEETING})
    here = client.copy.position
    await asking.command("c1", "question.relay", question(1))

    resumed = await client.join(since=here)
    assert [change["id"] for change in resumed["changes"]] == ["q00001", "pine-ridge"]
    assert (await client.join(since=client.copy.position))["changes"] == []
    for impossible in ({"epoch": "another"}, {"audience": "coordinator"}, {"seq": 99}):
        assert "snapshot" in await client.join(since=here | impossible)


async def test_one_who_is_moved_is_told_what_they_may_see_now(node: Node, connect: Connect) -> None:
    both = Actor(SUPERVISOR.person_id, PROGRAM, SUPERVISOR.grants | OTHER_SUPERVISOR.grants)
    node.accounts.become(SUPERVISOR.person_id, both)
    moved, gone, teacher = [await connect(actor) for actor in (SUPERVISOR, OTHER_SUPERVISOR, TEACHER)]
    for member in (moved, gone, teacher):
        await member.join()
    await node.relay(1)
    # Sam is taken off Mesa, and Ruth gets it as well.
    facts = replace(
        FACTS,
        rooms=(
            RoomFacts(site_id="mesa", student_ids=("s3", "s4"), supervisor_ids=(SUPERVISOR.person_id,)),
            FACTS.rooms[1],
        ),
    )
    await node.live.run_command(system(PROGRAM), MEETING, "facts-2", "meeting.enter_facts", facts)

    assert (await gone.until_event("removed"))["stream"] == MEETING
    assert (await moved.until_event("snapshot"))["audience"] == "supervisor:mesa:pine-ridge"
    await node.relay(2)
    await moved.until_seq(10)
    await teacher.until_seq(10)
    assert [name for name, _ in gone.events] == ["changes", "removed"]
    assert moved.copy.values == await fresh(connect, moved, SUPERVISOR)
    assert (await gone.join())["error"]["code"] == "unknown_stream"


async def test_grants_that_change_in_the_directory_are_felt_at_once(node: Node, connect: Connect) -> None:
    client = await connect(COORDINATOR)
    await client.join()
    node.accounts.become("cora", person("cora", Role.REGISTRAR))
    await node.gateway.actor_changed("cora")
    await client.until_event("removed")
    await node.relay(1)
    assert (await client.join())["error"]["code"] == "forbidden"
    assert [name for name, _ in client.events] == ["removed"]


async def test_the_head_is_told_and_repairs_a_node_that_missed_a_commit(
    start_node: Callable[..., Awaitable[Node]],
) -> None:
    """Two nodes on one database, and nothing between them: only the head check tells of the other's commits."""
    here, there = await start_node(head_seconds=0.1), await start_node(head_seconds=3_600)
    await there.open_meeting()
    async with WireClient(here.url, TEACHER) as client:
        await client.join()
        await there.relay(1)
        await client.until_seq(8)
        assert ("question", "q00001") in client.copy.values
        await client.until(lambda: any(name == "head" and body["seq"] == 8 for name, body in client.events))


async def test_a_copy_holds_what_is_early_and_drops_what_is_old() -> None:
    copy = Copy()
    copy.take_reply({"epoch": "e", "audience": "teacher", "seq": 3, "snapshot": []})
    for after, seq in ((4, 5), (1, 3), (3, 4), (3, 4)):
        copy.take_changes({"after": after, "seq": seq, "changes": [{"kind": "k", "id": "i", "value": seq}]})
    assert (copy.last, copy.values) == (5, {("k", "i"): 5})


async def test_no_captured_frame_of_another_audience_holds_what_is_private(connect: Connect) -> None:
    """Everything that the server sends to those whom it does not concern, byte for byte, over a class's whole way."""
    teacher, asking = [await connect(actor) for actor in (TEACHER, SUPERVISOR)]
    others = [await connect(actor) for actor in (OTHER_SUPERVISOR, COORDINATOR)]
    for member in (teacher, asking, *others):
        await member.join()
    mine = {"question_id": "q00001"}
    shared = question(2, text="shared-words", shareable=True) | {"site_id": "mesa", "student_id": "s3"}
    sent = iter(range(1, 100))

    async def act(member: WireClient, name: str, data: dict[str, Any]) -> None:
        assert (await member.command(f"{member.token}-{next(sent)}", name, data))["ok"], name

    await act(asking, "question.relay", question(1, text="private-words"))
    await act(others[0], "question.relay", shared)
    await act(teacher, "question.ask_back", mine | {"note": "private-note"})
    await act(asking, "question.restate", mine | {"text": "private-again"})
    await act(teacher, "question.decline", mine | {"reason": "other", "note": "private-reason"})
    await act(asking, "question.appeal", mine | {"note": "private-appeal"})
    await act(teacher, "question.merge", mine | {"into": "q00002"})
    await act(teacher, "student.call_on", {"call_id": "call-one", "site_id": "pine-ridge", "student_id": "s2"})
    await act(asking, "student.answer_call", {"call_id": "call-one", "response": "ready"})
    await act(teacher, "question.unmerge", mine)
    await act(teacher, "question.begin", mine)
    await act(teacher, "question.answer", mine | {"form": "written", "text": "private-answer"})
    await act(asking, "question.cannot_find", mine)
    await act(teacher, "meeting.end", {})
    for member in others:
        await member.until_seq(teacher.copy.last)
        captured = repr(member.events)
        assert "shared-words" in captured
        for private in ("private-", "'s1'", "'s2'", "call-one"):
            assert private not in captured, f"{member.token} was sent {private}"
    assert "private-reason" in repr(asking.events)
