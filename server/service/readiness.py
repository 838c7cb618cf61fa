"""Whether this server should be sent work: what a balancer asks before it does."""

import asyncio
from collections.abc import Callable
from typing import Literal, TypeAlias

from sqlalchemy.exc import DBAPIError

from ..domain.messages import Refused
from ..storage import migrate
from ..storage.engine import Database

Link: TypeAlias = Literal["none", "pending", "up", "lost"]
"""The link to Redis: not asked for, never there yet, there, or lost again."""
ANSWER_SECONDS = 2.0
"""How long the database may take."""


class Readiness:
    """Asks whatever the server stands on."""

    def __init__(self, database: Database, is_draining: Callable[[], bool], link: Callable[[], Link]) -> None:
        self._database = database
        self._is_draining = is_draining
        self._link = link
        self._newest: str | None = None

    async def require(self) -> Link:
        """Raise `Refused("busy")` that says what is missing; else the link to Redis.

        A link that is lost takes no server out of work: what goes over it are hints, and each stream catches up by
        itself within ten seconds. If it did, a restart of Redis would take all of them out at once.
        """
        missing = []
        if self._is_draining():
            missing.append("the server is stopping")
        if self._link() == "pending":
            missing.append("Redis has not answered yet")
        fault = await self._fault_of_the_database()
        if fault is not None:
            missing.append(fault)
        if missing:
            raise Refused("busy", f"not ready: {', '.join(missing)}")
        return self._link()

    async def _fault_of_the_database(self) -> str | None:
        try:
            if self._newest is None:
                self._newest = await asyncio.to_thread(migrate.newest)
            async with asyncio.timeout(ANSWER_SECONDS), self._database.reading() as connection:
                found = await migrate.stands_at(connection)
        except (DBAPIError, OSError, TimeoutError):
            return "the database does not answer"
        return None if found == self._newest else "the database is not at this release's tables"
