"""The plan: patterns, meetings cancelled, moved and held after all, who stands in, and each person's days."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from server.domain.actors import Actor, Grant, Role
from server.domain.messages import Refused
from server.service.directory import Directory
from server.service.live import Live
from server.service.planning import Planning
from server.service.schedule import Schedule
from server.storage.engine import Database
from tests.service.test_directory import audit_of, refused, schedule, state_of
from tests.support.clock import DAY, HOUR, FakeClock
from tests.support.school import (
    COORDINATOR,
    NORTH_SUPERVISOR,
    REGISTRAR,
    SOUTH_SUPERVISOR,
    START_DATA,
    STRANGER,
    SYSTEM,
    TEACHER,
)

WEDNESDAY = date(2026, 10, 14)
PATTERN = {"section_id": "physics", "title": "Physics", "weekdays": ["mon", "thu"], "local_time": "10:20"}
PATTERN |= {"minutes": 50, "time_zone": "America/Denver", "begins_on": "2026-10-12", "ends_on": "2026-10-29"}
STAND_IN = {"section_id": "physics", "person_id": "sol", "role": "supervisor", "site_id": "north"}


def utc(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC).timestamp()) * 1_000


@pytest.fixture
def planning(database: Database, directory: Directory, live: Live, clock: FakeClock) -> Planning:
    return Planning(database, directory, live, clock)


@pytest.fixture
def plan(database: Database, clock: FakeClock) -> Schedule:
    return Schedule(database, clock)


# ── What cannot stand ─────────────────────────────────────────────────────────────────────────────────────────────

# Lord Howe Island skips from 02:00 to 02:30 on 4 October.
SKIPPED = {"weekdays": ["sun"], "local_time": "02:15", "begins_on": "2026-10-04", "time_zone": "Australia/Lord_Howe"}
DAWN = {"site_id": "north", "day": "2027-03-14", "local_time": "02:15"}
BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("patterns", PATTERN | {"weekdays": []}, "too_short", "weekdays"),
    ("patterns", PATTERN | {"weekdays": ["noday"]}, "not_a_choice", "weekdays.0"),
    ("patterns", PATTERN | {"weekdays": ["mon", "mon"]}, "wrong_type", "weekdays"),
    ("patterns", PATTERN | {"local_time": "24:00"}, "wrong_type", "local_time"),
    ("patterns", PATTERN | {"local_time": "9:00"}, "wrong_type", "local_time"),
    ("patterns", PATTERN | {"minutes": 0}, "out_of_range", "minutes"),
    ("patterns", PATTERN | {"time_zone": "Mars/Olympus"}, "not_a_choice", "time_zone"),
    ("patterns", PATTERN | {"begins_on": "2026-08-19"}, "out_of_range", "begins_on"),
    ("patterns", PATTERN | {"ends_on": "2026-12-19"}, "out_of_range", "ends_on"),
    ("patterns", PATTERN | {"begins_on": "2026-10-30"}, "out_of_range", "ends_on"),
    ("patterns", PATTERN | {"section_id": "none"}, "unknown_reference", "section_id"),
    ("patterns", PATTERN | {"excluded_days": ["2026-10-32"]}, "wrong_type", "excluded_days.0"),
    ("patterns", PATTERN | SKIPPED, "skipped_hour", "local_time"),
    ("closures", {"site_id": "north", "reason": "boredom", "begins_on": "2026-10-14"}, "not_a_choice", "reason"),
    ("closures", {"site_id": "far", "reason": "weather", "begins_on": "2026-10-14"}, "unknown_reference", "site_id"),
    ("early_dismissals", {"site_id": "north", "day": "2026-10-14", "local_time": "noon"}, "wrong_type", "local_time"),
    ("early_dismissals", DAWN, "skipped_hour", "local_time"),
    ("section_sites", {"section_id": "physics", "site_id": "north", "begins_on": "2027-01-01", "joins_after": -1},
        "out_of_range", "joins_after"),
    ("substitutes", STAND_IN, "missing_field", "begins_on"),
    ("substitutes", STAND_IN | {"begins_on": "2026-10-14"}, "missing_field", "ends_on"),
    ("substitutes", STAND_IN | {"meeting_id": "m1", "begins_on": "2026-10-14"}, "not_a_choice", "begins_on"),
    ("substitutes", STAND_IN | {"meeting_id": "m1", "site_id": None}, "missing_field", "site_id"),
    ("substitutes", STAND_IN | {"meeting_id": "m1", "role": "teacher"}, "not_a_choice", "site_id"),
    ("substitutes", STAND_IN | {"meeting_id": "m1", "person_id": "tess"}, "role_not_held", "person_id"),
    ("substitutes", STAND_IN | {"meeting_id": "m1", "role": "teacher", "site_id": None}, "role_not_held", "person_id"),
    ("substitutes", STAND_IN | {"meeting_id": "none"}, "unknown_reference", "meeting_id"),
    ("meetings", {"section_id": "physics", "title": "X", "starts_at": 1, "ends_at": 2, "pattern_day": "2026-10-14"},
        "missing_field", "pattern_day"),
]  # fmt: skip


async def test_what_cannot_stand_is_refused_with_the_field_at_fault(directory: Directory, clock: FakeClock) -> None:
    await schedule(directory, clock, id="m1")
    wrong = []
    for kind, data, code, field in BAD:
        try:
            await directory.create(COORDINATOR, kind, data)
            wrong.append((kind, data, "was accepted"))
        except Refused as refusal:
            if (refusal.code, refusal.field) != (code, field):
                wrong.append((kind, data, refusal.code, refusal.field))
    assert wrong == []


async def test_a_site_lets_out_early_once_a_day(directory: Directory) -> None:
    row = {"site_id": "north", "day": "2026-10-14", "local_time": "12:00"}
    first = await directory.create(COORDINATOR, "early_dismissals", row)
    with pytest.raises(Refused) as caught:
        await directory.create(COORDINATOR, "early_dismissals", row)
    assert refused(caught) == ("already_taken", "day")
    await directory.update(COORDINATOR, "early_dismissals", first["id"], {"version": 1, "is_withdrawn": True})
    await directory.create(COORDINATOR, "early_dismissals", row)


async def test_a_substitute_teacher_needs_a_licence(directory: Directory, clock: FakeClock) -> None:
    await schedule(directory, clock, id="m1")
    await directory.create(COORDINATOR, "grants", {"person_id": "sol", "role": "teacher", "begins_on": "2026-08-20"})
    stand_in = {"section_id": "physics", "person_id": "sol", "role": "teacher", "meeting_id": "m1"}
    with pytest.raises(Refused) as caught:
        await directory.create(COORDINATOR, "substitutes", stand_in)
    assert refused(caught) == ("not_licensed", "person_id")
    licence = {"person_id": "sol", "number": "9", "state": "MT", "endorsement": "Physics", "valid_from": "2026-01-01"}
    await directory.create(COORDINATOR, "licences", licence | {"valid_to": "2026-10-13"})
    with pytest.raises(Refused, match="not_licensed"):
        await directory.create(COORDINATOR, "substitutes", stand_in)
    await directory.create(COORDINATOR, "licences", licence)
    await directory.create(COORDINATOR, "substitutes", stand_in)


# ── One meeting ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_cancelled_meeting_cannot_be_started_until_it_is_held_after_all(
    planning: Planning, directory: Directory, live: Live, clock: FakeClock, database: Database
) -> None:
    meeting_id = await schedule(directory, clock)
    stream = f"meeting:{meeting_id}"
    row = await planning.cancel(COORDINATOR, meeting_id, "weather")
    assert (row["cancelled_at"], row["cancel_reason"], row["version"]) == (clock.at, "weather", 2)
    assert await planning.cancel(COORDINATOR, meeting_id, "weather") == row
    with pytest.raises(Refused, match="meeting_cancelled"):
        await live.run_command(TEACHER, stream, "start-1", "meeting.start", START_DATA)
    row = await planning.reinstate(COORDINATOR, meeting_id, "plan_changed")
    assert (row["cancelled_at"], row["cancel_reason"], row["version"]) == (None, None, 3)
    await live.run_command(TEACHER, stream, "start-2", "meeting.start", START_DATA)
    with pytest.raises(Refused, match="already_live"):
        await planning.cancel(COORDINATOR, meeting_id, "weather")
    await live.run_command(TEACHER, stream, "end", "meeting.end", {})
    with pytest.raises(Refused, match="meeting_ended"):
        await planning.move(COORDINATOR, meeting_id, clock.at + DAY, clock.at + DAY + HOUR, "illness")
    assert [entry.action for entry in await audit_of(database, "meetings", meeting_id)] == [
        "create",
        "cancel",
        "reinstate",
    ]


async def test_a_class_that_begins_while_it_is_cancelled_goes_on(
    planning: Planning, directory: Directory, live: Live, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting_id = await schedule(directory, clock)
    change = planning._change

    async def late(*args: Any) -> Any:
        # Between the look and the commit.
        if args[4] == "cancelled":
            await live.run_command(TEACHER, f"meeting:{meeting_id}", "start", "meeting.start", START_DATA)
        return await change(*args)

    monkeypatch.setattr(planning, "_change", late)
    with pytest.raises(Refused, match="already_live"):
        await planning.cancel(COORDINATOR, meeting_id, "weather")
    assert (await state_of(live, meeting_id)).status == "live"
    assert (await directory.get(COORDINATOR, "meetings", meeting_id))["cancelled_at"] is None


async def test_a_meeting_moves_and_keeps_its_first_time(
    planning: Planning, directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id, first = await schedule(directory, clock), clock.at
    for days in (1, 2):
        at = first + days * DAY
        row = await planning.move(COORDINATOR, meeting_id, at, at + HOUR, "illness")
        assert (row["starts_at"], row["moved_from_starts_at"]) == (at, first)
        assert (await state_of(live, meeting_id)).starts_at == at
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, meeting_id, at, at + HOUR, "illness")
    assert refused(caught) == ("same_time", "starts_at")
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, meeting_id, first - DAY, first, "illness")
    assert refused(caught) == ("out_of_range", "starts_at")
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, meeting_id, first + DAY, first + DAY, "illness")
    assert refused(caught) == ("out_of_range", "ends_at")
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, meeting_id, first + DAY, first + DAY + 13 * HOUR, "illness")
    assert refused(caught) == ("out_of_range", "ends_at")
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, meeting_id, first + DAY, first + DAY + HOUR, "illness", version=1)
    assert refused(caught) == ("stale_version", "version")


async def test_a_section_is_in_one_place(planning: Planning, directory: Directory, clock: FakeClock) -> None:
    one = await schedule(directory, clock, starts_at=clock.at + DAY, ends_at=clock.at + DAY + HOUR)
    other = await schedule(directory, clock)
    then = clock.at + DAY + HOUR // 2
    with pytest.raises(Refused) as caught:
        await planning.move(COORDINATOR, other, then, then + HOUR, "illness")
    assert refused(caught) == ("overlapping", "starts_at")
    await planning.cancel(COORDINATOR, one, "illness")
    await planning.move(COORDINATOR, other, then, then + HOUR, "illness")
    with pytest.raises(Refused, match="overlapping"):
        await planning.reinstate(COORDINATOR, one, "plan_changed")


@pytest.mark.parametrize("actor", [TEACHER, NORTH_SUPERVISOR, REGISTRAR], ids=["teacher", "supervisor", "registrar"])
async def test_only_who_edits_the_program_plans(
    planning: Planning, directory: Directory, clock: FakeClock, actor: Actor
) -> None:
    meeting_id = await schedule(directory, clock)
    with pytest.raises(Refused, match="forbidden"):
        await planning.cancel(actor, meeting_id, "weather")
    with pytest.raises(Refused, match="not_found"):
        await planning.cancel(STRANGER, meeting_id, "weather")


# ── Patterns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def told(days: list[dict[str, Any]]) -> list[tuple[str, str, str | None]]:
    return [(one["day"], one["outcome"], one["reason"]) for one in days]


async def test_a_pattern_becomes_meetings_and_planning_again_changes_nothing(
    planning: Planning, directory: Directory, live: Live
) -> None:
    await directory.create(COORDINATOR, "patterns", PATTERN | {"id": "weekly", "excluded_days": ["2026-10-26"]})
    await directory.create(
        COORDINATOR, "holidays", {"title": "Break", "begins_on": "2026-10-22", "ends_on": "2026-10-23"}
    )
    expected = [
        ("2026-10-12", "skipped", "past"),
        ("2026-10-15", "created", None),
        ("2026-10-19", "created", None),
        ("2026-10-22", "skipped", "holiday"),
        ("2026-10-26", "skipped", "excluded"),
        ("2026-10-29", "created", None),
    ]
    assert told(await planning.plan(COORDINATOR, "weekly", is_dry_run=True)) == expected
    assert await directory.list(COORDINATOR, "meetings") == []
    days = await planning.plan(COORDINATOR, "weekly")
    assert told(days) == expected
    state = await state_of(live, days[1]["meeting_id"])
    assert (state.starts_at, state.ends_at) == (utc("2026-10-15T16:20Z"), utc("2026-10-15T17:10Z"))
    again = await planning.plan(COORDINATOR, "weekly")
    assert [one for one in told(again) if one[1] != "skipped"] == [
        (day, "kept", None) for day in ("2026-10-15", "2026-10-19", "2026-10-29")
    ]
    assert len(await directory.list(COORDINATOR, "meetings")) == 3


async def test_a_changed_pattern_moves_and_cancels_what_was_not_touched_by_hand(
    planning: Planning, directory: Directory, live: Live
) -> None:
    await directory.create(COORDINATOR, "patterns", PATTERN | {"id": "weekly"})
    ids = {one["day"]: one["meeting_id"] for one in await planning.plan(COORDINATOR, "weekly")}
    moved = utc("2026-10-20T16:20Z")
    await planning.move(COORDINATOR, ids["2026-10-19"], moved, moved + HOUR, "illness")
    await planning.cancel(COORDINATOR, ids["2026-10-22"], "weather")
    later = {"version": 1, "local_time": "11:20", "weekdays": ["thu"], "excluded_days": ["2026-10-29"]}
    await directory.update(COORDINATOR, "patterns", "weekly", later)
    assert told(await planning.plan(COORDINATOR, "weekly")) == [
        ("2026-10-15", "moved", None),
        ("2026-10-22", "kept", None),
        ("2026-10-26", "cancelled", "plan_changed"),
        ("2026-10-29", "cancelled", "excluded"),
    ]
    assert (await state_of(live, ids["2026-10-15"])).starts_at == utc("2026-10-15T17:20Z")
    assert (await state_of(live, ids["2026-10-19"])).starts_at == moved
    assert (await state_of(live, ids["2026-10-26"])).cancel_reason == "plan_changed"


async def planned_once(planning: Planning, directory: Directory) -> str:
    """A pattern of one Thursday, planned; its meeting's id."""
    one_day = {"id": "weekly", "weekdays": ["thu"], "begins_on": "2026-10-15", "ends_on": "2026-10-15"}
    await directory.create(COORDINATOR, "patterns", PATTERN | one_day)
    [day] = await planning.plan(COORDINATOR, "weekly")
    return str(day["meeting_id"])


