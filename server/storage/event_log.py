"""The append-only log: appending batches under a compare-and-set on each stream's head, and reading them back."""

import logging
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from ..domain.messages import Recorded
from . import erasure
from .codec import decode, encode
from .engine import Database
from .tables import database_info, events, receipts, streams

log = logging.getLogger(__name__)

CommandKey = tuple[str, str]
"""(actor_id, command_id): what makes a command the same command."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one command adds to a stream: its events, contiguous, and what its receipt keeps."""

    actor_id: str
    command_id: str
    digest: bytes
    recorded: Sequence[Recorded]


@dataclass(frozen=True, slots=True)
class Append:
    """What a batch adds to one stream, on condition that its head is still at `after`."""

    stream_id: str
    program_id: str
    after: int
    effects: Sequence[Effect]
    status: str
    summary: dict[str, Any]
    next_due_at: int | None = None
    owed_due_at: int | None = None

    @property
    def seq(self) -> int:
        """The head after the append."""
        return self.effects[-1].recorded[-1].seq


class StoredReceipt(NamedTuple):
    """The head after a command, and the digest of its content."""

    stream_id: str
    seq: int
    digest: bytes


class Head(NamedTuple):
    """Where a stream stands in the database."""

    stream_id: str
    program_id: str
    seq: int
    status: str
    summary: dict[str, Any]
    next_due_at: int | None = None
    owed_due_at: int | None = None


async def append(database: Database, appends: Sequence[Append]) -> set[str]:
    """Append to many streams in one transaction; the ids of those that got nothing: their head had moved, or the
    database would not take their rows.

    Raises SQLAlchemy's DBAPIError where the database fails; then it is open whether the batch was committed.
    """
    try:
        return await database.commit(lambda connection: _append(connection, appends))
    except DBAPIError as error:
        if error.connection_invalidated or isinstance(error, (OperationalError, InterfaceError)):
            raise
        # A row was there before us (a new stream opened by another node, a command id used in two streams), or cannot
        # be stored. That is rare, and only one stream's fault: give each a transaction of its own to find out whose.
        if len(appends) == 1:
            log.warning("the database refused an append: %s", type(error.orig).__name__)
            return {appends[0].stream_id}
        return set().union(*[await append(database, [one]) for one in appends])


def _upsert_head(dialect: Any) -> Any:
    insert: Any = dialect.insert(streams)
    changed = {name: insert.excluded[name] for name in ("seq", "status", "summary", "next_due_at", "owed_due_at")}
    return insert.on_conflict_do_update(index_elements=["stream_id"], set_=changed)


class _Insert:
    """A statement of the hot path, compiled once; a row is a tuple in the table's column order.

    Core's own executemany looks up and converts each value of each row; here they are what the driver wants already.
    """

    def __init__(self, statement: Any, dialect: Any) -> None:
        compiled = statement.compile(dialect=dialect)
        columns = [column.name for column in statement.table.columns]
        assert compiled.positiontup == columns, "the driver takes the values in another order"  # noqa: S101
        self.sql = str(compiled)


class _Sqlite:
    """The statements of an append, run on the driver itself: Core's part of each would be a fifth of a small commit."""

    _ROWS = 64
    """How many rows go in by one statement. The driver lets go of the interpreter for each *statement*, not for each
    batch, and beside a busy loop has to wait for it each time: a row at a time, a batch of 100 waited 300 times."""

    def __init__(self) -> None:
        dialect: Any = sqlite.dialect()
        self.upsert_head = _Insert(_upsert_head(sqlite), dialect)
        self.insert_events = _Insert(events.insert(), dialect)
        self.insert_receipts = _Insert(receipts.insert(), dialect)
        self._dialect = dialect

    def lock_heads(self, connection: Connection, stream_ids: Sequence[str]) -> dict[str, int]:
        # No lock to take: the transaction is the only one that writes.
        sql = "SELECT stream_id, seq FROM streams WHERE stream_id IN (SELECT value FROM json_each(?))"
        return dict(self._run(connection, sql, (orjson.dumps(stream_ids).decode(),)))

    def insert(self, connection: Connection, into: _Insert, rows: list[tuple[Any, ...]]) -> None:
        for at in range(0, len(rows), self._ROWS):
            some = rows[at : at + self._ROWS]
            self._run(connection, _of_rows(into.sql, len(some)), [value for row in some for value in row])

    def _run(self, connection: Connection, sql: str, values: Sequence[Any]) -> list[Any]:
        cursor = connection.connection.cursor()
        try:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
        except sqlite3.Error as error:
            raise DBAPIError.instance(sql, None, error, sqlite3.Error, dialect=self._dialect) from error


@cache
def _of_rows(sql: str, count: int) -> str:
    """The insert of one row as an insert of several."""
    before, values, after = re.split(r"(\((?:\?, )*\?\))", sql)
    return before + ", ".join([values] * count) + after


class _Postgresql:
    """The statements of an append over asyncpg."""

    # Locked in one order by everybody, so that two nodes' batches cannot wait for each other in a ring. A new stream
    # has no head to lock: its insert is the lock, and comes in the same order.
    _LOCK_HEADS = (
        select(streams.c.stream_id, streams.c.seq)
        .where(streams.c.stream_id.in_(bindparam("stream_ids", expanding=True)))
        .order_by(streams.c.stream_id)
        .with_for_update()
    )

    def __init__(self) -> None:
        dialect: Any = postgresql.asyncpg.dialect()  # type: ignore[no-untyped-call]
        self.upsert_head = _Insert(_upsert_head(postgresql), dialect)
        self.insert_events = _Insert(events.insert(), dialect)
        self.insert_receipts = _Insert(receipts.insert(), dialect)

    def lock_heads(self, connection: Connection, stream_ids: Sequence[str]) -> dict[str, int]:
        rows = connection.execute(self._LOCK_HEADS, {"stream_ids": list(stream_ids)})
        return {row.stream_id: row.seq for row in rows}

    def insert(self, connection: Connection, into: _Insert, rows: list[tuple[Any, ...]]) -> None:
        connection.exec_driver_sql(into.sql, rows)


