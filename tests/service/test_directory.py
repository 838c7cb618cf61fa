"""The directory: what it refuses, whom it shows what, and how meetings follow it."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from server.domain.actors import Actor, Grant, Role
from server.domain.meeting.state import Meeting, VideoLink
from server.domain.messages import Refused
from server.domain.views import Audience, audience_of
from server.service.directory import Directory
from server.service.directory_kinds import KINDS
from server.service.live import Live
from server.storage import directory_tables as t
from server.storage.engine import Database
from tests.support.clock import HOUR, FakeClock
from tests.support.school import (
    BEGINS,
    COORDINATOR,
    NORTH_SUPERVISOR,
    PROGRAM,
    REGISTRAR,
    SOUTH_SUPERVISOR,
    START_DATA,
    STRANGER,
    SYSTEM,
    TEACHER,
)


async def schedule(directory: Directory, clock: FakeClock, **fields: Any) -> str:
    meeting = {"section_id": "physics", "title": "Forces", "starts_at": clock.at, "ends_at": clock.at + HOUR} | fields
    return (await directory.create(COORDINATOR, "meetings", meeting))["id"]


async def state_of(live: Live, meeting_id: str) -> Meeting:
    return (await live.stream(f"meeting:{meeting_id}")).state


async def audit_of(database: Database, kind: str, row_id: str) -> list[Any]:
    query = select(t.audit).where(t.audit.c.kind == kind, t.audit.c.row_id == row_id).order_by(t.audit.c.id)
    async with database.reading() as connection:
        return list(await connection.execute(query))


def refused(caught: pytest.ExceptionInfo[Refused]) -> tuple[str, str | None]:
    return caught.value.code, caught.value.field


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_row_and_its_audit_row_are_one_edit(directory: Directory, database: Database) -> None:
    site = {"name": "  East ", "time_zone": "America/Boise", "jurisdiction": "US-ID"}
    row = await directory.create(COORDINATOR, "sites", site)
    assert row == {"id": row["id"], "program_id": PROGRAM, "version": 1} | site | {"name": "East", "phone": None}
    changed = await directory.update(COORDINATOR, "sites", row["id"], {"version": 1, "name": "East Fork"})
    assert changed == row | {"name": "East Fork", "version": 2}
    assert await directory.get(COORDINATOR, "sites", row["id"]) == changed
    first, second = await audit_of(database, "sites", row["id"])
    assert (first.action, first.actor_id, first.before, first.after) == ("create", "cora", None, row)
    assert (second.action, second.before, second.after) == ("update", row, changed)


async def test_a_refused_row_leaves_no_trace(directory: Directory, database: Database) -> None:
    good = {"id": "east", "name": "East", "time_zone": "America/Boise", "jurisdiction": "US-ID"}
    with pytest.raises(Refused):
        await directory.create_all(COORDINATOR, [("sites", good), ("sites", good | {"id": "north"})])
    with pytest.raises(Refused, match="not_found"):
        await directory.get(COORDINATOR, "sites", "east")
    assert await audit_of(database, "sites", "east") == []


async def test_an_edit_of_an_older_version_is_stale(directory: Directory) -> None:
    await directory.update(COORDINATOR, "sites", "north", {"version": 1, "name": "Far North"})
    with pytest.raises(Refused) as caught:
        await directory.update(COORDINATOR, "sites", "north", {"version": 1, "name": "Middle"})
    assert refused(caught) == ("stale_version", "version")


PERSON = {"given_name": "Kim", "family_name": "Jay", "email": "kim@school.example"}
SITE = {"name": "East", "time_zone": "America/Boise", "jurisdiction": "US-ID"}
COURSE = {"title": "Chemistry", "local_code": "CHE", "sced_code": "03101G0.5012"}
TEACHING = {"section_id": "physics", "person_id": "sol"}
ENROLMENT = {"section_id": "physics", "student_id": "ann", "site_id": "south", "begins_on": "2026-09-01"}
STUDENT = {"given_name": "Dan", "family_name": "Kerr", "state_id": "7", "grade_level": "12"}
LICENCE = {"person_id": "tess", "number": "2", "state": "OR", "endorsement": "Physics", "valid_from": "2026-01-01"}
GRANT = {"person_id": "cora", **BEGINS}
MEETING = {"section_id": "physics", "title": "Forces", "starts_at": 2_000, "ends_at": 3_000}

BAD = [
    ("sites", {"name": "East"}, "missing_field", "time_zone"),
    ("sites", SITE | {"colour": "red"}, "unknown_field", "colour"),
    ("sites", SITE | {"program_id": "elsewhere"}, "unknown_field", "program_id"),
    ("sites", SITE | {"version": 7}, "unknown_field", "version"),
    ("sites", SITE | {"name": 7}, "wrong_type", "name"),
    ("sites", SITE | {"name": " "}, "too_short", "name"),
    ("sites", SITE | {"name": "x" * 201}, "too_long", "name"),
    ("sites", SITE | {"name": "East\x00"}, "control_characters", "name"),
    ("sites", SITE | {"name": "East\nWest"}, "control_characters", "name"),
    ("sites", SITE | {"time_zone": "America/Atlantis"}, "not_a_choice", "time_zone"),
    ("sites", SITE | {"time_zone": "../../etc/passwd"}, "not_a_choice", "time_zone"),
    ("sites", SITE | {"jurisdiction": "Idaho"}, "wrong_type", "jurisdiction"),
    ("sites", SITE | {"id": "a b"}, "bad_id", "id"),
    ("sites", SITE | {"id": "north"}, "id_taken", "id"),
    ("sites", SITE | {"id": "far"}, "id_taken", "id"),
    ("sites", "East", "wrong_type", None),
    ("people", PERSON | {"email": "kim"}, "wrong_type", "email"),
    ("people", PERSON | {"email": "TESS@school.example "}, "already_taken", "email"),
    ("people", PERSON | {"email": "stan@far.example"}, "already_taken", "email"),
    ("people", PERSON | {"password_hash": "x"}, "unknown_field", "password_hash"),
    ("people", PERSON | {"disabled_at": 1}, "unknown_field", "disabled_at"),
    ("grants", GRANT | {"role": "system"}, "not_a_choice", "role"),
    ("grants", GRANT | {"role": "supervisor"}, "missing_field", "site_id"),
    ("grants", GRANT | {"role": "coordinator", "site_id": "north"}, "not_a_choice", "site_id"),
    ("grants", GRANT | {"role": "supervisor", "site_id": "far"}, "unknown_reference", "site_id"),
    ("grants", GRANT | {"role": "teacher", "person_id": "stan"}, "unknown_reference", "person_id"),
    ("grants", GRANT | {"role": "teacher", "ends_on": "2026-08-19"}, "out_of_range", "ends_on"),
    ("grants", GRANT | {"role": "teacher", "begins_on": "2026-02-30"}, "wrong_type", "begins_on"),
    ("grants", GRANT | {"role": "teacher", "begins_on": "20260820"}, "wrong_type", "begins_on"),
    ("licences", LICENCE | {"valid_to": "2025-12-31"}, "out_of_range", "valid_to"),
    ("clearances", {"person_id": "nora", "status": "cleared"}, "already_taken", "person_id"),
    ("clearances", {"person_id": "tess", "status": "fine"}, "not_a_choice", "status"),
    ("courses", COURSE | {"sced_code": "03101X"}, "wrong_type", "sced_code"),
    ("courses", COURSE | {"sced_code": "03101G0.5021"}, "wrong_type", "sced_code"),
    ("courses", COURSE | {"local_code": "PHY"}, "already_taken", "local_code"),
    ("sections", {"course_id": "none", "term_id": "term", "title": "X"}, "unknown_reference", "course_id"),
    ("section_teachers", TEACHING | BEGINS, "overlapping", "begins_on"),
    ("section_teachers", TEACHING | {"begins_on": "2026-01-01", "ends_on": "2026-08-20"}, "overlapping", "begins_on"),
    ("section_sites", {"section_id": "physics", "site_id": "north", **BEGINS}, "overlapping", "begins_on"),
    ("enrolments", ENROLMENT, "overlapping", "begins_on"),
    ("students", STUDENT | {"state_id": "MT-ann"}, "already_taken", "state_id"),
    ("students", STUDENT | {"grade_level": "13"}, "not_a_choice", "grade_level"),
    ("meetings", MEETING | {"ends_at": 2_000}, "out_of_range", "ends_at"),
    ("meetings", MEETING | {"starts_at": 0, "ends_at": 12 * HOUR + 1}, "out_of_range", "ends_at"),
    ("meetings", MEETING | {"starts_at": -1}, "out_of_range", "starts_at"),
    ("meetings", MEETING | {"ends_at": 253_402_300_799_999}, "out_of_range", "ends_at"),
    *(
        ("meetings", MEETING | {"video_url": url}, code, "video_url")
        for url, code in (
            ("http://video.example/room", "wrong_type"),
            ("javascript:alert(1)", "wrong_type"),
            ("https://", "wrong_type"),
            ("https://ann:secret@video.example/", "wrong_type"),
            ("https://video.example/a b", "wrong_type"),
            ("https://video.example\\@evil.example/", "wrong_type"),
            ("//video.example/room", "wrong_type"),
            ("https://video.example/" + "x" * 500, "too_long"),
            (7, "wrong_type"),
        )
    ),
    ("meetings", MEETING | {"video_provider": "Jitsi"}, "missing_field", "video_url"),
    ("people", PERSON | {"id": "system"}, "id_taken", "id"),
    ("meetings", MEETING | {"starts_at": 2.5}, "wrong_type", "starts_at"),
    ("programs", {"name": "Another", "time_zone": "America/Denver"}, "forbidden", None),
    ("potatoes", {}, "not_found", "kind"),
]  # fmt: skip


async def test_what_cannot_stand_is_refused_with_the_field_at_fault(directory: Directory) -> None:
    wrong = []
    for kind, data, code, field in BAD:
        try:
            await directory.create(COORDINATOR, kind, data)
            wrong.append((kind, data, "was accepted"))
        except Refused as refusal:
            if (refusal.code, refusal.field) != (code, field):
                wrong.append((kind, data, refusal.code, refusal.field))
            if "East" in refusal.message:
                wrong.append((kind, data, "repeats what was sent"))
    assert wrong == []


async def test_enrolment_needs_a_site_of_the_section(directory: Directory) -> None:
    await directory.create(COORDINATOR, "sites", SITE | {"id": "east"})
    await directory.create(COORDINATOR, "students", STUDENT | {"id": "dan"})
    with pytest.raises(Refused) as caught:
        await directory.create(COORDINATOR, "enrolments", ENROLMENT | {"student_id": "dan", "site_id": "east"})
    assert refused(caught) == ("unknown_reference", "site_id")


async def test_a_patch_changes_what_it_gives_and_nothing_else(directory: Directory) -> None:
    row = await directory.update(COORDINATOR, "licences", "lic", {"version": 1, "valid_to": None})
    assert (row["valid_to"], row["number"], row["version"]) == (None, "1", 2)
    for data, code, field in [
        ({"number": "3"}, "missing_field", "version"),
        ({"version": 2, "number": None}, "wrong_type", "number"),
        ({"version": 2, "person_id": "nora"}, "unknown_field", "person_id"),
        ({"version": 2, "id": "x"}, "unknown_field", "id"),
        ({"version": 2, "valid_to": "2020-01-01"}, "out_of_range", "valid_to"),
    ]:
        with pytest.raises(Refused) as caught:
            await directory.update(COORDINATOR, "licences", "lic", data)
        assert refused(caught) == (code, field)
    with pytest.raises(Refused, match="not_found"):
        await directory.update(COORDINATOR, "licences", "nothing", {"version": 1})


async def qualify(directory: Directory, *, ends_on: str | None = None, valid_to: str | None = None) -> None:
    """Sol may teach from the term's first day on."""
    await directory.create(COORDINATOR, "grants", {"person_id": "sol", "role": "teacher", **BEGINS, "ends_on": ends_on})
    await directory.create(COORDINATOR, "licences", LICENCE | {"person_id": "sol", "valid_to": valid_to})


