"""docs/examples/relay.py: run as a stranger would run it, against the real server, through a restart of it."""

import asyncio
import re
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.server import ServerProcess

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "relay.py"


def code_lines() -> list[str]:
    """Without the opening words, comments and empty lines."""
    lines = [line.strip() for line in EXAMPLE.read_text("utf-8").split('"""', 2)[2].splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def test_it_is_as_short_as_it_says_and_stands_on_the_protocol_alone() -> None:
    assert len(code_lines()) <= 60
    imported = {match[1] for line in code_lines() if (match := re.match(r"(?:import|from) (\w+)", line))}
    assert imported - sys.stdlib_module_names == {"socketio", "uuid_utils"}
    # An extra that there is not is passed over by pip with a warning, and the example would end at its first line.
    extras = re.findall(r"python-socketio\[([a-z_-]+)\]", EXAMPLE.read_text("utf-8"))
    assert extras
    assert set(extras) <= set(metadata("python-socketio").get_all("Provides-Extra") or [])
    assert "examples/relay.py" in (ROOT / "docs" / "protocol.md").read_text("utf-8")


class Lines:
    """What a program prints, line by line."""

    def __init__(self, program: asyncio.subprocess.Process) -> None:
        assert program.stdout is not None
        self._stdout = program.stdout

    async def next(self) -> str:
        async with asyncio.timeout(60):
            return (await self._stdout.readline()).decode().strip()

    async def until(self, line: str) -> list[str]:
        read = [await self.next()]
        while read[-1] != line:
            assert read[-1], f"it ended before it said {line!r}: {read}"
            read.append(await self.next())
        return read


@pytest.mark.chaos
async def test_it_relays_a_question_and_hears_the_answer(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path)
    await asyncio.to_thread(server.start)
    described = await asyncio.to_thread(server.describe)
    people = {person["role"]: person for person in reversed(described["people"])}
    meeting_id, supervisor = described["meeting"]["id"], people["supervisor"]
    url = f"http://127.0.0.1:{server.port}"
    example = await asyncio.create_subprocess_exec(
        *(sys.executable, EXAMPLE, url, supervisor["token"], meeting_id, supervisor["site_id"], "Why is it bent?"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    lines = Lines(example)
    headers = {"Authorization": f"Bearer {people['teacher']['token']}"}
    try:
        async with aiohttp.ClientSession(headers=headers) as http:

            async def teach(name: str, **data: Any) -> None:
                body = {"command_id": f"{name}-by-hand", "name": name, "data": {"question_id": question_id} | data}
                async with http.post(f"{url}/api/meetings/{meeting_id}/commands", json=body) as answer:
                    assert answer.status == 200, await answer.text()

            sent = await lines.next()
            question_id = sent.removeprefix("sent as ")
            assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", question_id), (
                sent
            )
            assert await lines.until("queued") == ["queued"]
            await teach("question.claim")
            await lines.until("claimed")
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await teach("question.answer", form="written", text="Light slows down in water.\nThat bends it.")
            assert await lines.until("answered") == ["answered"]
            assert [await lines.next(), await lines.next()] == ["Light slows down in water.", "That bends it."]
            assert await example.wait() == 0
            async with http.get(f"{url}/api/meetings/{meeting_id}/report") as answer:
                questions = {one["question_id"]: one for one in (await answer.json())["questions"]}
            asked = questions[question_id]
            assert (asked["text"], asked["status"]) == ("Why is it bent?", "confirmed")
    finally:
        if example.returncode is None:
            example.kill()
            await example.wait()
        await asyncio.to_thread(server.stop)
