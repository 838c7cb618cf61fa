"""The log on both databases: what is appended is read, and a head that moved refuses."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import update

from server.domain.meeting.answering import QuestionSeen
from server.domain.messages import Recorded
from server.storage import event_log
from server.storage.engine import Database
from server.storage.event_log import Append, Effect, Head, StoredReceipt
from server.storage.tables import events
from tests.support.meetings import relayed

DIGEST = b"0123456789abcdef"


def effect(seq: int, events: Sequence[Any], command_id: str, actor_id: str = "ruth") -> Effect:
    """A command's events from `seq` on."""
    recorded = [Recorded(seq + place, 1_000 + seq + place, actor_id, event) for place, event in enumerate(events)]
    return Effect(actor_id, command_id, DIGEST, recorded)


def append_of(stream_id: str, after: int, *effects: Effect, summary: dict[str, Any] | None = None) -> Append:
    return Append(stream_id, "prairie", after, effects, "live", summary or {"asked": after})


def one(stream_id: str, after: int, command_id: str | None = None) -> Append:
    """One event behind `after`."""
    event = QuestionSeen(question_id=f"q{after + 1}")
    return append_of(stream_id, after, effect(after + 1, [event], command_id or f"{stream_id[8:]}-{after + 1}"))


async def read(database: Database, stream_id: str, after: int = 0) -> list[Recorded]:
    async with database.reading() as connection:
        return await event_log.read_events(connection, stream_id, after)


async def receipts_of(database: Database, stream_id: str, after: int = 0) -> dict[Any, StoredReceipt]:
    async with database.reading() as connection:
        return await event_log.read_receipts(connection, stream_id, after)


async def heads_of(database: Database, *stream_ids: str) -> list[Head]:
    async with database.reading() as connection:
        return await event_log.read_heads(connection, stream_ids or None)


async def test_what_is_appended_is_read_in_order(database: Database) -> None:
    asked, seen = relayed("q1", text="¿por qué?\n👩‍🔬")[1], QuestionSeen(question_id="q1")
    batch = append_of("meeting:a", 0, effect(1, [asked, seen], "c1"), effect(3, [seen], "c2", "vera"))
    assert await event_log.append(database, [batch]) == set()
    assert await read(database, "meeting:a") == [
        Recorded(1, 1_001, "ruth", asked),
        Recorded(2, 1_002, "ruth", seen),
        Recorded(3, 1_003, "vera", seen),
    ]
    assert [recorded.seq for recorded in await read(database, "meeting:a", after=1)] == [2, 3]
    assert await read(database, "meeting:a", after=3) == []
    assert await heads_of(database) == [Head("meeting:a", "prairie", 3, "live", {"asked": 0})]


async def test_receipts_are_kept_with_their_commands(database: Database) -> None:
    seen = QuestionSeen(question_id="q1")
    await event_log.append(database, [append_of("meeting:a", 0, effect(1, [seen, seen], "c1"))])
    await event_log.append(database, [append_of("meeting:a", 2, effect(3, [seen], "c1", "vera"))])
    assert await receipts_of(database, "meeting:a") == {
        ("ruth", "c1"): StoredReceipt("meeting:a", 2, DIGEST),
        ("vera", "c1"): StoredReceipt("meeting:a", 3, DIGEST),
    }
    assert await receipts_of(database, "meeting:a", after=2) == {("vera", "c1"): StoredReceipt("meeting:a", 3, DIGEST)}
    async with database.reading() as connection:
        assert await event_log.read_receipt(connection, ("ruth", "c1")) == StoredReceipt("meeting:a", 2, DIGEST)
        assert await event_log.read_receipt(connection, ("sam", "c1")) is None


@pytest.mark.parametrize("after", [0, 1, 3, 9])
async def test_a_head_that_moved_refuses_the_append(database: Database, after: int) -> None:
    for place in range(2):
        await event_log.append(database, [one("meeting:a", place)])
    assert await event_log.append(database, [one("meeting:a", after, "late")]) == {"meeting:a"}
    assert [recorded.seq for recorded in await read(database, "meeting:a")] == [1, 2]
    assert ("ruth", "late") not in await receipts_of(database, "meeting:a")


async def test_one_streams_conflict_leaves_the_others_committed(database: Database) -> None:
    await event_log.append(database, [one("meeting:b", 0)])
    batch = [one("meeting:c", 0), one("meeting:b", 0, "late"), one("meeting:a", 0)]
    assert await event_log.append(database, batch) == {"meeting:b"}
    assert [(head.stream_id, head.seq) for head in await heads_of(database)] == [
        ("meeting:a", 1),
        ("meeting:b", 1),
        ("meeting:c", 1),
    ]