async def test_a_teacher_of_record_has_the_role_and_a_licence_on_each_day(directory: Directory) -> None:
    await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 1, "ends_on": "2026-09-30"})
    follows = TEACHING | {"begins_on": "2026-10-01"}
    await not_taught(directory, follows, "role_not_held")
    grant = {"person_id": "sol", "role": "teacher"}
    await directory.create(COORDINATOR, "grants", grant | {"begins_on": "2026-10-01", "ends_on": "2026-10-31"})
    await not_taught(directory, follows, "role_not_held")
    await directory.create(COORDINATOR, "grants", grant | {"begins_on": "2026-11-01"})
    await not_taught(directory, follows, "not_licensed")
    licence = LICENCE | {"person_id": "sol", "valid_from": "2026-01-01"}
    await directory.create(COORDINATOR, "licences", licence | {"valid_to": "2026-10-31"})
    await not_taught(directory, follows, "not_licensed")
    # The next one leaves a day out, and another ends before the term does.
    await directory.create(COORDINATOR, "licences", licence | {"valid_from": "2026-11-02", "valid_to": "2026-12-17"})
    await not_taught(directory, follows, "not_licensed")
    await directory.create(COORDINATOR, "licences", licence | {"valid_from": "2026-11-01", "valid_to": "2026-12-18"})
    await directory.create(COORDINATOR, "section_teachers", follows)


