"""A client of the live wire: one person's connection, kept up until it is let go.

Written from docs/protocol.md alone, frame by frame over a WebSocket: which packet leaves when is the point here. It
keeps a copy of each stream that it watches, and each command until the server has answered it. After a lost link or a
restart of the server it connects again, resumes the streams, and sends what was never acknowledged once more, in order
and under the same ids. It knows nothing of questions or lessons.
"""

import asyncio
import gzip
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, NoReturn, TypeAlias

import aiohttp
import orjson
from uuid_utils import uuid7

from ..domain.messages import Refused
from .patience import Patience, reason
from .stream_copy import StreamCopy, View

SILENCE_SECONDS = 20.0
"""The server pings every 10 s: a link that says nothing for so long is dead."""
GAP_SECONDS = 0.3
"""How long a gap may stay open before the stream is resumed."""
CONNECT_SECONDS = 15.0
PATIENCE_SECONDS = 120.0
MAX_COMMANDS = 100
MAX_FRAME = 64 * 1024
ENVELOPE = 128
"""More bytes than anything around the commands in a frame takes."""
RETRYABLE = frozenset({"busy", "too_many_requests"})
"""Nothing was done: send it again, with the same id."""

OnViews: TypeAlias = Callable[[Sequence[View]], None]


class SignedOut(Exception):
    """The server does not take this person's token, or not any more."""


class LinkLost(Exception):
    """The connection is gone; `retry_seconds` says how long the server asked to wait."""

    def __init__(self, why: str, retry_seconds: float = 0.0) -> None:
        super().__init__(why)
        self.retry_seconds = retry_seconds


@dataclass(slots=True)
class _Watched:
    """A stream, and who is told of its views."""

    copy: StreamCopy
    on_views: OnViews
    joined: asyncio.Future[None]
    gap: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class _Pending:
    """A command that the server has not answered: its JSON, and who waits for its seq."""

    body: bytes
    answer: asyncio.Future[int]


