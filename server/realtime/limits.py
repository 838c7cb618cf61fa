"""How much one connection may ask for, and how much nonsense it may send."""


class TokenBucket:
    """A rate a second with a burst. `rate` 0: no limit. Times are seconds of any steady clock."""

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = now

    def take(self, now: float, cost: int = 1) -> bool:
        """Whether the cost could be paid; if not, nothing was taken."""
        if not self._rate:
            return True
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True


class Strikes:
    """Counts faults; `add` is True once there are `limit` within `window` seconds of the first."""

    __slots__ = ("_count", "_limit", "_since", "_window")

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._count = 0
        self._since = 0.0

    def add(self, now: float) -> bool:
        """Count one more."""
        if now - self._since > self._window:
            self._since, self._count = now, 0
        self._count += 1
        return self._count >= self._limit
