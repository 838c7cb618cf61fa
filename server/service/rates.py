"""How often one may ask: a steady rate with a burst, for each person over all their sockets and requests together."""

LEAST_BURST = 100
"""A full batch of an outbox must be possible at any rate."""
MAX_KEYS = 10_000


class Rate:
    """A generic cell rate limiter: one number a key, the moment at which the key's allowance is whole again.

    A burst of two seconds' worth, at least a batch. `per_second` 0: no limit. `now` is of any steady clock, in seconds.
    """

    def __init__(self, per_second: float, least_burst: int = LEAST_BURST) -> None:
        self._per_second = per_second
        self._burst = max(2 * per_second, least_burst)
        self._whole_at: dict[str, float] = {}
        self._sweep_at = MAX_KEYS

    def wait(self, key: str, now: float, cost: int = 1) -> float:
        """Seconds that the key must wait; 0: it may go on, and did. What must wait has cost nothing."""
        must_wait = self.look(key, now, cost)
        if must_wait or not self._per_second:
            return must_wait
        if len(self._whole_at) >= self._sweep_at:
            self._whole_at = {k: at for k, at in self._whole_at.items() if at > now}
            # Where that freed little, the next sweep is far: each looks at every key.
            self._sweep_at = max(MAX_KEYS, 2 * len(self._whole_at))
        self._whole_at[key] = max(self._whole_at.get(key, 0), now) + cost / self._per_second
        return 0

    def look(self, key: str, now: float, cost: int = 1) -> float:
        """The same, and nothing is spent."""
        if not self._per_second:
            return 0
        spent = max(self._whole_at.get(key, 0), now) - now
        over = spent - (self._burst - cost) / self._per_second
        return over if over > 1e-9 else 0
