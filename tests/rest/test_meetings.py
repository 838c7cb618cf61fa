"""Meetings over HTTP: the same record and the same commands as over the socket."""

import asyncio
import csv
from io import StringIO
from typing import Any

import pytest

from tests.support.app import CHEMISTRY, PHYSICS, Client, House
from tests.support.school import START_DATA

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


async def test_a_list_without_bounds_reaches_two_weeks_back_and_ahead(house: House) -> None:
    house.clock.at += 15 * 86_400_000
    await house.services.accounts.open_session("tess", "bearer", "later-tess")
    tess = Client(house.http, house.url, "later-tess")
    assert (await tess.get("/api/meetings")).json == {"meetings": []}
    assert [one["id"] for one in (await tess.get("/api/meetings?since=0")).json["meetings"]] == [PHYSICS]
    assert (await tess.get(f"/api/meetings?since=0&limit=1&after={PHYSICS}")).json == {"meetings": []}
    assert (await tess.get("/api/meetings?limit=201")).code == "out_of_range"
    assert (await tess.get("/api/meetings?limit=0")).code == "out_of_range"


async def test_meetings_can_be_asked_for_by_time(house: House) -> None:
    later = house.clock.now() + 2 * 3_600_000
    assert (await house.client("tess").get(f"/api/meetings?since={later}")).json == {"meetings": []}
    assert (await house.client("tess").get("/api/meetings?until=1")).json == {"meetings": []}
    assert len((await house.client("tess").get(f"/api/meetings?until={later}")).json["meetings"]) == 1


