"""Bringing meetings up to what the directory says: the near ones while somebody waits, the rest when there is time.

Beside each meeting's row lies a digest of the facts that it was last given, so that only what differs goes to the log.
The digest is written after the log's commit: a process that dies in between leaves facts that are entered once more,
which records nothing. What had not had its turn when a process died is found by the digests at the next start.
"""

import asyncio
import heapq
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Protocol

import orjson
from sqlalchemy import Row
from uuid_utils import uuid7

from ..domain.actors import Actor, system
from ..domain.meeting.facts import EnterFacts
from ..domain.messages import Refused
from ..storage import directory as rows
from ..storage import rosters
from ..storage.directory import OVER, MeetingHead
from ..storage.engine import Database
from .clock import Clock

log = logging.getLogger(__name__)

NEAR_MS = 48 * 3_600_000
"""An edit's request, and a start, wait for the meetings that go on now or begin within this time."""
PIECE = 20
"""How many meetings are looked at in one go: between two pieces somebody who waits for a near one has their turn."""
LATE_COMMIT_MS = 30_000
"""How long after the time in an audit row its commit may still become visible."""
PAUSE_SECONDS = 1.0


class RunsCommands(Protocol):
    """What the directory needs of the live record."""

    async def run_command(self, actor: Actor, stream_id: str, command_id: str, name: str, data: object) -> object:
        """Run one command to its commit; raises `Refused`."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a meeting rests on now, and the digest of what it was given."""

    meeting_id: str
    program_id: str
    facts: EnterFacts
    digest: bytes
    held: bytes | None


class Entering:
    """Meetings on their way to what the directory says: those that are over by who may look into them alone."""

    def __init__(self, database: Database, clock: Clock, live: RunsCommands | None) -> None:
        """`live` None: nothing is entered here; a running server notices the edits and does it."""
        self._database = database
        self._clock = clock
        self._live = live
        self._lock = asyncio.Lock()
        self._later: dict[str, int] = {}
        self._has_more = asyncio.Event()
        self._in_hand = 0
        self._refused: dict[str, None] = {}

    @property
    def is_behind(self) -> bool:
        """Whether meetings wait for their turn."""
        return bool(self._later or self._in_hand)

    async def begin(self) -> int:
        """Bring up the near meetings, and leave the others to `keep_up`; how many have not ended."""
        async with self._database.reading() as connection:
            meetings = await rows.open_meetings(connection)
            ended = await rows.ended_meetings_behind(connection, LATE_COMMIT_MS)
        await self.follow([*meetings, *ended], named=())
        return len(meetings)

    async def enter_all(self) -> int:
        """Bring up all meetings that have not ended, the nearest first; how many those are."""
        count = await self.begin()
        while self._later:
            await self._enter(self._nearest())
        return count

    async def follow(self, meetings: Iterable[MeetingHead], named: Collection[str]) -> None:
        """Bring up the near ones, and those that are `named`, before this returns; the others are for `keep_up`."""
        if self._live is None:
            return
        now = self._clock.now()
        at_once = []
        for one in meetings:
            if (
                one.id in named
                or one.status in ("lobby", "live")
                or (one.ends_at >= now - _behind_ms(one) and one.starts_at <= now + NEAR_MS)
            ):
                at_once.append(one.id)
            else:
                self._later[one.id] = one.starts_at
        if self._later:
            self._has_more.set()
        await self._enter(at_once)

    async def keep_up(self) -> None:
        """Bring up the others, nearest first, for ever."""
        while True:
            await self._has_more.wait()
            piece = self._nearest()
            self._in_hand = len(piece)
            try:
                await self._enter(piece)
            except Exception as error:  # noqa: BLE001 - the database may be back at the next try
                log.error("meetings could not be brought up: %s", type(error).__name__)
                self._later |= dict.fromkeys(piece, self._clock.now())
                await asyncio.sleep(PAUSE_SECONDS)
            finally:
                self._in_hand = 0
            if not self._later:
                self._has_more.clear()

    async def try_again(self) -> None:
        """Enter what the live record would not take; each time a piece of it."""
        piece = list(self._refused)[:PIECE]
        for meeting_id in piece:
            del self._refused[meeting_id]
        await self._enter(piece)

    def _nearest(self) -> list[str]:
        now, later = self._clock.now(), self._later
        piece = heapq.nsmallest(PIECE, later, key=lambda meeting_id: abs(later[meeting_id] - now))
        for meeting_id in piece:
            del later[meeting_id]
        return piece

    async def _enter(self, meeting_ids: Sequence[str]) -> None:
        if self._live is None:
            return
        for start in range(0, len(meeting_ids), PIECE):
            await self._enter_piece(self._live, meeting_ids[start : start + PIECE])

    async def _enter_piece(self, live: RunsCommands, meeting_ids: Sequence[str]) -> None:
        """Enter what differs, then look again: what another node has committed must not be undone by older facts."""
        entered: dict[str, bytes] = {}
        # One piece after the other, so that facts that were read later are never overtaken by earlier ones.
        async with self._lock:
            while True:
                read = await self._read(meeting_ids)
                changed = [one for one in read if entered.get(one.meeting_id, one.held) != one.digest]
                if not changed:
                    break
                # Together: they share a commit.
                await asyncio.gather(*(self._enter_one(live, one) for one in changed))
                entered |= {one.meeting_id: one.digest for one in changed}
            kept = {key: digest for key, digest in entered.items() if key not in self._refused}
            if kept:
                await self._database.write(lambda c: rosters.write_facts_digests(c, kept, self._clock.now()))

    async def _enter_one(self, live: RunsCommands, one: _Facts) -> None:
        actor, command_id = system(one.program_id), str(uuid7())
        try:
            await live.run_command(actor, f"meeting:{one.meeting_id}", command_id, "meeting.enter_facts", one.facts)
            self._refused.pop(one.meeting_id, None)
        except Refused as refusal:
            # The row is committed: the edit stands, and the meeting is brought up at the next look.
            log.warning("the facts of meeting %s could not be entered: %s", one.meeting_id, refusal.code)
            self._refused[one.meeting_id] = None

    async def _read(self, meeting_ids: Iterable[str]) -> list[_Facts]:
        async with self._database.reading() as connection:
            meetings = await rosters.read_meetings(connection, meeting_ids)
            read: list[_Facts] = []
            alike: dict[tuple[str, bool], list[Row[Any]]] = {}
            for meeting in meetings:
                alike.setdefault((meeting.program_id, meeting.status in OVER), []).append(meeting)
            for (program_id, is_over), mine in alike.items():
                # Who is disabled cannot look; that they taught the class, or stood in, stays in its record.
                sources = await rosters.read_sources(
                    connection, program_id, {meeting.section_id for meeting in mine}, with_disabled=is_over
                )
                for one in mine:
                    try:
                        facts = rosters.facts_of(one, sources)
                    except (OverflowError, ValueError):
                        # Planned beyond the calendar, by an earlier release: it must not keep the others from theirs.
                        log.exception("the facts of a meeting cannot be computed")
                        continue
                    digest = blake2b(orjson.dumps(facts), digest_size=16).digest()
                    read.append(_Facts(one.id, program_id, facts, digest, one.facts_digest))
                    await asyncio.sleep(0)  # Hundreds of students each: others have their turn in between.
        return read


def _behind_ms(meeting: MeetingHead) -> int:
    """How long after its end a meeting is near: what is over is taken from whom it is not for, soon."""
    return NEAR_MS if meeting.status in OVER else 0
