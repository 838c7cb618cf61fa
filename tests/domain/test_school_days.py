"""When a site's next school day ends: Monday to Friday, half past three by its own clock."""

from datetime import UTC, date, datetime

import pytest

from server.domain.calendar import SiteCalendar, next_school_day_ends


@pytest.mark.parametrize(
    ("day", "zone", "ends"),
    [
        ("2026-10-14", "America/Denver", "2026-10-15T21:30Z"),
        ("2026-10-14", "America/Los_Angeles", "2026-10-15T22:30Z"),
        ("2026-10-15", "America/Denver", "2026-10-16T21:30Z"),
        ("2026-10-16", "America/Denver", "2026-10-19T21:30Z"),
        ("2026-10-17", "America/Denver", "2026-10-19T21:30Z"),
        ("2026-10-18", "America/Denver", "2026-10-19T21:30Z"),
        ("2026-10-30", "America/Denver", "2026-11-02T22:30Z"),
        ("2027-03-12", "America/Denver", "2027-03-15T21:30Z"),
        ("2026-12-31", "Asia/Kathmandu", "2027-01-01T09:45Z"),
    ],
    ids=["Wednesday", "further west", "Thursday", "Friday", "Saturday", "Sunday", "winter", "summer", "new year"],
)
def test_the_next_school_day(day: str, zone: str, ends: str) -> None:
    expected = datetime.strptime(ends, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC)
    assert next_school_day_ends(date.fromisoformat(day), SiteCalendar(zone)) == int(expected.timestamp()) * 1_000


def test_after_the_last_day_of_the_calendar_there_is_none() -> None:
    assert next_school_day_ends(date.fromisoformat("9999-12-31"), SiteCalendar("America/Denver")) is None
