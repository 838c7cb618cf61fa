"""The rows of planning: patterns and their terms, notices and who has read them, and the addresses of calendars."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from sqlalchemy import Row, and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.calendar import WEEKDAYS, Pattern
from . import directory_tables as t
from .tables import streams

LONGEST_PATTERN_DAYS = 400


async def read_term(connection: AsyncConnection, section_id: str) -> Row[Any]:
    """The section's term."""
    query = select(t.terms).join(t.sections, t.sections.c.term_id == t.terms.c.id)
    return (await connection.execute(query.where(t.sections.c.id == section_id))).one()


def pattern_of(row: Mapping[str, Any], term: Row[Any]) -> Pattern:
    """The pattern that a row gives, within its section's term."""
    return Pattern(
        weekdays=frozenset(WEEKDAYS.index(name) for name in row["weekdays"]),
        clock=time.fromisoformat(row["local_time"]),
        minutes=row["minutes"],
        zone=row["time_zone"],
        first=date.fromisoformat(row["begins_on"] or term.begins_on),
        last=date.fromisoformat(row["ends_on"] or term.ends_on),
        excluded=frozenset(date.fromisoformat(day) for day in row["excluded_days"]),
    )


async def read_planned(connection: AsyncConnection, section_id: str) -> Sequence[Row[Any]]:
    """The section's meetings with their streams' `status` (None: no stream yet), by start."""
    stream = streams.c.stream_id == "meeting:" + t.meetings.c.id
    query = select(t.meetings, streams.c.status).outerjoin(streams, stream)
    query = query.where(t.meetings.c.section_id == section_id)
    return list(await connection.execute(query.order_by(t.meetings.c.starts_at, t.meetings.c.id)))


async def lock_status(connection: AsyncConnection, meeting_id: str) -> str | None:
    """The status of the meeting's stream, which stays so until this transaction's end; None: there is no stream yet."""
    query = select(streams.c.status).where(streams.c.stream_id == f"meeting:{meeting_id}").with_for_update()
    return (await connection.execute(query)).scalar_one_or_none()


# ── Notices ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def insert_notice(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Tell the people of a meeting what changed: the columns of `notices`."""
    await connection.execute(t.notices.insert().values(**row))


async def read_notices(connection: AsyncConnection, program_id: str, person_id: str, now: int) -> Sequence[Row[Any]]:
    """The program's notices that the day has not ended over and this person has not acknowledged, the newest first."""
    read = select(t.notice_receipts.c.notice_id).where(t.notice_receipts.c.person_id == person_id)
    query = select(t.notices).where(
        t.notices.c.program_id == program_id, t.notices.c.shown_until > now, t.notices.c.id.not_in(read)
    )
    return list(await connection.execute(query.order_by(t.notices.c.at.desc(), t.notices.c.id).limit(500)))


async def read_notice(connection: AsyncConnection, program_id: str, notice_id: str) -> Row[Any] | None:
    """One notice of the program."""
    query = select(t.notices).where(t.notices.c.program_id == program_id, t.notices.c.id == notice_id)
    return (await connection.execute(query)).one_or_none()


async def write_receipt(connection: AsyncConnection, notice_id: str, person_id: str, at: int) -> None:
    """The person has read the notice; a second time changes nothing."""
    same = (t.notice_receipts.c.notice_id == notice_id, t.notice_receipts.c.person_id == person_id)
    if (await connection.execute(select(t.notice_receipts.c.at).where(*same))).one_or_none() is None:
        await connection.execute(t.notice_receipts.insert().values(notice_id=notice_id, person_id=person_id, at=at))


# ── Calendars' addresses ──────────────────────────────────────────────────────────────────────────────────────────


async def insert_feed(connection: AsyncConnection, row: Mapping[str, Any]) -> None:
    """Add an address: id, token_hash, person_id, created_at."""
    await connection.execute(t.feeds.insert().values(**row))


async def read_feeds(connection: AsyncConnection, person_id: str) -> Sequence[Row[Any]]:
    """The person's addresses that are not revoked, the oldest first."""
    mine = (t.feeds.c.person_id == person_id, t.feeds.c.revoked_at.is_(None))
    query = select(t.feeds.c.id, t.feeds.c.created_at).where(*mine)
    return list(await connection.execute(query.order_by(t.feeds.c.created_at, t.feeds.c.id)))


async def read_feed_owner(connection: AsyncConnection, token_hash: bytes) -> str | None:
    """Whose calendar lies under the address; None: nobody's, or it was revoked."""
    query = select(t.feeds.c.person_id).where(t.feeds.c.token_hash == token_hash, t.feeds.c.revoked_at.is_(None))
    return (await connection.execute(query)).scalar_one_or_none()


async def revoke_feed(connection: AsyncConnection, person_id: str, feed_id: str, at: int) -> bool:
    """End an address of the person; whether it was one that was alive."""
    mine = (t.feeds.c.id == feed_id, t.feeds.c.person_id == person_id, t.feeds.c.revoked_at.is_(None))
    return (await connection.execute(update(t.feeds).where(*mine).values(revoked_at=at))).rowcount == 1


async def revoke_feeds(connection: AsyncConnection, at: int, person_id: str | None = None) -> None:
    """End all addresses of the person; None: of everybody."""
    alive = t.feeds.c.revoked_at.is_(None)
    mine = alive if person_id is None else and_(alive, t.feeds.c.person_id == person_id)
    await connection.execute(update(t.feeds).where(mine).values(revoked_at=at))


async def read_changed_at(connection: AsyncConnection, meeting_ids: Iterable[str]) -> Mapping[str, int]:
    """By meeting, when its row was last edited (milliseconds, UTC)."""
    of = (t.audit.c.kind == "meetings", t.audit.c.row_id.in_(list(meeting_ids)))
    query = select(t.audit.c.row_id, func.max(t.audit.c.at).label("at")).where(*of).group_by(t.audit.c.row_id)
    return {row.row_id: row.at for row in await connection.execute(query)}
