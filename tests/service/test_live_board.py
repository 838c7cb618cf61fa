"""The board of all classes: as fresh as the log whoever watches, of one program alone, bounded, honest about links."""

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event

from server.domain.messages import Refused
from server.service import live_board as module
from server.service.directory import Directory
from server.service.links import Links
from server.service.live import Live
from server.service.live_board import LiveBoard
from server.service.planning import Planning
from server.storage.engine import Database
from tests.support.clock import HOUR, MINUTE, FakeClock
from tests.support.school import (
    COORDINATOR,
    NORTH_SUPERVISOR,
    START_DATA,
    STRANGER,
    TEACHER,
)

_numbers = count(1)


@pytest.fixture
async def other(database: Database, clock: FakeClock) -> AsyncIterator[Live]:
    """Another node on the same database; nobody tells the two of each other's commits."""
    other = Live(database, clock)
    await other.start()
    yield other
    await other.close()


@pytest.fixture
async def board(database: Database, live: Live, clock: FakeClock) -> LiveBoard:
    return LiveBoard(database, live, clock)


async def plan(directory: Directory, meeting_id: str, starts_at: int, **more: Any) -> None:
    times = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    row = {"id": meeting_id, "section_id": "physics", "title": f"Class {meeting_id}"}
    await directory.create(COORDINATOR, "meetings", row | times | more)


async def begin(live: Live, meeting_id: str) -> None:
    """The class is live, with Nora at North; South has a plan."""
    await act(live, meeting_id, NORTH_SUPERVISOR, "duty.sign_on", {"site_id": "north"})
    await act(live, meeting_id, TEACHER, "meeting.start", START_DATA)


async def act(live: Live, meeting_id: str, actor: Any, name: str, data: Any) -> None:
    await live.run_command(actor, f"meeting:{meeting_id}", f"command-{next(_numbers)}", name, data)


async def wrong(board: LiveBoard) -> dict[str, list[tuple[str, str | None]]]:
    """What is wrong in each class, in the board's order."""
    shown = await board.read(COORDINATOR)
    return {one["id"]: [(each["code"], each["site_id"]) for each in one["concerns"]] for one in shown["classes"]}


async def test_what_goes_on_now_and_nothing_else(
    directory: Directory, live: Live, board: LiveBoard, clock: FakeClock
) -> None:
    now = clock.at
    await plan(directory, "running", now)
    await plan(directory, "soon", now + 30 * MINUTE)
    await plan(directory, "later", now + 30 * MINUTE + 1)
    await plan(directory, "missed-long-ago", now - 25 * HOUR)
    await plan(directory, "over", now - 5 * MINUTE)
    await plan(directory, "long", now - 3 * HOUR)
    await begin(live, "running")
    await begin(live, "over")
    await act(live, "over", TEACHER, "meeting.end", {})
    await begin(live, "long")
    assert sorted(await wrong(board)) == ["long", "running", "soon"]
    clock.advance(seconds=1)
    assert sorted(await wrong(board)) == ["later", "long", "running", "soon"]


async def test_a_class_that_nobody_started_stays_for_a_day_or_until_it_is_cancelled(
    directory: Directory, live: Live, board: LiveBoard, clock: FakeClock, database: Database
) -> None:
    for meeting_id in ("missed", "gathered", "cancelled"):
        await plan(directory, meeting_id, clock.at)
    await act(live, "gathered", TEACHER, "meeting.open_lobby", {})
    await Planning(database, directory, live, clock).cancel(COORDINATOR, "cancelled", "illness")
    clock.advance(seconds=3_600)
    not_held = [("class_not_held", None)]
    assert await wrong(board) == {"gathered": not_held, "missed": not_held}
    clock.advance(seconds=86_399)
    assert await wrong(board) == {"gathered": not_held, "missed": not_held}
    clock.advance(seconds=1)
    assert await wrong(board) == {}


