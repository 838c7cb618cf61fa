"""The database, and every difference between SQLite and PostgreSQL that is not a statement's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

T = TypeVar("T")


class Database:
    """One database: connections to read on, and transactions to write in.

    SQLite takes one writer at a time. Two connections write, the committer's (`commit`) and one for everything else
    (`write`), and each of their transactions begins IMMEDIATE: it waits for its turn at the start and never fails in
    the middle for having to upgrade a read lock.
    """

    def __init__(self, url: str) -> None:
        """`url` is an SQLAlchemy URL, `sqlite:///path` or `postgresql://…`; raises ValueError for any other."""
        self.url = async_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._committer: Engine | None = None
        if self.is_sqlite:
            self._reader = create_async_engine(self.url, pool_size=4, max_overflow=0, connect_args=_SQLITE)
            self._writer = create_async_engine(self.url, pool_size=1, max_overflow=0, connect_args=_SQLITE)
            committer = self.url.set(drivername="sqlite")
            self._committer = create_engine(committer, pool_size=1, max_overflow=0, connect_args=_SQLITE)
            self._thread = ThreadPoolExecutor(1, "committer")
            _configure(self._reader.sync_engine, "BEGIN")
            _configure(self._writer.sync_engine, "BEGIN IMMEDIATE")
            _configure(self._committer, "BEGIN IMMEDIATE")
        else:
            self._writer = create_async_engine(self.url, pool_size=8, pool_pre_ping=True)
            # PostgreSQL's default would show each statement of a reading another moment.
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ")

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection in one read transaction: all its statements see one moment of the database."""
        async with self._reader.connect() as connection:
            yield connection

    async def write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Run `work` in one write transaction and commit it.

        The transaction runs in a task of its own: a caller that is cancelled (a browser that closed) leaves it to
        finish, so that nothing is half done and nothing committed is reported as failed.
        """
        return await asyncio.shield(asyncio.ensure_future(self._write(work)))

    async def commit(self, work: Callable[[Connection], T]) -> T:
        """Run synchronous `work` in one write transaction and commit it: the committer's own door.

        On SQLite the whole of it is one trip to one thread, where `write` makes a trip for each statement.
        """
        if self._committer is None:
            return await self.write(lambda connection: connection.run_sync(work))
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._thread, self._commit, self._committer, work))

    @staticmethod
    def _commit(engine: Engine, work: Callable[[Connection], T]) -> T:
        with engine.begin() as connection:
            return work(connection)

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        async with self._writer.begin() as connection:
            return await work(connection)

    async def drop_old_pages(self) -> bool:
        """Empty SQLite's write-ahead log, which still holds what was written over; whether that could be done now.

        A reader in the middle of a transaction keeps it: ask again. PostgreSQL does this in its own time (VACUUM).
        """
        if not self.is_sqlite:
            return True
        async with self._reader.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None  # noqa: S101 - it has just connected
            async with driver.execute("PRAGMA wal_checkpoint(TRUNCATE)") as cursor:
                busy, _, _ = await cursor.fetchone()
        return not busy

    async def close(self) -> None:
        """Close all connections."""
        await self._reader.dispose()
        await self._writer.dispose()
        if self._committer is not None:
            self._thread.shutdown()
            self._committer.dispose()


def async_url(url: str) -> URL:
    """The URL with the async driver; raises ValueError, without the password, where it is not one of ours."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise ValueError("not a database URL: write sqlite:///path/to/file or postgresql://user@host/name") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+aiosqlite")
        case "postgresql":
            return parsed.set(drivername="postgresql+asyncpg")
    raise ValueError("the database must be a SQLite file or PostgreSQL: sqlite:///path/to/file or postgresql://…")


# No transaction of the driver's own: "begin" below says when one begins, and as what.
_SQLITE = {"timeout": 30, "isolation_level": None, "check_same_thread": False}


def _configure(engine: Engine, begin: str) -> None:
    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: object) -> None:
        cursor = connection.cursor()
        # FULL: in WAL, NORMAL may lose commits that were acknowledged when the power fails.
        # 16,384 pages: a busy page then goes to the file once per 64 MiB of log instead of once per 4.
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "wal_autocheckpoint=16384",
            # What was erased is overwritten with zeroes, not left on a free page until something else needs it.
            "secure_delete=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
