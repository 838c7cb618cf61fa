"""What is owed over many classes: found by their heads alone, the first due first, and never more than one can read."""

from itertools import count
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, select, text, update

from server.domain.actors import Actor
from server.service import owed as module
from server.service.check import check_logs
from server.service.directory import Directory
from server.service.live import Live
from server.service.owed import owed_work
from server.service.planning import Planning
from server.service.rosters import Rosters
from server.storage import directory_tables as t
from server.storage.engine import Database
from server.storage.tables import streams
from tests.support.clock import DAY, HOUR, FakeClock
from tests.support.school import (
    COORDINATOR,
    NORTH_SUPERVISOR,
    REGISTRAR,
    SOUTH_SUPERVISOR,
    STRANGER,
    TEACHER,
)

_numbers = count(1)
ROOMS = {"north": NORTH_SUPERVISOR, "south": SOUTH_SUPERVISOR}


class School:
    """Classes that are held and end, and what is owed of them."""

    def __init__(self, database: Database, directory: Directory, live: Live, clock: FakeClock) -> None:
        self.database, self.directory, self.live, self.clock = database, directory, live, clock

    async def act(self, meeting_id: str, actor: Actor, name: str, data: Any) -> None:
        await self.live.run_command(actor, f"meeting:{meeting_id}", f"command-{next(_numbers)}", name, data)

    async def plan(self, meeting_id: str) -> None:
        times = {"starts_at": self.clock.at, "ends_at": self.clock.at + HOUR}
        row = {"id": meeting_id, "section_id": "physics", "title": f"Class {meeting_id}"}
        await self.directory.create(COORDINATOR, "meetings", row | times)

    async def hold(self, meeting_id: str, **due_at: int) -> None:
        """A class, over now, in which each of these sites asked something that is due then."""
        await self.plan(meeting_id)
        for site_id, adult in ROOMS.items():
            await self.act(meeting_id, adult, "duty.sign_on", {"site_id": site_id})
        await self.act(meeting_id, TEACHER, "meeting.start", {})
        for site_id, at in due_at.items():
            question_id = f"{meeting_id}-{site_id}"
            asked = {"site_id": site_id, "question_id": question_id, "text": "why?", "asked_at": 1}
            await self.act(meeting_id, ROOMS[site_id], "question.relay", asked)
            await self.act(meeting_id, TEACHER, "question.defer", {"question_id": question_id, "due_at": at})
        await self.act(meeting_id, TEACHER, "meeting.end", {})

    async def told(self, actor: Actor = TEACHER) -> tuple[list[str], bool]:
        """The questions that are owed, in order; and whether there are more."""
        found = await owed_work(Rosters(self.database), self.live, actor, self.clock.now())
        return [one["question_id"] for one in found["owed"]], found["is_cut"]

    async def head(self, meeting_id: str) -> int | None:
        async with self.database.reading() as connection:
            query = select(streams.c.owed_due_at).where(streams.c.stream_id == f"meeting:{meeting_id}")
            return (await connection.execute(query)).scalar_one()


@pytest.fixture
async def school(database: Database, directory: Directory, live: Live, clock: FakeClock) -> School:
    return School(database, directory, live, clock)


async def test_a_head_knows_when_the_first_of_what_its_class_owes_is_due_once_it_is_over(
    school: School, clock: FakeClock
) -> None:
    await school.hold("m", north=clock.at + 3 * DAY, south=clock.at + 2 * DAY)
    assert await school.head("m") == clock.at + 2 * DAY
    written = {"form": "written", "text": "Because."}
    await school.act("m", TEACHER, "question.answer", {"question_id": "m-south"} | written)
    await school.act("m", SOUTH_SUPERVISOR, "question.deliver", {"question_id": "m-south"})
    await school.act("m", SOUTH_SUPERVISOR, "question.confirm", {"question_id": "m-south"})
    assert await school.head("m") == clock.at + 3 * DAY
    await school.act("m", TEACHER, "question.answer", {"question_id": "m-north"} | written)
    await school.act("m", NORTH_SUPERVISOR, "question.deliver", {"question_id": "m-north"})
    await school.act("m", NORTH_SUPERVISOR, "question.confirm", {"question_id": "m-north"})
    assert await school.head("m") is None
    await school.plan("not-begun")
    assert await school.head("not-begun") is None


