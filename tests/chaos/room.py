"""A room's tablet in a bad world, on the official Socket.IO client: it keeps what was not acknowledged, comes back by
itself, resumes from where it was and sends again, in order and under the same ids.
"""

import asyncio
import gzip
import json
from contextlib import suppress
from typing import Any

import socketio

from tests.realtime.clients import Copy

NAMESPACE = "/live"


class RoomClient:
    """One person in one meeting. `copy` is what their screen would show."""

    def __init__(self, url: str, stream: str, token: str) -> None:
        self.copy = Copy()
        self.acknowledged: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        """The code of each refusal; a second receipt that differs from the first counts as one."""
        self.resumes: list[str] = []
        """How each join was answered: with a `snapshot` or with `changes`."""
        self.disconnects = 0
        self._url = f"{url}?meeting={stream.partition(':')[2]}"
        self._stream = stream
        self._token = token
        self._outbox: dict[str, dict[str, Any]] = {}
        self._is_joined = False
        self._sending = asyncio.Lock()
        """Held while something is sent, so that nothing new overtakes what is sent again."""
        self._changed = asyncio.Event()
        self._client = socketio.AsyncClient(reconnection_delay=0.05, reconnection_delay_max=0.2)
        for name, handler in (
            ("connect", self._on_connect),
            ("disconnect", self._on_disconnect),
            ("changes", self._on_changes),
            ("changes_gz", self._on_compressed),
            ("head", self._on_head),
        ):
            self._client.on(name, handler, namespace=NAMESPACE)

    async def connect(self) -> None:
        await self._client.connect(
            self._url, auth={"token": self._token}, namespaces=[NAMESPACE], transports=["websocket"], retry=True
        )
        await self.until(lambda: self._is_joined)

    async def close(self) -> None:
        await self._client.disconnect()
        await self._client.shutdown()

    @property
    def under_way(self) -> int:
        """How many commands are not answered yet."""
        return len(self._outbox)

    async def command(self, command_id: str, name: str, data: dict[str, Any]) -> None:
        """Put a command on its way; it stays ours until it is answered."""
        self._outbox[command_id] = {"stream": self._stream, "command_id": command_id, "name": name, "data": data}
        async with self._sending:
            if self._is_joined:
                await self._send(command_id)

    async def until(self, condition: Any, seconds: float = 60.0) -> None:
        """Wait until what has come fulfils the condition."""
        async with asyncio.timeout(seconds):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def until_all_answered(self) -> None:
        await self.until(lambda: not self._outbox)

    async def _send(self, command_id: str) -> None:
        with suppress(socketio.exceptions.SocketIOError):
            await self._client.emit(
                "command",
                self._outbox[command_id],
                namespace=NAMESPACE,
                callback=lambda reply: self._answered(command_id, reply),
            )

    def _answered(self, command_id: str, reply: Any) -> None:
        if reply["ok"]:
            first = self.acknowledged.setdefault(command_id, reply["seq"])
            if first != reply["seq"]:
                self.refused[command_id] = f"acknowledged as {first}, then as {reply['seq']}"
        else:
            self.refused[command_id] = reply["error"]["code"]
        self._outbox.pop(command_id, None)
        self._changed.set()

    async def _on_connect(self) -> None:
        await self._join()

    async def _join(self) -> None:
        since = {"since": self.copy.position} if self.copy.epoch else {}
        try:
            reply = await self._client.call("join", {"stream": self._stream} | since, namespace=NAMESPACE, timeout=30)
        except socketio.exceptions.SocketIOError:
            return
        assert reply["ok"], reply
        self.resumes.append("snapshot" if "snapshot" in reply else "changes")
        self.copy.take_reply(reply)
        async with self._sending:
            was_joined, self._is_joined = self._is_joined, True
            for command_id in [] if was_joined else list(self._outbox):
                await self._send(command_id)
        self._changed.set()

    def _on_disconnect(self, *_: Any) -> None:
        self._is_joined = False
        self.disconnects += 1
        self._changed.set()

    def _on_changes(self, frame: dict[str, Any]) -> None:
        self.copy.take_changes(frame)
        self._changed.set()

    def _on_compressed(self, body: bytes) -> None:
        self._on_changes(json.loads(gzip.decompress(body)))

    async def _on_head(self, head: dict[str, Any]) -> None:
        if head["seq"] > self.copy.last and self._is_joined:
            await self._join()
