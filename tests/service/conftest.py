"""The services over a real database and a real live record, with a clock that the test moves."""

from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher

from server.service.accounts import Accounts
from server.service.directory import Directory
from server.service.live import Live
from server.service.passwords import Passwords
from server.storage.engine import Database
from tests.support.clock import FakeClock
from tests.support.school import found_school


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def live(database: Database, clock: FakeClock) -> AsyncIterator[Live]:
    live = Live(database, clock)
    await live.start()
    yield live
    await live.close()


@pytest.fixture
async def directory(database: Database, clock: FakeClock, live: Live) -> Directory:
    """The directory, with the school of tests/support/school.py in it."""
    directory = Directory(database, clock, live)
    await found_school(directory)
    return directory


@pytest.fixture
async def accounts(database: Database, directory: Directory, clock: FakeClock) -> AsyncIterator[Accounts]:
    accounts = Accounts(database, directory, clock, passwords=quick_passwords())
    yield accounts
    accounts.close()


def quick_passwords() -> Passwords:
    """argon2id at its least cost."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
