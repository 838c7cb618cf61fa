"""Calendar rules: which days a weekly pattern meets, when each room is there, when a school day ends, what overlaps.

Pure: dates, times and zones in, figures out; what the rows say is read elsewhere. A pattern goes by the wall clock
of one zone, so that a class at ten is at ten on both sides of a change of clocks. An hour that the clocks skip does
not exist and is refused (`skipped_hour`, naming the date); of an hour that comes twice the first is meant.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from .messages import Refused

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SCHOOL_DAY_ENDS = time(15, 30)
MINUTE_MS = 60_000
_LOOK_AHEAD_DAYS = 120
"""How far a school day is looked for; a school that is closed for longer has none that is known."""

SkipReason: TypeAlias = Literal["excluded", "holiday", "sites_closed"]
AwayReason: TypeAlias = Literal["closed", "dismissed", "bells"]
"""Why a room is not there at all: its site is closed that day, let out before the class, or its bells leave no time."""


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The IANA time zone of this name."""
    return ZoneInfo(name)


def at_local(day: date, clock: time, zone: str) -> int:
    """The moment (milliseconds, UTC) at which the wall clock of `zone` shows `clock` on `day`.

    Of an hour that comes twice the first is meant; raises `Refused("skipped_hour")` for one that the clocks skip.
    """
    there = datetime.combine(day, clock, zone_of(zone))
    if there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != there.replace(tzinfo=None):
        raise Refused(
            "skipped_hour",
            f"on {day.isoformat()} the clocks skip {clock:%H:%M} there: choose another time, or leave the day out",
            "local_time",
        )
    return _moment(day, clock, zone)


def _moment(day: date, clock: time, zone: str) -> int:
    # A row that was right when it was written must not stop a class from being planned: nothing is refused here.
    return int(datetime.combine(day, clock, zone_of(zone)).timestamp()) * 1_000


def local_day(at: int, zone: str) -> date:
    """The calendar date of the moment `at` (milliseconds, UTC) in `zone`."""
    return datetime.fromtimestamp(at / 1_000, UTC).astimezone(zone_of(zone)).date()


def start_of_day(day: date, zone: str) -> int:
    """The moment (milliseconds, UTC) at which the day begins there."""
    return _moment(day, time.min, zone)


def end_of_day(day: date, zone: str) -> int:
    """The moment (milliseconds, UTC) at which the day is over there."""
    return start_of_day(day + timedelta(days=1), zone)


def local_text(at: int, zone: str) -> str:
    """The wall clock's reading there, as ISO 8601 without an offset, to the minute: `2026-10-14T10:20`."""
    return datetime.fromtimestamp(at / 1_000, UTC).astimezone(zone_of(zone)).strftime("%Y-%m-%dT%H:%M")


# ── Patterns ──────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Pattern:
    """A class that comes every week: weekdays (0 is Monday), the wall clock's time in `zone`, first and last day."""

    weekdays: frozenset[int]
    clock: time
    minutes: int
    zone: str
    first: date
    last: date
    excluded: frozenset[date] = frozenset()


class Day(NamedTuple):
    """A day of a pattern: when the class is (milliseconds, UTC), or why there is none."""

    day: date
    starts_at: int
    ends_at: int
    skipped: SkipReason | None


def days_of(pattern: Pattern, why_not: Callable[[date], SkipReason | None]) -> list[Day]:
    """The pattern's days in order; `why_not` says of a date why no class is held on it. Raises `skipped_hour`.

    A day without a class is not asked what its clocks do.
    """
    found: list[Day] = []
    for number in range((pattern.last - pattern.first).days + 1):
        day = pattern.first + timedelta(days=number)
        if day.weekday() not in pattern.weekdays:
            continue
        skipped = "excluded" if day in pattern.excluded else why_not(day)
        if skipped is not None:
            found.append(Day(day, 0, 0, skipped))
            continue
        starts_at = at_local(day, pattern.clock, pattern.zone)
        found.append(Day(day, starts_at, starts_at + pattern.minutes * MINUTE_MS, None))
    return found


# ── A site's own calendar ─────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; no last: until further notice."""

    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class SiteCalendar:
    """What one school's calendar says: its zone, the days on which it is closed, and when it lets out early."""

    zone: str
    closed: tuple[Span, ...] = ()
    dismissals: Mapping[date, time] | None = None

    def is_closed(self, day: date) -> bool:
        """Whether the school is closed on the day."""
        return any(span.holds(day) for span in self.closed)

    def dismissal(self, day: date) -> time | None:
        """When the school lets out early on the day, by its own clock; None: it does not."""
        return (self.dismissals or {}).get(day)


