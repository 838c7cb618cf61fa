"""The directory's rows: read, written with their audit row, and asked what a change of one of them touches.

Everything is bounded by a program. What a school allows is the service's business; here is only SQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, Table, and_, exists, func, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.calendar import local_day
from . import directory_tables as t
from .tables import streams

Row: TypeAlias = dict[str, Any]

SECRET = frozenset({"password_hash"})
"""Columns that leave the database for nothing but the check of a password: in no answer and no audit row."""


_UNSHOWN = SECRET | {"facts_digest", "facts_count", "facts_at"}


OVER = ("ended", "reconciled")


class MeetingHead(NamedTuple):
    """A meeting; `status` None: it has no stream yet. Times are milliseconds, UTC."""

    id: str
    starts_at: int
    ends_at: int
    status: str | None


def local_date(at: int, time_zone: str) -> str:
    """The calendar date (ISO 8601) of the moment `at` (milliseconds, UTC) in the IANA time zone."""
    return local_day(at, time_zone).isoformat()


def is_in_force(row: Any, date: str) -> bool:
    """Whether the span of the row, its last day included, holds the date."""
    return bool(row.begins_on <= date and (row.ends_on is None or row.ends_on >= date))


def overlaps(table: Table, begins_on: str, ends_on: str | None) -> ColumnElement[bool]:
    """Whether a row's span and the given one share a day."""
    ends_later = or_(table.c.ends_on.is_(None), table.c.ends_on >= begins_on)
    return ends_later if ends_on is None else and_(ends_later, table.c.begins_on <= ends_on)


# ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _shown(table: Table) -> list[Any]:
    return [column for column in table.c if column.name not in _UNSHOWN]


async def lock_program(connection: AsyncConnection, program_id: str) -> bool:
    """Make this transaction the only one that edits the program's directory; whether the program exists.

    So a check and the write that rests on it stand together on PostgreSQL as they do on SQLite, whose write
    transactions come one after the other anyway.
    """
    query = select(t.programs.c.id).where(t.programs.c.id == program_id).with_for_update()
    return (await connection.execute(query)).one_or_none() is not None


async def read_row(
    connection: AsyncConnection, table: Table, program_id: str, id: str, reach: ColumnElement[bool] | None = None
) -> Row | None:
    """One row of the program, within `reach` where that is given."""
    query = select(*_shown(table)).where(table.c.id == id, table.c.program_id == program_id)
    if reach is not None:
        query = query.where(reach)
    found = (await connection.execute(query)).mappings().one_or_none()
    return None if found is None else dict(found)


async def read_rows(
    connection: AsyncConnection,
    table: Table,
    program_id: str,
    *,
    where: Mapping[str, str],
    reach: ColumnElement[bool] | None,
    after: str | None,
    limit: int,
) -> list[Row]:
    """The program's rows whose columns equal `where`, within `reach`, in id order behind `after`; at most `limit`."""
    query = select(*_shown(table)).where(table.c.program_id == program_id).order_by(table.c.id).limit(limit)
    query = query.where(*(table.c[name] == value for name, value in where.items()))
    if reach is not None:
        query = query.where(reach)
    if after is not None:
        query = query.where(table.c.id > after)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def is_held(
    connection: AsyncConnection, table: Table, conditions: Iterable[ColumnElement[bool]], *, but: str | None = None
) -> bool:
    """Whether a row other than `but` meets all the conditions."""
    query = select(table.c.id).where(*conditions).limit(1)
    if but is not None:
        query = query.where(table.c.id != but)
    return (await connection.execute(query)).first() is not None


async def are_covered(connection: AsyncConnection, spans: Select[Any], first: str, last: str) -> bool:
    """Whether the spans (first day, last day or null: both included) have, one after the other, each of the days."""
    day = first
    for begins, ends in sorted(await connection.execute(spans), key=lambda span: str(span[0])):
        if begins > day:
            return False
        if ends is None or ends >= last:
            return True
        if ends >= day:
            day = (date.fromisoformat(ends) + timedelta(days=1)).isoformat()
    return False


async def insert_row(connection: AsyncConnection, table: Table, row: Row) -> None:
    """Add the row as its version 1."""
    await connection.execute(table.insert().values(**row, version=1))


async def update_row(
    connection: AsyncConnection, table: Table, program_id: str, id: str, version: int, changes: Row
) -> bool:
    """Change the row if it is still at `version`; whether it was."""
    same = and_(table.c.id == id, table.c.program_id == program_id, table.c.version == version)
    result = await connection.execute(update(table).where(same).values(**changes, version=version + 1))
    return result.rowcount == 1


async def write_audit(connection: AsyncConnection, entry: Row) -> None:
    """Record an edit in the transaction that makes it: the columns of `audit`."""
    await connection.execute(t.audit.insert().values(**entry))


async def read_audit_since(connection: AsyncConnection, at: int) -> list[Row]:
    """The audit rows of all programs from the moment `at` (milliseconds, UTC) on, oldest first."""
    query = select(t.audit).where(t.audit.c.at >= at).order_by(t.audit.c.at, t.audit.c.id)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


# ── Reach: the rows that belong to some sites ─────────────────────────────────────────────────────────────────────


