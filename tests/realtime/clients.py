"""A client of the protocol, written from docs/protocol.md alone, frame by frame over a bare WebSocket.

Everything that it is sent is held against the published document at once.
"""

import asyncio
import gzip
import json
from collections.abc import Callable
from itertools import count
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from server.domain.actors import Actor

from .validating import validate_message
from .world import MEETING, ORIGIN


class Gone(Exception):
    """The server closed the socket."""


Filter = Callable[[dict[str, Any]], list[dict[str, Any]]]
"""What a bad link makes of one frame: none, one, several or another."""


class WireClient:
    """One connection. `copies` holds what the client algorithm of the protocol has made of what came."""

    def __init__(self, url: str, actor: Actor, *, filter: Filter | None = None, compress: int = 0) -> None:
        self.url = url.replace("http", "ws")
        self.token = f"token-{actor.person_id}"
        self.events: list[tuple[str, Any]] = []
        self.answer_order: list[int] = []
        self.pings = 0
        self.copy = Copy()
        self.open_packet: dict[str, Any] = {}
        self._filter = filter or (lambda frame: [frame])
        self._compress = compress
        self._ids = count()
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._asked: dict[int, str] = {}
        self._connected: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self.close_code: int | None = None
        self.is_mute = False

    async def __aenter__(self) -> "WireClient":
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def connect(self) -> None:
        """Open the WebSocket and sign in; raises Refusal's data where that is refused."""
        self._session = ClientSession()
        self.socket: ClientWebSocketResponse = await self._session.ws_connect(
            f"{self.url}/socket.io/?EIO=4&transport=websocket&meeting=physics",
            headers={"Origin": ORIGIN},
            max_msg_size=0,
            compress=self._compress,
        )
        self._reader = asyncio.create_task(self._read())
        await self.socket.send_str(f'40/live,{{"token":"{self.token}"}}')
        async with asyncio.timeout(5):
            await asyncio.shield(self._connected)

    async def close(self) -> None:
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)
        await self.socket.close()
        await self._session.close()

    # ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────────

    def start(self, name: str, data: Any) -> "asyncio.Future[Any]":
        """Send an event; its answer is to come."""
        ack_id = next(self._ids)
        answer = self.expect(ack_id, name)
        # Uncompressed frames leave in the order of these tasks.
        self._sending = asyncio.ensure_future(self.socket.send_str(f"42/live,{ack_id}{json.dumps([name, data])}"))
        return answer

    def expect(self, ack_id: int, name: str = "nonsense") -> "asyncio.Future[Any]":
        """An answer under this id is to come."""
        self._asked[ack_id] = name
        self._answers[ack_id] = asyncio.get_running_loop().create_future()
        return self._answers[ack_id]

    async def ask(self, name: str, data: Any) -> Any:
        """Send an event and wait for its answer."""
        async with asyncio.timeout(10):
            return await self.start(name, data)

    async def join(self, since: dict[str, Any] | None = None, stream: str = MEETING) -> Any:
        reply = await self.ask("join", {"stream": stream} | ({"since": since} if since else {}))
        if reply["ok"]:
            self.copy.take_reply(reply)
        return reply

    async def command(self, command_id: str, name: str, data: Any) -> Any:
        return await self.ask("command", command(command_id, name, data))

    # ── Waiting ────────────────────────────────────────────────────────────────────────────────────────────────

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Wait until what has come fulfils the condition."""
        async with asyncio.timeout(seconds):
            while not condition():
                if self._reader.done() and self._reader.exception():
                    raise self._reader.exception() or Gone()
                self._changed.clear()
                await self._changed.wait()

    async def until_seq(self, seq: int) -> None:
        await self.until(lambda: self.copy.last >= seq)

    async def until_event(self, name: str, seconds: float = 10.0) -> Any:
        await self.until(lambda: any(event == name for event, _ in self.events), seconds)
        return next(body for event, body in self.events if event == name)

    async def until_closed(self, seconds: float = 10.0) -> int | None:
        await self.until(lambda: self.close_code is not None or self.socket.closed, seconds)
        return self.close_code

    # ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self) -> None:
        try:
            await self._read_on()
        finally:
            self.close_code = self.socket.close_code
            self._changed.set()

    async def _read_on(self) -> None:
        placeholder: str | None = None
        async for message in self.socket:
            if message.type is WSMsgType.BINARY:
                assert placeholder is not None
                name, placeholder = placeholder, None
                self._take(name, json.loads(gzip.decompress(message.data)))
                continue
            text: str = message.data
            if text == "2":
                self.pings += 1
                if not self.is_mute:
                    await self.socket.send_str("3")
            elif text.startswith("0"):
                self.open_packet = json.loads(text[1:])
            elif text.startswith("40/live,"):
                self._connected.set_result(json.loads(text[8:]))
            elif text.startswith("44/live,"):
                refusal = json.loads(text[8:])
                self._connected.set_exception(Gone(refusal))
            elif text.startswith("451-/live,"):
                placeholder = json.loads(text[10:])[0]
            elif text.startswith("42/live,"):
                self._take(*json.loads(text[8:]))
            elif text.startswith("43/live,"):
                ack_id, _, body = text[8:].partition("[")
                self._take_answer(int(ack_id), json.loads("[" + body)[0])
            else:
                raise AssertionError(f"an unexpected packet: {text[:100]}")
            self._changed.set()

    def _take(self, name: str, body: Any) -> None:
        validate_message(name, body)
        self.events.append((name, body))
        if name in ("changes", "changes_gz"):
            for frame in self._filter(body):
                self.copy.take_changes(frame)
        elif name == "snapshot":
            self.copy.take_reply(body)
        elif name == "removed":
            self.copy = Copy()
        self._changed.set()

    def _take_answer(self, ack_id: int, body: Any) -> None:
        validate_message(f"ack of {self._asked[ack_id]}", body)
        self.answer_order.append(ack_id)
        answer = self._answers.pop(ack_id)
        if not answer.done():
            answer.set_result(body)


class Copy:
    """What a client holds of one stream: the algorithm of docs/protocol.md."""

    def __init__(self) -> None:
        self.epoch = self.audience = ""
        self.last = -1
        self.values: dict[tuple[str, str], Any] = {}
        self.held: list[dict[str, Any]] = []

    def take_reply(self, reply: dict[str, Any]) -> None:
        """A snapshot replaces, changes are put in."""
        if "snapshot" in reply:
            self.values = {}
        self._put(reply.get("snapshot") or reply.get("changes") or [])
        self.epoch, self.audience, self.last = reply["epoch"], reply["audience"], reply["seq"]
        held, self.held = self.held, []
        for frame in sorted(held, key=lambda one: int(one["after"])):
            self.take_changes(frame)

    def take_changes(self, frame: dict[str, Any]) -> None:
        """Drop the old, put in what follows, hold what is early."""
        if frame["seq"] <= self.last:
            return
        if frame["after"] > self.last:
            self.held.append(frame)
            return
        self._put(frame["changes"])
        self.last = frame["seq"]
        held, self.held = self.held, []
        for one in sorted(held, key=lambda one: int(one["after"])):
            self.take_changes(one)

    @property
    def position(self) -> dict[str, Any]:
        return {"epoch": self.epoch, "seq": self.last, "audience": self.audience}

    def _put(self, views: list[dict[str, Any]]) -> None:
        for view in views:
            if view["value"] is None:
                self.values.pop((view["kind"], view["id"]), None)
            else:
                self.values[view["kind"], view["id"]] = view["value"]


def command(command_id: str, name: str, data: Any, stream: str = MEETING) -> dict[str, Any]:
    """A request to run a command."""
    return {"stream": stream, "command_id": command_id, "name": name, "data": data}
