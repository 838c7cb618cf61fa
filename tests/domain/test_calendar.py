"""Calendar rules, by hand: changes of clocks, patterns, a site's own bells and days, and what overlaps."""

from datetime import UTC, date, datetime, time

import pytest

from server.domain.calendar import (
    Booked,
    Conflict,
    Day,
    Pattern,
    RoomTimes,
    SiteCalendar,
    Span,
    at_local,
    conflicts,
    days_of,
    end_of_day,
    local_day,
    local_text,
    next_school_day_ends,
    room_times,
)
from server.domain.messages import Refused
from tests.support.clock import HOUR, MINUTE

DENVER, LOS_ANGELES = "America/Denver", "America/Los_Angeles"


def utc(text: str) -> int:
    return int(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC).timestamp()) * 1_000


# ── Clocks that change ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "clock", "zone", "moment"),
    [
        ("2026-10-30", "10:20", DENVER, "2026-10-30T16:20Z"),
        ("2026-11-02", "10:20", DENVER, "2026-11-02T17:20Z"),
        ("2026-11-01", "01:30", DENVER, "2026-11-01T07:30Z"),
        ("2026-11-01", "02:00", DENVER, "2026-11-01T09:00Z"),
        ("2027-03-14", "01:59", DENVER, "2027-03-14T08:59Z"),
        ("2027-03-14", "03:00", DENVER, "2027-03-14T09:00Z"),
    ],
    ids=["summer", "winter", "the first of a doubled hour", "after it", "before a skipped hour", "after it"],
)
def test_a_moment_by_the_wall_clock(day: str, clock: str, zone: str, moment: str) -> None:
    assert at_local(date.fromisoformat(day), time.fromisoformat(clock), zone) == utc(moment)


@pytest.mark.parametrize("clock", ["02:00", "02:30", "02:59"])
def test_a_skipped_hour_is_refused_with_its_date(clock: str) -> None:
    with pytest.raises(Refused, match="2027-03-14") as caught:
        at_local(date(2027, 3, 14), time.fromisoformat(clock), DENVER)
    assert (caught.value.code, caught.value.field) == ("skipped_hour", "local_time")


def test_a_day_is_over_at_the_next_midnight_there() -> None:
    assert end_of_day(date(2026, 11, 1), DENVER) == utc("2026-11-02T07:00Z")
    assert local_day(utc("2026-10-15T06:30Z"), LOS_ANGELES) == date(2026, 10, 14)
    assert local_text(utc("2026-10-15T06:30Z"), LOS_ANGELES) == "2026-10-14T23:30"


# ── Patterns ──────────────────────────────────────────────────────────────────────────────────────────────────────


def pattern(**changes: object) -> Pattern:
    held: dict[str, object] = {
        "weekdays": frozenset({0, 3}),
        "clock": time(10, 20),
        "minutes": 50,
        "zone": DENVER,
        "first": date(2026, 10, 26),
        "last": date(2026, 11, 5),
    }
    return Pattern(**(held | changes))  # type: ignore[arg-type]


def test_a_pattern_stays_at_its_hour_over_a_change_of_clocks() -> None:
    assert days_of(pattern(), lambda _: None) == [
        Day(date(2026, 10, 26), utc("2026-10-26T16:20Z"), utc("2026-10-26T17:10Z"), None),
        Day(date(2026, 10, 29), utc("2026-10-29T16:20Z"), utc("2026-10-29T17:10Z"), None),
        Day(date(2026, 11, 2), utc("2026-11-02T17:20Z"), utc("2026-11-02T18:10Z"), None),
        Day(date(2026, 11, 5), utc("2026-11-05T17:20Z"), utc("2026-11-05T18:10Z"), None),
    ]


def test_a_pattern_leaves_out_what_is_excluded_and_what_is_free() -> None:
    found = days_of(
        pattern(excluded=frozenset({date(2026, 10, 29), date(2026, 10, 30)})),
        lambda day: "holiday" if day == date(2026, 11, 2) else None,
    )
    assert [(one.day.day, one.skipped) for one in found] == [
        (26, None),
        (29, "excluded"),
        (2, "holiday"),
        (5, None),
    ]


def test_a_pattern_in_a_skipped_hour_is_refused_unless_the_day_is_left_out() -> None:
    sundays = {"weekdays": frozenset({6}), "first": date(2027, 3, 7), "last": date(2027, 3, 21), "clock": time(2, 30)}
    with pytest.raises(Refused, match="2027-03-14"):
        days_of(pattern(**sundays), lambda _: None)
    without = pattern(**sundays, excluded=frozenset({date(2027, 3, 14)}))
    assert [one.skipped for one in days_of(without, lambda _: None)] == [None, "excluded", None]


# ── A site's own day ──────────────────────────────────────────────────────────────────────────────────────────────

