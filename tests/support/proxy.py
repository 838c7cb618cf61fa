"""A bad link: a small TCP proxy that a test makes slow, silent or broken while connections go through it."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Proxy:
    """Forwards to a port of this machine. Change its fields while it runs."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.latency_seconds = 0.0
        """How much later each piece of data arrives; the order stays."""
        self.connections = 0
        """How many were ever let through."""
        self._passing = asyncio.Event()
        self._passing.set()
        self._pairs: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen on a free port, `port`."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        self._server.close()
        self.reset()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def fall_silent(self) -> None:
        """From now on nothing gets through in either direction, and nobody is told: a half-open link."""
        self._passing.clear()

    def speak_again(self) -> None:
        """What was held back goes on its way."""
        self._passing.set()

    def reset(self) -> None:
        """Cut every connection as a crashed router does: RST, and what was on its way is gone."""
        pairs, self._pairs = self._pairs, []
        for writer in (writer for pair in pairs for writer in pair):
            link = writer.get_extra_info("socket")
            if link is not None and not writer.is_closing():
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.connections += 1
        self._pairs.append((writer, there_writer))
        for source, sink in ((reader, there_writer), (there_reader, writer)):
            task = asyncio.create_task(self._forward(source, sink))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forward(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                if self.latency_seconds:
                    await asyncio.sleep(self.latency_seconds)
                await self._passing.wait()
                sink.write(data)
                await sink.drain()
            await self._passing.wait()
        sink.close()


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[Proxy]:
    """A proxy in front of the port."""
    proxy = Proxy(port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()
