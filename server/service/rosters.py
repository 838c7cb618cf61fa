"""Names, scoped: who is in a meeting, and which meetings a person has a part in. Nothing else gives out names."""

import asyncio
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor, Permission, Role
from ..domain.meeting import Meeting
from ..domain.meeting.facts import EnterFacts
from ..domain.meeting.state import Room
from ..domain.messages import Refused
from ..domain.views import Audience, audience_of
from ..storage import directory_tables as t
from ..storage import rosters
from ..storage.engine import Database
from ..storage.event_log import read_heads
from ..storage.tables import streams

Shown: TypeAlias = dict[str, Any]
MAX_MEETINGS = 200
"""How many meetings one list may hold."""
DUE_BEFORE_END_MS = 2 * 86_400_000
"""Something may be due in mid-class, and a class may be begun, and be over, a day before its time."""


class Owing(NamedTuple):
    """A meeting that is over and owes somebody something, the first of it at `due_at` (milliseconds, UTC)."""

    id: str
    title: str
    section_title: str
    due_at: int
    seq: int
    """The head of its stream."""


class Rosters:
    """Names out of the directory, for those who have a part in what they belong to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def roster(self, actor: Actor, meeting_id: str) -> Shown:
        """`{sites, people, students}` of the meeting, as docs/protocol.md §4 has it.

        Sites and adults are named to everybody in the meeting; students to its teacher, to the coordinator, and each
        site's own to its supervisors. `Refused("not_found")` for anybody else.
        """
        async with self._database.reading() as connection:
            found = await rosters.read_meetings(connection, [meeting_id])
            if not found or found[0].program_id != actor.program_id or not actor.may(Permission.READ_ROSTER):
                raise _not_found()
            [meeting] = found
            sources = await rosters.read_sources(connection, actor.program_id, [meeting.section_id])
            facts = rosters.facts_of(meeting, sources)
            heads = await read_heads(connection, [f"meeting:{meeting_id}"])
            audience = _audience(actor, facts, heads[0].status if heads else "scheduled")
            if audience is None:
                raise _not_found()
            return {
                "sites": await _sites(connection, [room.site_id for room in facts.rooms], audience),
                "people": await _people(connection, facts),
                "students": await _students(connection, facts, audience),
            }

    async def site_names(self, site_ids: Iterable[str]) -> dict[str, str]:
        """What these sites are called. A site's name is nobody's secret."""
        async with self._database.reading() as connection:
            named = select(t.sites.c.id, t.sites.c.name).where(t.sites.c.id.in_(list(site_ids)))
            return {row.id: row.name for row in await connection.execute(named)}

    async def meetings_of(
        self,
        actor: Actor,
        *,
        since: int | None = None,
        until: int | None = None,
        after: str | None = None,
        limit: int = MAX_MEETINGS,
    ) -> list[Shown]:
        """The meetings in which the actor has a part, by start: `{id, stream, title, section_title, status, starts_at,
        ends_at, part, site_ids, summary}`; at most `limit`, behind the meeting `after`.

        `site_ids` are the rooms that the part reaches: a supervisor's own, all for others. `since` and `until`
        (milliseconds, UTC) bound the meetings' times, where given.
        """
        if not actor.may(Permission.WATCH_MEETING):
            return []
        query = _within(concerning(actor), since, until)
        shown: list[Shown] = []
        async with self._database.reading() as connection:
            # What the rows say of a part holds on some day; whether on the meeting's own is computed from its facts.
            while len(shown) < limit:
                wanted = limit - len(shown)
                page = query if after is None else query.where(_behind(after))
                meetings = list(await connection.execute(page.limit(wanted)))
                shown += await _with_a_part(connection, actor, meetings)
                if len(meetings) < wanted:
                    break
                after = meetings[-1].id
        return shown

    async def owing(self, actor: Actor, since: int, after: Owing | None, limit: int) -> list[Owing]:
        """The meetings that are over, owe somebody something and may be the actor's, by when the first of it is due.

        Those that ended at or after `since` (milliseconds, UTC); at most `limit`, behind `after`.
        """
        if not actor.may(Permission.WATCH_MEETING):
            return []
        due_at, id = streams.c.owed_due_at, t.meetings.c.id
        # The meeting by its stream's id: then the few that owe something lead, and not all of the program's meetings.
        query = concerning(actor).where(id == func.substr(streams.c.stream_id, len("meeting:") + 1))
        query = query.where(streams.c.program_id == actor.program_id, t.meetings.c.ends_at >= since)
        # Nothing is due long before its class: older ones need not be looked at, however many there are.
        query = query.where(due_at.is_not(None), due_at >= since - DUE_BEFORE_END_MS)
        if after is not None:
            query = query.where(or_(due_at > after.due_at, and_(due_at == after.due_at, id > after.id)))
        query = query.with_only_columns(
            id, t.meetings.c.title, t.sections.c.title.label("section_title"), due_at, streams.c.seq
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(None).order_by(due_at, id).limit(limit))
            return [Owing(*row) for row in rows]


_BY_START = (t.meetings.c.starts_at, t.meetings.c.id)


def concerning(actor: Actor) -> Select[Any]:
    """The program's meetings in which the actor may have a part, by start."""
    query = (
        select(t.meetings, t.sections.c.title.label("section_title"), streams.c.status, streams.c.summary)
        .join(t.sections, t.meetings.c.section_id == t.sections.c.id)
        .join(streams, streams.c.stream_id == "meeting:" + t.meetings.c.id)
        .where(t.meetings.c.program_id == actor.program_id)
        .order_by(*_BY_START)
    )
    if actor.has_role(Role.COORDINATOR):
        return query
    me = actor.person_id
    taught = select(t.section_teachers.c.section_id).where(t.section_teachers.c.person_id == me)
    # Who stands in: for a meeting, or for some days of its section.
    stood_in = select(t.substitutes.c.section_id).where(t.substitutes.c.person_id == me)
    sites = select(t.grants.c.site_id).where(t.grants.c.person_id == me, t.grants.c.role == Role.SUPERVISOR.value)
    attended = select(t.section_sites.c.section_id).where(t.section_sites.c.site_id.in_(sites))
    section = t.meetings.c.section_id
    return query.where(or_(section.in_(taught), section.in_(attended), section.in_(stood_in)))