class RoomTimes(NamedTuple):
    """When a room is there (milliseconds, UTC), or why it is not at all; times are the meeting's own then."""

    joins_at: int
    leaves_at: int
    away: AwayReason | None


def room_times(
    starts_at: int, ends_at: int, calendar: SiteCalendar, *, joins_after: int = 0, leaves_before: int = 0
) -> RoomTimes:
    """When the site's room is in a meeting, by its own bells.

    Member schools share neither bell schedule nor calendar (domain.md §1): a room joins `joins_after` minutes after the
    start, leaves `leaves_before` minutes before the end or when its school lets out, and is away where that is closed.
    """
    day = local_day(starts_at, calendar.zone)
    if calendar.is_closed(day):
        return RoomTimes(starts_at, ends_at, "closed")
    joins_at, leaves_at = starts_at + joins_after * MINUTE_MS, ends_at - leaves_before * MINUTE_MS
    if leaves_at <= joins_at:
        return RoomTimes(starts_at, ends_at, "bells")
    dismissed = calendar.dismissal(day)
    if dismissed is not None:
        leaves_at = min(leaves_at, _moment(day, dismissed, calendar.zone))
        if leaves_at <= joins_at:
            return RoomTimes(starts_at, ends_at, "dismissed")
    return RoomTimes(joins_at, leaves_at, None)


def next_school_day_ends(day: date, calendar: SiteCalendar, holidays: Collection[Span] = ()) -> int | None:
    """The end (milliseconds, UTC) of the site's first school day after `day`: 15:30 by its clock, or when it lets out.

    A school day is a Monday to Friday on which neither the program has a holiday nor the school is closed. None: there
    is none that is known.
    """
    try:
        for ahead in range(1, _LOOK_AHEAD_DAYS):
            later = day + timedelta(days=ahead)
            if later.weekday() > 4 or calendar.is_closed(later) or any(span.holds(later) for span in holidays):
                continue
            return _moment(later, calendar.dismissal(later) or SCHOOL_DAY_ENDS, calendar.zone)
    except OverflowError:
        pass
    return None


# ── What overlaps ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Booked:
    """A meeting that takes place, as it takes up people and rooms. Times are milliseconds, UTC."""

    meeting_id: str
    section_id: str
    starts_at: int
    ends_at: int
    teacher_ids: frozenset[str]
    rooms: Mapping[str, tuple[int, int]]
    """Site → when its room joins and leaves; a room that is away is not among them."""
    supervisor_ids: Mapping[str, frozenset[str]]
    """Site → who may stand in its room."""


class Conflict(NamedTuple):
    """Two meetings that cannot both have what they need: which thing, and the two, the earlier first."""

    kind: Literal["section", "room", "teacher", "supervisor"]
    id: str
    """The section, site or person that is wanted twice."""
    meeting_ids: tuple[str, str]


def conflicts(booked: Iterable[Booked]) -> list[Conflict]:
    """What is wanted twice at one time, in the meetings' order. Meetings that only touch do not overlap.

    A section is in one place; a site has one room; a teacher teaches one class. A supervisor is wanted twice in two
    rooms of different sites, or of one site where nobody else may stand in either room.
    """
    found: list[Conflict] = []
    for one, other in _overlapping(sorted(booked, key=lambda b: (b.starts_at, b.meeting_id))):
        pair = (one.meeting_id, other.meeting_id)
        if one.section_id == other.section_id:
            found.append(Conflict("section", one.section_id, pair))
        shared = [site for site in one.rooms if site in other.rooms and _overlap(one.rooms[site], other.rooms[site])]
        found += [Conflict("room", site, pair) for site in sorted(shared)]
        found += [Conflict("teacher", person, pair) for person in sorted(one.teacher_ids & other.teacher_ids)]
        found += [Conflict("supervisor", person, pair) for person in sorted(set(_wanted_twice(one, other)))]
    return found


def _overlapping(booked: Sequence[Booked]) -> Iterator[tuple[Booked, Booked]]:
    running: list[Booked] = []
    for one in booked:
        running = [other for other in running if other.ends_at > one.starts_at]
        yield from ((other, one) for other in running)
        running.append(one)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _wanted_twice(one: Booked, other: Booked) -> Iterator[str]:
    for here, mine in one.rooms.items():
        for there, theirs in other.rooms.items():
            both = one.supervisor_ids.get(here, frozenset()) & other.supervisor_ids.get(there, frozenset())
            if not both or not _overlap(mine, theirs):
                continue
            others = len(one.supervisor_ids[here] | other.supervisor_ids[there]) > 1
            if here != there or not others:
                yield from both
