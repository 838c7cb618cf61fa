"""A clock that stands still until a test moves it."""

from dataclasses import dataclass

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@dataclass
class FakeClock:
    """Tells a time of the test's choosing, in milliseconds; at first 2026-10-14T16:20:00Z, a Wednesday in a term."""

    at: int = 1_791_994_800_000

    def now(self) -> int:
        return self.at

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> int:
        """Move the clock on and tell the new time."""
        self.at += round(seconds * 1_000 + minutes * MINUTE + hours * HOUR + days * DAY)
        return self.at