def _within(query: Select[Any], since: int | None, until: int | None) -> Select[Any]:
    if since is not None:
        query = query.where(t.meetings.c.ends_at >= since)
    return query if until is None else query.where(t.meetings.c.starts_at <= until)


def _behind(meeting_id: str) -> ColumnElement[bool]:
    """Whether a meeting comes behind this one; behind one that is not there comes nothing."""
    last = t.meetings.alias()
    starts_at = select(last.c.starts_at).where(last.c.id == meeting_id).scalar_subquery()
    same = and_(t.meetings.c.starts_at == starts_at, t.meetings.c.id > meeting_id)
    return or_(t.meetings.c.starts_at > starts_at, same)


async def _with_a_part(connection: AsyncConnection, actor: Actor, meetings: list[Any]) -> list[Shown]:
    parts = await parts_of(connection, actor, meetings)
    return [_listed(one.meeting, one.facts, one.audience) for one in parts]


class Taken(NamedTuple):
    """A meeting in which somebody has a part, with what it rests on."""

    meeting: Any
    facts: EnterFacts
    audience: Audience


async def parts_of(connection: AsyncConnection, actor: Actor, meetings: list[Any]) -> list[Taken]:
    """Those of the meetings, with their streams' `status`, in which the actor has a part, in the same order."""
    sections = {meeting.section_id for meeting in meetings}
    sources = await rosters.read_sources(connection, actor.program_id, sections, staff_only=True)
    found = []
    for number, meeting in enumerate(meetings):
        if number % 20 == 19:
            await asyncio.sleep(0)  # Others have their turn in between.
        facts = rosters.facts_of(meeting, sources)
        audience = _audience(actor, facts, meeting.status)
        if audience is not None:
            found.append(Taken(meeting, facts, audience))
    return found