async def test_each_has_their_own_and_what_is_due_first_comes_first_over_all_classes(
    school: School, clock: FakeClock
) -> None:
    now = clock.at
    await school.hold("a", north=now + 5 * DAY, south=now + 2 * DAY)
    await school.hold("b", north=now + 3 * DAY)
    await school.hold("c")
    assert await school.told() == (["a-south", "b-north", "a-north"], False)
    assert await school.told(COORDINATOR) == (["a-south", "b-north", "a-north"], False)
    assert await school.told(NORTH_SUPERVISOR) == (["b-north", "a-north"], False)
    assert await school.told(SOUTH_SUPERVISOR) == (["a-south"], False)
    assert await school.told(STRANGER) == await school.told(REGISTRAR) == ([], False)


async def test_of_too_much_the_first_due_is_told_and_the_other_classes_are_not_even_read(
    school: School, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_DEBTS", 3)
    monkeypatch.setattr(module, "PAGE", 2)
    now = clock.at
    for number in (5, 1, 4, 2, 3):
        await school.hold(f"m{number}", north=now + number * DAY, south=now + 2 * number * DAY)
    read: list[str] = []
    stream = school.live.stream

    async def counted(stream_id: str) -> Any:
        read.append(stream_id)
        return await stream(stream_id)

    monkeypatch.setattr(school.live, "stream", counted)
    monkeypatch.setattr(school.live, "loaded", lambda stream_id: None)
    assert await school.told() == (["m1-north", "m1-south", "m2-north"], True)
    assert read == ["meeting:m1", "meeting:m2"]
    monkeypatch.setattr(module, "MAX_CLASSES", 1)
    assert await school.told() == (["m1-north", "m1-south"], True)
    monkeypatch.setattr(module, "MAX_CLASSES", 9)
    monkeypatch.setattr(module, "MAX_DEBTS", 10)
    assert len((await school.told())[0]) == 10
    assert (await school.told())[1] is False


async def test_another_nodes_commit_counts(school: School, clock: FakeClock) -> None:
    await school.hold("m", north=clock.at + DAY)
    assert await school.told() == (["m-north"], False)
    other = Live(school.database, clock)
    await other.start()
    answer = {"question_id": "m-north", "form": "written", "text": "Because."}
    await other.run_command(TEACHER, "meeting:m", "elsewhere-1", "question.answer", answer)
    await other.close()
    found = await owed_work(Rosters(school.database), school.live, TEACHER, clock.now())
    assert [one["what"] for one in found["owed"]] == ["bring"]


async def test_what_an_earlier_release_left_is_looked_at(
    school: School, live: Live, directory: Directory, database: Database, clock: FakeClock
) -> None:
    await school.hold("owing", north=clock.at + DAY)
    await school.hold("paid")
    await school.plan("cancelled")
    await school.plan("untouched")
    await Planning(database, directory, live, clock).cancel(COORDINATOR, "cancelled", "weather")
    [migration] = (Path(__file__).parents[2] / "migrations" / "versions").glob("*_whose_change_and_what_is_owed.py")

    def again(connection: Connection) -> None:
        for statement in (
            "DROP INDEX ix_streams_program_id_owed_due_at",
            "ALTER TABLE streams DROP COLUMN owed_due_at",
            "ALTER TABLE meetings DROP COLUMN changed_by",
        ):
            connection.execute(text(statement))
        with Operations.context(MigrationContext.configure(connection)):
            run_path(str(migration))["upgrade"]()

    await database.write(lambda connection: connection.run_sync(again))
    ends_at = clock.at + HOUR
    assert [await school.head(one) for one in ("owing", "paid", "untouched")] == [ends_at, None, None]
    async with database.reading() as connection:
        rows = await connection.execute(select(t.meetings.c.id, t.meetings.c.changed_by))
        assert {row.id: row.changed_by for row in rows if row.changed_by} == {"cancelled": "person"}
    assert await school.told() == (["owing-north"], False)
    assert [one.findings async for one in check_logs(database)] == [()] * 4


async def test_a_head_that_owes_otherwise_than_its_events_is_found(school: School, clock: FakeClock) -> None:
    await school.hold("m", north=clock.at + DAY)

    async def plant(at: int | None) -> list[str]:
        await school.database.write(lambda c: c.execute(update(streams).values(owed_due_at=at)))
        return [one.problem async for each in check_logs(school.database) for one in each.findings]

    assert await plant(clock.at + DAY) == []
    assert await plant(None) == await plant(1) == ["the head does not say since when it owes what the events give"]
