"""`check_logs` finds what was planted in a log, names the stream, and has nothing to say of a clean one."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.service.check import Checked, check_logs
from server.service.live import Live
from server.storage.engine import Database
from server.storage.tables import events, receipts, streams
from tests.support.meetings import FACTS, RUTH, SAM, SYSTEM, VERA, relay_data, start_data

GOOD, BAD = "meeting:good", "meeting:bad"


@pytest.fixture(autouse=True)
async def logs(live: Live) -> None:
    """Two meetings of fifteen events: opened (8), planned for without rooms (3), started, asked, seen and claimed."""
    for stream_id in (GOOD, BAD):
        tag = stream_id[8:]
        await live.run_command(SYSTEM, stream_id, f"{tag}-1", "meeting.enter_facts", FACTS)
        await live.run_command(VERA, stream_id, f"{tag}-2", "meeting.start", start_data())
        await live.run_command(RUTH, stream_id, f"{tag}-3", "question.relay", relay_data("q1"))
        await live.run_command(VERA, stream_id, f"{tag}-4", "question.claim", {"question_id": "q1"})


async def check(database: Database) -> dict[str, Checked]:
    return {checked.stream_id: checked async for checked in check_logs(database)}


async def plant(database: Database, statement: Any) -> None:
    async def run(connection: AsyncConnection) -> None:
        result = await connection.execute(statement)
        assert result.rowcount == 1, "the fault was not planted"

    await database.write(run)


async def problems(database: Database) -> list[str]:
    """What is found in the bad stream; nothing may be found in the good one."""
    checked = await check(database)
    assert checked[GOOD].findings == ()
    assert {finding.stream_id for finding in checked[BAD].findings} <= {BAD}
    return [finding.problem for finding in checked[BAD].findings]


def of(table: Any, **values: Any) -> Any:
    return [table.c[name] == value for name, value in values.items()]


async def test_clean_logs_have_no_findings(database: Database) -> None:
    assert await check(database) == {GOOD: Checked(GOOD, 15, ()), BAD: Checked(BAD, 15, ())}


async def test_an_empty_database_has_no_logs(database: Database) -> None:
    async def empty(connection: AsyncConnection) -> None:
        for table in (events, receipts, streams):
            await connection.execute(delete(table))

    await database.write(empty)
    assert await check(database) == {}


async def test_a_gap(database: Database) -> None:
    await plant(database, delete(events).where(*of(events, stream_id=BAD, seq=5)))
    assert "event 5 has seq 6" in await problems(database)


async def test_a_lost_end(database: Database) -> None:
    await plant(database, delete(events).where(*of(events, stream_id=BAD, seq=15)))
    assert await problems(database) == ["the head says 15 and the log ends at 14"]


async def test_a_head_that_stayed_behind(database: Database) -> None:
    await plant(database, update(streams).where(*of(streams, stream_id=BAD)).values(seq=14))
    assert await problems(database) == ["the head says 14 and the log ends at 15", "a receipt lies beyond the head"]


async def test_a_lost_beginning(database: Database) -> None:
    async def lose(connection: AsyncConnection) -> None:
        await connection.execute(delete(events).where(events.c.stream_id == BAD))

    await database.write(lose)
    assert await problems(database) == ["the head says 15 and the log ends at 0"]


@pytest.mark.parametrize(
    "wrong", [{"waiting": 0}, {"asked": 2}, {"on_way_back": 1}, {"section_id": "chemistry"}, {"extra": 1}], ids=str
)
async def test_a_wrong_summary(database: Database, wrong: dict[str, Any]) -> None:
    async with database.reading() as connection:
        query = select(streams.c.summary).where(streams.c.stream_id == BAD)
        right = (await connection.execute(query)).scalar_one()
    await plant(database, update(streams).where(*of(streams, stream_id=BAD)).values(summary=right | wrong))
    assert await problems(database) == ["the head's status or summary is not what the events give"]


async def test_a_wrong_due_time(database: Database) -> None:
    await plant(database, update(streams).where(*of(streams, stream_id=BAD)).values(next_due_at=1))
    assert await problems(database) == ["the head's due time is not what the events give"]


async def test_a_wrong_status(database: Database) -> None:
    await plant(database, update(streams).where(*of(streams, stream_id=BAD)).values(status="ended"))
    assert await problems(database) == ["the head's status or summary is not what the events give"]


async def test_a_missing_receipt(database: Database) -> None:
    await plant(database, delete(receipts).where(*of(receipts, command_id="bad-4", actor_id="vera")))
    assert await problems(database) == ["1 commands have events but no receipt"]


async def test_a_receipt_that_points_beyond_the_head(database: Database) -> None:
    await plant(database, update(receipts).where(*of(receipts, command_id="bad-4")).values(seq=16))
    assert await problems(database) == ["a receipt lies beyond the head"]


async def test_a_stream_without_a_head(database: Database) -> None:
    await plant(database, delete(streams).where(*of(streams, stream_id=BAD)))
    assert await problems(database) == ["has events but no head"]


async def test_an_event_of_an_unknown_type(database: Database) -> None:
    await plant(database, update(events).where(*of(events, stream_id=BAD, seq=12)).values(type="meeting.exploded"))
    [problem] = await problems(database)
    assert problem.startswith("cannot be read: ")
    assert "meeting.exploded" in problem


@pytest.mark.parametrize(
    ("personal", "problem"),
    [
        (b'{"text":["my father lost his job"]}', "cannot be read: ValidationError at text (string_type)"),
        (b'{"text":"my father lost his job"', "cannot be read: JSONDecodeError"),
    ],
)
async def test_what_cannot_be_read_is_not_shown(database: Database, personal: bytes, problem: str) -> None:
    """Whoever runs the check learns where to look, and none of the words that a student wrote."""
    await plant(database, update(events).where(*of(events, stream_id=BAD, seq=13)).values(personal=personal))
    assert await problems(database) == [problem]


async def test_an_event_that_cannot_follow(database: Database) -> None:
    data = b'{"question_id":"q9"}'
    await plant(database, update(events).where(*of(events, stream_id=BAD, seq=14)).values(data=data))
    assert await problems(database) == ["event 14 cannot be applied: KeyError"]


async def test_an_event_that_was_put_in_later(database: Database) -> None:
    row = {"stream_id": BAD, "seq": 16, "at": 1, "actor_id": "sam", "command_id": "none", "type": "meeting.ended"}
    await plant(database, insert(events).values(**row, version=1, data=b"{}"))
    assert await problems(database) == [
        "the head says 15 and the log ends at 16",
        "1 commands have events but no receipt",
    ]


async def test_a_stream_of_a_kind_that_this_release_does_not_know(database: Database) -> None:
    row = {"stream_id": "balloon:1", "program_id": "prairie", "seq": 0, "status": "up", "summary": {}}
    await plant(database, insert(streams).values(**row))
    checked = await check(database)
    assert [finding.problem for finding in checked["balloon:1"].findings] == ["is of no known kind"]


async def test_it_runs_beside_a_working_server(database: Database, live: Live) -> None:
    """A commit between two of its reads is no fault."""

    async def ask() -> None:
        for number in range(40):
            await live.run_command(SAM, BAD, f"c{number}", "question.relay", relay_data(f"m{number}", "mesa"))

    asking = asyncio.create_task(ask())
    counts = set()
    while not asking.done():
        checked = await check(database)
        assert checked[BAD].findings == ()
        counts.add(checked[BAD].events)
    await asking
    assert len(counts) > 1, "it looked while something happened"