async def test_a_pattern_moves_its_meetings_as_often_as_it_changes(
    planning: Planning, directory: Directory, live: Live
) -> None:
    meeting_id = await planned_once(planning, directory)
    first = utc("2026-10-15T16:20Z")
    for version, clock, at, moved_from in [
        (1, "11:20", first + HOUR, first),
        (2, "13:20", first + 3 * HOUR, first),
        (3, "10:20", first, None),
        (4, "12:20", first + 2 * HOUR, first),
    ]:
        await directory.update(COORDINATOR, "patterns", "weekly", {"version": version, "local_time": clock})
        assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "moved", None)]
        row = await directory.get(COORDINATOR, "meetings", meeting_id)
        assert (row["starts_at"], row["moved_from_starts_at"], row["changed_by"]) == (at, moved_from, "plan")
        assert (await state_of(live, meeting_id)).starts_at == at
        assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "kept", None)]


async def test_a_holiday_entered_by_mistake_cancels_until_it_is_withdrawn(
    planning: Planning, directory: Directory, live: Live
) -> None:
    meeting_id = await planned_once(planning, directory)
    holiday = {"id": "h", "title": "Break", "begins_on": "2026-10-15", "ends_on": "2026-10-15"}
    await directory.create(COORDINATOR, "holidays", holiday)
    for outcome in ("cancelled", "kept"):
        assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", outcome, "holiday")]
        assert (await state_of(live, meeting_id)).status == "cancelled"
    await directory.update(COORDINATOR, "holidays", "h", {"version": 1, "is_withdrawn": True})
    await directory.update(COORDINATOR, "patterns", "weekly", {"version": 1, "local_time": "11:20"})
    expected = [("2026-10-15", "reinstated", None)]
    assert told(await planning.plan(COORDINATOR, "weekly", is_dry_run=True)) == expected
    assert (await state_of(live, meeting_id)).status == "cancelled"
    assert told(await planning.plan(COORDINATOR, "weekly")) == expected
    state = await state_of(live, meeting_id)
    assert (state.status, state.starts_at) == ("scheduled", utc("2026-10-15T17:20Z"))
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "kept", None)]