async def test_a_batch_of_many_streams(database: Database) -> None:
    ids = [f"meeting:{number:04}" for number in range(300)]
    assert await event_log.append(database, [one(stream_id, 0) for stream_id in ids]) == set()
    assert await event_log.append(database, [one(stream_id, 1) for stream_id in reversed(ids)]) == set()
    heads = await heads_of(database)
    assert [(head.stream_id, head.seq) for head in heads] == [(stream_id, 2) for stream_id in ids]
    async with database.reading() as connection:
        seqs = await event_log.read_seqs(connection, [*ids[:2], "meeting:none"])
    assert seqs == {"meeting:0000": 2, "meeting:0001": 2}


async def test_a_new_stream_is_opened_once(database: Database) -> None:
    assert await event_log.append(database, [one("meeting:a", 0, "first")]) == set()
    assert await event_log.append(database, [one("meeting:b", 0), one("meeting:a", 0, "second")]) == {"meeting:a"}
    assert set(await receipts_of(database, "meeting:a")) == {("ruth", "first")}


async def test_a_command_id_takes_effect_in_one_stream_only(database: Database) -> None:
    await event_log.append(database, [one("meeting:a", 0, "c1")])
    batch = [one("meeting:b", 0, "c1"), one("meeting:c", 0), one("meeting:a", 1)]
    assert await event_log.append(database, batch) == {"meeting:b"}
    assert await heads_of(database, "meeting:b") == []
    assert [(head.stream_id, head.seq) for head in await heads_of(database)] == [("meeting:a", 2), ("meeting:c", 1)]


async def test_a_command_id_twice_in_one_batch_takes_effect_once(database: Database) -> None:
    failed = await event_log.append(database, [one("meeting:a", 0, "c1"), one("meeting:b", 0, "c1")])
    assert len(failed) == 1
    assert len(await heads_of(database)) == 1


async def test_two_writers_race_and_one_wins(database: Database, database_url: str) -> None:
    other = Database(database_url)
    try:
        for after in range(20):
            lost = await asyncio.gather(
                event_log.append(database, [one("meeting:a", after, f"mine-{after}")]),
                event_log.append(other, [one("meeting:a", after, f"theirs-{after}")]),
            )
            assert sorted(map(len, lost)) == [0, 1], "one is written, the other is told"
    finally:
        await other.close()
    assert [recorded.seq for recorded in await read(database, "meeting:a")] == list(range(1, 21))
    assert len(await receipts_of(database, "meeting:a")) == 20


async def test_batches_in_opposite_order_do_not_wait_for_each_other(database: Database, database_url: str) -> None:
    ids = [f"meeting:{number:03}" for number in range(500)]
    other = Database(database_url)
    try:
        async with asyncio.timeout(20):
            for after in range(2):
                mine = [one(stream_id, after, f"mine-{stream_id[8:]}-{after}") for stream_id in ids]
                theirs = [one(stream_id, after, f"theirs-{stream_id[8:]}-{after}") for stream_id in reversed(ids)]
                lost = await asyncio.gather(event_log.append(database, mine), event_log.append(other, theirs))
                assert lost[0] | lost[1] == set(ids)
                assert not lost[0] & lost[1]
    finally:
        await other.close()


async def test_erasing_the_personal_part_leaves_the_rest(database: Database) -> None:
    asked = relayed("q1", text="my name is Pia Hart")[1]
    await event_log.append(database, [append_of("meeting:a", 0, effect(1, [asked], "c1"))])
    before = await read(database, "meeting:a")

    async def erase(connection: Any) -> None:
        await connection.execute(update(events).where(events.c.stream_id == "meeting:a").values(personal=None))

    await database.write(erase)
    [recorded] = await read(database, "meeting:a")
    assert before == [Recorded(1, 1_001, "ruth", asked)]
    assert recorded == Recorded(1, 1_001, "ruth", relayed("q1", text="[erased]")[1])


async def test_one_reading_sees_one_moment(database: Database) -> None:
    await event_log.append(database, [one("meeting:a", 0)])
    async with database.reading() as connection:
        [head] = await event_log.read_heads(connection)
        assert await event_log.append(database, [one("meeting:a", 1)]) == set()
        assert [recorded.seq for recorded in await event_log.read_events(connection, "meeting:a")] == [1]
        assert head.seq == 1
    assert [recorded.seq for recorded in await read(database, "meeting:a")] == [1, 2]


async def test_a_database_without_an_epoch_says_what_to_do(database: Database) -> None:
    async with database.reading() as connection:
        assert await event_log.read_epoch(connection)

    async def forget(connection: Any) -> None:
        await connection.execute(event_log.database_info.delete())

    await database.write(forget)
    async with database.reading() as connection:
        with pytest.raises(LookupError, match="longroom migrate"):
            await event_log.read_epoch(connection)
