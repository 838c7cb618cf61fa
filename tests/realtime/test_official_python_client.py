"""The official Python client against our sockets: the hot path must be Socket.IO to whoever speaks it."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import socketio

from server.domain.actors import Actor

from .clients import command
from .validating import validate_message
from .world import BEGUN, MEETING, SUPERVISOR, TEACHER, Node, noise, question, until

TRANSPORTS = (["websocket"], ["polling"], ["polling", "websocket"])


class Official:
    """python-socketio's client with what it received."""

    def __init__(self) -> None:
        self.client = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.1)
        self.events: list[tuple[str, Any]] = []
        self.refusals: list[Any] = []
        self.client.on("*", self._take, namespace="/live")
        self.client.on("connect_error", self.refusals.append, namespace="/live")

    def _take(self, name: str, body: Any) -> None:
        if name == "changes_gz":
            body = json.loads(gzip.decompress(body))
        validate_message(name, body)
        self.events.append((name, body))

    async def connect(self, node: Node, actor: Actor, transports: list[str]) -> None:
        await self.client.connect(
            f"{node.url}?meeting=physics",
            auth={"token": f"token-{actor.person_id}"},
            namespaces=["/live"],
            transports=transports,
            wait_timeout=5,
        )

    async def ask(self, name: str, data: Any) -> Any:
        return await self.client.call(name, data, namespace="/live", timeout=10)

    @property
    def transport(self) -> str:
        return str(self.client.transport())


@pytest.fixture
async def official() -> AsyncIterator[Callable[[], Official]]:
    made: list[Official] = []

    def make() -> Official:
        made.append(Official())
        return made[-1]

    yield make
    for one in made:
        await one.client.disconnect()


@pytest.mark.parametrize("transports", TRANSPORTS, ids="-".join)
async def test_join_command_and_changes_over_every_transport(
    node: Node, official: Callable[[], Official], transports: list[str]
) -> None:
    teacher, asking = official(), official()
    await teacher.connect(node, TEACHER, transports)
    await asking.connect(node, SUPERVISOR, transports)
    assert teacher.transport == transports[-1]

    reply = await teacher.ask("join", {"stream": MEETING})
    assert (reply["ok"], reply["seq"], reply["audience"]) == (True, BEGUN, "teacher")
    short = await asking.ask("command", command("c1", "question.relay", question(1)))
    long = await asking.ask("command", command("c2", "question.relay", question(2, text="long " * 300)))
    assert (short, long) == ({"ok": True, "seq": BEGUN + 1}, {"ok": True, "seq": BEGUN + 2})
    refused = await asking.ask("command", command("c3", "meeting.end", {}))
    assert refused["error"]["code"] == "forbidden"
    await until(lambda: len(teacher.events) == 2)
    assert [(name, body["seq"]) for name, body in teacher.events] == [("changes", BEGUN + 1), ("changes_gz", BEGUN + 2)]
    assert teacher.events[1][1]["changes"][0]["value"]["text"] == "long " * 300


@pytest.mark.parametrize("transports", TRANSPORTS, ids="-".join)
async def test_order_over_every_transport(node: Node, official: Callable[[], Official], transports: list[str]) -> None:
    asking = official()
    await asking.connect(node, SUPERVISOR, transports)
    await asking.ask("join", {"stream": MEETING})
    answers: list[int] = []
    for n in range(200):
        await asking.client.emit(
            "command",
            command(f"c{n}", "question.relay", question(n)),
            namespace="/live",
            callback=lambda answer: answers.append(answer["seq"]),
        )
    await until(lambda: len(answers) == 200 and asking.events[-1][1]["seq"] == BEGUN + 200)
    assert answers == sorted(answers)
    assert set(answers) == set(range(BEGUN + 1, BEGUN + 201))
    told = [body for _, body in asking.events]
    assert [body["after"] for body in told] == [BEGUN, *(body["seq"] for body in told[:-1])]


async def test_it_keeps_answering_the_heartbeat(start_node: Any, official: Callable[[], Official]) -> None:
    node = await start_node(ping_interval=0.2, ping_timeout=0.3)
    await node.open_meeting()
    for transports in TRANSPORTS:
        await official().connect(node, TEACHER, transports)
    sockets = list(node.gateway._engine.sockets.values())
    first = {socket.sid: socket.pinged_at for socket in sockets}
    await until(lambda: all(socket.pinged_at > first[socket.sid] + 1 for socket in sockets))
    assert len(node.gateway._connections) == 3


async def test_it_comes_back_after_its_link_was_cut(node: Node, official: Callable[[], Official]) -> None:
    client = official()
    await client.connect(node, TEACHER, ["websocket"])
    await client.ask("join", {"stream": MEETING})
    old = node.socket_of(TEACHER)
    old._transport.abort()
    await until(lambda: old.closed and len(node.gateway._connections) == 1)
    await until(lambda: "/live" in client.client.namespaces)
    resumed = await client.ask("join", {"stream": MEETING})
    assert resumed["ok"]


async def test_a_refused_connection_says_why(node: Node, official: Callable[[], Official]) -> None:
    client = official()
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.client.connect(node.url, auth={"token": "x"}, namespaces=["/live"], wait_timeout=5)
    await until(lambda: bool(client.refusals))
    validate_message("connect_error", client.refusals[0])
    assert client.refusals[0]["data"]["code"] == "not_signed_in"


async def test_a_goodbye_reaches_those_who_poll(node: Node, official: Callable[[], Official]) -> None:
    client = official()
    await client.connect(node, TEACHER, ["polling"])
    node.accounts.revoked.append("session-vera")
    node.gateway.revoke(["session-vera"])
    await until(lambda: any(body["code"] == "revoked" for name, body in client.events if name == "closing"))
    await until(lambda: not node.gateway._connections)


async def test_who_stops_polling_is_let_go_before_a_mebibyte_waits(node: Node) -> None:
    url = f"{node.url}/socket.io/?EIO=4&transport=polling"
    async with aiohttp.ClientSession() as http:
        opened = json.loads((await (await http.get(url)).text())[1:])
        url += f"&sid={opened['sid']}"
        await http.post(url, data='40/live,{"token":"token-vera"}')
        await http.get(url)
        await http.post(url, data='42/live,1["join",{"stream":"meeting:physics"}]')
        assert (await (await http.get(url)).text()).startswith('43/live,1[{"ok":true')

        socket = node.socket_of(TEACHER)
        most = 0
        for start in range(0, 1_500, 100):
            await asyncio.gather(*(node.relay(n, text=noise(2_000)) for n in range(start, start + 100)))
            most = max(most, socket.waiting)
            if socket.leaves_at is not None:
                break
        assert 500_000 < most < 1_300_000
        assert socket.waiting < 1_000
        last = await (await http.get(url)).text()
        assert '"too_slow"' in last
        assert last.endswith("\x1e1")