_DRIVERS: dict[str, _Sqlite | _Postgresql] = {"sqlite": _Sqlite(), "postgresql": _Postgresql()}

_stream_id = attrgetter("stream_id")


def _append(connection: Connection, appends: Sequence[Append]) -> set[str]:
    driver = _DRIVERS[connection.dialect.name]
    held = driver.lock_heads(connection, [one.stream_id for one in appends])
    good = [one for one in sorted(appends, key=_stream_id) if held.get(one.stream_id, 0) == one.after]
    if good:
        driver.insert(connection, driver.upsert_head, [_head_row(one) for one in good])
        driver.insert(connection, driver.insert_events, [row for one in good for row in _event_rows(one)])
        driver.insert(connection, driver.insert_receipts, [row for one in good for row in _receipt_rows(one)])
        for one in good:
            erasure.follow(connection, one.stream_id, one.program_id, _recorded(one))
    return {one.stream_id for one in appends} - {one.stream_id for one in good}


def _recorded(one: Append) -> Iterable[Recorded]:
    return (recorded for effect in one.effects for recorded in effect.recorded)


def _head_row(one: Append) -> tuple[Any, ...]:
    summary = orjson.dumps(one.summary).decode()
    return (one.stream_id, one.program_id, one.seq, one.status, summary, one.next_due_at, one.owed_due_at)


def _event_rows(one: Append) -> Iterable[tuple[Any, ...]]:
    for effect in one.effects:
        for recorded in effect.recorded:
            encoded = encode(recorded.event)
            yield (one.stream_id, recorded.seq, recorded.at, effect.actor_id, effect.command_id, *encoded)


def _receipt_rows(one: Append) -> Iterable[tuple[Any, ...]]:
    for effect in one.effects:
        seq = effect.recorded[-1].seq
        yield (effect.command_id, effect.actor_id, one.stream_id, seq, effect.digest)


async def read_events(connection: AsyncConnection, stream_id: str, after: int = 0) -> list[Recorded]:
    """The stream's events behind `after`, in order."""
    query = select(events).where(events.c.stream_id == stream_id, events.c.seq > after).order_by(events.c.seq)
    return [
        Recorded(row.seq, row.at, row.actor_id, decode(row.type, row.version, row.data, row.personal))
        for row in await connection.execute(query)
    ]


async def read_receipts(connection: AsyncConnection, stream_id: str, after: int = 0) -> dict[CommandKey, StoredReceipt]:
    """The receipts of the commands whose events stand behind `after`."""
    # By way of the events, whose key leads with the stream: an index of receipts by stream would cost each insert.
    acted = select(events.c.actor_id, events.c.command_id)
    mine = acted.where(events.c.stream_id == stream_id, events.c.seq > after).distinct().subquery()
    same = and_(receipts.c.actor_id == mine.c.actor_id, receipts.c.command_id == mine.c.command_id)
    rows = await connection.execute(select(receipts).join(mine, same))
    return {(r.actor_id, r.command_id): StoredReceipt(r.stream_id, r.seq, r.digest) for r in rows}


async def read_receipt(connection: AsyncConnection, key: CommandKey) -> StoredReceipt | None:
    """The receipt of one command, in whichever stream it took effect."""
    query = select(receipts).where(receipts.c.actor_id == key[0], receipts.c.command_id == key[1])
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredReceipt(row.stream_id, row.seq, row.digest)


async def read_heads(connection: AsyncConnection, stream_ids: Iterable[str] | None = None) -> list[Head]:
    """Where the streams stand; all streams where no ids are given."""
    query = select(streams).order_by(streams.c.stream_id)
    if stream_ids is not None:
        query = query.where(streams.c.stream_id.in_(list(stream_ids)))
    return [_head(row) for row in await connection.execute(query)]


async def read_due(connection: AsyncConnection, now: int, most: int) -> list[Head]:
    """The streams in which something is due by `now` (milliseconds, UTC), the longest overdue first."""
    due = select(streams).where(streams.c.next_due_at <= now).order_by(streams.c.next_due_at).limit(most)
    return [_head(row) for row in await connection.execute(due)]


def _head(row: Any) -> Head:
    return Head(*(getattr(row, name) for name in Head._fields))


async def read_seqs(connection: AsyncConnection, stream_ids: Iterable[str]) -> dict[str, int]:
    """The head seq of each of the streams that exist."""
    query = select(streams.c.stream_id, streams.c.seq).where(streams.c.stream_id.in_(list(stream_ids)))
    return {row.stream_id: row.seq for row in await connection.execute(query)}


async def read_epoch(connection: AsyncConnection) -> str:
    """The log's incarnation. Raises LookupError where the database was never migrated."""
    query = select(database_info.c.value).where(database_info.c.key == "epoch")
    value: str | None = (await connection.execute(query)).scalar_one_or_none()
    if value is None:
        raise LookupError("the database has no epoch: run `longroom migrate`")
    return value


async def begin_epoch(connection: AsyncConnection) -> str:
    """Begin another incarnation of the log, in a write transaction; its name. No client trusts a seq of the last one.

    Servers read the epoch when they start: none may run meanwhile.
    """
    epoch = str(uuid7())
    begun = update(database_info).where(database_info.c.key == "epoch").values(value=epoch)
    if (await connection.execute(begun)).rowcount != 1:
        raise LookupError("the database has no epoch: run `longroom migrate`")
    return epoch