def reach_of(table: Table, sites: Iterable[str]) -> ColumnElement[bool]:
    """Which rows belong to these sites: theirs, and those of their people, students and sections.

    Courses, terms and the program itself are the same for everybody.
    """
    here = list(sites)
    if "site_id" in table.c:
        return table.c.site_id.in_(here)
    if table is t.sites:
        return table.c.id.in_(here)
    sections = select(t.section_sites.c.section_id).where(t.section_sites.c.site_id.in_(here))
    if table is t.sections:
        return table.c.id.in_(sections)
    if "section_id" in table.c:
        return table.c.section_id.in_(sections)
    if table is t.students or "student_id" in table.c:
        students = select(t.enrolments.c.student_id).where(t.enrolments.c.site_id.in_(here))
        return (table.c.id if table is t.students else table.c.student_id).in_(students)
    if table is t.people or "person_id" in table.c:
        person = table.c.id if table is t.people else table.c.person_id
        granted = select(t.grants.c.person_id).where(t.grants.c.site_id.in_(here))
        teaching = select(t.section_teachers.c.person_id).where(t.section_teachers.c.section_id.in_(sections))
        return or_(person.in_(granted), person.in_(teaching))
    return true()


# ── What a change touches ─────────────────────────────────────────────────────────────────────────────────────────


def _sections_touched(kind: str, row: Row) -> Select[str] | None:
    """The sections whose meetings rest on the row; None where none does."""
    at_sites = select(t.section_sites.c.section_id)
    match kind:
        case "programs" | "holidays":
            return select(t.sections.c.id)
        case "sites" | "closures" | "early_dismissals":
            site_id = row["id" if kind == "sites" else "site_id"]
            return at_sites.where(t.section_sites.c.site_id == site_id)
        case "grants":
            return at_sites.where(t.section_sites.c.site_id == row["site_id"]) if row["site_id"] else None
        case "people" | "licences" | "clearances":
            person = row["id" if kind == "people" else "person_id"]
            sites = select(t.grants.c.site_id).where(t.grants.c.person_id == person)
            taught = select(t.section_teachers.c.section_id).where(t.section_teachers.c.person_id == person)
            stood_in = select(t.substitutes.c.section_id).where(t.substitutes.c.person_id == person)
            return select(t.sections.c.id).where(
                or_(
                    t.sections.c.id.in_(taught),
                    t.sections.c.id.in_(stood_in),
                    t.sections.c.id.in_(at_sites.where(t.section_sites.c.site_id.in_(sites))),
                )
            )
        case "accommodations":
            enrolled = select(t.enrolments.c.section_id)
            return enrolled.where(t.enrolments.c.student_id == row["student_id"])
        case "sections":
            return select(t.sections.c.id).where(t.sections.c.id == row["id"])
        case "section_teachers" | "section_sites" | "enrolments" | "substitutes":
            return select(t.sections.c.id).where(t.sections.c.id == row["section_id"])
    return None


_IS_OPEN = or_(streams.c.status.is_(None), streams.c.status.not_in(OVER))
_OUTLIVING = (t.substitutes, t.section_teachers)
"""What decides who may look into a class, also when it is over."""


def _heads() -> Select[Any]:
    joined = t.meetings.outerjoin(streams, streams.c.stream_id == "meeting:" + t.meetings.c.id)
    columns = (t.meetings.c.id, t.meetings.c.starts_at, t.meetings.c.ends_at, streams.c.status)
    return select(*columns).select_from(joined).order_by(t.meetings.c.starts_at)


def meeting_of(kind: str, row: Row) -> str | None:
    """The one meeting that the row is, or is about; None where it is about more, or about none."""
    key = {"meetings": "id", "lesson_briefs": "meeting_id"}.get(kind)
    return None if key is None else str(row[key])


async def meetings_touched(
    connection: AsyncConnection, program_id: str, changes: Iterable[tuple[str, Row]]
) -> list[MeetingHead]:
    """The program's meetings that rest on any of the changed rows (kind, row), by start.

    One that is over rests on who taught it and who stood in there alone.
    """
    outliving = {table.name for table in _OUTLIVING}
    touched: list[ColumnElement[bool]] = []
    for kind, row in changes:
        # A substitute for one meeting is none in another.
        if (meeting_id := meeting_of(kind, row) or row.get("meeting_id")) is not None:
            concerned = t.meetings.c.id == meeting_id
        elif (sections := _sections_touched(kind, row)) is not None:
            concerned = t.meetings.c.section_id.in_(sections)
        else:
            continue
        touched.append(concerned if kind in outliving else and_(_IS_OPEN, concerned))
    found: dict[MeetingHead, None] = {}
    for some in _in_pieces(touched, 200):
        query = _heads().where(t.meetings.c.program_id == program_id, or_(*some))
        found |= dict.fromkeys(MeetingHead(*row) for row in await connection.execute(query))
    return list(found)


async def open_meetings(connection: AsyncConnection) -> list[MeetingHead]:
    """All meetings that have not ended, in every program, the earliest first."""
    return [MeetingHead(*row) for row in await connection.execute(_heads().where(_IS_OPEN))]


async def ended_meetings_behind(connection: AsyncConnection, late_ms: int) -> list[MeetingHead]:
    """All meetings that are over whose teachers or substitutes may be other ones than they were last given, by start.

    An edit may be committed up to `late_ms` after the time in its audit row.
    """
    given_at = func.coalesce(t.meetings.c.facts_at, 0) - late_ms
    edited = (
        exists().where(
            t.audit.c.kind == table.name,
            t.audit.c.row_id == table.c.id,
            t.audit.c.at >= given_at,
            table.c.section_id == t.meetings.c.section_id,
        )
        for table in _OUTLIVING
    )
    query = _heads().where(streams.c.status.in_(OVER), or_(*edited))
    return [MeetingHead(*row) for row in await connection.execute(query)]


def _in_pieces(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + size] for start in range(0, len(items), size))