async def not_taught(directory: Directory, row: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as caught:
        await directory.create(COORDINATOR, "section_teachers", row)
    assert refused(caught) == (code, "person_id")


async def test_a_section_is_taken_from_whoever_has_no_licence_any_more(directory: Directory) -> None:
    await directory.update(COORDINATOR, "licences", "lic", {"version": 1, "valid_to": "2026-09-01"})
    shorter = {"version": 1, "ends_on": "2026-10-13"}
    assert (await directory.update(COORDINATOR, "section_teachers", "taught", shorter))["ends_on"] == "2026-10-13"
    with pytest.raises(Refused, match="not_licensed"):
        await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 2, "ends_on": None})


async def test_nobody_gives_themselves_a_role_a_section_or_a_class(directory: Directory, clock: FakeClock) -> None:
    tess = Actor("tess", PROGRAM, frozenset({Grant(Role.COORDINATOR)}))
    both = Actor("nora", PROGRAM, frozenset({Grant(Role.COORDINATOR), Grant(Role.SUPERVISOR, "north")}))
    meeting_id = await schedule(directory, clock)
    stand_in = {"section_id": "physics", "person_id": "nora", "role": "supervisor", "site_id": "south"}
    await directory.update(tess, "section_teachers", "taught", {"version": 1, "ends_on": "2026-09-30"})
    for actor, work in (
        (COORDINATOR, directory.create(COORDINATOR, "grants", GRANT | {"role": "teacher"})),
        (COORDINATOR, directory.create(COORDINATOR, "grants", GRANT | {"role": "supervisor", "site_id": "north"})),
        (tess, directory.update(tess, "section_teachers", "taught", {"version": 2, "ends_on": None})),
        (tess, directory.create(tess, "section_teachers", TEACHING | {"person_id": "tess", "begins_on": "2026-11-01"})),
        (both, directory.create(both, "substitutes", stand_in | {"meeting_id": meeting_id})),
        (both, directory.update(both, "grants", "grant-nora", {"version": 1, "begins_on": "2026-08-19"})),
    ):
        with pytest.raises(Refused) as caught:
            await work
        assert refused(caught) == ("own_grant", "person_id"), actor
    await directory.update(both, "grants", "grant-nora", {"version": 1, "ends_on": "2026-10-31"})