STARTS, ENDS = utc("2026-10-14T16:20Z"), utc("2026-10-14T17:20Z")  # 10:20 to 11:20 in Denver
WEDNESDAY = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("calendar", "offsets", "expected"),
    [
        (SiteCalendar(DENVER), (0, 0), RoomTimes(STARTS, ENDS, None)),
        (SiteCalendar(DENVER), (10, 5), RoomTimes(STARTS + 10 * MINUTE, ENDS - 5 * MINUTE, None)),
        (SiteCalendar(DENVER), (30, 30), RoomTimes(STARTS, ENDS, "bells")),
        (SiteCalendar(DENVER, (Span(WEDNESDAY, WEDNESDAY),)), (10, 0), RoomTimes(STARTS, ENDS, "closed")),
        (SiteCalendar(DENVER, (Span(date(2026, 10, 1), None),)), (0, 0), RoomTimes(STARTS, ENDS, "closed")),
        (SiteCalendar(DENVER, (Span(date(2026, 10, 15), None),)), (0, 0), RoomTimes(STARTS, ENDS, None)),
        (
            SiteCalendar(DENVER, dismissals={WEDNESDAY: time(11, 0)}),
            (10, 5),
            RoomTimes(STARTS + 10 * MINUTE, utc("2026-10-14T17:00Z"), None),
        ),
        (SiteCalendar(DENVER, dismissals={WEDNESDAY: time(13, 0)}), (0, 5), RoomTimes(STARTS, ENDS - 5 * MINUTE, None)),
        (SiteCalendar(DENVER, dismissals={WEDNESDAY: time(10, 30)}), (10, 0), RoomTimes(STARTS, ENDS, "dismissed")),
        # 10:00 in Los Angeles is 11:00 in Denver.
        (
            SiteCalendar(LOS_ANGELES, dismissals={WEDNESDAY: time(10, 0)}),
            (0, 0),
            RoomTimes(STARTS, utc("2026-10-14T17:00Z"), None),
        ),
    ],
    ids=[
        *("plain", "bells", "no time left", "closed", "until further notice", "closed later"),
        *("lets out in class", "lets out later", "lets out before", "by its own clock"),
    ],
)
def test_when_a_room_is_there(calendar: SiteCalendar, offsets: tuple[int, int], expected: RoomTimes) -> None:
    joins_after, leaves_before = offsets
    assert room_times(STARTS, ENDS, calendar, joins_after=joins_after, leaves_before=leaves_before) == expected


def test_a_school_day_is_neither_a_holiday_nor_a_day_on_which_the_school_is_closed() -> None:
    thursday, friday, monday = date(2026, 10, 15), date(2026, 10, 16), date(2026, 10, 19)
    calendar = SiteCalendar(DENVER, (Span(friday, friday),), {monday: time(13, 15)})
    assert next_school_day_ends(WEDNESDAY, calendar) == utc("2026-10-15T21:30Z")
    assert next_school_day_ends(WEDNESDAY, calendar, [Span(thursday, thursday)]) == utc("2026-10-19T19:15Z")
    assert next_school_day_ends(WEDNESDAY, SiteCalendar(DENVER, (Span(thursday, None),))) is None


# ── What overlaps ─────────────────────────────────────────────────────────────────────────────────────────────────


def booked(meeting_id: str, section_id: str, at: int, **changes: object) -> Booked:
    held: dict[str, object] = {
        "meeting_id": meeting_id,
        "section_id": section_id,
        "starts_at": at,
        "ends_at": at + HOUR,
        "teacher_ids": frozenset({f"{section_id}-teacher"}),
        "rooms": {section_id: (at, at + HOUR)},
        "supervisor_ids": {section_id: frozenset({f"{section_id}-supervisor"})},
    }
    return Booked(**(held | changes))  # type: ignore[arg-type]


def test_meetings_that_only_touch_do_not_overlap() -> None:
    assert conflicts([booked("a", "physics", 0), booked("b", "physics", HOUR)]) == []
    assert conflicts([booked("a", "physics", 0), booked("b", "chemistry", 0)]) == []


def test_a_section_a_room_and_a_teacher_are_wanted_twice() -> None:
    same = {"teacher_ids": frozenset({"tess"}), "rooms": {"north": (0, HOUR)}, "supervisor_ids": {}}
    assert conflicts([booked("b", "physics", MINUTE, **same), booked("a", "physics", 0, **same)]) == [
        Conflict("section", "physics", ("a", "b")),
        Conflict("room", "north", ("a", "b")),
        Conflict("teacher", "tess", ("a", "b")),
    ]


def test_rooms_go_by_their_own_bells() -> None:
    early, late = {"rooms": {"north": (0, 30 * MINUTE)}}, {"rooms": {"north": (30 * MINUTE, HOUR)}}
    assert conflicts([booked("a", "physics", 0, **early), booked("b", "chemistry", 0, **late)]) == []


def test_a_supervisor_is_wanted_twice_where_nobody_else_can_stand_there() -> None:
    def at(site: str, *people: str) -> dict[str, object]:
        return {"rooms": {site: (0, HOUR)}, "supervisor_ids": {site: frozenset(people)}}

    def found(one: dict[str, object], other: dict[str, object]) -> list[tuple[str, str]]:
        pair = [booked("a", "physics", 0, **one), booked("b", "chemistry", 0, **other)]
        return [(c.kind, c.id) for c in conflicts(pair)]

    assert found(at("north", "nora"), at("south", "nora", "sol")) == [("supervisor", "nora")]
    assert found(at("north", "nora"), at("north", "nora")) == [("room", "north"), ("supervisor", "nora")]
    assert found(at("north", "nora", "ned"), at("north", "nora", "ned")) == [("room", "north")]
