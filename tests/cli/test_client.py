"""The client on a wire that misbehaves: a server of this test's own, which answers as it is told to."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.cli.client import LiveClient, SignedOut
from server.domain.messages import Refused

STREAM = "meeting:physics"
Answer = Callable[["FakeServer", str, Any], Awaitable[Any]]


class FakeServer:
    """Speaks the packets of the protocol. What came in stands in `heard`; `answer` says what each is answered."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.heard: list[tuple[int, str, Any]] = []
        """(number of the connection, event, data)."""
        self.connections = 0
        self.refuse: dict[str, Any] | None = None
        self.pongs = 0
        self.socket: web.WebSocketResponse
        self.client_runs: asyncio.Task[None]

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        self.connections += 1
        self.socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str('0{"sid":"s","upgrades":[],"pingInterval":10000,"pingTimeout":10000}')
        async for message in socket:
            await self._read(socket, message.data)
        return socket

    async def _read(self, socket: web.WebSocketResponse, text: str) -> None:
        if text.startswith("40/live,"):
            assert json.loads(text[8:]) == {"token": "secret"}
            refused = f"44/live,{json.dumps(self.refuse)}"
            await socket.send_str('40/live,{"sid":"t"}' if self.refuse is None else refused)
        elif text == "3":
            self.pongs += 1
        else:
            number, _, body = text.removeprefix("42/live,").partition("[")
            event, data = json.loads("[" + body)
            self.heard.append((self.connections, event, data))
            answer = await self.answer(self, event, data)
            if answer is not None:
                await socket.send_str(f"43/live,{number}[{json.dumps(answer)}]")

    async def tell(self, event: str, body: dict[str, Any]) -> None:
        await self.socket.send_str(f"42/live,{json.dumps([event, body])}")

    async def drop(self) -> None:
        """Cut the link without a word."""
        assert self.socket._req is not None
        assert self.socket._req.transport is not None
        self.socket._req.transport.abort()


async def agreeable(server: FakeServer, event: str, data: Any) -> Any:
    """Answer everything with yes; the stream is at 3."""
    if event == "commands":
        return {"ok": True, "results": [{"ok": True, "seq": 4} for _ in data["commands"]]}
    position = {"epoch": "e", "seq": 3, "audience": "teacher"}
    return {"ok": True} | (position | {"snapshot": [question(1)]} if event == "join" else {})


def question(version: int) -> dict[str, Any]:
    return {"kind": "question", "id": "q", "value": {"version": version}}


