"""Meetings over HTTP: the same record and the same commands as over the socket."""

import asyncio
from typing import Any

import pytest

from tests.support.app import CHEMISTRY, PHYSICS, House

PATH = f"/api/meetings/{PHYSICS}"
RELAY: dict[str, Any] = {"question_id": "q-1", "site_id": "north", "text": "why is it blue?", "asked_at": 1}


async def asked(house: House, **more: Any) -> None:
    await house.act("nora", "question.relay", RELAY | more)


async def report(house: House, person_id: str) -> Any:
    return (await house.client(person_id).get(f"{PATH}/report")).json


async def test_each_sees_the_meetings_that_they_have_a_part_in(house: House) -> None:
    parts = {}
    for person_id in ("tess", "otto", "nora", "sol", "edda", "cora", "far-coordinator"):
        meetings = (await house.client(person_id).get("/api/meetings")).json["meetings"]
        parts[person_id] = {one["id"]: (one["part"], one["site_ids"]) for one in meetings}
    assert parts == {
        "tess": {PHYSICS: ("teacher", ["north", "south"])},
        "otto": {CHEMISTRY: ("teacher", ["east"])},
        "nora": {PHYSICS: ("supervisor", ["north"])},
        "sol": {PHYSICS: ("supervisor", ["south"])},
        "edda": {CHEMISTRY: ("supervisor", ["east"])},
        "cora": {PHYSICS: ("coordinator", ["north", "south"]), CHEMISTRY: ("coordinator", ["east"])},
        "far-coordinator": {},
    }


async def test_meetings_can_be_asked_for_by_time(house: House) -> None:
    later = house.clock.now() + 2 * 3_600_000
    assert (await house.client("tess").get(f"/api/meetings?since={later}")).json == {"meetings": []}
    assert (await house.client("tess").get("/api/meetings?until=1")).json == {"meetings": []}
    assert len((await house.client("tess").get(f"/api/meetings?until={later}")).json["meetings"]) == 1


async def test_a_snapshot_is_the_callers_own(house: House) -> None:
    await house.act("tess", "meeting.start", {})
    await asked(house, student_id="ann")
    shown = {}
    for person_id in ("tess", "nora", "sol", "cora"):
        answer = (await house.client(person_id).get(PATH)).json
        entries = {(entry["kind"], entry["id"]): entry["value"] for entry in answer["snapshot"]}
        question = entries.get(("question", "q-1"))
        shown[person_id] = (answer["audience"], ("room", "south") in entries, question and "text" in question)
    assert shown == {
        "tess": ("teacher", True, True),
        "nora": ("supervisor:north", False, True),
        "sol": ("supervisor:south", True, None),
        "cora": ("coordinator", True, False),
    }


async def test_a_command_sent_twice_has_one_effect_and_one_receipt(house: House) -> None:
    tess = house.client("tess")
    answers = await asyncio.gather(*[tess.command(PHYSICS, "start-1", "meeting.start", {}) for _ in range(5)])
    assert {answer.status for answer in answers} == {200}
    assert len({answer.json["seq"] for answer in answers}) == 1
    reused = await tess.command(PHYSICS, "start-1", "meeting.end", {})
    assert (reused.status, reused.code) == (409, "command_id_reused")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"name": "meeting.start", "data": {}}, 400, "missing_field", "command_id"),
        ({"command_id": "c", "data": {}}, 400, "missing_field", "name"),
        ({"command_id": "c", "name": "meeting.start"}, 400, "missing_field", "data"),
        ({"command_id": "c", "name": "meeting.start", "data": {}, "more": 1}, 400, "unknown_field", "more"),
        ({"command_id": 7, "name": "meeting.start", "data": {}}, 400, "wrong_type", "command_id"),
        ({"command_id": "a b", "name": "meeting.start", "data": {}}, 400, "bad_id", "command_id"),
        ({"command_id": "c" * 65, "name": "meeting.start", "data": {}}, 400, "bad_id", "command_id"),
        ({"command_id": "c", "name": "meeting.start", "data": []}, 400, "wrong_type", "data"),
        ({"command_id": "c", "name": "meeting.begin", "data": {}}, 400, "unknown_command", "name"),
        ({"command_id": "c", "name": "meeting.start", "data": {"now": True}}, 400, "unknown_field", "now"),
    ],
)
async def test_a_command_that_cannot_be_read_names_the_field_and_writes_nothing(
    house: House, body: dict[str, Any], status: int, code: str, field: str
) -> None:
    answer = await house.client("tess").send("POST", f"{PATH}/commands", body)
    assert (answer.status, answer.code, answer.json["error"]["field"]) == (status, code, field)
    assert (await report(house, "tess"))["meeting"]["status"] == "scheduled"


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"text": "x" * 10_000}, 400, "too_long", "text"),
        ({"text": "bell \x07"}, 400, "control_characters", "text"),
        ({"text": "\u202egnirts"}, 400, "control_characters", "text"),
        ({"text": "   "}, 400, "too_short", "text"),
        ({"text": None}, 400, "wrong_type", "text"),
        ({"urgency": "very"}, 400, "not_a_choice", "urgency"),
        ({"verbatim": "yes"}, 400, "wrong_type", "verbatim"),
        ({"asked_at": -1}, 400, "out_of_range", "asked_at"),
        ({"asked_at": 1.5}, 400, "wrong_type", "asked_at"),
        ({"question_id": "../q"}, 400, "bad_id", "question_id"),
        ({"student_id": "cal"}, 409, "not_on_roster", "student_id"),
        ({"site_id": "south"}, 403, "not_your_site", "site_id"),
        ({"site_id": "nowhere"}, 403, "not_your_site", "site_id"),
    ],
)
async def test_a_question_that_cannot_be_taken_names_the_field(
    house: House, changed: dict[str, Any], status: int, code: str, field: str
) -> None:
    await house.act("tess", "meeting.start", {})
    answer = await house.client("nora").command(PHYSICS, "ask", "question.relay", RELAY | changed)
    assert (answer.status, answer.code, answer.json["error"]["field"]) == (status, code, field)
    assert (await report(house, "tess"))["questions"] == []


