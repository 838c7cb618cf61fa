"""A real gateway on a free port with one live meeting, and the people in it."""

import asyncio
import base64
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from server.domain.actors import Actor, Grant, Role, system
from server.domain.meeting.facts import EnterFacts, RoomFacts
from server.realtime.gateway import Gateway
from server.service.clock import SystemClock
from server.service.live import Batch, Live
from server.storage.engine import Database
from tests.support.meetings import start_data

PROGRAM = "prairie"
MEETING = "meeting:physics"
BEGUN = 7
"""Where the record of a meeting stands that was opened and has begun."""
ORIGIN = "http://localhost:8080"


@dataclass(frozen=True)
class FakeSession:
    id: str
    actor: Actor
    expires_at: int = 253_402_300_799_999


def person(name: str, role: Role, site_id: str | None = None) -> Actor:
    return Actor(name, PROGRAM, frozenset({Grant(role, site_id)}))


TEACHER = person("vera", Role.TEACHER)
SUPERVISOR = person("ruth", Role.SUPERVISOR, "pine-ridge")
OTHER_SUPERVISOR = person("sam", Role.SUPERVISOR, "mesa")
COORDINATOR = person("cora", Role.COORDINATOR)
REGISTRAR = person("rex", Role.REGISTRAR)
STRANGER = Actor("mallory", "elsewhere", frozenset({Grant(Role.COORDINATOR)}))
PEOPLE = (TEACHER, SUPERVISOR, OTHER_SUPERVISOR, COORDINATOR, REGISTRAR, STRANGER)


class FakeAccounts:
    """Each person has one session, whose token is `token-<name>`."""

    def __init__(self) -> None:
        self.sessions = {f"session-{one.person_id}": FakeSession(f"session-{one.person_id}", one) for one in PEOPLE}
        self.revoked: list[str] = []
        self.touched: list[str] = []

    async def authenticate(self, token: str) -> FakeSession | None:
        return await self.session(token.replace("token-", "session-"))

    async def session(self, session_id: str) -> FakeSession | None:
        return None if session_id in self.revoked else self.sessions.get(session_id)

    async def touch(self, session_id: str) -> None:
        self.touched.append(session_id)

    async def revoked_since(self, at: int) -> Iterable[str]:
        return list(self.revoked)

    def become(self, person_id: str, actor: Actor) -> None:
        session_id = f"session-{person_id}"
        self.sessions[session_id] = replace(self.sessions[session_id], actor=actor)


FACTS = EnterFacts(
    section_id="physics-7",
    starts_at=1_791_994_800_000,
    ends_at=1_791_998_400_000,
    teacher_ids=(TEACHER.person_id,),
    rooms=(
        RoomFacts(site_id="mesa", student_ids=("s3", "s4"), supervisor_ids=(OTHER_SUPERVISOR.person_id,)),
        RoomFacts(site_id="pine-ridge", student_ids=("s1", "s2"), supervisor_ids=(SUPERVISOR.person_id,)),
    ),
)


@dataclass
class Node:
    """One server process's worth: a live service and a gateway, over a database that others may share."""

    database_url: str
    options: dict[str, Any] = field(default_factory=dict)
    accounts: FakeAccounts = field(default_factory=FakeAccounts)

    async def start(self) -> None:
        self.database = Database(self.database_url)
        self.live = Live(self.database, SystemClock())
        await self.live.start()
        self.gateway = Gateway(self.live, self.accounts, SystemClock(), origins=[ORIGIN], **self.options)
        app = web.Application()
        self.gateway.attach(app)
        await self.gateway.start()
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._is_drained = False

    async def drain(self) -> None:
        if not self._is_drained:
            self._is_drained = True
            await self.gateway.drain()

    async def stop(self) -> None:
        await self.drain()
        await self._runner.cleanup()
        await self.live.close()
        await self.database.close()

    async def open_meeting(self, stream: str = MEETING) -> None:
        """The meeting has its facts and is live."""
        tag = stream.removeprefix("meeting:")
        await self.live.run_command(system(PROGRAM), stream, f"facts-{tag}", "meeting.enter_facts", FACTS)
        await self.live.run_command(TEACHER, stream, f"start-{tag}", "meeting.start", start_data("mesa", "pine-ridge"))

    async def relay(
        self, number: int, *, text: str = "why is the sky blue", shareable: bool = False, stream: str = MEETING
    ) -> int:
        """A question from Pine Ridge, not through a socket; the seq after it."""
        data = question(number, text=text, shareable=shareable)
        receipt = await self.live.run_command(SUPERVISOR, stream, f"relay-{number}", "question.relay", data)
        return receipt.seq

    async def reaches(self, seq: int) -> None:
        """Wait for the commit of this event; goes on in the midst of what follows it."""
        reached = asyncio.Event()

        def look(batch: Batch) -> None:
            if batch.seq >= seq:
                reached.set()

        self.live.on_commit.append(look)
        if (await self.live.stream(MEETING)).seq < seq:
            await reached.wait()
        self.live.on_commit.remove(look)

    def socket_of(self, actor: Actor) -> Any:
        """The server's end of this person's only connection."""
        [connection] = [c for c in self.gateway._connections.values() if c.actor.person_id == actor.person_id]
        return connection.socket


def question(number: int, *, text: str = "why is the sky blue", shareable: bool = False) -> dict[str, Any]:
    """The data of a `question.relay`."""
    return {
        "question_id": f"q{number:05}",
        "site_id": "pine-ridge",
        "student_id": "s1",
        "text": text,
        "shareable": shareable,
        "asked_at": 1_791_994_900_000,
    }


def noise(size: int) -> str:
    """Text that does not compress much."""
    return base64.b64encode(random.randbytes(size)).decode()[:size]


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait for something that no message tells of."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
