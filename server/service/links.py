"""Which rooms are linked, over all nodes: leases in the database, and in the record the transitions only.

Each node renews a lease for each room that it hears, and looks for rooms that nobody has heard for longer than the
ghost time. Every node may say so; the rule decides, and the second finds nothing left to do. No node is the leader,
and one that dies or restarts leaves leases that tell when its rooms were last heard.
"""

import logging
from collections.abc import Iterable, Mapping

from uuid_utils import uuid7

from ..domain.actors import system
from ..domain.meeting.links import GHOST_MS, ArriveLink, LapseLink, is_down, is_told
from ..domain.messages import Refused
from ..storage import link_leases as rows
from ..storage.engine import Database
from ..storage.link_leases import Room
from .clock import Clock
from .live import Live

log = logging.getLogger(__name__)

RENEW_MS = 10_000
"""How often at most a room's lease is renewed by a node."""
LAPSE_LOOK_MS = 5_000
"""How often it is looked for rooms that nobody hears any more."""
MOST = 100
"""How many of them one look tells of; the next look takes the others."""


class Links:
    """The rooms that this node hears, and those that no node hears any more."""

    def __init__(self, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock
        # Of this process: what an earlier one left behind tells when it last heard a room, and nothing is written over.
        self._node_id = str(uuid7())
        self._heard: dict[Room, int] = {}
        self._written: dict[Room, int] = {}
        self._renewed_at: dict[Room, int] = {}
        self._looked_at = 0

    async def look(self, present: Mapping[Room, int]) -> None:
        """`present`: each room that this node has a live socket of, and when it last heard it (milliseconds, UTC).

        Call it every second or two.
        """
        now = self._clock.now()
        await self._part(present)
        await self._hear(present, now)
        self._heard = dict(present)
        if now - self._looked_at >= LAPSE_LOOK_MS:
            self._looked_at = now
            await self._lapse(present, now)

    async def _part(self, present: Mapping[Room, int]) -> None:
        """The last word on rooms that this node hears no more: a loss is dated by it. (After a crash there is none, and
        a loss may seem to have begun ten seconds early.)"""
        gone = self._written.keys() - present.keys()
        leases = {room: self._heard[room] for room in gone if self._heard.get(room, 0) > self._written[room]}
        if leases:
            await self._database.write(lambda connection: rows.write_leases(connection, self._node_id, leases))
        for room in gone:
            del self._written[room], self._renewed_at[room]

    async def _hear(self, present: Mapping[Room, int], now: int) -> None:
        # One that comes anew, or was silent here for so long that another may have thought it lost.
        new = {room for room, at in present.items() if at - self._written.get(room, 0) > GHOST_MS}
        due = {room for room in present if room in new or now - self._renewed_at[room] >= RENEW_MS}
        before = await self._last_heard(new) if new else {}
        if due:
            # First: whoever looks for the lost from here on sees that this one is not.
            leases = {room: present[room] for room in due}
            await self._database.write(lambda connection: rows.write_leases(connection, self._node_id, leases))
            self._written |= leases
            self._renewed_at |= dict.fromkeys(due, now)
        for room in present:
            if room in new or self._is_down(room):
                await self._arrive(room, present[room], before.get(room))

    async def _last_heard(self, found: Iterable[Room]) -> dict[Room, int]:
        async with self._database.reading() as connection:
            return await rows.last_heard(connection, found)

    def _is_down(self, room: Room) -> bool:
        stream = self._live.loaded(room[0])
        return stream is not None and is_down(stream.state, room[1])

    async def _arrive(self, room: Room, heard_at: int, last_heard_at: int | None) -> None:
        stream_id, site_id = room
        told = ArriveLink(site_id=site_id, heard_at=heard_at, last_heard_at=last_heard_at)
        await self._tell(stream_id, "link.arrive", told)

    async def _lapse(self, present: Mapping[Room, int], now: int) -> None:
        async with self._database.reading() as connection:
            found = await rows.unheard_since(connection, now - GHOST_MS, MOST)
        told = []
        for one in found:
            held = present.get((one.stream_id, one.site_id))
            if held is not None and now - held <= GHOST_MS:
                continue  # Heard here; its lease could not be renewed in time.
            lapse = LapseLink(site_id=one.site_id, last_heard_at=one.heard_at)
            if await self._tell(one.stream_id, "link.lapse", lapse) and self._is_told(one):
                told.append(one)
        if told:
            await self._database.write(lambda connection: rows.drop_leases(connection, told))

    def _is_told(self, one: rows.Heard) -> bool:
        """Whether the lease has nothing left to tell: a tablet that measured later may have put the loss off."""
        stream = self._live.loaded(one.stream_id)
        return stream is None or is_told(stream.state, one.site_id, one.heard_at)

    async def _tell(self, stream_id: str, name: str, command: ArriveLink | LapseLink) -> bool:
        """Whether the record has it, or never will; False: the next look tries again."""
        try:
            stream = await self._live.stream(stream_id)
            await self._live.run_command(system(stream.program_id), stream_id, str(uuid7()), name, command)
        except Refused as refusal:
            log.warning("the link of a room of %s could not be told of: %s", stream_id, refusal.code)
            return refusal.code == "unknown_stream"
        except Exception:
            # One stream's fault must not keep the others waiting.
            log.exception("the link of a room of %s could not be told of", stream_id)
            return False
        return True