async def test_what_nobody_started_is_left_out_before_what_can_still_be_held(
    directory: Directory, live: Live, board: LiveBoard, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CLASSES", 2)
    await plan(directory, "missed", clock.at - HOUR)
    await plan(directory, "missed-open", clock.at - HOUR - 1)
    await act(live, "missed-open", TEACHER, "meeting.open_lobby", {})
    await plan(directory, "now", clock.at)
    await plan(directory, "soon", clock.at + 10 * MINUTE)
    shown = await board.read(COORDINATOR)
    assert ([one["id"] for one in shown["classes"]], shown["left_out"]) == (["now", "soon"], 2)


async def test_a_line_tells_who_teaches_who_is_there_and_what_waits(
    directory: Directory, live: Live, board: LiveBoard, clock: FakeClock
) -> None:
    now = clock.at
    await plan(directory, "physics-1", now)
    await begin(live, "physics-1")
    asked = {"site_id": "north", "student_id": "ann", "text": "a private worry", "asked_at": 1}
    await act(live, "physics-1", NORTH_SUPERVISOR, "question.relay", {"question_id": "q-1"} | asked)
    shown = await board.read(COORDINATOR)
    assert (shown["now"], shown["left_out"]) == (now, 0)
    [line] = shown["classes"]
    assert line == {
        "id": "physics-1",
        "title": "Class physics-1",
        "section_id": "physics",
        "section_title": "Physics 1",
        "teachers": [{"person_id": "tess", "name": "Tess Adler"}],
        "status": "live",
        "starts_at": now,
        "ends_at": now + HOUR,
        "lobby_at": now,
        "started_at": now,
        "figures": {"rooms": 2, "linked": 0, "uncovered": 0, "waiting": 1, "waiting_since": now, "on_way_back": 0},
        "concerns": [],
        "rooms": [
            {
                "site_id": "north",
                "site_name": "North",
                "adults": [{"person_id": "nora", "name": "Nora Beck"}],
                "uncovered_since": None,
                "away": None,
                "is_left_out": False,
                "readiness": "unreported",
                "link": {"status": "unheard", "since": None, "last_heard_at": None},
                "students": 2,
                "waiting": 1,
                "waiting_since": now,
                "on_way_back": 0,
            },
            {
                "site_id": "south",
                "site_name": "South",
                "adults": [],
                "uncovered_since": None,
                "away": None,
                "is_left_out": True,
                "readiness": "unreported",
                "link": {"status": "unheard", "since": None, "last_heard_at": None},
                "students": 1,
                "waiting": 0,
                "waiting_since": None,
                "on_way_back": 0,
            },
        ],
    }
    assert "worry" not in str(shown)


async def test_a_class_that_nobody_watches_here_is_as_fresh_as_the_log(
    directory: Directory, live: Live, other: Live, database: Database, clock: FakeClock
) -> None:
    """Two nodes on one database, without a word between them: each one's board is the log's."""
    here, there = LiveBoard(database, live, clock), LiveBoard(database, other, clock)
    await plan(directory, "physics-1", clock.at)
    await begin(live, "physics-1")
    assert await wrong(there) == await wrong(here) == {"physics-1": []}
    await act(live, "physics-1", NORTH_SUPERVISOR, "duty.sign_off", {"site_id": "north", "reason": "emergency"})
    expected = {"physics-1": [("room_uncovered", "north")]}
    assert await wrong(there) == expected
    # The other way round, and though somebody watches it here and was not told yet.
    (await live.stream("meeting:physics-1")).pins += 1
    await act(other, "physics-1", NORTH_SUPERVISOR, "duty.sign_on", {"site_id": "north"})
    assert await wrong(here) == {"physics-1": []}
    await act(other, "physics-1", TEACHER, "meeting.end", {})
    assert await wrong(here) == await wrong(there) == {}


async def test_two_who_look_at_once_both_see_what_the_log_has(
    directory: Directory, live: Live, other: Live, database: Database, clock: FakeClock
) -> None:
    there = LiveBoard(database, other, clock)
    await plan(directory, "physics-1", clock.at)
    await begin(live, "physics-1")
    assert await wrong(there) == {"physics-1": []}
    await act(live, "physics-1", NORTH_SUPERVISOR, "duty.sign_off", {"site_id": "north", "reason": "emergency"})
    looks = await asyncio.gather(*(wrong(there) for _ in range(3)))
    assert looks == [{"physics-1": [("room_uncovered", "north")]}] * 3


async def test_without_a_database_it_is_busy(board: LiveBoard, directory: Directory, database: Database) -> None:
    await board.read(COORDINATOR)
    await database.close()

    def fail() -> Any:
        raise OSError("planted")

    database.reading = fail  # type: ignore[method-assign]
    with pytest.raises(Refused) as caught:
        await board.read(COORDINATOR)
    assert caught.value.code == "busy"


async def test_a_room_that_no_node_hears_any_more_does_not_look_fine(
    directory: Directory, live: Live, board: LiveBoard, database: Database, clock: FakeClock
) -> None:
    """The node that heard it died: the record says that it is connected, and its row that it was long ago."""
    await plan(directory, "physics-1", clock.at)
    await begin(live, "physics-1")
    room = ("meeting:physics-1", "north")
    links = Links(database, live, clock)
    await links.look({room: clock.at})
    heard_at = clock.at
    clock.advance(seconds=30)
    assert await wrong(board) == {"physics-1": []}
    clock.advance(seconds=1)
    assert await wrong(board) == {"physics-1": [("link_lost", "north")]}
    [line] = (await board.read(COORDINATOR))["classes"]
    assert line["rooms"][0]["link"] == {"status": "lost", "since": heard_at, "last_heard_at": heard_at}
    assert line["figures"]["linked"] == 0
    # Another node looks, and records it: the row goes, and the board says the same.
    await Links(database, live, clock).look({})
    [line] = (await board.read(COORDINATOR))["classes"]
    assert line["rooms"][0]["link"] == {"status": "lost", "since": heard_at, "last_heard_at": heard_at}
    await links.look({room: clock.at})
    assert await wrong(board) == {"physics-1": []}


async def test_the_worst_comes_first(
    directory: Directory, live: Live, board: LiveBoard, database: Database, clock: FakeClock
) -> None:
    for meeting_id in ("a-well", "b-unheard", "c-uncovered"):
        await plan(directory, meeting_id, clock.at)
        await begin(live, meeting_id)
    await plan(directory, "a-coming", clock.at + 20 * MINUTE)
    await act(live, "c-uncovered", NORTH_SUPERVISOR, "duty.sign_off", {"site_id": "north", "reason": "other"})
    clock.advance(seconds=31)
    heard = {(f"meeting:{one}", "north"): clock.at for one in ("a-well", "c-uncovered")}
    await Links(database, live, clock).look(heard)
    assert list((await wrong(board)).items()) == [
        ("c-uncovered", [("room_uncovered", "north")]),
        ("b-unheard", [("link_unheard", "north")]),
        ("a-well", []),
        ("a-coming", []),
    ]


async def test_only_the_own_program_is_shown(directory: Directory, board: LiveBoard, clock: FakeClock) -> None:
    await plan(directory, "physics-1", clock.at)
    assert (await board.read(STRANGER))["classes"] == []


async def test_beyond_the_most_it_says_how_many_are_left_out_and_those_start_last(
    directory: Directory, live: Live, board: LiveBoard, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CLASSES", 2)
    for number, meeting_id in enumerate(("c", "b", "a")):
        await plan(directory, meeting_id, clock.at + number * MINUTE)
    await begin(live, "a")
    shown = await board.read(COORDINATOR)
    assert (sorted(one["id"] for one in shown["classes"]), shown["left_out"]) == (["a", "c"], 1)


async def test_many_classes_are_read_by_few_queries(
    directory: Directory, live: Live, board: LiveBoard, database: Database, clock: FakeClock
) -> None:
    """Once they are held, no class costs a query of its own until its log goes on."""
    for number in range(12):
        await plan(directory, f"class-{number}", clock.at)
    await board.read(COORDINATOR)
    statements: list[str] = []
    engine = database._reader.sync_engine

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    await board.read(COORDINATOR)
    few = len(statements)
    assert few == 4, statements
    await act(live, "class-7", NORTH_SUPERVISOR, "duty.sign_on", {"site_id": "north"})
    statements.clear()
    shown = await board.read(COORDINATOR)
    assert [one["id"] for one in shown["classes"] if one["status"] == "lobby"] == ["class-7"]
    assert len(statements) == few
