"""What time makes due: settled once, by whichever node looks first, and never early."""

from typing import Any

import pytest

from server.domain.messages import Refused
from server.service.due import Due
from server.service.live import Live
from server.storage import event_log
from server.storage.engine import Database
from server.storage.event_log import Head
from tests.support.clock import FakeClock
from tests.support.meetings import (
    A_DAY_AFTER,
    DUE_BY,
    ELK,
    FACTS,
    LENA,
    PINE,
    PROGRAM,
    RUTH,
    SYSTEM,
    VERA,
    relay_data,
    start_data,
)

STREAM = "meeting:due"


class Class:
    """A live class in which students go missing."""

    def __init__(self, database: Database, live: Live, clock: FakeClock) -> None:
        self.database, self.live, self.clock = database, live, clock
        self.due = Due(database, live, clock)
        self.sent = 0

    async def act(self, actor: Any, name: str, data: Any) -> None:
        self.sent += 1
        await self.live.run_command(actor, STREAM, f"act-{self.sent}", name, data)

    async def lose_a_student(self, question_id: str, site_id: str, adult: Any) -> None:
        question = {"question_id": question_id}
        await self.act(adult, "question.relay", relay_data(question_id, site_id))
        await self.act(VERA, "question.begin", question)
        await self.act(VERA, "question.answer", question)
        await self.act(adult, "question.cannot_find", question)

    async def head(self) -> Head:
        async with self.database.reading() as connection:
            [head] = await event_log.read_heads(connection, [STREAM])
        return head

    async def status(self, question_id: str) -> str:
        return str((await self.live.stream(STREAM)).state.questions[question_id].status)


@pytest.fixture
async def lesson(database: Database, live: Live, clock: FakeClock) -> Class:
    lesson = Class(database, live, clock)
    await lesson.act(SYSTEM, "meeting.enter_facts", FACTS)
    await lesson.act(VERA, "meeting.start", start_data())
    return lesson


async def test_the_head_tells_when_something_is_due_next(lesson: Class) -> None:
    assert (await lesson.head()).next_due_at is None
    await lesson.lose_a_student("q1", PINE, RUTH)
    assert (await lesson.head()).next_due_at == DUE_BY
    await lesson.lose_a_student("q2", ELK, LENA)
    assert (await lesson.head()).next_due_at == A_DAY_AFTER, "a day after class comes before Thursday, 15:30"
    await lesson.act(LENA, "question.confirm", {"question_id": "q2"})
    assert (await lesson.head()).next_due_at == DUE_BY
    await lesson.act(RUTH, "question.deliver", {"question_id": "q1"})
    assert (await lesson.head()).next_due_at is None


async def test_a_student_who_is_not_found_in_time_closes_the_question_and_no_moment_earlier(lesson: Class) -> None:
    await lesson.lose_a_student("q1", PINE, RUTH)
    lesson.clock.at = DUE_BY - 1
    assert await lesson.due.settle() == 0
    assert await lesson.status("q1") == "cannot_find"
    assert lesson.live.metrics.due_lag_seconds == 0
    lesson.clock.at = DUE_BY + 1_500
    assert await lesson.due.settle() == 1
    assert (lesson.live.metrics.due_lag_seconds, lesson.live.metrics.due_settled) == (1.5, 1)
    assert await lesson.status("q1") == "closed"
    assert (await lesson.head()).next_due_at is None
    assert await lesson.due.settle() == 0
    with pytest.raises(Refused) as late:
        await lesson.act(RUTH, "question.deliver", {"question_id": "q1"})
    assert late.value.code == "wrong_state"
    assert "not found in time" in late.value.message


async def test_only_what_is_due_is_settled(lesson: Class) -> None:
    await lesson.lose_a_student("q1", PINE, RUTH)
    await lesson.lose_a_student("q2", ELK, LENA)
    lesson.clock.at = A_DAY_AFTER
    await lesson.due.settle()
    assert (await lesson.status("q1"), await lesson.status("q2")) == ("cannot_find", "closed")
    assert (await lesson.head()).next_due_at == DUE_BY


async def test_of_two_nodes_that_find_the_same_one_does_it(lesson: Class, database: Database, clock: FakeClock) -> None:
    await lesson.lose_a_student("q1", PINE, RUTH)
    other = Live(database, clock)
    await other.start()
    await other.stream(STREAM)
    clock.at = DUE_BY
    async with database.reading() as connection:
        found = await event_log.read_due(connection, clock.now(), 10)
    await lesson.due.settle()
    for head in found:
        await Due(database, other, clock)._settle(head)
    await other.close()
    async with database.reading() as connection:
        log = await event_log.read_events(connection, STREAM)
    assert [type(one.event).__name__ for one in log].count("QuestionClosed") == 1


async def test_one_streams_fault_does_not_keep_the_others_waiting(
    lesson: Class, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lesson.lose_a_student("q1", PINE, RUTH)
    lesson.clock.at = DUE_BY
    broken = Head("meeting:broken", PROGRAM, 1, "ended", {}, 1)
    read_due = event_log.read_due

    async def with_a_broken_one(*args: Any) -> list[Head]:
        return [broken, *await read_due(*args)]

    async def fails(*args: Any) -> Any:
        if args[1] == broken.stream_id:
            raise ValueError("its log cannot be read")
        return await run_command(*args)

    run_command = lesson.live.run_command
    monkeypatch.setattr(event_log, "read_due", with_a_broken_one)
    monkeypatch.setattr(lesson.live, "run_command", fails)
    await lesson.due.settle()
    assert await lesson.status("q1") == "closed"
