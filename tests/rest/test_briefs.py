"""The lesson brief over HTTP: who reads it, who writes it, and what is refused."""

import logging
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from server.storage import directory_tables as t
from server.storage.engine import Database
from tests.support.app import PHYSICS, House

BRIEF = f"/api/meetings/{PHYSICS}/brief"
WHOLE = {
    "today": "Forces on a ramp: from the picture to the equation.",
    "hand_out": "One worksheet each.\nProtractors for pairs.",
    "watch_for": "Mass is not weight.",
    "link_dies": "Page 112, exercises 1 to 4, in pairs.",
    "materials": [{"title": "Worksheet", "url": "https://files.example/ramp.pdf"}],
}
NOTHING = {"today": "", "hand_out": "", "watch_for": "", "link_dies": "", "materials": []}


async def test_the_teacher_writes_it_and_each_room_reads_it(house: House) -> None:
    tess = house.client("tess")
    none = {"version": 0, "written_by": None, "written_at": None, "last": None}
    assert (await tess.get(BRIEF)).json == NOTHING | none
    written = await tess.send("POST", BRIEF, {"version": 0} | WHOLE)
    assert (written.status, written.json["version"], written.json["written_by"]) == (200, 1, "tess")
    for person_id in ("tess", "nora", "cora"):
        answer = await house.client(person_id).get(BRIEF)
        assert {name: answer.json[name] for name in WHOLE} == WHOLE
    again = await tess.send("POST", BRIEF, {"version": 1, "today": "Friction"})
    assert {name: again.json[name] for name in WHOLE} == NOTHING | {"today": "Friction"}


async def test_of_two_who_write_at_once_the_second_is_told_and_nothing_is_lost(house: House) -> None:
    tess = house.client("tess")
    await tess.send("POST", BRIEF, {"version": 0} | WHOLE)
    for version in (0, 2):
        late = await tess.send("POST", BRIEF, {"version": version, "today": "Mine"})
        assert (late.status, late.code, late.json["error"]["field"]) == (409, "stale_version", "version")
    assert (await tess.get(BRIEF)).json["today"] == WHOLE["today"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"today": "x"}, "missing_field", "version"),
        ({"version": 0}, "missing_field", "today"),
        ({"version": 0, "today": " \n"}, "too_short", "today"),
        ({"version": 0, "today": "x" * 2_001}, "too_long", "today"),
        ({"version": -1, "today": "x"}, "out_of_range", "version"),
        ({"version": 0, "today": "x", "watch_for": "a\u202eb"}, "control_characters", "watch_for"),
        ({"version": 0, "today": "x", "homework": "y"}, "unknown_field", "homework"),
        (
            {"version": 0, "today": "x", "materials": [{"title": "a", "url": "http://files.example/a"}]},
            "wrong_type",
            "materials.0.url",
        ),
        (
            {"version": 0, "today": "x", "materials": [{"title": "a", "url": "https://files.example/a"}] * 13},
            "too_long",
            "materials",
        ),
    ],
)
async def test_what_cannot_stand_is_refused_with_the_field_at_fault(
    house: House, body: dict[str, Any], code: str, field: str
) -> None:
    answer = await house.client("tess").send("POST", BRIEF, body)
    assert (answer.status, answer.code, answer.json["error"].get("field")) == (400, code, field)


async def test_no_word_of_it_enters_a_log_and_each_edit_is_audited(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as lines, caplog.at_level(logging.INFO):
        await house.client("tess").send("POST", BRIEF, {"version": 0} | WHOLE)
        await house.client("nora").get(BRIEF)
    assert "ramp" not in caplog.text
    assert "ramp" not in str(lines)
    database = Database(house.services.settings.database_url)
    async with database.reading() as connection:
        [row] = (await connection.execute(select(t.audit).where(t.audit.c.kind == "lesson_briefs"))).mappings()
    await database.close()
    assert (row["action"], row["actor_id"], row["row_id"], row["before"]) == ("create", "tess", PHYSICS, None)
    assert row["after"]["parts"] == sorted(WHOLE)
    assert "ramp" not in str(dict(row))


async def test_a_teacher_may_begin_from_the_last_one(house: House) -> None:
    tess, cora = house.client("tess"), house.client("cora")
    [today] = [one for one in (await cora.get("/api/meetings")).json["meetings"] if one["id"] == PHYSICS]
    times = {"starts_at": today["starts_at"] + 86_400_000, "ends_at": today["ends_at"] + 86_400_000}
    row = {"id": "physics-tomorrow", "section_id": today["summary"]["section_id"], "title": "Friction"} | times
    assert (await cora.send("POST", "/api/directory/meetings", row)).status == 201
    tomorrow = "/api/meetings/physics-tomorrow/brief"
    assert (await tess.get(tomorrow)).json["last"] is None
    await tess.send("POST", BRIEF, {"version": 0} | WHOLE)
    last = (await tess.get(tomorrow)).json["last"]
    assert last == WHOLE | {"title": today["title"], "starts_at": today["starts_at"]}
    assert (await house.client("nora").get(tomorrow)).json["last"] is None


async def test_the_record_learns_of_each_version_before_the_writer_has_the_answer(house: House) -> None:
    tess = house.client("tess")
    versions = []
    for version in (0, 1):
        await tess.send("POST", BRIEF, {"version": version} | WHOLE)
        state = (await house.services.live.stream(f"meeting:{PHYSICS}")).state
        versions.append(state.brief_version)
    assert versions == [1, 2]
