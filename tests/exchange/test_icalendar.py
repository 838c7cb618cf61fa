"""A calendar as another program reads it: written, then parsed back by the library."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from server.exchange.icalendar import Entry, calendar_of


def utc(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC).timestamp()) * 1_000


FORCES = Entry(
    uid="m1@plains.longroom",
    sequence=3,
    changed_at=utc("2026-10-12T12:00Z"),
    starts_at=utc("2026-10-30T16:20Z"),
    ends_at=utc("2026-10-30T17:20Z"),
    zone="America/Denver",
    summary="Physics 1: Forces, torque; work",
    description="",
    url="https://longroom.example/meetings/m1",
    is_cancelled=False,
)
WINTER = replace(FORCES, uid="m2@plains.longroom", starts_at=utc("2026-11-02T17:20Z"), ends_at=utc("2026-11-02T18:20Z"))


def test_the_calendar_is_read_back_as_it_was_meant() -> None:
    body = calendar_of("Plains: Longroom", [FORCES, WINTER])
    assert body.startswith(b"BEGIN:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    calendar = Calendar.from_ical(body)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    first, second = calendar.events
    assert str(first["UID"]) == "m1@plains.longroom"
    assert (int(first["SEQUENCE"]), str(first["STATUS"])) == (3, "CONFIRMED")
    assert str(first["SUMMARY"]) == "Physics 1: Forces, torque; work"
    assert first["DTSTART"].params["TZID"] == "America/Denver"
    assert first["DTSTART"].dt.isoformat() == "2026-10-30T10:20:00-06:00"
    assert second["DTSTART"].dt.isoformat() == "2026-11-02T10:20:00-07:00", "ten past ten on both sides of the change"
    assert first["DTSTAMP"].dt == datetime(2026, 10, 12, 12, 0, tzinfo=UTC)
    assert second["DTEND"].dt - second["DTSTART"].dt == timedelta(hours=1)


def test_each_zone_is_described_once_with_its_changes_of_clocks() -> None:
    pacific = replace(FORCES, uid="m3", zone="America/Los_Angeles")
    calendar = Calendar.from_ical(calendar_of("Plains", [FORCES, pacific, WINTER]))
    zones = {str(zone["TZID"]): zone for zone in calendar.timezones}
    assert set(zones) == {"America/Denver", "America/Los_Angeles"}
    names = {str(part["TZNAME"]) for part in zones["America/Denver"].subcomponents}
    assert names == {"MDT", "MST"}


def test_a_cancelled_meeting_stays() -> None:
    cancelled = replace(FORCES, is_cancelled=True, sequence=4, description="Cancelled: weather.")
    [event] = Calendar.from_ical(calendar_of("Plains", [cancelled])).events
    assert (str(event["UID"]), str(event["STATUS"]), int(event["SEQUENCE"])) == ("m1@plains.longroom", "CANCELLED", 4)
    assert str(event["TRANSP"]) == "TRANSPARENT"


def test_the_same_entries_give_the_same_bytes_and_none_give_a_calendar() -> None:
    assert calendar_of("Plains", [FORCES]) == calendar_of("Plains", [FORCES])
    assert Calendar.from_ical(calendar_of("Plains", [])).events == []


def test_no_line_is_broken_by_what_a_title_holds() -> None:
    sly = replace(FORCES, summary="Physics\nBEGIN:VALARM", description="é" * 200)
    [event] = Calendar.from_ical(calendar_of("Plains", [sly])).events
    assert event.subcomponents == []
    assert str(event["SUMMARY"]) == "Physics\nBEGIN:VALARM"