async def test_a_teacher_of_record_follows_another_without_a_gap(directory: Directory) -> None:
    await qualify(directory)
    await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 1, "ends_on": "2026-09-30"})
    follows = TEACHING | {"begins_on": "2026-10-01"}
    row = await directory.create(COORDINATOR, "section_teachers", follows)
    with pytest.raises(Refused) as caught:
        await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 2, "ends_on": None})
    assert refused(caught) == ("overlapping", "begins_on")
    assert row["ends_on"] is None


# ── Reach ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def ids(directory: Directory, actor: Actor, kind: str, **options: Any) -> list[str]:
    return [row["id"] for row in await directory.list(actor, kind, **options)]


async def test_a_coordinator_sees_their_program_and_no_other(directory: Directory) -> None:
    assert await ids(directory, COORDINATOR, "sites") == ["north", "south"]
    assert await ids(directory, STRANGER, "sites") == ["far"]
    assert await ids(directory, COORDINATOR, "programs") == [PROGRAM]
    assert await ids(directory, STRANGER, "students") == []
    with pytest.raises(Refused, match="not_found"):
        await directory.get(STRANGER, "students", "ann")
    with pytest.raises(Refused, match="not_found"):
        await directory.update(STRANGER, "sites", "north", {"version": 1, "name": "Mine"})


async def test_a_registrar_sees_what_belongs_to_their_sites(directory: Directory, clock: FakeClock) -> None:
    await schedule(directory, clock, id="m1")
    own = {kind: await ids(directory, REGISTRAR, kind) for kind in KINDS}
    grant_ids = own.pop("grants")
    assert own == {
        "programs": [PROGRAM],
        "sites": ["north"],
        "people": ["nora", "reg", "tess"],
        "licences": ["lic"],
        "clearances": ["clear"],
        "courses": ["course"],
        "terms": ["term"],
        "sections": ["physics"],
        "section_teachers": ["taught"],
        "section_sites": ["part-north"],
        "students": ["ann", "bob"],
        "enrolments": ["enrolment-ann", "enrolment-bob"],
        "accommodations": ["acc"],
        **{kind: [] for kind in ("holidays", "closures", "early_dismissals", "patterns", "substitutes")},
        "meetings": ["m1"],
    }
    assert grant_ids == ["grant-nora", "grant-reg"]
    with pytest.raises(Refused, match="not_found"):
        await directory.get(REGISTRAR, "students", "cal")
    with pytest.raises(Refused, match="forbidden"):
        await directory.update(REGISTRAR, "sites", "north", {"version": 1, "name": "Mine"})


@pytest.mark.parametrize("actor", [TEACHER, NORTH_SUPERVISOR], ids=["teacher", "supervisor"])
async def test_teachers_and_supervisors_have_no_directory(directory: Directory, actor: Actor) -> None:
    with pytest.raises(Refused, match="forbidden"):
        await directory.list(actor, "students")
    with pytest.raises(Refused, match="forbidden"):
        await directory.create(actor, "sites", SITE)


async def test_a_grant_at_a_site_does_not_edit_the_program(directory: Directory) -> None:
    bound = Actor("cora", PROGRAM, frozenset({Grant(Role.COORDINATOR, "north")}))
    with pytest.raises(Refused, match="forbidden"):
        await directory.create(bound, "sites", SITE)


async def test_lists_come_in_pages_and_by_reference(directory: Directory) -> None:
    assert await ids(directory, COORDINATOR, "students", limit=2) == ["ann", "bob"]
    assert await ids(directory, COORDINATOR, "students", limit=2, after="bob") == ["cal"]
    assert await ids(directory, COORDINATOR, "enrolments", where={"site_id": "south"}) == ["enrolment-cal"]
    with pytest.raises(Refused, match="unknown_field"):
        await ids(directory, COORDINATOR, "people", where={"password_hash": "x"})
    with pytest.raises(Refused, match="out_of_range"):
        await ids(directory, COORDINATOR, "people", limit=0)


async def test_no_answer_and_no_audit_holds_a_password_hash(directory: Directory, database: Database) -> None:
    row = await directory.create(COORDINATOR, "people", PERSON)
    changed = await directory.update(COORDINATOR, "people", row["id"], {"version": 1, "given_name": "Kit"})
    entries = await audit_of(database, "people", row["id"])
    shown = [row, changed, *await directory.list(COORDINATOR, "people"), *(e.after for e in entries)]
    assert not any("password_hash" in one for one in shown)
    assert all(set(one) == set(KINDS["people"].row.model_fields) for one in shown)


# ── What meetings rest on ─────────────────────────────────────────────────────────────────────────────────────────


async def test_a_new_meeting_opens_with_its_facts(directory: Directory, live: Live, clock: FakeClock) -> None:
    state = await state_of(live, await schedule(directory, clock))
    assert (state.program_id, state.section_id, state.status) == (PROGRAM, "physics", "scheduled")
    assert (state.starts_at, state.ends_at) == (clock.at, clock.at + HOUR)
    assert state.teacher_ids == {"tess"}
    assert {site: room.student_ids for site, room in state.rooms.items()} == {"north": {"ann", "bob"}, "south": {"cal"}}
    assert {site: room.supervisor_ids for site, room in state.rooms.items()} == {"north": {"nora"}, "south": {"sol"}}
    # The class is on Wednesday, 14 October: Thursday, 15:30 in Denver and in Los Angeles.
    assert {site: room.due_by for site, room in state.rooms.items()} == {
        "north": 1_792_099_800_000,
        "south": 1_792_103_400_000,
    }
    assert state.accommodations == {"ann": ("extended_time",)}
    [licence] = state.credentials["tess"].licences
    assert (licence.state, licence.endorsement, licence.valid_to) == ("MT", "Physics 7–12", "2028-06-30")
    assert state.credentials["nora"].clearance is not None
    assert state.credentials["sol"].clearance is None


