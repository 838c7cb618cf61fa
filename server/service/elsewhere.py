"""Nobody is at two schools at once: who signs on at another site in another class is on duty in the first no more.

A decision rests on its own stream alone, so that it cannot know of another class; the heads tell, and what follows is
asked for as an ordinary command of the server's. Every node may look: the second finds nothing left to do.
"""

import logging
from collections import defaultdict
from typing import NamedTuple

from uuid_utils import uuid7

from ..domain.actors import system
from ..domain.meeting.duty import LeaveDuty
from ..domain.messages import Refused
from ..storage.engine import Database
from ..storage.live_classes import read_on_duty
from .live import Live

log = logging.getLogger(__name__)


class _Duty(NamedTuple):
    """Somebody's duty in a class that goes on. The later `since` is the greater."""

    since: int
    stream_id: str
    site_id: str


class Elsewhere:
    """Ends the duty of whoever has gone to another site."""

    def __init__(self, database: Database, live: Live) -> None:
        self._database = database
        self._live = live

    async def look(self) -> int:
        """End what is found now, and tell how many duties that were. Call it every few seconds."""
        async with self._database.reading() as connection:
            classes = await read_on_duty(connection)
        found: dict[tuple[str, str], list[_Duty]] = defaultdict(list)
        for stream_id, program_id, on_duty in classes:
            for person_id, (site_id, since) in on_duty.items():
                found[program_id, person_id].append(_Duty(since, stream_id, site_id))
        ended = 0
        for (program_id, person_id), duties in found.items():
            last = max(duties)
            # One room may follow two classes of one school, and one adult then stands in both.
            for one in duties:
                if one.site_id != last.site_id:
                    ended += await self._leave(program_id, person_id, one, last.since)
        return ended

    async def _leave(self, program_id: str, person_id: str, duty: _Duty, since: int) -> bool:
        told = LeaveDuty(site_id=duty.site_id, person_id=person_id, since=since)
        try:
            await self._live.run_command(system(program_id), duty.stream_id, str(uuid7()), "duty.leave", told)
        # One stream's fault must not keep the others waiting; the next look tries again.
        except Refused as refusal:
            log.warning("a duty in %s could not be ended: %s", duty.stream_id, refusal.code)
            return False
        except Exception:
            log.exception("a duty in %s could not be ended", duty.stream_id)
            return False
        return True