async def test_a_day_that_a_pattern_left_and_came_back_to_is_held(
    planning: Planning, directory: Directory, live: Live
) -> None:
    meeting_id = await planned_once(planning, directory)
    await directory.update(COORDINATOR, "patterns", "weekly", {"version": 1, "weekdays": ["mon"]})
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "cancelled", "plan_changed")]
    assert await planning.plan(COORDINATOR, "weekly") == []
    await directory.update(COORDINATOR, "patterns", "weekly", {"version": 2, "weekdays": ["thu"]})
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "reinstated", None)]
    assert (await state_of(live, meeting_id)).status == "scheduled"


async def test_what_a_person_did_after_the_plan_stays_theirs(
    planning: Planning, directory: Directory, live: Live
) -> None:
    meeting_id = await planned_once(planning, directory)
    holiday = {"id": "h", "title": "Break", "begins_on": "2026-10-15", "ends_on": "2026-10-15"}
    await directory.create(COORDINATOR, "holidays", holiday)
    await planning.plan(COORDINATOR, "weekly")
    await planning.reinstate(COORDINATOR, meeting_id, "other")
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "kept", None)]
    assert (await state_of(live, meeting_id)).status == "scheduled"
    version = (await directory.get(COORDINATOR, "meetings", meeting_id))["version"]
    at = utc("2026-10-15T20:00Z")
    corrected = {"version": version, "starts_at": at, "ends_at": at + HOUR}
    row = await directory.update(COORDINATOR, "meetings", meeting_id, corrected)
    assert row["changed_by"] == "person"
    await directory.update(COORDINATOR, "holidays", "h", {"version": 1, "is_withdrawn": True})
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "kept", None)]
    assert (await state_of(live, meeting_id)).starts_at == at