async def test_a_move_to_another_site_reaches_the_meeting(directory: Directory, live: Live, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    await directory.update(COORDINATOR, "enrolments", "enrolment-ann", {"version": 1, "ends_on": "2026-10-13"})
    await directory.create(COORDINATOR, "enrolments", ENROLMENT | {"begins_on": "2026-10-14"})
    state = await state_of(live, meeting_id)
    assert state.rooms["north"].student_ids == {"bob"}
    assert state.rooms["south"].student_ids == {"ann", "cal"}


@pytest.mark.parametrize(
    ("kind", "row_id", "patch", "see"),
    [
        ("grants", "grant-nora", {"ends_on": "2026-10-13"}, lambda s: s.rooms["north"].supervisor_ids == set()),
        ("section_sites", "part-south", {"ends_on": "2026-10-13"}, lambda s: set(s.rooms) == {"north"}),
        ("section_teachers", "taught", {"ends_on": "2026-10-13"}, lambda s: s.teacher_ids == set()),
        ("accommodations", "acc", {"ends_on": "2026-10-13"}, lambda s: s.accommodations == {}),
        ("licences", "lic", {"state": "OR"}, lambda s: s.credentials["tess"].licences[0].state == "OR"),
        ("clearances", "clear", {"expires_on": None}, lambda s: s.credentials["nora"].clearance.expires_on is None),
    ],
)  # fmt: skip
async def test_each_edit_reaches_the_meeting(
    directory: Directory, live: Live, clock: FakeClock, kind: str, row_id: str, patch: dict[str, Any], see: Any
) -> None:
    meeting_id = await schedule(directory, clock)
    assert not see(await state_of(live, meeting_id))
    await directory.update(COORDINATOR, kind, row_id, {"version": 1} | patch)
    assert see(await state_of(live, meeting_id))


async def test_a_meeting_that_moves_says_so(directory: Directory, live: Live, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    await directory.update(COORDINATOR, "meetings", meeting_id, {"version": 1, "ends_at": clock.at + 2 * HOUR})
    assert (await state_of(live, meeting_id)).ends_at == clock.at + 2 * HOUR


async def test_a_class_is_no_longer_than_one_of_a_pattern(
    database: Database, directory: Directory, clock: FakeClock
) -> None:
    meeting_id = await schedule(directory, clock, ends_at=clock.at + 12 * HOUR)
    with pytest.raises(Refused) as caught:
        await directory.update(COORDINATOR, "meetings", meeting_id, {"version": 1, "ends_at": clock.at + 12 * HOUR + 1})
    assert refused(caught) == ("out_of_range", "ends_at")
    # One that an earlier release let be longer keeps its other fields open to change.
    await database.write(lambda c: c.execute(update(t.meetings).values(ends_at=clock.at + 13 * HOUR)))
    await directory.update(COORDINATOR, "meetings", meeting_id, {"version": 1, "title": "Long"})


@pytest.mark.parametrize("times", [{"starts_at": 0, "ends_at": 1}, {"ends_at": 1_791_996_600_000}], ids=["both", "end"])
async def test_the_times_of_a_class_that_has_begun_stay(
    directory: Directory, live: Live, clock: FakeClock, times: dict[str, int]
) -> None:
    meeting_id = await schedule(directory, clock)
    before = (await state_of(live, meeting_id)).rooms
    edit = {"version": 1} | times
    for name, data, code in (
        ("meeting.start", START_DATA, "already_live"),
        ("meeting.end", {}, "meeting_ended"),
    ):
        await live.run_command(TEACHER, f"meeting:{meeting_id}", name, name, data)
        with pytest.raises(Refused) as caught:
            await directory.update(COORDINATOR, "meetings", meeting_id, edit)
        assert refused(caught) == (code, next(iter(times)))
    assert (await state_of(live, meeting_id)).rooms.keys() == before.keys()
    same = {"version": 1, "title": "Forces, again", "starts_at": clock.at, "ends_at": clock.at + HOUR}
    assert (await directory.update(COORDINATOR, "meetings", meeting_id, same))["title"] == "Forces, again"


async def test_the_meetings_own_video_link_goes_before_the_sections(
    directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await schedule(directory, clock)
    assert (await state_of(live, meeting_id)).video is None
    ours = {"video_url": "https://video.example/physics", "video_provider": "Jitsi"}
    await directory.update(COORDINATOR, "sections", "physics", {"version": 1} | ours)
    assert (await state_of(live, meeting_id)).video == VideoLink("https://video.example/physics", "Jitsi")
    other = {"version": 1, "video_url": "https://other.example/today"}
    await directory.update(COORDINATOR, "meetings", meeting_id, other)
    assert (await state_of(live, meeting_id)).video == VideoLink("https://other.example/today", None)
    await directory.update(COORDINATOR, "meetings", meeting_id, {"version": 2, "video_url": None})
    assert (await state_of(live, meeting_id)).video == VideoLink("https://video.example/physics", "Jitsi")


async def test_a_disabled_person_counts_nowhere(directory: Directory, live: Live, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    heard: list[str] = []
    directory.on_person_changed.append(heard.append)
    await directory.disable_person(COORDINATOR, "nora")
    assert (await state_of(live, meeting_id)).rooms["north"].supervisor_ids == set()
    assert heard == ["nora"]


async def test_each_room_goes_by_its_own_date(directory: Directory, live: Live, clock: FakeClock) -> None:
    # 2026-10-15T06:30Z: already the 15th in Denver, still the 14th in Los Angeles.
    clock.at += 14 * HOUR + HOUR // 6
    for site in ("north", "south"):
        begins = {"id": f"late-{site}", "section_id": "physics", "site_id": site, "begins_on": "2026-10-15"}
        student = {"id": f"new-{site}", "given_name": "New", "family_name": "One", "grade_level": "11"}
        await directory.create(COORDINATOR, "students", student | {"state_id": site})
        await directory.create(COORDINATOR, "enrolments", begins | {"student_id": f"new-{site}"})
        grant = {"person_id": "cora", "role": "supervisor", "site_id": site, "begins_on": "2026-10-15"}
        await directory.create(SYSTEM, "grants", grant)
    state = await state_of(live, await schedule(directory, clock))
    assert "new-north" in state.rooms["north"].student_ids
    assert "new-south" not in state.rooms["south"].student_ids
    assert "cora" in state.rooms["north"].supervisor_ids
    assert "cora" not in state.rooms["south"].supervisor_ids


async def test_entering_again_records_nothing_new(directory: Directory, live: Live, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    seq = (await live.stream(f"meeting:{meeting_id}")).seq
    assert await directory.reenter_all() == 1
    assert (await live.stream(f"meeting:{meeting_id}")).seq == seq


async def test_an_ended_meeting_keeps_its_facts(directory: Directory, live: Live, clock: FakeClock) -> None:
    meeting_id = await schedule(directory, clock)
    for name, data in (("meeting.start", START_DATA), ("meeting.end", {})):
        await live.run_command(TEACHER, f"meeting:{meeting_id}", name, name, data)
    await directory.update(COORDINATOR, "enrolments", "enrolment-ann", {"version": 1, "ends_on": "2026-09-01"})
    assert (await state_of(live, meeting_id)).rooms["north"].student_ids == {"ann", "bob"}
    assert await directory.reenter_all() == 0


# ── Who may look into a class that is over ────────────────────────────────────────────────────────────────────────

STAND_IN = {"id": "stand-in", "section_id": "physics", "person_id": "sol", "role": "supervisor", "site_id": "north"}


async def over(directory: Directory, live: Live, clock: FakeClock, **days: Any) -> str:
    """A class at whose northern room Sol, of the southern school, stood in: it is over, and a private answer waits."""
    meeting_id = await schedule(directory, clock)
    await directory.create(COORDINATOR, "substitutes", STAND_IN | (days or {"meeting_id": meeting_id}))
    relayed = {"question_id": "q1", "site_id": "north", "student_id": "ann", "text": "private", "asked_at": clock.at}
    for actor, name, data in (
        (TEACHER, "meeting.start", START_DATA),
        (NORTH_SUPERVISOR, "question.relay", relayed),
        (TEACHER, "question.claim", {"question_id": "q1"}),
        (TEACHER, "question.answer", {"question_id": "q1", "form": "spoken_to_site"}),
        (TEACHER, "meeting.end", {}),
    ):
        await live.run_command(actor, f"meeting:{meeting_id}", name, name, data)
    assert audience_of(await state_of(live, meeting_id), SOUTH_SUPERVISOR) == Audience("supervisor", ("north", "south"))
    return meeting_id


WITHDRAWN = {"version": 1, "is_withdrawn": True}


@pytest.mark.parametrize("days", [{}, {"begins_on": "2026-10-14", "ends_on": "2026-10-14"}], ids=["one", "days"])
async def test_a_substitute_who_is_withdrawn_sees_and_does_nothing_more_in_the_class_that_is_over(
    directory: Directory, live: Live, clock: FakeClock, days: dict[str, str]
) -> None:
    meeting_id = await over(directory, live, clock, **days)
    clock.advance(hours=3)
    await directory.update(COORDINATOR, "substitutes", "stand-in", WITHDRAWN)
    assert audience_of(await state_of(live, meeting_id), SOUTH_SUPERVISOR) == Audience("supervisor", ("south",))
    with pytest.raises(Refused, match="unknown_question"):
        await live.run_command(
            SOUTH_SUPERVISOR, f"meeting:{meeting_id}", "c9", "question.confirm", {"question_id": "q1"}
        )


async def test_a_teacher_who_never_taught_that_day_sees_nothing_more_of_it(
    directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await over(directory, live, clock)
    clock.advance(hours=3)
    await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 1, "ends_on": "2026-10-13"})
    assert audience_of(await state_of(live, meeting_id), TEACHER) is None


async def test_a_class_long_over_is_closed_to_them_as_soon_as_there_is_time(
    directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await over(directory, live, clock, begins_on="2026-10-14", ends_on="2026-10-14")
    clock.advance(hours=100)
    await directory.update(COORDINATOR, "substitutes", "stand-in", WITHDRAWN)
    await kept_up(directory)
    assert audience_of(await state_of(live, meeting_id), SOUTH_SUPERVISOR) == Audience("supervisor", ("south",))


async def test_a_withdrawal_that_a_dead_process_left_undone_is_done_at_the_next_start(
    database: Database, directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await over(directory, live, clock)
    clock.advance(hours=3)
    await Directory(database, clock, None).update(COORDINATOR, "substitutes", "stand-in", WITHDRAWN)
    assert await directory.begin() == 0
    await kept_up(directory)
    assert audience_of(await state_of(live, meeting_id), SOUTH_SUPERVISOR) == Audience("supervisor", ("south",))


async def test_who_is_disabled_stays_in_the_record_of_the_class_that_they_taught(
    directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await over(directory, live, clock)
    await directory.disable_person(SYSTEM, "tess")
    await directory.update(COORDINATOR, "substitutes", "stand-in", WITHDRAWN)
    state = await state_of(live, meeting_id)
    assert state.teacher_ids == {"tess"}
    assert state.rooms["north"].substitute_ids == frozenset()


async def test_a_meeting_of_a_crashed_server_is_opened_at_the_next_start(
    database: Database, directory: Directory, live: Live, clock: FakeClock
) -> None:
    crashed = Directory(database, clock, None)
    meeting_id = await schedule(crashed, clock)
    with pytest.raises(Refused, match="unknown_stream"):
        await live.stream(f"meeting:{meeting_id}")
    assert await directory.reenter_all() == 1
    assert (await state_of(live, meeting_id)).teacher_ids == {"tess"}


async def test_an_edit_of_another_process_is_noticed_once(
    database: Database, directory: Directory, live: Live, clock: FakeClock
) -> None:
    meeting_id = await schedule(directory, clock)
    heard: list[str] = []
    directory.on_person_changed.append(heard.append)
    clock.advance(minutes=1)
    await Directory(database, clock, None).disable_person(SYSTEM, "nora")
    assert heard == []
    await directory.notice_changes()
    assert "nora" in heard
    assert (await state_of(live, meeting_id)).rooms["north"].supervisor_ids == set()
    heard.clear()
    await directory.notice_changes()
    assert heard == []


async def test_facts_that_could_not_be_entered_are_entered_later(
    database: Database, directory: Directory, live: Live, clock: FakeClock
) -> None:
    class Stumbling:
        refuses = True

        async def run_command(self, *command: Any) -> object:
            if self.refuses:
                raise Refused("busy", "not now")
            return await live.run_command(*command)

    stumbling = Stumbling()
    shaky = Directory(database, clock, stumbling)
    await shaky.notice_changes()
    meeting_id = await schedule(shaky, clock)
    stumbling.refuses = False
    await shaky.notice_changes()
    assert (await state_of(live, meeting_id)).teacher_ids == {"tess"}


async def test_a_newer_edit_is_never_undone_by_facts_read_before_it(
    database: Database, directory: Directory, live: Live, clock: FakeClock
) -> None:
    """Another node edits after this one has read and before it enters: what it entered is looked at again."""
    meeting_id = await schedule(directory, clock)
    elsewhere = Directory(database, clock, live)
    edit = {"version": 1, "ends_on": "2026-10-13"}

    class Slow:
        edited = False

        async def run_command(self, *command: Any) -> object:
            if not self.edited:
                self.edited = True
                await elsewhere.update(COORDINATOR, "grants", "grant-sol", edit)
            return await live.run_command(*command)

    await Directory(database, clock, Slow()).update(COORDINATOR, "grants", "grant-nora", edit)
    state = await state_of(live, meeting_id)
    assert {site: room.supervisor_ids for site, room in state.rooms.items()} == {"north": set(), "south": set()}


# ── How soon ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Counted:
    """The live record, which tells what it was asked to enter."""

    def __init__(self, live: Live) -> None:
        self.live = live
        self.entered: list[str] = []

    async def run_command(self, actor: Actor, stream_id: str, *command: Any) -> object:
        self.entered.append(stream_id.removeprefix("meeting:"))
        return await self.live.run_command(actor, stream_id, *command)


@pytest.fixture
async def counted(directory: Directory, live: Live) -> Counted:
    return Counted(live)


@pytest.fixture
async def timetable(directory: Directory, clock: FakeClock) -> None:
    """A class that goes on, one tomorrow, and three further off in no order."""
    for name, hours in (("now", 0), ("tomorrow", 24), ("spring", 3_000), ("soon", 72), ("autumn", 800)):
        at = clock.at + hours * HOUR
        await schedule(directory, clock, id=name, starts_at=at, ends_at=at + HOUR)


async def kept_up(directory: Directory) -> None:
    working = asyncio.create_task(directory.keep_up())
    async with asyncio.timeout(10):
        while directory.is_behind:
            await asyncio.sleep(0.005)
    working.cancel()


@pytest.mark.usefixtures("timetable")
async def test_a_start_enters_only_what_differs(
    database: Database, live: Live, clock: FakeClock, counted: Counted
) -> None:
    assert await Directory(database, clock, counted).reenter_all() == 5
    assert counted.entered == []
    await Directory(database, clock, None).disable_person(SYSTEM, "nora")
    assert await Directory(database, clock, counted).reenter_all() == 5
    assert counted.entered == ["now", "tomorrow", "soon", "autumn", "spring"]


@pytest.mark.usefixtures("timetable")
async def test_an_edit_waits_for_the_near_meetings_and_the_rest_follow_nearest_first(
    database: Database, live: Live, clock: FakeClock, counted: Counted
) -> None:
    directory = Directory(database, clock, counted)
    await directory.update(COORDINATOR, "grants", "grant-nora", {"version": 1, "ends_on": "2026-10-13"})
    assert counted.entered == ["now", "tomorrow"]
    assert directory.is_behind
    await kept_up(directory)
    assert counted.entered == ["now", "tomorrow", "soon", "autumn", "spring"]
    assert (await state_of(live, "spring")).rooms["north"].supervisor_ids == set()


@pytest.mark.usefixtures("timetable")
async def test_a_start_waits_for_the_near_meetings_and_finishes_what_a_dead_process_left(
    database: Database, live: Live, clock: FakeClock, counted: Counted
) -> None:
    died = Directory(database, clock, Counted(live))
    await died.update(COORDINATOR, "grants", "grant-nora", {"version": 1, "ends_on": "2026-10-13"})
    directory = Directory(database, clock, counted)
    assert await directory.begin() == 5
    assert counted.entered == []
    await kept_up(directory)
    assert counted.entered == ["soon", "autumn", "spring"]


async def test_a_meeting_far_ahead_can_be_joined_once_its_row_is_there(
    directory: Directory, live: Live, clock: FakeClock
) -> None:
    at = clock.at + 3_000 * HOUR
    assert (await state_of(live, await schedule(directory, clock, starts_at=at, ends_at=at + HOUR))).is_open


async def test_a_live_meeting_that_overran_is_near(
    database: Database, directory: Directory, clock: FakeClock, live: Live, counted: Counted
) -> None:
    meeting_id = await schedule(directory, clock)
    await live.run_command(TEACHER, f"meeting:{meeting_id}", "c1", "meeting.start", START_DATA)
    clock.advance(minutes=180)
    edit = {"version": 1, "ends_on": "2026-10-13"}
    await Directory(database, clock, counted).update(COORDINATOR, "grants", "grant-nora", edit)
    assert counted.entered == [meeting_id]


# ── Parallel edits ────────────────────────────────────────────────────────────────────────────────────────────────


async def outcomes(*edits: Any) -> list[str]:
    results = await asyncio.gather(*edits, return_exceptions=True)
    return sorted(one.code if isinstance(one, Refused) else "done" for one in results)


async def open_connections(directory: Directory) -> None:
    """Fill the pool: edits that first have to connect would come one after the other."""
    await asyncio.gather(*(directory.list(COORDINATOR, "sites") for _ in range(5)))


async def test_of_edits_at_once_one_counts_and_the_others_are_stale(directory: Directory) -> None:
    edits = (directory.update(COORDINATOR, "sites", "north", {"version": 1, "name": f"N{n}"}) for n in range(5))
    await open_connections(directory)
    assert await outcomes(*edits) == ["done"] + ["stale_version"] * 4


async def test_an_edit_between_the_look_and_the_write_is_not_written_over(
    directory: Directory, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should a writer that takes no lock come between: nothing is written, and nothing is audited."""

    async def meanwhile(connection: AsyncConnection, *_: Any) -> None:
        north = t.sites.c.id == "north"
        await connection.execute(update(t.sites).where(north).values(name="Theirs", version=2))

    monkeypatch.setattr("server.service.directory.check_row", meanwhile)
    with pytest.raises(Refused, match="stale_version"):
        await directory.update(COORDINATOR, "sites", "north", {"version": 1, "name": "Mine"})
    assert [entry.action for entry in await audit_of(database, "sites", "north")] == ["create"]


async def test_of_teachers_of_record_named_at_once_one_stands(directory: Directory) -> None:
    await qualify(directory)
    await directory.update(COORDINATOR, "section_teachers", "taught", {"version": 1, "ends_on": "2026-12-31"})
    named = [TEACHING | {"begins_on": f"2027-0{month}-01"} for month in range(1, 6)]
    edits = (directory.create(COORDINATOR, "section_teachers", one) for one in named)
    await open_connections(directory)
    assert await outcomes(*edits) == ["done"] + ["overlapping"] * 4


async def test_sites_of_others_stay_theirs(directory: Directory) -> None:
    assert [row["id"] for row in await directory.list(SYSTEM, "sites")] == ["north", "south"]
    with pytest.raises(Refused, match="forbidden"):
        await directory.get(SOUTH_SUPERVISOR, "sites", "north")


@pytest.mark.parametrize("phone", ["+1 406 555 0134", "406-555-0134 x12", "(406) 555-0134", "+498912345"])
async def test_a_site_s_phone_is_kept_as_it_is_dialled(directory: Directory, phone: str) -> None:
    row = await directory.create(COORDINATOR, "sites", SITE | {"phone": phone})
    assert row["phone"] == phone


@pytest.mark.parametrize("phone", ["", "call the office", "+", "555 x", "4" * 40, "406 555 0134\n"])
async def test_what_cannot_be_dialled_is_refused(directory: Directory, phone: str) -> None:
    with pytest.raises(Refused) as refused:
        await directory.create(COORDINATOR, "sites", SITE | {"phone": phone})
    assert refused.value.field == "phone"
