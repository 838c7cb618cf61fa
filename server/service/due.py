"""What time makes due: found by the heads' own index, and asked for as an ordinary command of the server's.

Every node may look. Of two that find the same, the one whose command comes later has nothing left to do, so that there
is no leader and nothing to hand over when a node dies.
"""

import logging

from uuid_utils import uuid7

from ..domain.actors import system
from ..domain.messages import Refused
from ..domain.streams import kind_of
from ..storage import event_log
from ..storage.engine import Database
from ..storage.event_log import Head
from .clock import Clock
from .live import Live

log = logging.getLogger(__name__)

MOST = 100
"""How many streams one look settles; the next look takes the others."""


class Due:
    """Settles what has come due."""

    def __init__(self, database: Database, live: Live, clock: Clock) -> None:
        self._database = database
        self._live = live
        self._clock = clock

    async def settle(self) -> int:
        """Settle what is due now, and tell in how many streams there was something. Call it every second."""
        now, metrics = self._clock.now(), self._live.metrics
        async with self._database.reading() as connection:
            found = await event_log.read_due(connection, now, MOST)
        # The longest overdue comes first.
        metrics.due_lag_seconds = (now - (found[0].next_due_at or now)) / 1_000 if found else 0.0
        metrics.due_settled += len(found)
        for head in found:
            await self._settle(head)
        return len(found)

    async def _settle(self, head: Head) -> None:
        kind = kind_of(head.stream_id)
        if kind is None:
            return
        try:
            await self._live.run_command(system(head.program_id), head.stream_id, str(uuid7()), kind.settle, {})
        # One stream's fault must not keep the others waiting; the next look tries again.
        except Refused as refusal:
            log.warning("what is due in %s could not be settled: %s", head.stream_id, refusal.code)
        except Exception:
            log.exception("what is due in %s could not be settled", head.stream_id)
