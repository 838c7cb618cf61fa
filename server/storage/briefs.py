"""Lesson briefs: what the people of a meeting read before it, a row a meeting."""

from typing import Any

from sqlalchemy import desc, select
from sqlalchemy.ext.asyncio import AsyncConnection

from . import directory_tables as t
from .directory import Row

_BRIEF = t.lesson_briefs.c


async def read_brief(connection: AsyncConnection, meeting_id: str) -> Row | None:
    """The meeting's brief; None: nobody has written one."""
    found = await connection.execute(select(t.lesson_briefs).where(_BRIEF.meeting_id == meeting_id))
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def read_brief_before(connection: AsyncConnection, meeting_id: str) -> Row | None:
    """The brief of the section's latest meeting before this one that has one, with that meeting's times and title."""
    this = select(t.meetings.c.section_id, t.meetings.c.starts_at).where(t.meetings.c.id == meeting_id).subquery()
    query: Any = (
        select(t.lesson_briefs, t.meetings.c.title, t.meetings.c.starts_at)
        .join(t.meetings, t.meetings.c.id == _BRIEF.meeting_id)
        .join(this, this.c.section_id == t.meetings.c.section_id)
        .where(t.meetings.c.starts_at < this.c.starts_at)
        .order_by(desc(t.meetings.c.starts_at), t.meetings.c.id)
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else dict(row)


async def write_brief(connection: AsyncConnection, row: Row) -> None:
    """Put the row in the place of the one before it, if any.

    Called under the program's lock, in which the version was compared: of two who write at once the second finds the
    first one's.
    """
    if row["version"] == 1:
        await connection.execute(t.lesson_briefs.insert().values(**row))
    else:
        held = _BRIEF.meeting_id == row["meeting_id"]
        await connection.execute(t.lesson_briefs.update().where(held).values(**row))