async def test_a_plan_reinstates_nothing_where_the_section_meets_by_now(
    planning: Planning, directory: Directory, clock: FakeClock
) -> None:
    meeting_id = await planned_once(planning, directory)
    holiday = {"id": "h", "title": "Break", "begins_on": "2026-10-15", "ends_on": "2026-10-15"}
    await directory.create(COORDINATOR, "holidays", holiday)
    await planning.plan(COORDINATOR, "weekly")
    at = utc("2026-10-15T16:00Z")
    await schedule(directory, clock, starts_at=at, ends_at=at + HOUR)
    await directory.update(COORDINATOR, "holidays", "h", {"version": 1, "is_withdrawn": True})
    assert told(await planning.plan(COORDINATOR, "weekly")) == [("2026-10-15", "kept", "overlapping")]
    assert (await directory.get(COORDINATOR, "meetings", meeting_id))["cancelled_at"] is not None


async def test_a_day_on_which_the_section_meets_already_or_all_sites_are_closed_is_skipped(
    planning: Planning, directory: Directory, clock: FakeClock
) -> None:
    then = utc("2026-10-15T16:00Z")
    await schedule(directory, clock, starts_at=then, ends_at=then + HOUR)
    for site in ("north", "south"):
        closed = {"site_id": site, "reason": "weather", "begins_on": "2026-10-19", "ends_on": "2026-10-19"}
        await directory.create(COORDINATOR, "closures", closed)
    await directory.create(COORDINATOR, "closures", closed | {"begins_on": "2026-10-22", "ends_on": "2026-10-22"})
    await directory.create(COORDINATOR, "patterns", PATTERN | {"id": "weekly"})
    assert told(await planning.plan(COORDINATOR, "weekly"))[1:4] == [
        ("2026-10-15", "skipped", "overlapping"),
        ("2026-10-19", "skipped", "sites_closed"),
        ("2026-10-22", "created", None),
    ]


