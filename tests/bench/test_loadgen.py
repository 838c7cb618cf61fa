"""The load generator sees every fault that it claims to count: a small server commits each of them on purpose.

A bench whose checks never go off proves nothing. The server speaks as much of docs/protocol.md as the generator does;
`faults` says what it does wrong with one question in ten.
"""

import asyncio
import gzip
import json
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSMsgType, web

from . import loadgen
from .measure import WRONG, wrongs
from .program import SITES, Meeting, make_meetings, plan_lines

BUILD = Path(__file__).with_name("build")
QUESTIONS = 100

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the load generator is Linux's")


@pytest.fixture(scope="module")
def generator() -> Path:
    try:
        return loadgen.build(BUILD)
    except loadgen.CannotMeasureError as reason:
        pytest.skip(str(reason))


class FakeServer:
    """One process, no database: everybody joined to a stream is in `rooms`, by site (None: the teacher)."""

    def __init__(self, meetings: list[Meeting], fault: str) -> None:
        self.fault = fault
        self.seats: dict[str, str | None] = {meeting.teacher.token: None for meeting in meetings}
        self.seats |= {room.supervisor.token: room.site_id for meeting in meetings for room in meeting.rooms}
        self.rooms: dict[str, list[tuple[str | None, web.WebSocketResponse]]] = defaultdict(list)
        self.seqs: dict[str, int] = defaultdict(int)
        self.asked = 0
        self.held_back: list[tuple[web.WebSocketResponse, str]] = []

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        """One client, from its opening to its end."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.send_str('0{"sid":"a"}')
        site = None
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            if message.data.startswith("40/live,"):
                site = self.seats[json.loads(message.data[8:])["token"]]
                await socket.send_str('40/live,{"sid":"b"}')
            elif event := re.match(r"42/live,(\d+)", message.data):
                name, data = json.loads(message.data[event.end() :])
                await getattr(self, name)(socket, site, event[1], data)
        return socket

    async def join(self, socket: web.WebSocketResponse, site: str | None, ack: str, data: dict[str, Any]) -> None:
        """Join a stream."""
        self.rooms[data["stream"]].append((site, socket))
        reply = {"ok": True, "epoch": "e", "seq": self.seqs[data["stream"]], "audience": "a", "snapshot": []}
        await socket.send_str(f"43/live,{ack}[{json.dumps(reply)}]")

    async def command(self, socket: web.WebSocketResponse, site: str | None, ack: str, data: dict[str, Any]) -> None:
        """Relay a question, or do wrong with it."""
        self.asked += 1
        fault = self.fault if self.asked % 10 == 5 else ""
        stream = data["stream"]
        self.seqs[stream] += 1
        seq = self.seqs[stream]
        answer = f'43/live,{ack}[{{"ok":true,"seq":{seq - (fault == "same seq")}}}]'
        for _ in range({"unanswered": 0, "answered twice": 2}.get(fault, 1)):
            await socket.send_str(answer)
        value = {"question_id": data["data"]["question_id"], "text": data["data"]["text"]}
        if fault == "altered":
            value["text"] = "another question"
        for place, (at, member) in enumerate(self.rooms[stream]):
            sees = at in {None, site} or (fault == "leaked" and place == SITES)
            body = {"stream": stream, "epoch": "e", "after": seq - 1, "seq": seq}
            body["changes"] = [{"kind": "question", "id": value["question_id"], "value": value}] if sees else []
            if at is None and fault == "hidden":
                body["changes"] = []
            if at is None and fault == "closed":
                await member.close()
            elif not (at is None and fault == "dropped"):
                await self._send(member, body, twice=at is None and fault == "sent twice", late=fault == "late")

    async def _send(self, member: web.WebSocketResponse, body: dict[str, Any], *, twice: bool, late: bool) -> None:
        frame = json.dumps(body)
        if late:
            self.held_back.append((member, f'42/live,["changes",{frame}]'))
            return
        if body["changes"] and body["seq"] % 2:
            await member.send_str('451-/live,["changes_gz",{"_placeholder":true,"num":0}]')
            await member.send_bytes(gzip.compress(frame.encode()))
        else:
            await member.send_str(f'42/live,["changes",{frame}]')
        if twice:
            await member.send_str(f'42/live,["changes",{frame}]')
        for other, held in [one for one in self.held_back if one[0] is member]:
            self.held_back.remove((other, held))
            await other.send_str(held)


async def _play(generator: Path, folder: Path, fault: str) -> dict[str, Any]:
    meetings = make_meetings(2)
    app = web.Application()
    app.router.add_get("/socket.io/", FakeServer(meetings, fault).serve)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    plan = {"port": port, "mode": "relay", "rate": QUESTIONS * 2, "warmup": 0, "seconds": 0.5, "patience": 0.5}
    try:
        result: dict[str, Any] = await asyncio.to_thread(
            loadgen.run, generator, folder, None, plan, list(plan_lines(meetings))
        )
        return result
    finally:
        await runner.cleanup()


async def test_a_server_without_fault_has_no_wrong_counts(generator: Path, tmp_path: Path) -> None:
    result = await _play(generator, tmp_path, "")
    assert wrongs(result) == {}
    assert result["sent"] == result["acknowledged"] == result["delivered"] == QUESTIONS
    assert result["frames"] == QUESTIONS * (1 + SITES)
    assert result["packed"] > 0


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unanswered", "lost"),
        ("answered twice", "duplicated"),
        ("same seq", "duplicated"),
        ("dropped", "gaps"),
        ("hidden", "lost"),
        ("sent twice", "duplicated"),
        ("late", "out_of_order"),
        ("leaked", "leaked"),
        ("altered", "altered"),
        ("closed", "closed"),
    ],
)
async def test_a_planted_fault_is_counted(generator: Path, tmp_path: Path, fault: str, kind: str) -> None:
    assert kind in WRONG
    found = wrongs(await _play(generator, tmp_path, fault))
    assert kind in found, found
