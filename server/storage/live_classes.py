"""Which classes go on now, or should: the heads of their streams beside their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from . import directory_tables as t
from .tables import streams


async def read_live_classes(
    connection: AsyncConnection, program_id: str, at: int, lead_ms: int, most: int
) -> tuple[Sequence[Row[Any]], int]:
    """The program's classes that are in their lobby or live, or are planned to go on at that moment (milliseconds, UTC)
    or to start within the lead; and how many there are beyond the `most` that are given: those that start last.

    A row has `id`, `title`, `section_title`, and the head's `stream_id` and `seq`.
    """
    gathered = streams.c.status.in_(("lobby", "live"))
    planned = and_(streams.c.status == "scheduled", t.meetings.c.starts_at <= at + lead_ms, t.meetings.c.ends_at > at)
    mine = (t.meetings.c.program_id == program_id, or_(gathered, planned))
    query = _joined(select(t.meetings.c.id, t.meetings.c.title, t.sections.c.title.label("section_title"))).where(*mine)
    query = query.add_columns(streams.c.stream_id, streams.c.seq)
    begun_first = case((gathered, 0), else_=1)
    found = list(
        await connection.execute(query.order_by(begun_first, t.meetings.c.starts_at, t.meetings.c.id).limit(most))
    )
    if len(found) < most:
        return found, 0
    count = (await connection.execute(_joined(select(func.count(t.meetings.c.id))).where(*mine))).scalar_one()
    return found, count - len(found)


def _joined(query: Select[Any]) -> Select[Any]:
    head = streams.c.stream_id == "meeting:" + t.meetings.c.id
    return query.join(t.sections, t.meetings.c.section_id == t.sections.c.id).join(streams, head)


async def read_on_duty(connection: AsyncConnection) -> list[tuple[str, str, dict[str, tuple[str, int]]]]:
    """Of each class that is in its lobby or live, of every program: `stream_id`, `program_id`, and by person the site
    where they are on duty and since when (milliseconds, UTC). Without those in which nobody is."""
    query = select(streams.c.stream_id, streams.c.program_id, streams.c.summary)
    rows = await connection.execute(query.where(streams.c.status.in_(("lobby", "live"))))
    return [(row.stream_id, row.program_id, on_duty) for row in rows if (on_duty := row.summary.get("on_duty"))]
