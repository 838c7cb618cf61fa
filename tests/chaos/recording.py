"""The other end of the recorder: a process that is started, asked, killed and started again."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.support.meetings import relay_data

ROOT = Path(__file__).parents[2]
SITE_OF = {"ruth": "pine-ridge", "sam": "mesa", "lena": "elk-creek"}


class Recorder:
    """One run of the recorder over a database."""

    def __init__(self, *arguments: str, under: Sequence[str] = ()) -> None:
        """The recorder's own arguments; `under` is a program to run it under."""
        self._command = [*under, sys.executable, "-m", "tests.chaos.recorder", *arguments]

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT
        )
        assert await self.answer(), "the recorder did not start"

    def ask(self, actor: str, question_id: str) -> None:
        """Send a question on its way; the command's id is the question's."""
        asked = {
            "actor": actor,
            "id": question_id,
            "name": "question.relay",
            "data": relay_data(question_id, SITE_OF[actor]),
        }
        assert self._process.stdin
        self._process.stdin.write(json.dumps(asked).encode() + b"\n")

    async def answer(self) -> dict[str, Any] | None:
        """The next line; None where the process is gone. A line that was cut off was told to nobody."""
        assert self._process.stdout
        async with asyncio.timeout(30):
            line = await self._process.stdout.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    async def answers(self, number: int) -> dict[str, int]:
        """The next so many acknowledgements: the id of each question and its seq."""
        told: dict[str, int] = {}
        while len(told) < number and (answer := await self.answer()):
            told[answer["id"]] = answer["seq"]
        return told

    async def kill(self) -> dict[str, int]:
        """`kill -9`; the acknowledgements that were under way reach us all the same."""
        self._process.kill()
        told = await self.answers(1_000_000)
        await self._process.wait()
        return told

    async def end(self) -> None:
        """Close its door and wait until it has gone home."""
        assert self._process.stdin
        self._process.stdin.close()
        assert await self.answer() is None
        assert await self._process.wait() == 0
