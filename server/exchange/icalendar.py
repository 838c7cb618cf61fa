"""A person's meetings as iCalendar (RFC 5545), for the calendar that they already look at.

One VEVENT a meeting, under a UID that never changes; a change raises its SEQUENCE, and a cancelled meeting stays, as
STATUS:CANCELLED. Times are by a wall clock with its VTIMEZONE. The same entries give the same bytes, whenever they are
asked for. There is no student in it, and no adult's name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone

PRODUCT = "-//Longroom//Schedule//EN"
REFRESH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """A meeting as one person has it; times are milliseconds, UTC, shown by the clock of `zone`."""

    uid: str
    sequence: int
    changed_at: int
    starts_at: int
    ends_at: int
    zone: str
    summary: str
    description: str
    url: str
    is_cancelled: bool


def calendar_of(name: str, entries: Iterable[Entry]) -> bytes:
    """The calendar of that name, with lines that end as the standard has them."""
    held = list(entries)
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    for zone in sorted({entry.zone for entry in held}):
        mine = [entry for entry in held if entry.zone == zone]
        calendar.add_component(_zone(zone, mine))
    for entry in held:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _zone(zone: str, entries: list[Entry]) -> Timezone:
    # A year around what is shown: its changes of clocks are in it, and not those of a century.
    first = _local(min(entry.starts_at for entry in entries), zone).year
    last = _local(max(entry.ends_at for entry in entries), zone).year
    return Timezone.from_tzinfo(ZoneInfo(zone), zone, date(first - 1, 1, 1), date(last + 1, 12, 31))


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("UID", entry.uid)
    event.add("SEQUENCE", entry.sequence)
    event.add("DTSTAMP", datetime.fromtimestamp(entry.changed_at // 1_000, UTC))
    event.add("LAST-MODIFIED", datetime.fromtimestamp(entry.changed_at // 1_000, UTC))
    event.add("DTSTART", _local(entry.starts_at, entry.zone))
    event.add("DTEND", _local(entry.ends_at, entry.zone))
    event.add("SUMMARY", entry.summary)
    if entry.description:
        event.add("DESCRIPTION", entry.description)
    event.add("URL", entry.url)
    event.add("STATUS", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if entry.is_cancelled else "OPAQUE")
    return event


def _local(at: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at // 1_000, UTC).astimezone(ZoneInfo(zone))
