"""Who is in a meeting, out of the directory: teachers, rooms, supervisors, students, as of each site's own date.

The rows of many meetings are read in one go (`read_sources`); what one meeting makes of them is pure (`facts_of`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, bindparam, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.calendar import next_school_day_ends, room_times
from ..domain.meeting.facts import AccommodationFacts, EnterFacts, RoomFacts, StaffFacts
from ..domain.meeting.state import Clearance, Licence, VideoLink
from . import directory_tables as t
from .calendars import Calendars, read_calendars
from .directory import is_in_force, local_date
from .tables import streams

Rows = list[Row[Any]]


@dataclass(frozen=True, slots=True)
class Sources:
    """The rows that the meetings of some sections rest on."""

    program_zone: str
    videos: dict[str, VideoLink]
    """By section, where it has one."""
    teachers: dict[str, Rows]
    """By section: the spans of teachers of record who are not disabled."""
    sites: dict[str, Rows]
    """By section: the spans in which a site takes part."""
    supervisors: dict[str, Rows]
    """By site: the supervisor grants of people who are not disabled."""
    enrolments: dict[str, Rows]
    """By section."""
    accommodations: dict[str, Rows]
    """By student."""
    licences: dict[str, Rows]
    """By person."""
    clearances: dict[str, Rows]
    """By person."""
    substitutes: dict[str, Rows]
    """By section: who stands in, of people who are not disabled."""
    calendars: Calendars
    briefs: dict[str, int]
    """By meeting: the version of its lesson brief, where it has one."""


async def read_meetings(connection: AsyncConnection, meeting_ids: Iterable[str]) -> Rows:
    """The meetings' own rows with their streams' `status` (None: no stream yet), by start."""
    stream = streams.c.stream_id == "meeting:" + t.meetings.c.id
    query = select(t.meetings, streams.c.status).outerjoin(streams, stream)
    query = query.where(t.meetings.c.id.in_(list(meeting_ids))).order_by(t.meetings.c.starts_at)
    return list(await connection.execute(query))


async def write_facts_digests(connection: AsyncConnection, digests: Mapping[str, bytes], at: int) -> None:
    """Remember, by meeting, the digest of the facts that it was given, and when. No edit: its row's version stays."""
    statement = update(t.meetings).where(t.meetings.c.id == bindparam("meeting"))
    rows = [{"meeting": meeting_id, "digest": digest} for meeting_id, digest in digests.items()]
    counted = {"facts_count": t.meetings.c.facts_count + 1, "facts_at": at}
    await connection.execute(statement.values(facts_digest=bindparam("digest"), **counted), rows)


async def read_sources(
    connection: AsyncConnection,
    program_id: str,
    section_ids: Iterable[str],
    *,
    staff_only: bool = False,
    with_disabled: bool = False,
) -> Sources:
    """What the meetings of these sections rest on; `staff_only` leaves out students, credentials and briefs.

    `with_disabled`: also with people who are disabled now.
    """
    sections = sorted(set(section_ids))
    zone = select(t.programs.c.time_zone).where(t.programs.c.id == program_id)
    seen = select(t.sections).where(t.sections.c.id.in_(sections), t.sections.c.video_url.is_not(None))
    of_sections = t.section_sites.c.section_id.in_(sections)
    at_sites = select(t.section_sites.c.site_id).where(of_sections)
    enabled = true() if with_disabled else t.people.c.disabled_at.is_(None)
    taught = select(t.section_teachers).join(t.people).where(enabled)
    supervising = select(t.grants).join(t.people).where(enabled, t.grants.c.role == "supervisor")
    teachers = await _by(connection, "section_id", taught.where(t.section_teachers.c.section_id.in_(sections)))
    supervisors = await _by(connection, "site_id", supervising.where(t.grants.c.site_id.in_(at_sites)))
    standing_in = select(t.substitutes).join(t.people).where(enabled, t.substitutes.c.is_withdrawn.is_(False))
    substitutes = await _by(connection, "section_id", standing_in.where(t.substitutes.c.section_id.in_(sections)))
    students = select(t.enrolments.c.student_id)
    staff = [*_people(teachers), *_people(supervisors), *_people(substitutes)]
    here = t.enrolments.c.section_id.in_(sections)
    briefs: dict[str, int] = {}
    wanted: dict[str, dict[str, Rows]] = {
        "enrolments": {},
        "accommodations": {},
        "licences": {},
        "clearances": {},
    }
    if not staff_only:
        coded = select(t.accommodations).where(t.accommodations.c.student_id.in_(students.where(here)))
        held = select(t.licences).where(t.licences.c.person_id.in_(staff))
        cleared = select(t.clearances).where(t.clearances.c.person_id.in_(staff))
        wanted = {
            "enrolments": await _by(connection, "section_id", select(t.enrolments).where(here)),
            "accommodations": await _by(connection, "student_id", coded),
            "licences": await _by(connection, "person_id", held),
            "clearances": await _by(connection, "person_id", cleared),
        }
        written = select(t.lesson_briefs.c.meeting_id, t.lesson_briefs.c.version).join(t.meetings)
        of_meetings = await connection.execute(written.where(t.meetings.c.section_id.in_(sections)))
        briefs = {row.meeting_id: row.version for row in of_meetings}
    return Sources(
        program_zone=(await connection.execute(zone)).scalar_one(),
        videos={row.id: VideoLink(row.video_url, row.video_provider) for row in await connection.execute(seen)},
        teachers=teachers,
        sites=await _by(connection, "section_id", select(t.section_sites).where(of_sections)),
        supervisors=supervisors,
        substitutes=substitutes,
        calendars=await read_calendars(connection, program_id, at_sites),
        briefs=briefs,
        **wanted,
    )


