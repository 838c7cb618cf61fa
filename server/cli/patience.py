"""How long a client waits before it tries again, and when it gives up."""

import asyncio
import os
import random
from typing import NoReturn

_random = random.SystemRandom()
FIRST_SECONDS = 0.2
LONGEST_SECONDS = 5.0


def reason(error: BaseException) -> str:
    """Why a server was not reached, in the system's words: an HTTP client's own name the address once more."""
    cause = getattr(error, "os_error", None) or error
    number = getattr(cause, "errno", None)
    if isinstance(cause, OSError) and number is not None and number > 0:
        return os.strerror(number).lower()
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


class Unreachable(Exception):
    """The server has not answered for as long as the client was told to wait."""


class Patience:
    """Waits that double and never fall together with other clients'. `seconds`: how long silence may last."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._tries = 0
        self._silent_since: float | None = None

    def renew(self) -> None:
        """The server has answered."""
        self._tries, self._silent_since = 0, None

    async def wait(self, why: str, at_least: float = 0.0) -> None:
        """Wait before the next try, `at_least` so many seconds; raise `Unreachable` where it has been too long."""
        now = asyncio.get_running_loop().time()
        self._silent_since = self._silent_since or now
        if now - self._silent_since > self._seconds:
            self._give_up(why)
        pause = min(FIRST_SECONDS * 2.0**self._tries, LONGEST_SECONDS)
        self._tries = min(self._tries + 1, 10)
        await asyncio.sleep(max(pause, at_least) * _random.uniform(0.7, 1.3))

    def _give_up(self, why: str) -> NoReturn:
        raise Unreachable(f"the server has not answered for {self._seconds:.0f} s ({why})")
