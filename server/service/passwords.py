"""Passwords: hashed with argon2id in a few threads, never in the event loop, and never without a bound on who waits."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..domain.messages import Refused

T = TypeVar("T")

SHORTEST, LONGEST = 12, 256
THREADS = 2
QUEUE = 16
"""How many may wait for a thread; at about 50 ms each, the last of them for less than half a second."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for one another when read out."""


class Passwords:
    """Hashes and verifies in a bounded pool of threads; raises `Refused("busy")` when too many wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        """`hasher`: argon2-cffi's own choice of cost where none is given."""
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(THREADS, "argon2")
        self._under_way = 0
        self._nobody = self._hasher.hash(secrets.token_hex())

    async def hash(self, password: str) -> str:
        """The password's hash, for keeping."""
        return await self._run(lambda: self._hasher.hash(password))

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one of the hash; with no hash False, after the same work."""
        return await self._run(lambda: self._verify(password_hash or self._nobody, password)) and bool(password_hash)

    def close(self) -> None:
        """Let the threads go once they are done."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._under_way >= THREADS + QUEUE:
            raise Refused("busy", "too many people are signing in at this moment: try again")
        self._under_way += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._under_way -= 1


def require_strong(password: str) -> None:
    """Length is what counts: 12 to 256 characters; anything else is refused."""
    if len(password) < SHORTEST:
        raise Refused("too_short", f"shorter than {SHORTEST} characters", "password")
    if len(password) > LONGEST:
        raise Refused("too_long", f"longer than {LONGEST} characters", "password")


def random_password() -> str:
    """A new password of 79 bits, in groups that can be read out over the telephone."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
