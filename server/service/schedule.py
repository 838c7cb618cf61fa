"""Who has which class when: a person's days, each room by its own clock, what overlaps, and what changed of the plan.

A supervisor lives by their school's clock; anybody else by the clock that their browser names, or by the program's.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor, Permission, Role
from ..domain.calendar import Booked, conflicts, local_text, start_of_day
from ..domain.messages import Refused
from ..storage import directory_tables as t
from ..storage import schedule as rows
from ..storage.engine import Database
from .clock import Clock
from .rosters import Taken, concerning, full_name, parts_of

Shown: TypeAlias = dict[str, Any]
MAX_DAYS = 42
MAX_MEETINGS = 500
"""How many meetings one answer holds; `is_cut` says that there are more."""
OPEN = ("scheduled", "lobby", "live")


class Schedule:
    """The plan as each person has it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def days(self, actor: Actor, first: date, days: int, browser_zone: str | None = None) -> Shown:
        """The person's days from `first` on, as docs/protocol.md §4 has it; `days` from 1 to `MAX_DAYS`."""
        if not 1 <= days <= MAX_DAYS:
            raise Refused("out_of_range", f"must be from 1 to {MAX_DAYS}", "days")
        async with self._database.reading() as connection:
            zone, zone_from = await _zone(connection, actor, browser_zone)
            try:
                since, until = start_of_day(first, zone), start_of_day(first + timedelta(days=days), zone)
            except OverflowError:
                raise Refused("out_of_range", "the calendar ends before that", "from") from None
            taken = await _taken(connection, actor, since, until, MAX_MEETINGS + 1)
            is_cut, taken = len(taken) > MAX_MEETINGS, taken[:MAX_MEETINGS]
            sites = await _sites(connection, actor, taken)
            zones = {site.id: site.time_zone for site in sites}
            people = await _names(connection, taken)
            substitutes = await _standing_in(connection, taken)
            span = (first.isoformat(), (first + timedelta(days=days - 1)).isoformat())
            return {
                "zone": zone,
                "zone_from": zone_from,
                "from": first.isoformat(),
                "days": days,
                "meetings": [_shown(one, zone, zones, people, substitutes) for one in taken],
                "is_cut": is_cut,
                "sites": [{"site_id": site.id, "name": site.name, "time_zone": site.time_zone} for site in sites],
                "away": await _away(connection, actor.program_id, [site.id for site in sites], *span),
                "conflicts": [_conflict(one, people) for one in conflicts(booked(taken))],
                "notices": await self._notices(connection, actor, zone),
            }

    async def around(self, actor: Actor, at: int, past_ms: int, ahead_ms: int, limit: int) -> list[Taken]:
        """The person's meetings from so long before the moment `at` (milliseconds, UTC) to so long after it, by start.

        Of more than `limit` the past is left out first, the oldest before the newer, then the farthest to come.
        """
        async with self._database.reading() as connection:
            coming = await _taken(connection, actor, at, at + ahead_ms, limit)
            past = await _past(connection, actor, at - past_ms, at, limit - len(coming))
            return sorted(past + coming, key=lambda one: (one.meeting.starts_at, one.meeting.id))

    async def acknowledge(self, actor: Actor, notice_id: str) -> None:
        """The person has read the notice; it is not shown to them again. `not_found`: it is none of theirs."""

        async def write(connection: AsyncConnection) -> None:
            notice = await rows.read_notice(connection, actor.program_id, notice_id)
            if notice is None or not await _is_part_of(connection, actor, [notice.meeting_id]):
                raise Refused("not_found", "there is no such notice, or it is not yours")
            await rows.write_receipt(connection, notice_id, actor.person_id, self._clock.now())

        await self._database.write(write)

    async def _notices(self, connection: AsyncConnection, actor: Actor, zone: str) -> list[Shown]:
        found = await rows.read_notices(connection, actor.program_id, actor.person_id, self._clock.now())
        mine = await _is_part_of(connection, actor, {one.meeting_id for one in found})
        return [_notice(one, mine[one.meeting_id], zone) for one in found if one.meeting_id in mine]


def booked(taken: Iterable[Taken]) -> list[Booked]:
    """What the meetings take up that are to be held."""
    return [
        Booked(
            meeting_id=one.meeting.id,
            section_id=one.meeting.section_id,
            starts_at=one.meeting.starts_at,
            ends_at=one.meeting.ends_at,
            teacher_ids=frozenset(one.facts.teacher_ids),
            rooms={
                room.site_id: (room.joins_at or one.meeting.starts_at, room.leaves_at or one.meeting.ends_at)
                for room in one.facts.rooms
                if room.away is None
            },
            supervisor_ids={room.site_id: frozenset(room.supervisor_ids) for room in one.facts.rooms},
        )
        for one in taken
        if one.meeting.status in OPEN
    ]


