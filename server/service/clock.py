"""The time, injected: nothing below asks the machine for it."""

import time
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> int:
        """Now, in whole milliseconds since 1970-01-01T00:00:00Z."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Now, in whole milliseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns() // 1_000_000
