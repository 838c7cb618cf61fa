"""Which classes go on now, or should: the heads of their streams beside their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from . import directory_tables as t
from .tables import streams


async def read_live_classes(
    connection: AsyncConnection, program_id: str, at: int, lead_ms: int, missed_ms: int, most: int
) -> tuple[Sequence[Row[Any]], int]:
    """The program's classes that are live or in their lobby at that moment (milliseconds, UTC), are planned to go on
    then or to start within the lead, or were planned to and never begun, until so long after their planned end.

    And how many there are beyond the `most` that are given: first those never begun, then those that start last. A row
    has `id`, `title`, `section_title`, and the head's `stream_id` and `seq`.
    """
    is_missed = and_(streams.c.status != "live", t.meetings.c.ends_at <= at)
    planned = and_(streams.c.status == "scheduled", t.meetings.c.starts_at <= at + lead_ms)
    unbegun = and_(or_(streams.c.status == "lobby", planned), t.meetings.c.ends_at > at - missed_ms)
    mine = (t.meetings.c.program_id == program_id, or_(streams.c.status == "live", unbegun))
    query = _joined(select(t.meetings.c.id, t.meetings.c.title, t.sections.c.title.label("section_title"))).where(*mine)
    query = query.add_columns(streams.c.stream_id, streams.c.seq)
    begun_first = case((is_missed, 2), (streams.c.status == "scheduled", 1), else_=0)
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