def _audience(actor: Actor, facts: EnterFacts, status: Any) -> Audience | None:
    """The actor's part in a meeting that rests on these facts, by the rule that the live record itself goes by."""
    rooms = {
        one.site_id: Room(
            one.site_id,
            frozenset(one.student_ids),
            frozenset(one.supervisor_ids),
            substitute_ids=frozenset(one.substitute_ids),
        )
        for one in facts.rooms
    }
    state = Meeting(
        program_id=actor.program_id,
        section_id=facts.section_id,
        status=status,
        teacher_ids=frozenset(facts.teacher_ids),
        rooms=rooms,
    )
    return audience_of(state, actor)


def _listed(meeting: Any, facts: EnterFacts, audience: Audience) -> Shown:
    every = [room.site_id for room in facts.rooms]
    return {
        "id": meeting.id,
        "stream": f"meeting:{meeting.id}",
        "title": meeting.title,
        "section_title": meeting.section_title,
        "status": meeting.status,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "part": audience.part,
        "site_ids": list(audience.site_ids) if audience.part == "supervisor" else every,
        # Who is on duty is the class's own to show.
        "summary": {key: value for key, value in meeting.summary.items() if key != "on_duty"},
    }


async def _sites(connection: AsyncConnection, site_ids: Iterable[str], audience: Audience) -> list[Shown]:
    """Each with the phone of its room: to whoever leads or watches the class, and to the room itself."""
    query = select(t.sites).where(t.sites.c.id.in_(list(site_ids))).order_by(t.sites.c.name, t.sites.c.id)
    return [
        {
            "site_id": row.id,
            "name": row.name,
            "time_zone": row.time_zone,
            "phone": row.phone if audience.part != "supervisor" or row.id in audience.site_ids else None,
        }
        for row in await connection.execute(query)
    ]


async def _people(connection: AsyncConnection, facts: EnterFacts) -> list[Shown]:
    """The meeting's adults, also those of other days: who relayed or answered keeps their name in the record."""
    here = [room.site_id for room in facts.rooms]
    supervising = select(t.grants.c.person_id).where(t.grants.c.role == "supervisor", t.grants.c.site_id.in_(here))
    teaching = select(t.section_teachers.c.person_id).where(t.section_teachers.c.section_id == facts.section_id)
    teachers = set((await connection.execute(teaching)).scalars()) | set(facts.teacher_ids)
    standing_in = [*facts.teacher_ids, *(person for room in facts.rooms for person in room.substitute_ids)]
    involved = or_(t.people.c.id.in_(supervising), t.people.c.id.in_(teaching), t.people.c.id.in_(standing_in))
    query = select(t.people).where(involved).order_by(t.people.c.family_name, t.people.c.id)
    return [
        {"person_id": row.id, "name": full_name(row), "role": "teacher" if row.id in teachers else "supervisor"}
        for row in await connection.execute(query)
    ]


async def _students(connection: AsyncConnection, facts: EnterFacts, audience: Audience) -> list[Shown]:
    named = [room for room in facts.rooms if audience.part != "supervisor" or room.site_id in audience.site_ids]
    site_of = {student: room.site_id for room in named for student in room.student_ids}
    codes = {one.student_id: list(one.codes) for one in facts.accommodations}
    query = select(t.students).where(t.students.c.id.in_(sorted(site_of)))
    query = query.order_by(t.students.c.given_name, t.students.c.family_name, t.students.c.id)
    return [
        {
            "student_id": row.id,
            "site_id": site_of[row.id],
            "name": full_name(row),
            "initials": f"{row.given_name[0]}. {row.family_name[0]}.",
            "grade_level": row.grade_level,
            "accommodations": codes.get(row.id, []),
        }
        for row in await connection.execute(query)
    ]


def full_name(row: Any) -> str:
    """A person's or student's name, as it is said."""
    return f"{row.given_name} {row.family_name}"


def _not_found() -> Refused:
    return Refused("not_found", "there is no such meeting, or you have no part in it")
