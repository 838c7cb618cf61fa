"""docs/deploying.md: an empty installation, and what its coordinator types until a class can be held on it."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.server import ServerProcess

ROOT = Path(__file__).parents[2]
DEPLOYING = (ROOT / "docs" / "deploying.md").read_text("utf-8")
SCRIPT = DEPLOYING.partition("\n### The first class\n")[2].partition("```sh\n")[2].partition("```\n")[0]


def longroom(server: ServerProcess, *words: str) -> str:
    """What a command printed that was run on the server's own data."""
    command = [sys.executable, "-m", "server", *words]
    ended = subprocess.run(command, env=server.environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def password_in(printed: str) -> str:
    return printed.partition("Password: ")[2].strip()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """One with nothing in it."""
    server = ServerProcess(tmp_path, is_demo=False)
    longroom(server, "migrate")
    server.start()
    yield server
    server.stop()


def typed(**changed: str) -> str:
    """The example with its first lines as a coordinator would change them."""
    script = SCRIPT
    for name, value in changed.items():
        script, n = re.subn(rf"\b{name}=('[^']*'|\S+)", f"{name}='{value}'", script, count=1)
        assert n == 1, name
    return script


async def run(script: str) -> tuple[int | None, str]:
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", f"set -o pipefail\n{script}"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    printed, _ = await shell.communicate()
    return shell.returncode, printed.decode()


async def read(server: ServerProcess, email: str, password: str, path: str) -> Any:
    url = f"http://localhost:{server.port}/api"
    async with aiohttp.ClientSession() as http:
        async with http.post(f"{url}/tokens", json={"email": email, "password": password}) as answer:
            token = (await answer.json())["token"]
        async with http.get(f"{url}{path}", headers={"Authorization": f"Bearer {token}"}) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


async def test_an_empty_installation_gets_a_class_as_it_is_written(server: ServerProcess) -> None:
    user = DEPLOYING.partition("longroom user add cora@school.example \\\n")[2].partition("\n```")[0]
    assert "--new-program" in user
    words = [one.strip('"') for one in re.findall(r'"[^"]*"|\S+', user)]
    password = password_in(longroom(server, "user", "add", "cora@school.example", *words))
    today = datetime.now(UTC).date()
    term = {"BEGINS": str(today - timedelta(days=7)), "ENDS": str(today + timedelta(days=28))}
    known = {"URL": f"http://localhost:{server.port}", "PASSWORD": password}

    status, printed = await run(typed(**known, **term))
    assert (status, '"error"' in printed) == (0, False), printed
    assert printed.count('"outcome":"created"') >= 10, printed

    for email, part in (("tess@school.example", "teacher"), ("nora@school.example", "supervisor")):
        first = password_in(longroom(server, "user", "reset", email))
        meetings = (await read(server, email, first, "/meetings"))["meetings"]
        assert {(one["title"], one["section_title"], one["part"]) for one in meetings} == {
            ("Physics 1", "Physics 1", part)
        }
        roster = await read(server, email, first, f"/meetings/{meetings[0]['id']}/roster")
        assert sorted(student["name"] for student in roster["students"]) == ["Ann Fox", "Bob Gray"]

    # Once more: what was there stays, and the first row that is taken is where it stops.
    _, again = await run(typed(**known, **term))
    assert (again.count("id_taken"), again.count('"outcome":"created"')) == (1, 0), again


async def test_a_wrong_password_is_said_and_nothing_is_added(server: ServerProcess) -> None:
    words = ("--given-name", "Cora", "--family-name", "Engel", "--role", "coordinator")
    founded = longroom(server, "user", "add", "cora@school.example", *words, "--new-program", "P", "--time-zone", "UTC")
    status, printed = await run(typed(URL=f"http://localhost:{server.port}", PASSWORD="not it"))
    assert status != 0
    assert "not_signed_in" in printed
    sites = await read(server, "cora@school.example", password_in(founded), "/directory/sites")
    assert sites["rows"] == []