async def test_a_snapshot_is_the_callers_own(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
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
    answers = await asyncio.gather(*[tess.command(PHYSICS, "start-1", "meeting.start", START_DATA) for _ in range(5)])
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
    await house.act("tess", "meeting.start", START_DATA)
    answer = await house.client("nora").command(PHYSICS, "ask", "question.relay", RELAY | changed)
    assert (answer.status, answer.code, answer.json["error"]["field"]) == (status, code, field)
    assert (await report(house, "tess"))["questions"] == []


async def test_what_changed_since_one_looked_is_said(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
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
    await house.act("tess", "meeting.start", START_DATA)
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
    await house.act("tess", "meeting.start", START_DATA)
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


async def test_the_report_says_what_is_owed_and_who_was_called(house: House) -> None:
    await start_with_all(house)
    await asked(house)
    await asked(house, question_id="q-2", shareable=True)
    later = house.clock.now() + 3_600_000
    await house.act("tess", "question.defer", {"question_id": "q-2", "due_at": later + 1})
    await house.act("tess", "question.defer", {"question_id": "q-1", "due_at": later})
    await house.act("tess", "student.call_on", {"call_id": "c-1", "site_id": "north", "student_id": "ann"})
    question = {"plan_id": None, "announcement_id": None, "site_id": "north", "what": "answer"}
    owed = [question | {"question_id": "q-1", "due_at": later}, question | {"question_id": "q-2", "due_at": later + 1}]
    got = {}
    for person_id in ("tess", "nora", "sol", "cora"):
        told = await report(house, person_id)
        got[person_id] = (told["owed"], [call["call_id"] for call in told["calls"]])
    assert got == {"tess": (owed, ["c-1"]), "nora": (owed, ["c-1"]), "sol": ([], []), "cora": (owed, [])}


async def test_the_end_of_class_leaves_nothing_undecided(house: House) -> None:
    await start_with_all(house)
    await asked(house)
    await house.act("tess", "meeting.end", {})
    told = await report(house, "nora")
    assert [question["status"] for question in told["questions"]] == ["deferred"]
    # The class is on Wednesday, 14 October: Thursday, 15:30 in Denver.
    assert told["owed"] == [
        {
            "question_id": "q-1",
            "plan_id": None,
            "announcement_id": None,
            "site_id": "north",
            "what": "answer",
            "due_at": 1_792_099_800_000,
        }
    ]
    assert told["rooms"][0]["deferred"] == 1


async def start_with_all(house: House) -> None:
    """The class begins with an adult in every room."""
    await house.act("nora", "duty.sign_on", {"site_id": "north"})
    await house.act("sol", "duty.sign_on", {"site_id": "south"})
    await house.act("tess", "meeting.start", {})


async def owed_to(house: House, person_id: str) -> list[Any]:
    return list((await house.client(person_id).get("/api/owed")).json["owed"])


async def test_what_is_owed_lives_on_after_class_until_it_is_done(house: House) -> None:
    """Answered in writing, brought to the student, and only then off the lists."""
    await start_with_all(house)
    await asked(house, student_id="ann", text="a private worry")
    assert await owed_to(house, "tess") == []  # Of a live class, its own screen tells.
    await house.act("tess", "meeting.end", {})
    [tess] = await owed_to(house, "tess")
    assert (tess["meeting_id"], tess["question_id"], tess["what"]) == (PHYSICS, "q-1", "answer")
    assert (tess["part"], tess["text"], tess["student_id"]) == ("teacher", "a private worry", "ann")
    assert (await owed_to(house, "nora"))[0]["what"] == "answer"
    assert await owed_to(house, "sol") == []
    [cora] = await owed_to(house, "cora")
    assert (cora["part"], cora["text"], cora["student_id"]) == ("coordinator", None, None)

    await house.act("tess", "question.answer", {"question_id": "q-1", "form": "written", "text": "Because."})
    assert [one["what"] for one in await owed_to(house, "nora")] == ["bring"]
    await house.act("nora", "question.deliver", {"question_id": "q-1"})
    assert [one["what"] for one in await owed_to(house, "tess")] == ["bring"]
    await house.act("nora", "question.confirm", {"question_id": "q-1"})
    assert [await owed_to(house, one) for one in ("tess", "nora", "cora")] == [[], [], []]


async def test_a_declined_question_is_owed_until_its_site_has_taken_note(house: House) -> None:
    await start_with_all(house)
    await asked(house)
    await house.act("tess", "question.decline", {"question_id": "q-1", "reason": "off_topic"})
    await house.act("tess", "meeting.end", {})
    assert [one["what"] for one in await owed_to(house, "nora")] == ["acknowledge"]
    listed = (await house.client("tess").get("/api/meetings")).json["meetings"][0]
    assert listed["summary"]["owed"] == 1
    await house.act("nora", "question.acknowledge", {"question_id": "q-1"})
    assert await owed_to(house, "nora") == []


async def test_what_is_owed_is_listed_for_eight_weeks(house: House) -> None:
    await start_with_all(house)
    await asked(house)
    await house.act("tess", "meeting.end", {})
    house.clock.at += 59 * 86_400_000
    await house.services.accounts.open_session("tess", "bearer", "later-tess")
    later = Client(house.http, house.url, "later-tess")
    told = (await later.get("/api/owed")).json
    assert [one["due_at"] < told["now"] for one in told["owed"]] == [True]
    house.clock.at += 2 * 86_400_000
    await house.services.accounts.open_session("tess", "bearer", "much-later-tess")
    assert (await Client(house.http, house.url, "much-later-tess").get("/api/owed")).json["owed"] == []


async def test_a_catch_up_plan_is_owed_until_it_was_carried_out(house: House) -> None:
    """The site sees its own, the coordinator no note; the minutes that it was led are kept."""
    assert (await house.client("tess").command(PHYSICS, "s", "meeting.start", {})).code == "needs_catch_up_plan"
    await house.act("nora", "duty.sign_on", {"site_id": "north"})
    plan = {"site_id": "south", "plan_id": "p-1", "kind": "other", "note": "Sol shows the film"}
    await house.act("tess", "meeting.start", {"without": [plan]})
    await house.act("tess", "meeting.end", {})
    [sol] = await owed_to(house, "sol")
    assert (sol["what"], sol["plan_id"], sol["question_id"], sol["kind"]) == ("catch_up", "p-1", None, "other")
    assert (sol["text"], sol["site_name"]) == ("Sol shows the film", "South")
    assert await owed_to(house, "nora") == []
    [cora] = await owed_to(house, "cora")
    assert (cora["plan_id"], cora["text"]) == ("p-1", None)
    assert [one["plan_id"] for one in (await report(house, "tess"))["owed"]] == ["p-1"]
    await house.act("sol", "catch_up.carry_out", {"plan_id": "p-1", "minutes": 45})
    assert [await owed_to(house, one) for one in ("tess", "sol", "cora")] == [[], [], []]
    [done] = (await report(house, "sol"))["catch_ups"]
    assert (done["status"], done["minutes"], done["closed_by"]) == ("carried_out", 45, "sol")


# ── The class read again ──────────────────────────────────────────────────────────────────────────────────────────


async def test_a_replay_ends_at_what_the_snapshot_shows(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house, student_id="ann", text="a private worry")
    await asked(house, question_id="q-2", shareable=True)
    await house.act("tess", "question.claim", {"question_id": "q-2"})
    for person_id in ("tess", "nora", "sol", "cora"):
        client = house.client(person_id)
        told, now = (await client.get(f"{PATH}/replay")).json, (await client.get(PATH)).json
        assert (told["stream"], told["epoch"], told["seq"]) == (now["stream"], now["epoch"], now["seq"])
        shown: dict[tuple[str, str], Any] = {}
        for step in told["steps"]:
            shown |= {(one["kind"], one["id"]): one["value"] for one in step["changes"]}
        assert shown == {(one["kind"], one["id"]): one["value"] for one in now["snapshot"]}
    sols = (await house.client("sol").get(f"{PATH}/replay")).json["steps"]
    assert {step["question_id"] for step in sols} == {None, "q-2"}


async def test_a_replay_comes_in_parts(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house)
    tess = house.client("tess")
    whole = (await tess.get(f"{PATH}/replay")).json["steps"]
    parts: list[Any] = []
    while len(parts) < len(whole):
        behind = f"&after={parts[-1]['seq']}" if parts else ""
        part = (await tess.get(f"{PATH}/replay?limit=2{behind}")).json["steps"]
        assert 1 <= len(part) <= 2
        parts += part
    assert parts == whole
    assert (await tess.get(f"{PATH}/replay?limit=1001")).code == "out_of_range"
    assert (await tess.get(f"{PATH}/replay?after=-1")).code == "out_of_range"


async def test_report_replay_and_spreadsheet_tell_one_timeline(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house, shareable=True)
    await house.act("tess", "question.defer", {"question_id": "q-1"})
    for person_id in ("tess", "nora", "sol", "cora"):
        client = house.client(person_id)
        timeline = (await report(house, person_id))["history"]
        replayed = (await client.get(f"{PATH}/replay")).json["steps"]
        assert timeline == [{name: value for name, value in one.items() if name != "changes"} for one in replayed]
        written = list(csv.DictReader(StringIO((await client.get(f"{PATH}/history.csv")).body.decode())))
        assert [row["seq"] for row in written] == [str(one["seq"]) for one in timeline]
        assert [(row["name"], row["by"]) for row in written] == [(one["name"], one["by"] or "") for one in timeline]
    assert [one["name"] for one in timeline][-4:] == [
        *("meeting.started", "question.relayed", "question.seen", "question.deferred"),
    ]


# ── Why a question stands where it stands ─────────────────────────────────────────────────────────────────────────


async def place(house: House, person_id: str, question_id: str) -> Any:
    return (await house.client(person_id).get(f"{PATH}/questions/{question_id}/place")).json


async def test_a_place_is_explained_and_gives_nothing_away(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house)
    house.clock.advance(seconds=10)
    await house.act("sol", "question.relay", RELAY | {"question_id": "q-2", "site_id": "south", "urgency": "blocking"})
    await asked(house, question_id="q-3", shareable=True)
    house.clock.advance(seconds=5)
    assert await place(house, "tess", "q-1") == {
        "place": 2,
        "of": 3,
        "ahead": {"question_id": "q-2", "rule": "blocking"},
        "behind": {"question_id": "q-3", "rule": "turn"},
        "rules": {"blocking": False, "stuck": False, "turn": 0, "age": 15_000},
    }
    hidden = await place(house, "nora", "q-1")
    assert (hidden["ahead"], hidden["behind"]["question_id"]) == ({"question_id": None, "rule": "blocking"}, "q-3")
    assert (await place(house, "sol", "q-2"))["behind"] == {"question_id": None, "rule": "blocking"}
    assert (await place(house, "cora", "q-3"))["behind"] is None
    for person_id, question_id in (("sol", "q-3"), ("nora", "q-2"), ("tess", "nobody-asked")):
        answer = await house.client(person_id).get(f"{PATH}/questions/{question_id}/place")
        assert (answer.status, answer.code) == (404, "unknown_question")


async def test_what_does_not_wait_has_no_place(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house)
    await house.act("tess", "question.claim", {"question_id": "q-1"})
    answer = await house.client("tess").get(f"{PATH}/questions/q-1/place")
    assert (answer.status, answer.code) == (409, "wrong_state")


async def test_probable_duplicates_are_shown_to_the_teacher(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house, text="Which way does friction point on the ramp?")
    again = {"question_id": "q-2", "site_id": "south", "text": "on the ramp, which way would friction point"}
    await house.act("sol", "question.relay", RELAY | again | {"shareable": True})
    pairs = (await house.client("tess").get(f"{PATH}/likenesses")).json["pairs"]
    assert pairs == [{"question_ids": ["q-1", "q-2"], "into": "q-2", "likeness": 100}]
    await house.act("tess", "question.merge", {"question_id": "q-1", "into": "q-2"})
    assert (await house.client("tess").get(f"{PATH}/likenesses")).json["pairs"] == []


# ── As a spreadsheet ──────────────────────────────────────────────────────────────────────────────────────────────


async def rows(house: House, person_id: str) -> dict[str, dict[str, str]]:
    answer = await house.client(person_id).get(f"{PATH}/report.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{PHYSICS}.csv"'
    return {row["question_id"]: row for row in csv.DictReader(StringIO(answer.body.decode("utf-8"), newline=""))}


async def rooms_of(house: House, person_id: str) -> list[dict[str, str]]:
    answer = await house.client(person_id).get(f"{PATH}/rooms.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{PHYSICS}-rooms.csv"'
    return list(csv.DictReader(StringIO(answer.body.decode("utf-8"), newline="")))


async def test_a_spreadsheet_of_the_rooms_has_waits_adults_links_and_debts_of_ones_own(house: House) -> None:
    await house.act("nora", "duty.sign_on", {"site_id": "north"})
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house)
    house.clock.advance(seconds=90)
    await house.act("tess", "question.see", {"question_id": "q-1"})
    await house.act("nora", "duty.sign_off", {"site_id": "north", "reason": "emergency"})
    house.clock.advance(minutes=10)
    await house.act("tess", "meeting.end", {})
    house.clock.advance(minutes=10)
    shown = await rooms_of(house, "tess")
    assert {row["site_id"] for row in shown} == {"", "north", "south"}
    north = [row for row in shown if row["site_id"] == "north"]
    told = {row["what"]: row for row in north}
    assert (told["wait_seen"]["count"], told["wait_seen"]["median_seconds"], told["wait_seen"]["p90_seconds"]) == (
        *("1", "90", "90"),
    )
    assert (told["on_duty"]["person_id"], told["on_duty"]["seconds"]) == ("nora", "90")
    assert (told["uncovered"]["from_at"], told["uncovered"]["seconds"]) == ("2026-10-14T16:21:30Z", "600")
    assert (told["owed_answer"]["question_id"], bool(told["owed_answer"]["due_at"])) == ("q-1", True)
    assert [row["what"] for row in shown if row["site_id"] == "south"].count("owed_catch_up") == 1
    assert {"Nora", "Beck", "North"}.isdisjoint(str(shown).replace("'", " ").split())
    noras = await rooms_of(house, "nora")
    assert [row for row in noras if row["site_id"]] == north
    assert {row["site_id"] for row in await rooms_of(house, "sol")} == {"", "south"}


async def test_a_private_question_is_in_nobody_elses_spreadsheet(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house, student_id="ann", text="a private worry")
    await asked(house, question_id="q-2", student_id="bob", shareable=True, text="for all to hear")
    await house.act("tess", "question.decline", {"question_id": "q-2", "reason": "other", "note": "a private word"})
    texts = {}
    for person_id in ("tess", "nora", "sol", "cora"):
        told = await rows(house, person_id)
        texts[person_id] = {one: (row["text"], row["student_id"], row["declined_note"]) for one, row in told.items()}
    whole = {"q-1": ("a private worry", "ann", ""), "q-2": ("for all to hear", "bob", "a private word")}
    assert texts == {
        "tess": whole,
        "nora": whole,
        "sol": {"q-2": ("for all to hear", "", "")},
        "cora": {"q-1": ("", "", ""), "q-2": ("for all to hear", "", "")},
    }


async def test_the_spreadsheet_has_the_times_and_waits(house: House) -> None:
    await house.act("tess", "meeting.start", START_DATA)
    await asked(house)
    house.clock.advance(seconds=60)
    await house.act("tess", "question.begin", {"question_id": "q-1"})
    await house.act("tess", "question.answer", {"question_id": "q-1", "form": "written", "text": "=F/m"})
    house.clock.advance(seconds=30)
    await house.act("nora", "question.confirm", {"question_id": "q-1"})
    row = (await rows(house, "nora"))["q-1"]
    assert (row["received_at"], row["confirmed_at"]) == ("2026-10-14T16:20:00Z", "2026-10-14T16:21:30Z")
    assert (row["answered_seconds"], row["confirmed_seconds"]) == ("60", "90")
    assert (row["status"], row["shareable"], row["answer"]) == ("confirmed", "no", "'=F/m")


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
