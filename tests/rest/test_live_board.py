"""Every class now over HTTP: for the coordinator, and nothing in it that is a student's or that anybody wrote."""

from typing import Any

import orjson
import pytest

from server.rest import gate
from tests.support.app import CHEMISTRY, PHYSICS, House
from tests.support.school import START_DATA

PRIVATE, SHARED, NOTE = "Ann has not slept", "why is ice lighter?", "Sol shows the film"
STUDENTS = ("ann", "bob", "cal", "Ann Fox", "Bob Gray", "Cal Hart", "A. F.", "extended_time")


async def board(house: House) -> Any:
    return (await house.client("cora").get("/api/live")).json


async def test_each_class_of_the_program_is_there_with_what_is_wrong(house: House) -> None:
    await house.act("nora", "duty.sign_on", {"site_id": "north"})
    await house.act("tess", "meeting.start", START_DATA)
    house.clock.advance(minutes=2)
    shown = await board(house)
    assert (shown["now"], shown["left_out"]) == (house.clock.now(), 0)
    found = {one["id"]: [(each["code"], each["site_id"]) for each in one["concerns"]] for one in shown["classes"]}
    assert found == {
        PHYSICS: [("link_unheard", "north")],
        CHEMISTRY: [("class_late", None), ("room_unreported", "east")],
    }
    assert list(found) == [PHYSICS, CHEMISTRY]


async def test_nothing_of_a_student_and_nobodys_words(house: House) -> None:
    await house.act("nora", "duty.sign_on", {"site_id": "north"})
    report = {"site_id": "south", "status": "down", "note": NOTE}
    await house.act("sol", "readiness.report", report)
    await house.act("tess", "meeting.start", {"without": [START_DATA["without"][1] | {"note": NOTE}]})
    asked = {"site_id": "north", "student_id": "ann", "asked_at": 1}
    await house.act("nora", "question.relay", asked | {"question_id": "q-1", "text": PRIVATE, "urgency": "blocking"})
    await house.act("nora", "question.relay", asked | {"question_id": "q-2", "text": SHARED, "shareable": True})
    await house.act("tess", "announcement.make", {"announcement_id": "a-1", "text": SHARED, "site_ids": ["north"]})
    await house.act("tess", "student.call_on", {"call_id": "c-1", "site_id": "north", "student_id": "ann"})
    house.clock.advance(minutes=4)
    answer = await house.client("cora").get("/api/live")
    codes = [one["code"] for one in answer.json["classes"][0]["concerns"]]
    assert codes == ["link_unheard", "blocking_waits", "announcement_unread"]
    words = set(_texts(answer.json))
    told = " ".join(words)
    assert not words & {*STUDENTS, "q-1", "q-2", "a-1", "c-1"}
    assert not [hidden for hidden in (PRIVATE, SHARED, NOTE, "Fox", "Gray", "Hart") if hidden in told]
    assert {"Tess Adler", "Nora Beck", "North", "South"} <= words


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return [value] if isinstance(value, str) else []


@pytest.mark.parametrize("person_id", ["tess", "nora", "reg"])
async def test_it_is_the_coordinators_alone(house: House, person_id: str) -> None:
    answer = await house.client(person_id).get("/api/live")
    assert (answer.status, answer.code) == (403, "forbidden")
    assert PHYSICS not in orjson.dumps(answer.json).decode()


async def test_a_long_answer_is_packed_for_whoever_takes_it_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    cora = house.client("cora")
    short = await cora.get("/api/live")
    assert "Content-Encoding" not in short.headers
    monkeypatch.setattr(gate, "PACKED_FROM", 100)
    packed = await cora.get("/api/live", headers={"Accept-Encoding": "br, gzip"})
    plain = await cora.get("/api/live", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert {one.headers["Vary"] for one in (packed, plain)} == {"Accept-Encoding"}
    assert packed.json == plain.json == short.json
