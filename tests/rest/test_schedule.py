"""The plan over HTTP: what is asked for and refused; and the calendar under an address, as other programs read it."""

import logging
from typing import Any

import pytest
from icalendar import Calendar, Event
from sqlalchemy import select
from structlog.testing import capture_logs

from server.service import feeds
from server.storage import directory_tables as t
from server.storage.engine import Database
from tests.support.app import PHYSICS, Answer, House
from tests.support.clock import DAY, HOUR
from tests.support.school import START_DATA

WEEK = "/api/schedule?from=2026-10-12"


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("", "missing_field", "from"),
        ("?from=tomorrow", "wrong_type", "from"),
        ("?from=2026-10-12&days=0", "out_of_range", "days"),
        ("?from=2026-10-12&days=43", "out_of_range", "days"),
        ("?from=2026-10-12&zone=Mars/Olympus", "not_a_choice", "zone"),
        ("?from=9999-12-31&days=42", "out_of_range", "from"),
        ("?from=2026-10-12&until=2026-10-13", "unknown_field", "until"),
    ],
)
async def test_a_question_that_cannot_be_read_is_refused(house: House, query: str, code: str, field: str) -> None:
    answer = await house.client("tess").get(f"/api/schedule{query}")
    assert (answer.status, answer.code, answer.json["error"].get("field")) == (400, code, field)


