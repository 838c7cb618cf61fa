"""A backup taken while rooms ask, and put in the place of a database that went on: everybody converges on it."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.chaos.room import RoomClient
from tests.chaos.test_killed_server import get, relay
from tests.support.server import ServerProcess

pytestmark = pytest.mark.chaos
ENOUGH = 15
"""Questions of each room before the backup, beside it, and after it."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(tmp_path)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


async def longroom(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, beside whatever goes on here."""
    environment = os.environ | {"LONGROOM_DATA_DIR": str(data)}
    command = [sys.executable, "-m", "server", *words]
    root = Path(__file__).parents[2]
    return await asyncio.to_thread(
        lambda: subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)
    )


async def ask_on(room: RoomClient, site_id: str, asked: list[str]) -> None:
    """Ask one question after the other, for ever; `asked` grows by each."""
    while True:
        asked.append(f"kept-{site_id}-{len(asked)}")
        await relay(room, site_id, asked[-1])
        await room.until(lambda: room.under_way < 4)


async def test_a_backup_under_load_is_restored_and_everybody_converges(server: ServerProcess, tmp_path: Path) -> None:
    described = await asyncio.to_thread(server.describe)
    stream, meeting_id = described["meeting"]["stream"], described["meeting"]["id"]
    url = f"http://127.0.0.1:{server.port}"
    tokens = {person["site_id"]: person["token"] for person in described["people"] if person["role"] == "supervisor"}
    teacher_token = next(person["token"] for person in described["people"] if person["role"] == "teacher")
    rooms = {site_id: RoomClient(url, stream, tokens[site_id]) for site_id in list(tokens)[:2]}
    teacher = RoomClient(url, stream, teacher_token)
    everybody = [*rooms.values(), teacher]
    await asyncio.gather(*[one.connect() for one in everybody])

    async def further() -> None:
        """Each room has had some more answers from now on."""
        goal = {site_id: len(room.acknowledged) + ENOUGH for site_id, room in rooms.items()}
        await asyncio.gather(
            *[room.until(lambda r=room, g=goal[site_id]: len(r.acknowledged) >= g) for site_id, room in rooms.items()]
        )

    asked: dict[str, list[str]] = {site_id: [] for site_id in rooms}
    asking = [asyncio.create_task(ask_on(room, site_id, asked[site_id])) for site_id, room in rooms.items()]
    await further()
    before = {site_id: set(room.acknowledged) for site_id, room in rooms.items()}
    copied = await longroom(tmp_path, "backup", str(tmp_path / "kept.db"))
    assert copied.returncode == 0, copied.stderr
    sent = {site_id: {f"c-{one}" for one in asked[site_id]} for site_id in rooms}
    await further()
    for task in asking:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    await asyncio.gather(*[room.until_all_answered() for room in rooms.values()])
    assert all(room.acknowledged.keys() - sent[site_id] for site_id, room in rooms.items()), "nothing came after it"
    heads = {one: one.copy.last for one in everybody}
    epoch = teacher.copy.epoch

    refused = await longroom(tmp_path, "restore", str(tmp_path / "kept.db"))
    assert refused.returncode == 1
    assert f"is in use by the server on port {server.port} (process " in refused.stderr

    await asyncio.to_thread(server.stop)
    restored = await longroom(tmp_path, "restore", str(tmp_path / "kept.db"))
    assert restored.returncode == 0, restored.stderr
    await asyncio.to_thread(server.start)
    await asyncio.gather(*[one.until(lambda c=one: len(c.resumes) > 1) for one in everybody])

    # What the record holds of each room is all that was acknowledged before the backup began, nothing that was sent
    # after it was there, and of what came beside it a beginning without a gap.
    report = await get(server, f"/api/meetings/{meeting_id}/report", teacher_token)
    for site_id, ids in asked.items():
        held = [one["question_id"] for one in report["questions"] if one["site_id"] == site_id]
        held = [one for one in held if one in set(ids)]
        assert held == ids[: len(held)], "not one moment of the room"
        assert before[site_id] <= {f"c-{one}" for one in held} <= sent[site_id]

    snapshot = await get(server, f"/api/meetings/{meeting_id}", teacher_token)
    shown = {(one["kind"], one["id"]): one["value"] for one in snapshot["snapshot"]}
    assert snapshot["epoch"] != epoch
    await teacher.until(lambda: teacher.copy.last >= snapshot["seq"])
    assert teacher.copy.values == shown
    for one in everybody:
        assert one.resumes == ["snapshot", "snapshot"], "a seq of the old epoch was trusted"
        assert (one.copy.epoch, one.copy.last < heads[one]) == (snapshot["epoch"], True)

    # Who still has the words can ask again, also under the id that the record has forgotten.
    site_id, room = next(iter(rooms.items()))
    lost = asked[site_id][-1]
    room.acknowledged.clear()
    await relay(room, site_id, lost)
    await room.until_all_answered()
    assert (list(room.acknowledged), room.refused) == ([f"c-{lost}"], {})
    await teacher.until(lambda: ("question", lost) in teacher.copy.values)
    checked = await longroom(tmp_path, "check")
    assert (checked.returncode, checked.stdout.endswith("no findings.\n")) == (0, True), checked.stdout
    await asyncio.gather(*[one.close() for one in everybody])