class LiveClient:
    """One person on `/live`. It acts while `run` runs; `watch` and `submit` may be called before."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str, token: str, *, meeting_id: str = "") -> None:
        """`meeting_id`: the only meeting that this connection is for, where there is one: balancers hash on it."""
        self.on_lost: Callable[[str], None] = lambda why: None
        """Told why, each time the link is lost."""
        self.connections = 0
        """How often a link was made."""
        query = f"?meeting={meeting_id}&EIO=4" if meeting_id else "?EIO=4"
        self._session = session
        self._url = f"{base_url.rstrip('/')}/socket.io/{query}&transport=websocket"
        self._token = token
        self._watched: dict[str, _Watched] = {}
        self._stale: dict[str, None] = {}
        """The streams that must be joined, once or again, in this order."""
        self._outbox: dict[str, _Pending] = {}
        self._work_to_do = asyncio.Event()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._numbers = count()

    # ── Streams and commands ───────────────────────────────────────────────────────────────────────────────────

    async def watch(self, stream: str, on_views: OnViews) -> StreamCopy:
        """Join the stream and keep a copy of it; `on_views` is told what changes, at first everything.

        Raises `Refused` where it may not be watched. Should that come later, `run` raises it.
        """
        joined: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        watched = self._watched[stream] = _Watched(StreamCopy(), on_views, joined)
        self._join_soon(stream)
        await joined
        return watched.copy

    async def leave(self, stream: str) -> None:
        """Watch the stream no more."""
        watched = self._watched.pop(stream, None)
        if watched is not None and watched.gap is not None:
            watched.gap.cancel()
        with suppress(LinkLost):
            await self._ask("leave", orjson.dumps({"stream": stream}))

    def submit(self, stream: str, name: str, data: dict[str, Any]) -> asyncio.Future[int]:
        """Send a command after all that were submitted before; the seq after its commit, or `Refused`, is to come."""
        command_id = str(uuid7())
        body = orjson.dumps({"stream": stream, "command_id": command_id, "name": name, "data": data})
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if len(body) + ENVELOPE > MAX_FRAME:
            # The server would close the connection on it, again each time it were sent.
            answer.set_exception(Refused("too_large", "over 64 KiB: the server takes no frame of this size", "data"))
        else:
            self._outbox[command_id] = _Pending(body, answer)
            self._work_to_do.set()
        return answer

    # ── Being connected ────────────────────────────────────────────────────────────────────────────────────────

    async def run(self) -> NoReturn:
        """Be connected until cancelled. Raises `SignedOut`, `Unreachable`, or `Refused` for a stream that was lost."""
        patience = Patience(PATIENCE_SECONDS)
        while True:
            connections = self.connections
            try:
                await self._stay_connected(patience)
            except (LinkLost, aiohttp.ClientError, OSError, TimeoutError) as lost:
                why = reason(lost)
                if self.connections > connections:
                    self.on_lost(why)
                await patience.wait(why, lost.retry_seconds if isinstance(lost, LinkLost) else 0.0)

    async def _stay_connected(self, patience: Patience) -> None:
        async with asyncio.timeout(CONNECT_SECONDS):
            # Half-open links do not answer a goodbye either.
            close = aiohttp.ClientWSTimeout(ws_close=1.0)
            socket = await self._session.ws_connect(self._url, max_msg_size=0, timeout=close)
        async with socket:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._sign_in(socket)
            patience.renew()
            self.connections += 1
            self._socket = socket
            self._stale = dict.fromkeys(self._watched)
            self._work_to_do.set()
            try:
                await _until_one_ends(self._read(socket), self._work())
            finally:
                self._socket = None
                answers, self._answers = self._answers, {}
                for answer in answers.values():
                    if not answer.done():
                        answer.set_exception(LinkLost("the link was lost before the answer"))
                        answer.exception()  # Who asked may be gone.

    async def _sign_in(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        await socket.send_str("40/live," + orjson.dumps({"token": self._token}).decode())
        while True:
            text = await _receive(socket)
            if isinstance(text, str) and text.startswith("40/live,"):
                return
            if isinstance(text, str) and text.startswith("44/live,"):
                refused = orjson.loads(text[8:])
                if refused.get("data", {}).get("code") == "not_signed_in":
                    raise SignedOut(refused["message"])
                raise LinkLost(refused["message"])

    # ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> NoReturn:
        while True:
            packet = await _receive(socket)
            if isinstance(packet, bytes):
                # Of the server's events only `changes_gz` has an attachment.
                self._take("changes", orjson.loads(gzip.decompress(packet)))
            elif packet == "2":
                await socket.send_str("3")
            elif packet.startswith("42/live,"):
                self._take(*orjson.loads(packet[8:]))
            elif packet.startswith("43/live,"):
                number, _, body = packet[8:].partition("[")
                answer = self._answers.pop(int(number), None)
                if answer is not None and not answer.done():
                    answer.set_result(orjson.loads("[" + body)[0])
            elif packet.startswith(("41/live", "1")):
                raise LinkLost("the server closed the link")

    def _take(self, event: str, body: dict[str, Any]) -> None:
        if event == "closing":
            if body["code"] in {"revoked", "expired", "abuse"}:
                raise SignedOut(body["message"])
            raise LinkLost(body["message"], (body.get("retry_ms") or 0) / 1_000)
        watched = self._watched.get(body.get("stream", ""))
        if watched is None:
            return
        if event == "removed":
            raise Refused(body["code"], body["message"])
        if event == "head":
            watched.copy.take_head(body)
        elif event in {"changes", "snapshot"}:
            take = watched.copy.take_changes if event == "changes" else watched.copy.take_reply
            self._tell(watched, take(body))
        self._mind_the_gap(body["stream"], watched)

    def _tell(self, watched: _Watched, views: Sequence[View]) -> None:
        if views:
            watched.on_views(views)

    def _mind_the_gap(self, stream: str, watched: _Watched) -> None:
        """What is missing may only be late: look again in a moment."""
        if watched.copy.is_behind and watched.gap is None and watched.joined.done():
            loop = asyncio.get_running_loop()
            watched.gap = loop.call_later(GAP_SECONDS, self._close_the_gap, stream, watched)

    def _close_the_gap(self, stream: str, watched: _Watched) -> None:
        watched.gap = None
        if watched.copy.is_behind:
            self._join_soon(stream)

    # ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────────

    async def _work(self) -> NoReturn:
        """Join what must be joined, then send what waits; one request at a time keeps the order without a doubt."""
        while True:
            await self._work_to_do.wait()
            self._work_to_do.clear()
            while self._stale:
                await self._join(next(iter(self._stale)))
            if self._outbox:
                await self._flush()

    def _join_soon(self, stream: str) -> None:
        self._stale[stream] = None
        self._work_to_do.set()

    async def _join(self, stream: str) -> None:
        del self._stale[stream]
        watched = self._watched.get(stream)
        if watched is None:
            return
        since = watched.copy.since
        request = {"stream": stream} | ({"since": since} if since else {})
        reply = await self._ask("join", orjson.dumps(request))
        if reply["ok"]:
            self._tell(watched, watched.copy.take_reply(reply))
            if not watched.joined.done():
                watched.joined.set_result(None)
            self._mind_the_gap(stream, watched)
        elif reply["error"]["code"] in RETRYABLE:
            await asyncio.sleep(GAP_SECONDS)
            self._join_soon(stream)
        elif watched.joined.done():
            raise _refusal(reply["error"])
        else:
            del self._watched[stream]
            watched.joined.set_exception(_refusal(reply["error"]))

    async def _flush(self) -> None:
        sent = self._next_commands()
        body = b'{"commands":[%b]}' % b",".join(pending.body for pending in sent.values())
        reply = await self._ask("commands", body)
        results = reply["results"] if reply["ok"] else [reply] * len(sent)
        for command_id, result in zip(sent, results, strict=True):
            self._settle(command_id, result)
        if self._outbox:
            self._work_to_do.set()
        if any(command_id in self._outbox for command_id in sent):
            await asyncio.sleep(GAP_SECONDS)

    def _next_commands(self) -> dict[str, _Pending]:
        """The commands that have waited longest, as many as one frame takes."""
        taken: dict[str, _Pending] = {}
        room = MAX_FRAME - ENVELOPE
        for command_id, pending in self._outbox.items():
            room -= len(pending.body) + 1
            if taken and (room < 0 or len(taken) == MAX_COMMANDS):
                break
            taken[command_id] = pending
        return taken

    def _settle(self, command_id: str, result: dict[str, Any]) -> None:
        if not result["ok"] and result["error"]["code"] in RETRYABLE:
            return
        if not result["ok"] and result["error"]["code"] == "not_signed_in":
            raise SignedOut(result["error"]["message"])
        answer = self._outbox.pop(command_id).answer
        if answer.done():
            return
        if result["ok"]:
            answer.set_result(result["seq"])
        else:
            answer.set_exception(_refusal(result["error"]))

    async def _ask(self, event: str, body: bytes) -> Any:
        if self._socket is None:
            raise LinkLost("not connected")
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(f'42/live,{number}["{event}",{body.decode()}]')
        return await answer


async def _receive(socket: aiohttp.ClientWebSocketResponse) -> str | bytes:
    try:
        message = await socket.receive(timeout=SILENCE_SECONDS)
    except TimeoutError:
        raise LinkLost(f"nothing was heard for {SILENCE_SECONDS:.0f} s") from None
    if message.type not in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
        raise LinkLost("the link broke")
    packet: str | bytes = message.data
    return packet


async def _until_one_ends(*works: Coroutine[Any, Any, Any]) -> None:
    """Run together until the first ends, which its failure does; the others end with it."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _refusal(error: dict[str, Any]) -> Refused:
    return Refused(error["code"], error["message"], error.get("field"))
