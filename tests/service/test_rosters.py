"""Names go to those who have a part in the meeting, and students' names no further than their own room."""

import pytest

from server.domain.actors import Actor
from server.domain.messages import Refused
from server.service.directory import Directory
from server.service.live import Live
from server.service.rosters import Rosters
from server.storage.engine import Database
from tests.support.clock import DAY, HOUR, FakeClock
from tests.support.school import (
    COORDINATOR,
    NORTH_SUPERVISOR,
    REGISTRAR,
    SOUTH_SUPERVISOR,
    START_DATA,
    STRANGER,
    TEACHER,
)


@pytest.fixture
async def meeting_id(directory: Directory, clock: FakeClock) -> str:
    meeting = {"section_id": "physics", "title": "Forces", "starts_at": clock.at, "ends_at": clock.at + HOUR}
    return (await directory.create(COORDINATOR, "meetings", meeting))["id"]


@pytest.fixture
def rosters(database: Database) -> Rosters:
    return Rosters(database)


async def test_the_teacher_reads_everybody(rosters: Rosters, meeting_id: str) -> None:
    roster = await rosters.roster(TEACHER, meeting_id)
    assert roster == {
        "sites": [
            {"site_id": "north", "name": "North", "time_zone": "America/Denver", "phone": "+1 406 555 0101"},
            {"site_id": "south", "name": "South", "time_zone": "America/Los_Angeles", "phone": None},
        ],
        "people": [
            {"person_id": "tess", "name": "Tess Adler", "role": "teacher"},
            {"person_id": "nora", "name": "Nora Beck", "role": "supervisor"},
            {"person_id": "sol", "name": "Sol Cruz", "role": "supervisor"},
        ],
        "students": [
            {"student_id": "ann", "site_id": "north", "name": "Ann Fox", "initials": "A. F."}
            | {"grade_level": "11", "accommodations": ["extended_time"]},
            {"student_id": "bob", "site_id": "north", "name": "Bob Gray", "initials": "B. G."}
            | {"grade_level": "11", "accommodations": []},
            {"student_id": "cal", "site_id": "south", "name": "Cal Hart", "initials": "C. H."}
            | {"grade_level": "11", "accommodations": []},
        ],
    }


@pytest.mark.parametrize(
    ("actor", "students"),
    [
        (NORTH_SUPERVISOR, ["ann", "bob"]),
        (SOUTH_SUPERVISOR, ["cal"]),
        (COORDINATOR, ["ann", "bob", "cal"]),
    ],
    ids=["north", "south", "coordinator"],
)
async def test_a_room_is_named_to_its_own(rosters: Rosters, meeting_id: str, actor: Actor, students: list[str]) -> None:
    roster = await rosters.roster(actor, meeting_id)
    assert [one["student_id"] for one in roster["students"]] == students
    assert (len(roster["sites"]), len(roster["people"])) == (2, 3)


@pytest.mark.parametrize("actor", [REGISTRAR, STRANGER], ids=["registrar", "stranger"])
async def test_nobody_else_learns_that_the_meeting_exists(rosters: Rosters, meeting_id: str, actor: Actor) -> None:
    for wanted in (meeting_id, "none"):
        with pytest.raises(Refused, match="not_found"):
            await rosters.roster(actor, wanted)
    assert await rosters.meetings_of(actor) == []


async def test_who_left_keeps_their_name_in_the_record(directory: Directory, rosters: Rosters, meeting_id: str) -> None:
    await directory.disable_person(COORDINATOR, "sol")
    assert "Sol Cruz" in [one["name"] for one in (await rosters.roster(TEACHER, meeting_id))["people"]]
    with pytest.raises(Refused, match="not_found"):
        await rosters.roster(SOUTH_SUPERVISOR, meeting_id)


async def test_meetings_are_listed_with_the_part_in_them(
    rosters: Rosters, live: Live, meeting_id: str, clock: FakeClock
) -> None:
    await live.run_command(TEACHER, f"meeting:{meeting_id}", "c1", "meeting.start", START_DATA)
    [listed] = await rosters.meetings_of(NORTH_SUPERVISOR)
    summary = listed.pop("summary")
    assert listed == {
        "id": meeting_id,
        "stream": f"meeting:{meeting_id}",
        "title": "Forces",
        "section_title": "Physics 1",
        "status": "live",
        "starts_at": clock.at,
        "ends_at": clock.at + HOUR,
        "part": "supervisor",
        "site_ids": ["north"],
    }
    assert (summary["rooms"], summary["started_at"]) == (2, clock.at)
    [taught] = await rosters.meetings_of(TEACHER)
    assert (taught["part"], taught["site_ids"]) == ("teacher", ["north", "south"])
    assert [one["part"] for one in await rosters.meetings_of(COORDINATOR)] == ["coordinator"]
    assert await rosters.meetings_of(TEACHER, since=clock.at + DAY) == []
    assert await rosters.meetings_of(TEACHER, until=clock.at - DAY) == []


async def test_a_list_is_paged_by_start(rosters: Rosters, directory: Directory, clock: FakeClock) -> None:
    """Of two that start together the id decides; behind a meeting that is not there comes nothing."""
    for name, days in (("c", 1), ("b", 1), ("a", 2), ("d", 0)):
        at = clock.at + days * DAY
        row = {"id": name, "section_id": "physics", "title": name, "starts_at": at, "ends_at": at + 1}
        await directory.create(COORDINATOR, "meetings", row)
    for actor in (TEACHER, NORTH_SUPERVISOR, COORDINATOR):
        assert [one["id"] for one in await rosters.meetings_of(actor, limit=3)] == ["d", "b", "c"]
        assert [one["id"] for one in await rosters.meetings_of(actor, limit=3, after="c")] == ["a"]
        assert await rosters.meetings_of(actor, after="none") == []


async def test_a_page_is_full_though_some_rows_are_not_ones_own(
    rosters: Rosters, directory: Directory, clock: FakeClock
) -> None:
    """A teacher who took over has no part in the meetings before: the list goes on to those that are theirs."""
    for day in range(-4, 3):
        at = clock.at + day * DAY
        row = {"id": f"day{day + 4}", "section_id": "physics", "title": "T", "starts_at": at, "ends_at": at + 1}
        await directory.create(COORDINATOR, "meetings", row)
    await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 1, "begins_on": "2026-10-14"})
    assert [one["id"] for one in await rosters.meetings_of(TEACHER, limit=2)] == ["day4", "day5"]


async def test_a_room_s_phone_is_for_who_leads_or_watches_and_for_the_room(rosters: Rosters, meeting_id: str) -> None:
    phones = {}
    for actor in (TEACHER, COORDINATOR, NORTH_SUPERVISOR, SOUTH_SUPERVISOR):
        sites = (await rosters.roster(actor, meeting_id))["sites"]
        phones[actor.person_id] = {site["site_id"]: site["phone"] for site in sites}
    both, none = {"north": "+1 406 555 0101", "south": None}, {"north": None, "south": None}
    assert phones == {"tess": both, "cora": both, "nora": both, "sol": none}
