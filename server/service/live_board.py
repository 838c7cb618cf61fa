"""Every class of a program that goes on now, worst first: a feed derived from many streams, and no log of its own.

The heads of all are read in one query, and of the logs only those that this node does not hold or that have gone on: so
a class that nobody watches here is as fresh as one that somebody does.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor
from ..domain.attention import Heard, class_key
from ..domain.live_board import class_line
from ..domain.meeting import Meeting
from ..storage import directory_tables as t
from ..storage.engine import Database
from ..storage.link_leases import heard_in
from ..storage.live_classes import read_live_classes
from .clock import Clock
from .live import Live, Stream, busy
from .rosters import full_name

log = logging.getLogger(__name__)

Shown: TypeAlias = dict[str, Any]
LEAD_MS = 30 * 60_000
"""How long before its start a class is on the board: as long as its lobby may be open."""
MISSED_MS = 24 * 3_600_000
"""How long after its planned end a class that nobody started is there: whoever comes next morning still sees it."""
MAX_CLASSES = 300
"""How many classes one answer holds; `left_out` says how many more there are."""
TRIES, PAUSE_SECONDS = 20, 0.01
"""How long a look waits for a stream that others are bringing up."""
NOW = ("live", "lobby", "scheduled")


class LiveBoard:
    """What goes on now, for whoever watches over a program."""

    def __init__(self, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock

    async def read(self, actor: Actor) -> Shown:
        """`{now, classes, left_out}`, as docs/protocol.md §6 has it. `Refused`: `busy` where the database fails."""
        try:
            return await self._read(actor)
        except (DBAPIError, OSError) as error:
            log.error("reading the board of live classes failed: %s", type(error).__name__)
            raise busy() from error

    async def _read(self, actor: Actor) -> Shown:
        asked_at = self._clock.now()
        async with self._database.reading() as connection:
            rows, left_out = await read_live_classes(
                connection, actor.program_id, asked_at, LEAD_MS, MISSED_MS, MAX_CLASSES
            )
        read = [(row, await self._as_the_log(row.stream_id, row.seq)) for row in rows]
        # One may have ended since its head was read.
        held = [(row, stream.state) for row, stream in read if stream.state.status in NOW]
        # After the logs, as reading many for the first time takes a while: what is shown is of one moment.
        now = self._clock.now()
        async with self._database.reading() as connection:
            heard = await heard_in(connection, [row.stream_id for row, _ in held])
        lines = await _in_order(held, heard, now)
        async with self._database.reading() as connection:
            names = await _Names.read(connection, lines)
        return {"now": now, "classes": [names.into(line) for line in lines], "left_out": left_out}

    async def _as_the_log(self, stream_id: str, seq: int) -> Stream:
        stream = self._live.loaded(stream_id)
        if stream is None:
            return await self._live.stream(stream_id)
        for _ in range(TRIES):
            if stream.seq >= seq:
                break
            await self._live.catch_up(stream_id)
            if stream.seq < seq:
                await asyncio.sleep(PAUSE_SECONDS)  # Somebody else is bringing it up: a command, or another's look.
        return stream


async def _in_order(held: list[tuple[Any, Meeting]], heard: Mapping[str, Heard], now: int) -> list[Shown]:
    placed = []
    for number, (row, state) in enumerate(held):
        if number % 20 == 19:
            await asyncio.sleep(0)  # Others have their turn in between.
        placed.append(_line(row, state, heard.get(row.stream_id, {}), now))
    return [line for _, line in sorted(placed)]


def _line(row: Any, state: Meeting, heard: Heard, now: int) -> tuple[tuple[Any, ...], Shown]:
    """The class's place on the board, which no other class has, and its line.

    Of classes with nothing wrong those that are live come first, then those in their lobby; then goes the start.
    """
    line, found = class_line(state, heard, now)
    place = (class_key(found), NOW.index(line["status"]), line["starts_at"], row.id)
    return place, {"id": row.id, "title": row.title, "section_title": row.section_title, **line}


class _Names:
    """What the adults and sites of some lines are called."""

    def __init__(self, people: dict[str, str], sites: dict[str, str]) -> None:
        self._people = people
        self._sites = sites

    @classmethod
    async def read(cls, connection: AsyncConnection, lines: Iterable[Shown]) -> "_Names":
        people, sites = set[str](), set[str]()
        for line in lines:
            people.update(line["teacher_ids"])
            for room in line["rooms"]:
                sites.add(room["site_id"])
                people.update(room["adult_ids"])
        adults = await connection.execute(select(t.people).where(t.people.c.id.in_(sorted(people))))
        schools = await connection.execute(select(t.sites.c.id, t.sites.c.name).where(t.sites.c.id.in_(sorted(sites))))
        return cls({row.id: full_name(row) for row in adults}, {row.id: row.name for row in schools})

    def into(self, line: Shown) -> Shown:
        """The line with names beside its ids."""
        rooms = [self._room(room) for room in line["rooms"]]
        named = line | {"teachers": self._adults(line["teacher_ids"]), "rooms": rooms}
        return {key: value for key, value in named.items() if key != "teacher_ids"}

    def _room(self, room: Shown) -> Shown:
        site_id, adults = room["site_id"], self._adults(room["adult_ids"])
        named = {"site_id": site_id, "site_name": self._sites.get(site_id, ""), "adults": adults, **room}
        return {key: value for key, value in named.items() if key != "adult_ids"}

    def _adults(self, person_ids: Iterable[str]) -> list[Shown]:
        return [{"person_id": one, "name": self._people.get(one, "")} for one in person_ids]