# ── What is read ──────────────────────────────────────────────────────────────────────────────────────────────────


async def _taken(connection: AsyncConnection, actor: Actor, since: int, until: int, limit: int) -> list[Taken]:
    if not actor.may(Permission.WATCH_MEETING):
        return []
    query = concerning(actor).where(t.meetings.c.ends_at > since, t.meetings.c.starts_at < until)
    return await _first(connection, actor, query, limit)


async def _past(connection: AsyncConnection, actor: Actor, since: int, until: int, limit: int) -> list[Taken]:
    """Those that ended in that time: the last ones of them."""
    if limit <= 0 or not actor.may(Permission.WATCH_MEETING):
        return []
    query = concerning(actor).where(t.meetings.c.ends_at > since, t.meetings.c.ends_at <= until).order_by(None)
    newest_first = query.order_by(t.meetings.c.starts_at.desc(), t.meetings.c.id.desc())
    return await _first(connection, actor, newest_first, limit)


async def _first(connection: AsyncConnection, actor: Actor, query: Select[Any], limit: int) -> list[Taken]:
    # The rows say on which days one may have a part; so twice as many are looked at as are wanted.
    meetings = list(await connection.execute(query.limit(2 * limit)))
    return (await parts_of(connection, actor, meetings))[:limit]


async def _is_part_of(connection: AsyncConnection, actor: Actor, meeting_ids: Iterable[str]) -> dict[str, Row[Any]]:
    """Those of the meetings in which the actor has a part, by id."""
    query = concerning(actor).where(t.meetings.c.id.in_(list(meeting_ids)))
    taken = await parts_of(connection, actor, list(await connection.execute(query)))
    return {one.meeting.id: one.meeting for one in taken}


async def _zone(connection: AsyncConnection, actor: Actor, browser_zone: str | None) -> tuple[str, str]:
    at = {grant.site_id for grant in actor.grants if grant.role is Role.SUPERVISOR and grant.site_id is not None}
    sites = await connection.execute(select(t.sites.c.time_zone).where(t.sites.c.id.in_(at)).distinct())
    zones = [zone for (zone,) in sites]
    if len(zones) == 1:
        return zones[0], "site"
    if browser_zone is not None:
        return browser_zone, "browser"
    program = select(t.programs.c.time_zone).where(t.programs.c.id == actor.program_id)
    return (await connection.execute(program)).scalar_one(), "program"


async def _sites(connection: AsyncConnection, actor: Actor, taken: Sequence[Taken]) -> list[Row[Any]]:
    """The sites of the shown meetings, the person's own, and to the coordinator all."""
    query = select(t.sites).where(t.sites.c.program_id == actor.program_id).order_by(t.sites.c.name, t.sites.c.id)
    if not actor.has_role(Role.COORDINATOR):
        mine = {grant.site_id for grant in actor.grants if grant.site_id is not None}
        query = query.where(t.sites.c.id.in_(mine | {room.site_id for one in taken for room in one.facts.rooms}))
    return list(await connection.execute(query))


async def _names(connection: AsyncConnection, taken: Sequence[Taken]) -> dict[str, str]:
    """Adults are named to everybody in their meeting."""
    ids = {person for one in taken for room in one.facts.rooms for person in room.supervisor_ids}
    ids |= {person for one in taken for person in one.facts.teacher_ids}
    found = await connection.execute(select(t.people).where(t.people.c.id.in_(ids)))
    return {row.id: full_name(row) for row in found}


async def _standing_in(connection: AsyncConnection, taken: Sequence[Taken]) -> set[tuple[str, str]]:
    """(section, person) of those who stand in for a teacher, and are not teachers of record there."""
    sections = {one.meeting.section_id for one in taken}
    s, r = t.substitutes, t.section_teachers
    teaching = select(r.c.section_id, r.c.person_id).where(r.c.section_id.in_(sections))
    of_record = {(row.section_id, row.person_id) for row in await connection.execute(teaching)}
    query = select(s.c.section_id, s.c.person_id).where(s.c.section_id.in_(sections), s.c.role == "teacher")
    return {(row.section_id, row.person_id) for row in await connection.execute(query)} - of_record


