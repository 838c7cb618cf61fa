"""Longroom's database for a measurement: a program with the meetings, all of them live, everybody signed in.

The rows go in by bulk insert, as thousands of directory edits would take minutes; what a measurement rests on, the
streams, is made by the services that always make it.
"""

import asyncio
import hashlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from server.domain.actors import Actor, Grant, Role
from server.service.clock import SystemClock
from server.service.directory import Directory
from server.service.live import Live
from server.storage import directory_tables as t
from server.storage.engine import Database
from server.storage.migrate import upgrade
from server.storage.tables import metadata

from .program import Meeting, Person

PROGRAM = "bench"
BEGINS_ON = "2020-01-01"
HOUR_MS = 3_600_000

Rows = list[tuple[Table, dict[str, Any]]]


def seed(meetings: list[Meeting], file: Path, coordinator: Person | None = None, questions: int = 0) -> str:
    """Make the SQLite database; its URL. `coordinator` is signed in too; each room has asked so many questions."""
    url = f"sqlite:///{file}"
    upgrade(url)
    asyncio.run(_seed(meetings, url, coordinator, questions))
    return url


async def _seed(meetings: list[Meeting], url: str, coordinator: Person | None, questions: int) -> None:
    database, clock = Database(url), SystemClock()
    live = Live(database, clock)
    await live.start()
    try:
        rows = _rows(meetings) + (_person_rows(coordinator, "coordinator", None) if coordinator else [])
        await database.write(lambda connection: _insert(connection, rows))
        await Directory(database, clock, live).reenter_all()
        await asyncio.gather(*(_start(live, meeting) for meeting in meetings))
        await asyncio.gather(*(_ask(live, meeting, questions, clock.now()) for meeting in meetings))
    finally:
        await live.close()
        await database.close()


async def _start(live: Live, meeting: Meeting) -> None:
    teacher = Actor(meeting.teacher.person_id, PROGRAM, frozenset({Grant(Role.TEACHER)}))
    for room in meeting.rooms:
        supervisor = Actor(room.supervisor.person_id, PROGRAM, frozenset({Grant(Role.SUPERVISOR, room.site_id)}))
        await live.run_command(supervisor, meeting.stream, str(uuid7()), "duty.sign_on", {"site_id": room.site_id})
    await live.run_command(teacher, meeting.stream, str(uuid7()), "meeting.start", {})


async def _ask(live: Live, meeting: Meeting, questions: int, now: int) -> None:
    for room in meeting.rooms:
        supervisor = Actor(room.supervisor.person_id, PROGRAM, frozenset({Grant(Role.SUPERVISOR, room.site_id)}))
        for _ in range(questions):
            asked = {"question_id": str(uuid7()), "site_id": room.site_id, "text": "why is it so?", "asked_at": now}
            await live.run_command(supervisor, meeting.stream, str(uuid7()), "question.relay", asked)


async def _insert(connection: AsyncConnection, rows: Rows) -> None:
    by_table: dict[Table, list[dict[str, Any]]] = {}
    for table, row in rows:
        by_table.setdefault(table, []).append(row)
    for table in metadata.sorted_tables:
        if table in by_table:
            await connection.execute(table.insert(), by_table[table])


def _rows(meetings: Iterable[Meeting]) -> Rows:
    rows: Rows = [
        (t.programs, _row(PROGRAM, name="A consortium", time_zone="America/Denver")),
        (t.courses, _row("course", title="Physics", local_code="P1", sced_code="03151G1.0011")),
        (t.terms, _row("term", title="The year", begins_on=BEGINS_ON)),
    ]
    for number, meeting in enumerate(meetings):
        rows += _meeting_rows(number, meeting)
    return rows


def _meeting_rows(number: int, meeting: Meeting) -> Rows:
    now = time.time_ns() // 1_000_000
    section = str(uuid7())
    rows = _person_rows(meeting.teacher, "teacher", None)
    rows += [
        (t.sections, _row(section, course_id="course", term_id="term", title=f"Physics {number}")),
        (t.section_teachers, _dated(section_id=section, person_id=meeting.teacher.person_id)),
    ]
    for room in meeting.rooms:
        site = room.site_id
        rows.append((t.sites, _row(site, name="A school", time_zone="America/Denver", jurisdiction="US-MT")))
        rows += _person_rows(room.supervisor, "supervisor", site)
        rows.append((t.section_sites, _dated(section_id=section, site_id=site)))
        for student in room.student_ids:
            name = {"given_name": "A", "family_name": "Student", "state_id": student, "grade_level": "11"}
            rows.append((t.students, _row(student, **name)))
            rows.append((t.enrolments, _dated(section_id=section, student_id=student, site_id=site)))
    times = {"starts_at": now - HOUR_MS, "ends_at": now + 12 * HOUR_MS}
    rows.append((t.meetings, _row(meeting.meeting_id, section_id=section, title="Today", **times)))
    return rows


def _person_rows(person: Person, role: str, site_id: str | None) -> Rows:
    now, person_id = time.time_ns() // 1_000_000, person.person_id
    session = {
        "id": str(uuid7()),
        "token_hash": hashlib.sha256(person.token.encode()).digest(),
        "person_id": person_id,
        "kind": "demo",  # the only kind that does not end after half an hour without use
        "created_at": now,
        "last_seen_at": now,
        "expires_at": now + 8 * HOUR_MS,
    }
    return [
        (t.people, _row(person_id, given_name="A", family_name="Person", email=f"{person_id}@school.example")),
        (t.grants, _dated(person_id=person_id, role=role, site_id=site_id)),
        (t.sessions, session),
    ]


def _row(id: str, **values: Any) -> dict[str, Any]:
    return {"id": id, "program_id": PROGRAM, "version": 1, **values}


def _dated(**values: Any) -> dict[str, Any]:
    return _row(str(uuid7()), begins_on=BEGINS_ON, **values)
