"""How much nonsense one connection may send."""


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
