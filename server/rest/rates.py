"""How often one person may ask: a steady rate with a burst of one second's worth."""

MAX_KEYS = 10_000


class Rate:
    """A generic cell rate limiter: one number a key, the moment at which the key's allowance is whole again."""

    def __init__(self, per_second: int) -> None:
        """`per_second` 0: no limit."""
        self._per_second = per_second
        self._whole_at: dict[str, float] = {}

    def wait(self, key: str, now: float) -> float:
        """Seconds that the key must wait; 0: it may go on, and did. `now` is of any steady clock, in seconds."""
        if not self._per_second:
            return 0
        spent = max(self._whole_at.get(key, 0), now) - now
        # A full second's worth is out: wait for one to come back.
        over = spent - 1 + 1 / self._per_second
        if over > 1e-9:
            return over
        if len(self._whole_at) >= MAX_KEYS:
            self._whole_at = {k: at for k, at in self._whole_at.items() if at > now}
        self._whole_at[key] = now + spent + 1 / self._per_second
        return 0
