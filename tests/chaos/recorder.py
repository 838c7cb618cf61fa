"""A server's heart without its doors, as a process to be killed: commands in by lines, acknowledgements out by lines.

    python -m tests.chaos.recorder DATABASE_URL [SYNCHRONOUS]

reads `{"actor", "id", "name", "data"}` from standard input and writes `{"id", "seq"}` or `{"id", "code"}` to standard
output, each with one write of its own, at the moment when the real service tells the sender. SYNCHRONOUS plants another
setting of SQLite's than the server's own.
"""

import asyncio
import json
import os
import sys
from typing import Any

from sqlalchemy.event import listen

from server.domain.messages import Refused
from server.service.clock import SystemClock
from server.service.live import Live
from server.storage.engine import Database
from tests.support.meetings import EVERYBODY, FACTS, SYSTEM, VERA, start_data

MEETING = "meeting:physics"
ACTORS = {actor.person_id: actor for actor in EVERYBODY}


def tell(**words: Any) -> None:
    """One line, in one write: what arrives of it is whole."""
    os.write(1, json.dumps(words).encode() + b"\n")


async def serve(url: str, synchronous: str | None = None) -> None:
    database = Database(url)
    if synchronous and database._committer:
        listen(database._committer, "connect", lambda link, _: link.execute(f"PRAGMA synchronous={synchronous}"))
    live = Live(database, SystemClock())
    await live.start()
    await live.run_command(SYSTEM, MEETING, "open", "meeting.enter_facts", FACTS)
    await live.run_command(VERA, MEETING, "start", "meeting.start", start_data())
    stream = await live.stream(MEETING)
    tell(ready=stream.seq)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        asked = json.loads(line)

        def done(outcome: Any, id: str = asked["id"]) -> None:
            tell(id=id, **({"code": outcome.code} if isinstance(outcome, Refused) else {"seq": outcome.seq}))

        live.submit(stream, ACTORS[asked["actor"]], asked["id"], asked["name"], asked["data"], done)
    await live.close()
    await database.close()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