@asynccontextmanager
async def connected(answer: Answer) -> AsyncIterator[tuple[FakeServer, LiveClient]]:
    fake, app = FakeServer(answer), web.Application()
    app.router.add_get("/socket.io/", fake.serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        client = LiveClient(session, str(server.make_url("")), "secret")
        fake.client_runs = asyncio.create_task(client.run())
        async with asyncio.timeout(20):
            yield fake, client
        fake.client_runs.cancel()
        await asyncio.gather(fake.client_runs, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def names_sent(fake: FakeServer, connection: int) -> list[str]:
    return [
        command["name"]
        for number, event, data in fake.heard
        if (number, event) == (connection, "commands")
        for command in data["commands"]
    ]


async def test_what_was_not_acknowledged_is_sent_again_in_order_under_the_same_ids() -> None:
    async def lose_the_first_answer(fake: FakeServer, event: str, data: Any) -> Any:
        if event == "commands" and fake.connections == 1:
            await fake.drop()
            return None
        return await agreeable(fake, event, data)

    async with connected(lose_the_first_answer) as (fake, client):
        answers = [client.submit(STREAM, f"noun.verb{n}", {}) for n in range(250)]
        assert await asyncio.gather(*answers) == [4] * 250
        assert client.connections == 2
        first, *again = [data["commands"] for _, event, data in fake.heard if event == "commands"]
        assert again[0] == first
        assert names_sent(fake, 2) == [f"noun.verb{n}" for n in range(250)]
        assert [len(batch) for batch in again] == [100, 100, 50]


async def test_busy_is_asked_again_and_a_refusal_is_told() -> None:
    results = iter(
        [
            [{"ok": False, "error": {"code": "busy", "message": "later"}}, {"ok": True, "seq": 5}],
            [{"ok": False, "error": {"code": "too_long", "message": "shorten it", "field": "text"}}],
        ]
    )

    async def answer(fake: FakeServer, event: str, data: Any) -> Any:
        return {"ok": True, "results": next(results)}

    async with connected(answer) as (fake, client):
        refused, done = client.submit(STREAM, "one.thing", {}), client.submit(STREAM, "other.thing", {})
        assert await done == 5
        with pytest.raises(Refused) as caught:
            await refused
        assert caught.value.as_error() == {"code": "too_long", "message": "shorten it", "field": "text"}
        ids = [[command["command_id"] for command in data["commands"]] for _, _, data in fake.heard]
        assert ids[1] == ids[0][:1]


async def test_what_no_frame_can_hold_is_refused_without_being_sent() -> None:
    async with connected(agreeable) as (fake, client):
        with pytest.raises(Refused, match="too_large"):
            await client.submit(STREAM, "question.relay", {"text": "x" * 70_000})
        fitting = [client.submit(STREAM, "question.relay", {"text": "x" * 30_000}) for _ in range(4)]
        await asyncio.gather(*fitting)
        assert [len(data["commands"]) for _, _, data in fake.heard] == [2, 2]


async def test_a_watched_stream_is_resumed_from_where_it_was() -> None:
    async def answer(fake: FakeServer, event: str, data: Any) -> Any:
        if data.get("since"):
            return {"ok": True, "epoch": "e", "seq": 6, "audience": "teacher", "changes": [question(6)]}
        return await agreeable(fake, event, data)

    told: list[Any] = []
    async with connected(answer) as (fake, client):
        copy = await client.watch(STREAM, told.extend)
        packed = gzip.compress(json.dumps(changes(3, 4)).encode())
        await fake.socket.send_str('451-/live,["changes_gz",{"_placeholder":true,"num":0}]')
        await fake.socket.send_bytes(packed)
        await until(lambda: copy.last == 4)
        await fake.drop()
        await until(lambda: copy.last == 6)
        joins = [(number, data.get("since")) for number, event, data in fake.heard if event == "join"]
        assert joins == [(1, None), (2, {"epoch": "e", "seq": 4, "audience": "teacher"})]
        assert [view["value"]["version"] for view in told] == [1, 4, 6]


async def test_a_gap_is_waited_for_and_then_asked_for() -> None:
    async def answer(fake: FakeServer, event: str, data: Any) -> Any:
        if data.get("since"):
            return {"ok": True, "epoch": "e", "seq": 9, "audience": "teacher", "changes": [question(9)]}
        return await agreeable(fake, event, data)

    async with connected(answer) as (fake, client):
        copy = await client.watch(STREAM, lambda views: None)
        # Late, but within the wait: nothing is asked.
        await fake.tell("changes", changes(4, 5))
        await fake.tell("changes", changes(3, 4))
        await until(lambda: copy.last == 5)
        await asyncio.sleep(0.4)
        assert len(fake.heard) == 1
        # Lost: the head tells.
        await fake.tell("head", {"stream": STREAM, "epoch": "e", "seq": 9})
        await until(lambda: copy.last == 9)
        assert fake.heard[1][2]["since"]["seq"] == 5


async def test_another_epoch_brings_a_snapshot() -> None:
    async with connected(agreeable) as (fake, client):
        copy = await client.watch(STREAM, lambda views: None)
        await fake.tell("head", {"stream": STREAM, "epoch": "restored", "seq": 2})
        await until(lambda: len(fake.heard) == 2)
        assert fake.heard[1][1:] == ("join", {"stream": STREAM})
        await until(lambda: copy.since is not None)


async def test_the_heartbeat_is_answered_and_the_server_may_say_when_to_come_back() -> None:
    async with connected(agreeable) as (fake, client):
        await client.watch(STREAM, lambda views: None)
        await fake.socket.send_str("2")
        await until(lambda: fake.pongs == 1)
        began = asyncio.get_running_loop().time()
        await fake.tell("closing", {"code": "shutting_down", "message": "restarting", "retry_ms": 1_000})
        await until(lambda: fake.connections == 2)
        assert asyncio.get_running_loop().time() - began > 0.6


async def test_who_is_revoked_is_told_so_and_does_not_come_back() -> None:
    async with connected(agreeable) as (fake, client):
        await client.watch(STREAM, lambda views: None)
        await fake.tell("closing", {"code": "revoked", "message": "this session was ended", "retry_ms": None})
        with pytest.raises(SignedOut, match="was ended"):
            await fake.client_runs
        assert fake.connections == 1


async def test_who_may_not_connect_is_told_so_once() -> None:
    async with connected(agreeable) as (fake, client):
        await client.watch(STREAM, lambda views: None)
        fake.refuse = {"message": "sign in first", "data": {"code": "not_signed_in"}}
        await fake.drop()
        with pytest.raises(SignedOut, match="sign in first"):
            await fake.client_runs
        assert fake.connections == 2


async def test_a_stream_that_may_not_be_watched_is_refused() -> None:
    async def refuse(fake: FakeServer, event: str, data: Any) -> Any:
        return {"ok": False, "error": {"code": "unknown_stream", "message": "there is no such stream"}}

    async with connected(refuse) as (_, client):
        with pytest.raises(Refused, match="unknown_stream"):
            await client.watch(STREAM, lambda views: None)


def changes(after: int, seq: int) -> dict[str, Any]:
    return {"stream": STREAM, "epoch": "e", "after": after, "seq": seq, "changes": [question(seq)]}