async def _by(connection: AsyncConnection, key: str, query: Select[Any]) -> dict[str, Rows]:
    grouped: dict[str, Rows] = {}
    for row in await connection.execute(query):
        grouped.setdefault(row._mapping[key], []).append(row)
    return grouped


def _people(rows: dict[str, Rows]) -> set[str]:
    return {row.person_id for group in rows.values() for row in group}


def facts_of(meeting: Row[Any], sources: Sources) -> EnterFacts:
    """What the meeting rests on. Each room goes by its site's own date at the start, the teacher by the program's."""
    section, today = meeting.section_id, local_date(meeting.starts_at, sources.program_zone)
    here = {row.site_id for row in sources.sites.get(section, [])}
    dates = {site: local_date(meeting.starts_at, sources.calendars.sites[site].zone) for site in here}
    rooms = {
        row.site_id: _room(meeting, row, dates[row.site_id], sources)
        for row in sources.sites.get(section, [])
        if is_in_force(row, dates[row.site_id])
    }
    teacher_ids = _ids("person_id", sources.teachers.get(section, []), today)
    teacher_ids = tuple(sorted({*teacher_ids, *_substitutes(meeting, "teacher", None, today, sources)}))
    adults = {*teacher_ids, *(person for room in rooms.values() for person in room.supervisor_ids)}
    return EnterFacts(
        section_id=section,
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        teacher_ids=teacher_ids,
        video=_video_of(meeting) or sources.videos.get(section),
        rooms=tuple(rooms[site] for site in sorted(rooms)),
        staff=tuple(_credentials(person, sources) for person in sorted(adults)),
        accommodations=tuple(
            AccommodationFacts(student_id=student, codes=codes)
            for room in rooms.values()
            for student in room.student_ids
            if (codes := _ids("code", sources.accommodations.get(student, []), dates[room.site_id]))
        ),
        cancelled=meeting.cancel_reason,
        brief_version=sources.briefs.get(meeting.id, 0),
    )


def _room(meeting: Row[Any], part: Row[Any], day: str, sources: Sources) -> RoomFacts:
    site_id, calendar = part.site_id, sources.calendars.sites[part.site_id]
    enrolled = (e for e in sources.enrolments.get(meeting.section_id, []) if e.site_id == site_id)
    supervisor_ids = _ids("person_id", sources.supervisors.get(site_id, []), day)
    # Who has the role at the site needs nothing else to stand there.
    standing_in = _substitutes(meeting, "supervisor", site_id, day, sources) - {*supervisor_ids}
    times = room_times(
        meeting.starts_at,
        meeting.ends_at,
        calendar,
        joins_after=part.joins_after,
        leaves_before=part.leaves_before,
    )
    return RoomFacts(
        site_id=site_id,
        student_ids=_ids("student_id", enrolled, day),
        supervisor_ids=tuple(sorted({*supervisor_ids, *standing_in})),
        due_by=next_school_day_ends(date.fromisoformat(day), calendar, sources.calendars.holidays),
        joins_at=times.joins_at,
        leaves_at=times.leaves_at,
        away=times.away,
        substitute_ids=tuple(sorted(standing_in)),
    )


def _substitutes(meeting: Row[Any], role: str, site_id: str | None, day: str, sources: Sources) -> set[str]:
    """Who stands in on that day, or for this very meeting, wherever it was moved."""
    return {
        row.person_id
        for row in sources.substitutes.get(meeting.section_id, [])
        if (row.role, row.site_id) == (role, site_id)
        and (row.meeting_id == meeting.id if row.meeting_id is not None else is_in_force(row, day))
    }


def _video_of(meeting: Row[Any]) -> VideoLink | None:
    return VideoLink(meeting.video_url, meeting.video_provider) if meeting.video_url is not None else None


def _ids(column: str, rows: Iterable[Row[Any]], date: str) -> tuple[str, ...]:
    return tuple(sorted({row._mapping[column] for row in rows if is_in_force(row, date)}))


def _credentials(person: str, sources: Sources) -> StaffFacts:
    licences = {
        Licence(row.state, row.endorsement, row.valid_from, row.valid_to) for row in sources.licences.get(person, [])
    }
    clearance = next(iter(sources.clearances.get(person, [])), None)
    return StaffFacts(
        person_id=person,
        licences=tuple(
            sorted(licences, key=lambda one: (one.valid_from, one.state, one.endorsement, one.valid_to or ""))
        ),
        clearance=clearance and Clearance(clearance.status, clearance.expires_on),
    )
