"""What the events of a signed-in client do, and what each is answered."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from ..domain.messages import COMMANDS, Refused
from ..logs import Lines
from ..metrics import declared
from ..service.live import Live, Outcome, Receipt, Stream, command_line
from . import requests
from .announcing import Announcing
from .connection import Connection, refusal
from .requests import read

log = logging.getLogger(__name__)

Handler = Callable[[Connection, bytes, Any], Awaitable[None] | None]
Done = Callable[[bytes], None]
"""Told the JSON of one command's answer."""


class Answering:
    """The handlers by event name."""

    def __init__(self, live: Live, announcing: Announcing, lines: Lines | None = None) -> None:
        self._live = live
        self._lines = lines if lines is not None and lines.is_on else None
        self._announcing = announcing
        self._is_finishing = False
        self._pending = 0
        self._is_idle = asyncio.Event()
        self.events: dict[str, Handler] = {
            "join": self._join,
            "leave": self._leave,
            "echo": self._echo,
            "command": self._command,
            "commands": self._commands,
        }

    async def finish(self) -> None:
        """Take no more commands, and wait until those under way are answered."""
        self._is_finishing = True
        if self._pending:
            await self._is_idle.wait()

    async def _join(self, connection: Connection, ack_id: bytes, data: Any) -> None:
        try:
            request = read(requests.JOIN, data)
            stream = await self._stream(request.stream)
            if request.since is not None and request.since.seq > stream.seq:
                # The client comes from another node, which was further than this one.
                await self._live.catch_up(stream.id)
            # No await from here on: no commit may fall between the snapshot and the membership. Who left the namespace
            # or was cut while the stream was read is nobody's member: nothing would ever end it.
            socket = connection.socket
            if socket.peer is not connection or socket.leaves_at is not None or socket.closed:
                return
            reply = self._announcing.join(connection, stream, request.since)
        except Refused as refused:
            reply = refusal(refused)
        except Exception:
            log.exception("a join failed", extra={"request_id": connection.socket.request_id})
            reply = refusal(_internal(connection))
        connection.answer(ack_id, reply)

    def _leave(self, connection: Connection, ack_id: bytes, data: Any) -> None:
        try:
            self._announcing.leave(connection, read(requests.LEAVE, data).stream)
        except Refused as refused:
            connection.answer(ack_id, refusal(refused))
        else:
            connection.answer(ack_id, b'{"ok":true}')

    def _echo(self, connection: Connection, ack_id: bytes, data: Any) -> None:
        try:
            read(requests.ECHO, data)
        except Refused as refused:
            connection.answer(ack_id, refusal(refused))
        else:
            connection.answer(ack_id, b'{"ok":true}')

    def _command(self, connection: Connection, ack_id: bytes, data: Any) -> Awaitable[None] | None:
        return self._run(connection, data, partial(connection.answer, ack_id))

    async def _commands(self, connection: Connection, ack_id: bytes, data: Any) -> None:
        try:
            items = read(requests.COMMANDS, data).commands
        except Refused as refused:
            connection.answer(ack_id, refusal(refused))
            return
        results = [b""] * len(items)
        left = len(items)

        def settle(at: int, result: bytes) -> None:
            nonlocal left
            results[at] = result
            left -= 1
            if left == 0:
                connection.answer(ack_id, _together(results))

        for at, item in enumerate(items):
            loading = self._run(connection, item, partial(settle, at))
            if loading is not None:
                await loading
        if not items:
            connection.answer(ack_id, _together([]))

    def _run(self, connection: Connection, data: Any, done: Done) -> Awaitable[None] | None:
        """Submit one command; something to await only where its stream must be read from the log first."""
        try:
            request = read(requests.COMMAND, data)
            if self._is_finishing:
                raise Refused("busy", "the server is restarting: send it again with the same command id")
        except Refused as refused:
            self._refuse(connection, data, refused, done)
            return None
        stream = self._live.loaded(request.stream)
        if stream is None:
            return self._submit_once_loaded(connection, request, done)
        self._submit(connection, stream, request, done)
        return None

    async def _submit_once_loaded(self, connection: Connection, request: requests.Command, done: Done) -> None:
        try:
            stream = await self._stream(request.stream)
        except Refused as refused:
            self._refuse(connection, {"command_id": request.command_id, "name": request.name}, refused, done)
        else:
            self._submit(connection, stream, request, done)

    def _refuse(self, connection: Connection, data: Any, refused: Refused, done: Done) -> None:
        """What never came to the live service."""
        asked = data if isinstance(data, dict) else {}
        self._live.metrics.commands[refused.code][declared(asked.get("name"), COMMANDS)] += 1
        self._say(connection, asked.get("command_id"), asked.get("name"), refused)
        done(refusal(refused))

    def _submit(self, connection: Connection, stream: Stream, request: requests.Command, done: Done) -> None:
        self._pending += 1

        def answer(outcome: Outcome) -> None:
            self._pending -= 1
            if self._lines is not None:
                self._say(connection, request.command_id, request.name, outcome)
            if isinstance(outcome, Refused) and outcome.code == "internal":
                outcome = _internal(connection)
            done(b'{"ok":true,"seq":%d}' % outcome.seq if isinstance(outcome, Receipt) else refusal(outcome))
            if self._is_finishing and not self._pending:
                self._is_idle.set()

        try:
            self._live.submit(stream, connection.actor, request.command_id, request.name, request.data, answer)
        except Exception:
            log.exception("submitting a command failed", extra={"request_id": connection.socket.request_id})
            answer(_internal(connection))

    def _say(self, connection: Connection, command_id: object, name: object, outcome: Outcome) -> None:
        if self._lines is not None:
            told = command_line(command_id, name, outcome)
            self._lines.add("command", request_id=connection.socket.request_id, **told)

    async def _stream(self, stream_id: str) -> Stream:
        try:
            return await self._live.stream(stream_id)
        except Refused:
            raise
        except Exception as error:
            log.exception("reading a stream failed")
            raise Refused("busy", "the server cannot read this now: send it again") from error


def _together(results: list[bytes]) -> bytes:
    return b'{"ok":true,"results":[%b]}' % b",".join(results)


def _internal(connection: Connection) -> Refused:
    return Refused("internal", f"the server made a mistake: it is logged under {connection.socket.request_id}")