async def _away(
    connection: AsyncConnection, program_id: str, site_ids: Sequence[str], first: str, last: str
) -> list[Shown]:
    """Holidays, closures and early dismissals in the days from `first` to `last`, by their first day."""

    def within(table: Any) -> Any:
        later = or_(table.c.ends_on.is_(None), table.c.ends_on >= first)
        return (table.c.is_withdrawn.is_(False), table.c.begins_on <= last, later)

    d = t.early_dismissals
    holidays = select(t.holidays).where(t.holidays.c.program_id == program_id, *within(t.holidays))
    closures = select(t.closures).where(t.closures.c.site_id.in_(site_ids), *within(t.closures))
    dismissals = select(d).where(
        d.c.site_id.in_(site_ids), d.c.is_withdrawn.is_(False), d.c.day >= first, d.c.day <= last
    )
    shown = [
        _absence("holiday", None, r.begins_on, r.ends_on, title=r.title) for r in await connection.execute(holidays)
    ]
    shown += [
        _absence("closure", r.site_id, r.begins_on, r.ends_on, reason=r.reason)
        for r in await connection.execute(closures)
    ]
    shown += [
        _absence("early_dismissal", r.site_id, r.day, r.day, local_time=r.local_time)
        for r in await connection.execute(dismissals)
    ]
    return sorted(shown, key=lambda one: (one["begins_on"], one["kind"], one["site_id"] or ""))


# ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────────


def _absence(kind: str, site_id: str | None, begins_on: str, ends_on: str | None, **more: str) -> Shown:
    plain = {"title": None, "reason": None, "local_time": None}
    return {"kind": kind, "site_id": site_id, "begins_on": begins_on, "ends_on": ends_on} | plain | more


def _shown(
    one: Taken, zone: str, zones: dict[str, str], people: dict[str, str], substitutes: set[tuple[str, str]]
) -> Shown:
    meeting, facts, audience = one
    was = meeting.moved_from_starts_at
    return {
        "id": meeting.id,
        "title": meeting.title,
        "section_id": meeting.section_id,
        "section_title": meeting.section_title,
        "status": meeting.status,
        "part": audience.part,
        "version": meeting.version,
        "starts_at": meeting.starts_at,
        "ends_at": meeting.ends_at,
        "local_starts": local_text(meeting.starts_at, zone),
        "local_ends": local_text(meeting.ends_at, zone),
        "cancel_reason": meeting.cancel_reason if meeting.status == "cancelled" else None,
        "moved_from": None
        if was is None
        else {
            "starts_at": was,
            "ends_at": meeting.moved_from_ends_at,
            "local_starts": local_text(was, zone),
            "local_ends": local_text(meeting.moved_from_ends_at, zone),
        },
        "teachers": [
            _adult(person, people, is_substitute=(meeting.section_id, person) in substitutes)
            for person in facts.teacher_ids
        ],
        "rooms": [_room(room, zones[room.site_id], meeting, one, people) for room in facts.rooms],
    }


def _room(room: Any, zone: str, meeting: Any, one: Taken, people: dict[str, str]) -> Shown:
    joins_at, leaves_at = room.joins_at or meeting.starts_at, room.leaves_at or meeting.ends_at
    return {
        "site_id": room.site_id,
        "is_mine": room.site_id in one.audience.site_ids,
        "joins_at": joins_at,
        "leaves_at": leaves_at,
        "local_joins": local_text(joins_at, zone),
        "local_leaves": local_text(leaves_at, zone),
        "away": room.away,
        "supervisors": [
            _adult(person, people, is_substitute=person in room.substitute_ids) for person in room.supervisor_ids
        ],
    }


def _adult(person_id: str, people: dict[str, str], *, is_substitute: bool) -> Shown:
    return {"person_id": person_id, "name": people.get(person_id, ""), "is_substitute": is_substitute}


def _conflict(one: Any, people: dict[str, str]) -> Shown:
    name = people.get(one.id) if one.kind in {"teacher", "supervisor"} else None
    return {"kind": one.kind, "id": one.id, "name": name, "meeting_ids": list(one.meeting_ids)}


def _notice(one: Any, meeting: Any, zone: str) -> Shown:
    return {
        "id": one.id,
        "meeting_id": one.meeting_id,
        "title": meeting.title,
        "section_title": meeting.section_title,
        "change": one.change,
        "reason": one.reason,
        "at": one.at,
        "by_role": one.by_role,
        "was": {
            "starts_at": one.was_starts_at,
            "ends_at": one.was_ends_at,
            "local_starts": local_text(one.was_starts_at, zone),
            "local_ends": local_text(one.was_ends_at, zone),
        },
        "now": {
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "local_starts": local_text(one.starts_at, zone),
            "local_ends": local_text(one.ends_at, zone),
        },
    }
