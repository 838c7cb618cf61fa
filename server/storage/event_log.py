"""The append-only log: appending batches under a compare-and-set on each stream's head, and reading them back."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.messages import Recorded
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
    changed = {name: insert.excluded[name] for name in ("seq", "status", "summary", "next_due_at")}
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

    def run(self, connection: Connection, rows: list[tuple[Any, ...]]) -> None:
        connection.exec_driver_sql(self.sql, rows)


class _Statements:
    """The statements of an append, in one database's SQL."""

    def __init__(self, dialect: Any, module: Any) -> None:
        self.upsert_head = _Insert(_upsert_head(module), dialect)
        self.insert_events = _Insert(events.insert(), dialect)
        self.insert_receipts = _Insert(receipts.insert(), dialect)


_STATEMENTS = {
    "sqlite": _Statements(sqlite.dialect(), sqlite),
    "postgresql": _Statements(postgresql.asyncpg.dialect(), postgresql),  # type: ignore[no-untyped-call]
}
# Locked in one order by everybody, so that two nodes' batches cannot wait for each other in a ring. A new stream has
# no head to lock: its insert is the lock, and comes in the same order.
_LOCK_HEADS = (
    select(streams.c.stream_id, streams.c.seq)
    .where(streams.c.stream_id.in_(bindparam("stream_ids", expanding=True)))
    .order_by(streams.c.stream_id)
    .with_for_update()
)


_stream_id = attrgetter("stream_id")


def _append(connection: Connection, appends: Sequence[Append]) -> set[str]:
    rows = connection.execute(_LOCK_HEADS, {"stream_ids": [one.stream_id for one in appends]})
    held = {row.stream_id: row.seq for row in rows}
    good = [one for one in sorted(appends, key=_stream_id) if held.get(one.stream_id, 0) == one.after]
    if good:
        statements = _STATEMENTS[connection.dialect.name]
        statements.upsert_head.run(connection, [_head_row(one) for one in good])
        statements.insert_events.run(connection, [row for one in good for row in _event_rows(one)])
        statements.insert_receipts.run(connection, [row for one in good for row in _receipt_rows(one)])
    return {one.stream_id for one in appends} - {one.stream_id for one in good}


def _head_row(one: Append) -> tuple[Any, ...]:
    return (one.stream_id, one.program_id, one.seq, one.status, orjson.dumps(one.summary).decode(), one.next_due_at)


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
    return Head(row.stream_id, row.program_id, row.seq, row.status, row.summary, row.next_due_at)


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
