"""The schools' calendars out of the directory: closures, early dismissals, the program's holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import Row, Select, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.calendar import SiteCalendar, Span
from . import directory_tables as t


@dataclass(frozen=True, slots=True)
class Calendars:
    """The program's holidays and the calendar of each of some sites."""

    holidays: tuple[Span, ...]
    sites: Mapping[str, SiteCalendar]


async def read_calendars(connection: AsyncConnection, program_id: str, site_ids: Select[Any]) -> Calendars:
    """The calendars of the program and of the sites that the query names."""
    zones = select(t.sites.c.id, t.sites.c.time_zone).where(t.sites.c.id.in_(site_ids))
    closed: dict[str, list[Span]] = {}
    for row in await connection.execute(_held(t.closures).where(t.closures.c.site_id.in_(site_ids))):
        closed.setdefault(row.site_id, []).append(span_of(row))
    dismissals: dict[str, dict[date, time]] = {}
    for row in await connection.execute(_held(t.early_dismissals).where(t.early_dismissals.c.site_id.in_(site_ids))):
        dismissals.setdefault(row.site_id, {})[date.fromisoformat(row.day)] = time.fromisoformat(row.local_time)
    holidays = await connection.execute(_held(t.holidays).where(t.holidays.c.program_id == program_id))
    return Calendars(
        holidays=tuple(span_of(row) for row in holidays),
        sites={
            row.id: SiteCalendar(row.time_zone, tuple(closed.get(row.id, ())), dismissals.get(row.id))
            for row in await connection.execute(zones)
        },
    )


def span_of(row: Row[Any]) -> Span:
    """The days of a row."""
    return Span(date.fromisoformat(row.begins_on), None if row.ends_on is None else date.fromisoformat(row.ends_on))


def _held(table: Table) -> Select[Any]:
    return select(table).where(table.c.is_withdrawn.is_(False)).order_by(table.c.id)