# ── Each person's days ────────────────────────────────────────────────────────────────────────────────────────────


async def test_each_room_goes_by_its_own_bells_and_calendar(
    directory: Directory, plan: Schedule, live: Live, clock: FakeClock
) -> None:
    meeting_id = await schedule(directory, clock)  # 10:20 in Denver, 09:20 in Los Angeles
    bells = {"version": 1, "joins_after": 10, "leaves_before": 5}
    await directory.update(COORDINATOR, "section_sites", "part-north", bells)
    closed = {"site_id": "south", "reason": "weather", "begins_on": "2026-10-14", "ends_on": "2026-10-14"}
    closure = await directory.create(COORDINATOR, "closures", closed)
    shown = await plan.days(NORTH_SUPERVISOR, WEDNESDAY, 1)
    assert (shown["zone"], shown["zone_from"]) == ("America/Denver", "site")
    [meeting] = shown["meetings"]
    rooms = {room["site_id"]: room for room in meeting["rooms"]}
    assert (rooms["north"]["local_joins"], rooms["north"]["local_leaves"]) == ("2026-10-14T10:30", "2026-10-14T11:15")
    assert (rooms["north"]["is_mine"], rooms["south"]["is_mine"]) == (True, False)
    assert (rooms["south"]["local_joins"], rooms["south"]["away"]) == ("2026-10-14T09:20", "closed")
    assert [(one["kind"], one["site_id"], one["reason"]) for one in shown["away"]] == [("closure", "south", "weather")]
    state = await state_of(live, meeting_id)
    assert (state.rooms["south"].away, state.rooms["north"].joins_at) == ("closed", clock.at + 600_000)
    await directory.update(COORDINATOR, "closures", closure["id"], {"version": 1, "is_withdrawn": True})
    assert (await state_of(live, meeting_id)).rooms["south"].away is None
    assert (await plan.days(NORTH_SUPERVISOR, WEDNESDAY, 1))["away"] == []