@pytest.mark.parametrize(
    ("action", "body", "code", "field"),
    [
        ("cancel", {}, "missing_field", "reason"),
        ("cancel", {"reason": "boredom"}, "not_a_choice", "reason"),
        ("cancel", {"reason": "weather", "version": 9}, "stale_version", "version"),
        ("move", {"reason": "weather", "starts_at": 1}, "missing_field", "ends_at"),
        ("move", {"reason": "weather", "starts_at": 1, "ends_at": 2}, "out_of_range", "starts_at"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(
    house: House, action: str, body: dict[str, Any], code: str, field: str
) -> None:
    answer = await house.client("cora").send("POST", f"/api/meetings/{PHYSICS}/{action}", body)
    assert (answer.code, answer.json["error"].get("field")) == (code, field)


async def test_a_cancelled_class_is_seen_by_everybody_in_it_and_cannot_be_started(house: House) -> None:
    cora, tess = house.client("cora"), house.client("tess")
    assert (await cora.send("POST", f"/api/meetings/{PHYSICS}/cancel", {"reason": "weather"})).status == 200
    [meeting] = [one for one in (await tess.get(WEEK)).json["meetings"] if one["id"] == PHYSICS]
    assert (meeting["status"], meeting["cancel_reason"]) == ("cancelled", "weather")
    listed = (await tess.get("/api/meetings")).json["meetings"]
    assert [one["status"] for one in listed] == ["cancelled"]
    snapshot = (await house.client("nora").get(f"/api/meetings/{PHYSICS}")).json["snapshot"]
    [view] = [entry["value"] for entry in snapshot if entry["kind"] == "meeting"]
    assert (view["status"], view["cancel_reason"]) == ("cancelled", "weather")
    refused = await tess.command(PHYSICS, "start", "meeting.start", START_DATA)
    assert (refused.status, refused.code) == (409, "meeting_cancelled")
    [notice] = (await house.client("nora").get(WEEK)).json["notices"]
    read = await house.client("nora").send("POST", f"/api/notices/{notice['id']}/acknowledge")
    assert read.status == 204
    assert (await house.client("nora").get(WEEK)).json["notices"] == []
    assert len((await house.client("sol").get(WEEK)).json["notices"]) == 1


# ── The calendar under an address ─────────────────────────────────────────────────────────────────────────────────


async def make(house: House, person_id: str) -> tuple[str, str]:
    """(id, path) of a new address."""
    made = await house.client(person_id).send("POST", "/api/feeds")
    assert made.status == 201
    return made.json["id"], "/calendar/" + made.json["url"].partition("/calendar/")[2]


async def events_of(house: House, path: str) -> dict[str, Event]:
    answer = await house.nobody.get(path)
    assert answer.status == 200
    return {str(event["UID"]).partition("@")[0]: event for event in Calendar.from_ical(answer.body).events}


async def test_a_calendar_is_read_without_signing_in_and_only_until_it_is_revoked(house: House) -> None:
    feed_id, path = await make(house, "nora")
    answer = await house.nobody.get(path)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.body).events
    assert str(event["SUMMARY"]) == "Physics 1: Today"
    assert event["DTSTART"].dt.isoformat() == "2026-10-14T10:20:00-06:00"
    for name in (b"Ann", b"Bob", b"Nora", b"Tess"):
        assert name not in answer.body
    nora = house.client("nora")
    assert [one["id"] for one in (await nora.get("/api/feeds")).json["feeds"]] == [feed_id]
    assert (await house.client("sol").send("DELETE", f"/api/feeds/{feed_id}")).status == 404
    assert (await nora.send("DELETE", f"/api/feeds/{feed_id}")).status == 204
    assert (await house.nobody.get(path)).status == 404
    assert (await nora.get("/api/feeds")).json["feeds"] == []


async def test_a_calendar_that_is_held_is_not_sent_again(house: House) -> None:
    _, path = await make(house, "nora")
    first = await house.nobody.get(path)
    house.clock.advance(minutes=20)
    again = await house.nobody.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status, again.body, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    await house.client("cora").send("POST", f"/api/meetings/{PHYSICS}/cancel", {"reason": "weather"})
    changed = await house.nobody.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200


async def test_each_change_raises_the_sequence_and_nothing_disappears(house: House) -> None:
    cora, (_, path) = house.client("cora"), await make(house, "nora")
    sequences: list[int] = []

    async def event() -> Event:
        found = (await events_of(house, path))[PHYSICS]
        sequences.append(int(found["SEQUENCE"]))
        return found

    await event()
    later = house.clock.at + DAY
    body = {"reason": "illness", "starts_at": later, "ends_at": later + HOUR}
    await cora.send("POST", f"/api/meetings/{PHYSICS}/move", body)
    assert (await event())["DTSTART"].dt.isoformat() == "2026-10-15T10:20:00-06:00"
    bells = {"version": 1, "joins_after": 10}
    await cora.send("PATCH", "/api/directory/section_sites/part-north", bells)
    assert (await event())["DTSTART"].dt.isoformat() == "2026-10-15T10:30:00-06:00"
    closed = {"id": "snow", "site_id": "north", "reason": "weather", "begins_on": "2026-10-15", "ends_on": "2026-10-15"}
    await cora.send("POST", "/api/directory/closures", closed)
    assert str((await event())["STATUS"]) == "CANCELLED"
    await cora.send("PATCH", "/api/directory/closures/snow", {"version": 1, "is_withdrawn": True})
    assert str((await event())["STATUS"]) == "CONFIRMED"
    await cora.send("POST", f"/api/meetings/{PHYSICS}/cancel", {"reason": "weather"})
    assert str((await event())["STATUS"]) == "CANCELLED"
    await cora.send("POST", f"/api/meetings/{PHYSICS}/reinstate", {"reason": "plan_changed"})
    assert str((await event())["STATUS"]) == "CONFIRMED"
    assert sequences == sorted(set(sequences)), "each is above the one before"


async def test_a_calendar_of_too_many_classes_holds_those_to_come(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MAX_ENTRIES", 2)
    _, path = await make(house, "tess")
    assert list(await events_of(house, path)) == [PHYSICS]
    coming, now = [], house.clock.now()
    for days in (1, 2):
        times = {"starts_at": now + days * DAY, "ends_at": now + days * DAY + HOUR}
        meeting = {"section_id": "physics", "title": "Next"} | times
        made = await house.client("cora").send("POST", "/api/directory/meetings", meeting)
        coming.append(made.json["id"])
    assert set(await events_of(house, path)) == {PHYSICS, coming[0]}, "the farthest is cut"
    house.clock.advance(hours=2)
    assert set(await events_of(house, path)) == set(coming), "what is over is cut first"


@pytest.mark.parametrize("how", ["sign_out", "reset", "disable"])
async def test_a_calendars_address_ends_with_all_sessions(house: House, how: str) -> None:
    (_, path), (_, others) = await make(house, "nora"), await make(house, "sol")
    accounts, cora = house.services.accounts, await _actor(house, "cora")
    match how:
        case "sign_out":
            assert (await house.client("nora").send("DELETE", "/api/sessions")).status == 204
        case "reset":
            await accounts.reset_password(cora, "nora")
        case "disable":
            await accounts.disable_person(cora, "nora")
            await accounts.enable_person(cora, "nora")
    assert (await house.nobody.get(path)).status == 404
    assert (await house.nobody.get(others)).status == 200


async def test_one_session_that_ends_leaves_the_calendar(house: House) -> None:
    _, path = await make(house, "nora")
    assert (await house.client("nora").send("DELETE", "/api/session")).status == 204
    assert (await house.nobody.get(path)).status == 200


async def test_a_disabled_person_has_no_calendar(house: House) -> None:
    _, path = await make(house, "nora")
    await house.services.accounts.disable_person((await _actor(house, "cora")), "nora")
    assert (await house.nobody.get(path)).status == 404


async def _actor(house: House, person_id: str) -> Any:
    return await house.services.accounts.actor_of(person_id)


async def test_a_person_has_ten_addresses_at_most(house: House) -> None:
    for _ in range(10):
        await make(house, "nora")
    refused: Answer = await house.client("nora").send("POST", "/api/feeds")
    assert (refused.status, refused.code) == (409, "wrong_state")


async def test_the_secret_is_kept_nowhere_and_never_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        _, path = await make(house, "nora")
        secret = path.removeprefix("/calendar/").removesuffix(".ics")
        await house.nobody.get(path)
        await house.nobody.get(f"/calendar/{secret}x.ics")
    assert [entry["route"] for entry in logged][-2:] == ["/calendar/{token}.ics"] * 2
    assert secret not in f"{logged} {caplog.text}"
    database = Database(house.services.settings.database_url)
    async with database.reading() as connection:
        [row] = await connection.execute(select(t.feeds))
        audited = list(await connection.execute(select(t.audit.c.after).where(t.audit.c.kind == "feeds")))
    await database.close()
    assert secret not in str(row)
    assert (len(row.token_hash), audited) == (32, [])
