"""A person's calendar under an address of its own: a secret that they make, copy into another program, and revoke.

The address's token exists only where it was copied to; here lies its SHA-256. Whoever holds it reads that person's
meetings as they are today, and nothing else: no student, no adult's name, no way in.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import select
from uuid_utils import uuid7

from ..domain.actors import Actor
from ..domain.messages import Refused
from ..exchange.icalendar import Entry, calendar_of
from ..storage import accounts
from ..storage import directory_tables as t
from ..storage import schedule as rows
from ..storage.engine import Database
from .clock import Clock
from .rosters import Taken
from .schedule import Schedule

Shown: TypeAlias = dict[str, Any]
MAX_FEEDS = 10
PAST_MS, AHEAD_MS = 30 * 86_400_000, 180 * 86_400_000
MAX_ENTRIES = 1_000
"""What is over is left out first: a calendar is for what is to come."""
_AWAY = {
    "closed": "Your school is closed that day.",
    "dismissed": "Your school lets out before.",
    "bells": "Your bells leave no time for it.",
}


class NewFeed(NamedTuple):
    """An address that was just made: its token is shown this once."""

    id: str
    created_at: int
    token: str


class Feeds:
    """The calendars' addresses of all people."""

    def __init__(self, database: Database, schedule: Schedule, clock: Clock) -> None:
        self._database = database
        self._schedule = schedule
        self._clock = clock

    async def list(self, person_id: str) -> list[Shown]:
        """`[{id, created_at}]`: the person's addresses that are in use, without their secrets."""
        async with self._database.reading() as connection:
            return [
                {"id": row.id, "created_at": row.created_at} for row in await rows.read_feeds(connection, person_id)
            ]

    async def create(self, person_id: str) -> NewFeed:
        """A new address; `Refused("wrong_state")` where the person has `MAX_FEEDS` of them."""
        made = NewFeed(str(uuid7()), self._clock.now(), secrets.token_urlsafe(32))
        row = {"id": made.id, "person_id": person_id, "created_at": made.created_at}

        async def write(connection: Any) -> None:
            if len(await rows.read_feeds(connection, person_id)) >= MAX_FEEDS:
                raise Refused("wrong_state", f"you have {MAX_FEEDS} addresses: revoke one that is not used any more")
            await rows.insert_feed(connection, row | {"token_hash": _digest(made.token)})

        await self._database.write(write)
        return made

    async def revoke(self, person_id: str, feed_id: str) -> None:
        """End one of the person's addresses; `Refused("not_found")` where it is none of theirs."""
        now = self._clock.now()
        if not await self._database.write(lambda c: rows.revoke_feed(c, person_id, feed_id, now)):
            raise Refused("not_found", "there is no such address, or it was revoked")

    async def read(self, token: str, origin: str) -> bytes:
        """The calendar under the address, its links beginning with `origin`; `Refused("not_found")`: nobody's."""
        now = self._clock.now()
        async with self._database.reading() as connection:
            person_id = await rows.read_feed_owner(connection, _digest(token))
            actor = None if person_id is None else await accounts.read_actor(connection, person_id, now)
            if actor is None:
                raise Refused("not_found", "there is no calendar here: its address was revoked, or never made")
            program = select(t.programs.c.name, t.programs.c.time_zone).where(t.programs.c.id == actor.program_id)
            name, zone = (await connection.execute(program)).one()
            zones = select(t.sites.c.id, t.sites.c.time_zone).where(t.sites.c.program_id == actor.program_id)
            site_zones: dict[str, str] = {row.id: row.time_zone for row in await connection.execute(zones)}
        taken = await self._schedule.around(actor, now, PAST_MS, AHEAD_MS, MAX_ENTRIES)
        async with self._database.reading() as connection:
            changed = await rows.read_changed_at(connection, [one.meeting.id for one in taken])
        entries = (_entry(one, actor, zone, site_zones, changed, origin) for one in taken)
        return calendar_of(f"{name}: Longroom", entries)


def _entry(
    one: Taken, actor: Actor, zone: str, site_zones: Mapping[str, str], changed: Mapping[str, int], origin: str
) -> Entry:
    """The meeting as the person has it: a supervisor by their room's own bells and clock."""
    meeting = one.meeting
    mine = [room for room in one.facts.rooms if room.site_id in one.audience.site_ids]
    here = [room for room in mine if room.away is None]
    is_held = meeting.status != "cancelled" and bool(here or not mine)
    words = (
        [f"Cancelled: {(meeting.cancel_reason or 'other').replace('_', ' ')}."] if meeting.status == "cancelled" else []
    )
    words += ["Moved from another time."] if meeting.moved_from_starts_at is not None else []
    words += [_AWAY[room.away] for room in mine if room.away is not None]
    return Entry(
        uid=f"{meeting.id}@{actor.program_id}.longroom",
        # Each edit of its row, and each time that what it rests on became another: neither count ever goes back.
        sequence=meeting.version - 1 + meeting.facts_count,
        changed_at=max(changed.get(meeting.id, 0), meeting.facts_at or 0),
        starts_at=min((room.joins_at or meeting.starts_at for room in here), default=meeting.starts_at),
        ends_at=max((room.leaves_at or meeting.ends_at for room in here), default=meeting.ends_at),
        zone=site_zones[mine[0].site_id] if mine else zone,
        summary=f"{meeting.section_title}: {meeting.title}",
        description=" ".join(words),
        url=f"{origin}/meetings/{meeting.id}",
        is_cancelled=not is_held,
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