async def test_what_changed_since_one_looked_is_said(house: House) -> None:
    await house.act("tess", "meeting.start", {})
    await asked(house)
    await house.act("tess", "question.see", {"question_id": "q-1"})
    answer = await house.client("tess").command(PHYSICS, "c", "question.claim", {"question_id": "q-1", "version": 1})
    assert (answer.status, answer.code) == (409, "stale_version")


async def test_a_meeting_that_is_not_there_and_one_that_is_not_ones_own_look_alike(house: House) -> None:
    otto = house.client("otto")
    answers = [await otto.get(f"/api/meetings/{meeting_id}") for meeting_id in (PHYSICS, "no-such-meeting")]
    assert {answer.status for answer in answers} == {404}
    assert answers[0].json == answers[1].json


async def test_the_report_tells_each_what_is_theirs(house: House) -> None:
    """Another site's shared question comes without the student, a private one not at all."""
    await house.act("tess", "meeting.start", {})
    await asked(house, student_id="ann", text="a private worry")
    await asked(house, question_id="q-2", student_id="bob", shareable=True, text="for all to hear")
    teacher, north, south, coordinator = [await report(house, one) for one in ("tess", "nora", "sol", "cora")]
    known_to_both = [{k: v for k, v in one.items() if k != "followers"} for one in teacher["questions"]]
    assert known_to_both == north["questions"]
    assert [(q["question_id"], q["student_id"], q["text"]) for q in teacher["questions"]] == [
        ("q-1", "ann", "a private worry"),
        ("q-2", "bob", "for all to hear"),
    ]
    [shared] = south["questions"]
    assert (shared["question_id"], shared["text"]) == ("q-2", "for all to hear")
    assert shared.keys().isdisjoint({"student_id", "relayed_by", "verbatim", "asked_at", "claimed_by"})
    assert [question.get("text") for question in coordinator["questions"]] == [None, "for all to hear"]
    assert all("student_id" not in question for question in coordinator["questions"])
    assert [[room["site_id"] for room in one["rooms"]] for one in (teacher, north, south, coordinator)] == [
        ["north", "south"],
        ["north"],
        ["south"],
        ["north", "south"],
    ]


async def test_the_reports_waits_are_those_of_the_rooms_that_one_sees(house: House) -> None:
    await house.act("tess", "meeting.start", {})
    await asked(house)
    house.clock.advance(seconds=20)
    await house.act("tess", "question.claim", {"question_id": "q-1"})
    house.clock.advance(seconds=40)
    await house.act("tess", "question.answer", {"question_id": "q-1"})
    house.clock.advance(seconds=30)
    await house.act("nora", "question.confirm", {"question_id": "q-1"})
    north = (await report(house, "nora"))["waits"]
    assert {name: north["overall"][name]["median"] for name in ("seen", "answered", "confirmed")} == {
        "seen": 20_000,
        "answered": 60_000,
        "confirmed": 90_000,
    }
    assert [site["site_id"] for site in north["sites"]] == ["north"]
    south = (await report(house, "sol"))["waits"]
    assert [(site["site_id"], site["seen"]["count"]) for site in south["sites"]] == [("south", 0)]
    teacher = (await report(house, "tess"))["waits"]
    assert [(site["site_id"], site["confirmed"]["count"]) for site in teacher["sites"]] == [("north", 1), ("south", 0)]


async def test_the_roster_names_each_sites_students_to_that_site(house: House) -> None:
    named = {}
    for person_id in ("tess", "nora", "sol", "cora"):
        roster = (await house.client(person_id).get(f"{PATH}/roster")).json
        named[person_id] = sorted(student["student_id"] for student in roster["students"])
    assert named == {
        "tess": ["ann", "bob", "cal"],
        "nora": ["ann", "bob"],
        "sol": ["cal"],
        "cora": ["ann", "bob", "cal"],
    }