async def test_a_supervisor_lives_by_their_schools_clock_and_others_by_their_browsers(
    directory: Directory, plan: Schedule, clock: FakeClock
) -> None:
    await schedule(directory, clock)
    zones = [
        (SOUTH_SUPERVISOR, "America/Chicago", "America/Los_Angeles", "site", "2026-10-14T09:20"),
        (TEACHER, "America/Chicago", "America/Chicago", "browser", "2026-10-14T11:20"),
        (COORDINATOR, None, "America/Denver", "program", "2026-10-14T10:20"),
    ]
    for actor, browser, zone, zone_from, starts in zones:
        shown = await plan.days(actor, WEDNESDAY, 7, browser)
        assert (shown["zone"], shown["zone_from"]) == (zone, zone_from)
        assert [one["local_starts"] for one in shown["meetings"]] == [starts]


async def test_a_day_begins_and_ends_by_the_persons_clock(
    directory: Directory, plan: Schedule, clock: FakeClock
) -> None:
    late = utc("2026-10-15T06:30Z")  # the 15th in Denver, still the 14th in Los Angeles
    await schedule(directory, clock, starts_at=late, ends_at=late + HOUR // 4)

    async def days_of(actor: Actor) -> list[int]:
        return [len((await plan.days(actor, date(2026, 10, day), 1))["meetings"]) for day in (14, 15)]

    assert await days_of(NORTH_SUPERVISOR) == [0, 1]
    assert await days_of(SOUTH_SUPERVISOR) == [1, 0]


async def test_of_too_many_meetings_the_past_goes_first_and_then_the_farthest(
    directory: Directory, plan: Schedule, clock: FakeClock
) -> None:
    for days in (-31, -3, -2, -1, 0, 1, 2, 3, 180):
        at = clock.at + days * DAY
        await schedule(directory, clock, starts_at=at, ends_at=at + HOUR)

    async def around(actor: Actor, limit: int) -> list[int]:
        found = await plan.around(actor, clock.at, 30 * DAY, 180 * DAY, limit)
        return [(one.meeting.starts_at - clock.at) // DAY for one in found]

    assert await around(TEACHER, 9) == [-3, -2, -1, 0, 1, 2, 3]
    assert await around(NORTH_SUPERVISOR, 6) == [-2, -1, 0, 1, 2, 3]
    assert await around(COORDINATOR, 4) == [0, 1, 2, 3]
    assert await around(TEACHER, 2) == [0, 1]
    assert await around(REGISTRAR, 9) == []


@pytest.mark.parametrize("days", [0, 43])
async def test_the_days_are_bounded(plan: Schedule, days: int) -> None:
    with pytest.raises(Refused) as caught:
        await plan.days(TEACHER, WEDNESDAY, days)
    assert refused(caught) == ("out_of_range", "days")


async def test_what_changed_is_told_to_its_people_until_they_have_read_it_or_the_day_is_over(
    planning: Planning, directory: Directory, plan: Schedule, clock: FakeClock
) -> None:
    meeting_id, first = await schedule(directory, clock), clock.at
    other = await schedule(directory, clock, starts_at=first + 5 * DAY, ends_at=first + 5 * DAY + HOUR)
    await planning.move(COORDINATOR, meeting_id, first + DAY, first + DAY + HOUR, "illness")
    await planning.cancel(COORDINATOR, other, "weather")

    async def told_to(actor: Actor) -> list[tuple[str, str, str]]:
        notices = (await plan.days(actor, WEDNESDAY, 1))["notices"]
        return [(one["change"], one["reason"], one["by_role"]) for one in notices]

    both = [("cancelled", "weather", "coordinator"), ("moved", "illness", "coordinator")]
    for actor in (TEACHER, NORTH_SUPERVISOR, SOUTH_SUPERVISOR):
        assert sorted(await told_to(actor)) == sorted(both)
    assert await told_to(Actor("reg", TEACHER.program_id, frozenset({Grant(Role.TEACHER)}))) == []
    [move] = [one for one in (await plan.days(TEACHER, WEDNESDAY, 1))["notices"] if one["change"] == "moved"]
    assert (move["was"]["local_starts"], move["now"]["local_starts"]) == ("2026-10-14T10:20", "2026-10-15T10:20")
    await plan.acknowledge(TEACHER, move["id"])
    await plan.acknowledge(TEACHER, move["id"])
    assert await told_to(TEACHER) == both[:1]
    assert len(await told_to(NORTH_SUPERVISOR)) == 2
    clock.at = utc("2026-10-16T06:00Z")  # midnight in Denver after the new day
    assert await told_to(NORTH_SUPERVISOR) == both[:1]
    with pytest.raises(Refused, match="not_found"):
        await plan.acknowledge(STRANGER, move["id"])


async def test_what_is_wanted_twice_is_listed(directory: Directory, plan: Schedule, clock: FakeClock) -> None:
    await directory.create(
        COORDINATOR, "sections", {"id": "lab", "course_id": "course", "term_id": "term", "title": "Lab"}
    )
    part = {"section_id": "lab", "site_id": "north", "begins_on": "2026-08-20"}
    await directory.create(COORDINATOR, "section_sites", part)
    await schedule(directory, clock, id="m1")
    await schedule(directory, clock, id="m2", section_id="lab", starts_at=clock.at + HOUR // 2)

    async def conflicts_of(actor: Actor) -> list[tuple[str, str, str | None]]:
        return [(one["kind"], one["id"], one["name"]) for one in (await plan.days(actor, WEDNESDAY, 1))["conflicts"]]

    expected = [("room", "north", None), ("supervisor", "nora", "Nora Beck")]
    assert await conflicts_of(COORDINATOR) == expected
    assert await conflicts_of(NORTH_SUPERVISOR) == expected
    assert await conflicts_of(TEACHER) == []


# ── Who stands in ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_substitute_supervisor_is_of_that_room_in_that_meeting_only(
    directory: Directory, plan: Schedule, live: Live, clock: FakeClock
) -> None:
    one = await schedule(directory, clock)
    other = await schedule(directory, clock, starts_at=clock.at + DAY, ends_at=clock.at + DAY + HOUR)
    row = await directory.create(COORDINATOR, "substitutes", STAND_IN | {"meeting_id": one})
    for meeting_id in (one, other):
        await live.run_command(TEACHER, f"meeting:{meeting_id}", f"start-{meeting_id}", "meeting.start", START_DATA)
    asked = {"site_id": "north", "student_id": "ann", "text": "why?", "asked_at": 1}

    async def ask(meeting_id: str, question_id: str) -> None:
        data = asked | {"question_id": question_id}
        await live.run_command(SOUTH_SUPERVISOR, f"meeting:{meeting_id}", question_id, "question.relay", data)

    await ask(one, "q1")
    with pytest.raises(Refused, match="not_your_site"):
        await ask(other, "q2")
    [shown] = (await plan.days(SOUTH_SUPERVISOR, WEDNESDAY, 1))["meetings"]
    north = next(room for room in shown["rooms"] if room["site_id"] == "north")
    assert north["is_mine"]
    assert [(a["name"], a["is_substitute"]) for a in north["supervisors"]] == [("Nora Beck", False), ("Sol Cruz", True)]
    await directory.update(COORDINATOR, "substitutes", row["id"], {"version": 1, "is_withdrawn": True})
    with pytest.raises(Refused, match="not_your_site"):
        await ask(one, "q3")


async def test_a_substitute_teacher_may_run_the_meeting(
    directory: Directory, plan: Schedule, live: Live, clock: FakeClock
) -> None:
    one, other = await schedule(directory, clock), await schedule(directory, clock)
    cora = Actor("cora", TEACHER.program_id, frozenset({Grant(Role.TEACHER)}))
    await directory.create(SYSTEM, "grants", {"person_id": "cora", "role": "teacher", "begins_on": "2026-08-20"})
    licence = {"person_id": "cora", "number": "9", "state": "MT", "endorsement": "Physics", "valid_from": "2026-01-01"}
    await directory.create(COORDINATOR, "licences", licence)
    stand_in = {"section_id": "physics", "person_id": "cora", "role": "teacher", "meeting_id": one}
    await directory.create(SYSTEM, "substitutes", stand_in)
    await live.run_command(cora, f"meeting:{one}", "start-1", "meeting.start", START_DATA)
    with pytest.raises(Refused, match="not_your_section"):
        await live.run_command(cora, f"meeting:{other}", "start-2", "meeting.start", START_DATA)
    state = await state_of(live, one)
    assert state.teacher_ids == {"tess", "cora"}
    assert state.credentials["cora"].licences[0].state == "MT"
    [shown] = (await plan.days(cora, WEDNESDAY, 1))["meetings"]
    assert [(a["person_id"], a["is_substitute"]) for a in shown["teachers"]] == [("cora", True), ("tess", False)]


async def test_many_may_cancel_at_once_and_one_does(planning: Planning, directory: Directory, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    # Both have seen the same row; without that, the later one would change the reason.
    cancels = [planning.cancel(COORDINATOR, meeting_id, reason, 1) for reason in ("weather", "illness")]  # type: ignore[arg-type]
    answers = await asyncio.gather(*cancels, return_exceptions=True)
    refusals = [one.code for one in answers if isinstance(one, Refused)]
    assert refusals == ["stale_version"]
