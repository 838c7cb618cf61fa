"""The real server killed with -9 while rooms ask over sockets: they come back by themselves and nothing is lost."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.chaos.room import RoomClient
from tests.support.server import ServerProcess

pytestmark = pytest.mark.chaos
KILLS = 2
EACH = 50
"""Questions of each room."""


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    server = ServerProcess(tmp_path)
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.stop)


async def get(server: ServerProcess, path: str, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}"}
    url = f"http://127.0.0.1:{server.port}{path}"
    async with aiohttp.ClientSession(headers=headers) as session, session.get(url) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def relay(room: RoomClient, site_id: str, question_id: str) -> None:
    data = {"question_id": question_id, "site_id": site_id, "text": f"why {question_id}?", "asked_at": 1}
    await room.command(f"c-{question_id}", "question.relay", data)


async def relay_all(room: RoomClient, site_id: str, question_ids: list[str]) -> None:
    """A few at a time are on their way, so that a kill meets some in every state."""
    for question_id in question_ids:
        await relay(room, site_id, question_id)
        await room.until(lambda: room.under_way < 8)
    await room.until_all_answered()


async def test_rooms_ask_while_the_server_is_killed(server: ServerProcess) -> None:
    chance = random.Random(3)
    described = await asyncio.to_thread(server.describe)
    stream, meeting_id = described["meeting"]["stream"], described["meeting"]["id"]
    url = f"http://127.0.0.1:{server.port}"
    tokens = {person["site_id"]: person["token"] for person in described["people"] if person["role"] == "supervisor"}
    teacher_token = next(person["token"] for person in described["people"] if person["role"] == "teacher")
    rooms = {site_id: RoomClient(url, stream, tokens[site_id]) for site_id in list(tokens)[:3]}
    teacher = RoomClient(url, stream, teacher_token)
    everybody = [*rooms.values(), teacher]
    await asyncio.gather(*[one.connect() for one in everybody])
    before = {id for kind, id in teacher.copy.values if kind == "question"}

    asked = {site_id: [f"chaos-{site_id}-{number}" for number in range(EACH)] for site_id in rooms}
    asking = asyncio.gather(*[relay_all(room, site_id, asked[site_id]) for site_id, room in rooms.items()])
    for kill in range(1, KILLS + 1):
        victim = chance.choice(list(rooms.values()))
        enough = kill * EACH // (KILLS + 1) + chance.randrange(10)
        await victim.until(lambda: len(victim.acknowledged) >= enough)  # noqa: B023 - awaited here
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    async with asyncio.timeout(90):
        await asking

    # The answers to some were lost, as far as the rooms know: they send them again.
    first = {site_id: dict(room.acknowledged) for site_id, room in rooms.items()}
    for site_id, room in rooms.items():
        await relay_all(room, site_id, chance.sample(asked[site_id], 10))
        assert (room.acknowledged, room.refused) == (first[site_id], {})

    report = await get(server, f"/api/meetings/{meeting_id}/report", teacher_token)
    mine = [question for question in report["questions"] if question["question_id"] not in before]
    texts = {question["question_id"]: question["text"] for question in mine}
    assert len(mine) == len(texts) == EACH * len(rooms), "duplicated or lost"
    assert texts == {one: f"why {one}?" for ids in asked.values() for one in ids}
    for site_id, ids in asked.items():
        assert [one["question_id"] for one in mine if one["site_id"] == site_id] == ids, "out of order"

    snapshot = await get(server, f"/api/meetings/{meeting_id}", teacher_token)
    await teacher.until(lambda: teacher.copy.last >= snapshot["seq"])
    shown = {(one["kind"], one["id"]): one["value"] for one in snapshot["snapshot"]}
    assert teacher.copy.values == shown, "the teacher's screen is not what the record says"
    for one in everybody:
        first_join, *resumes = one.resumes
        assert first_join == "snapshot"
        assert len(resumes) >= KILLS
        assert set(resumes) == {"changes"}, "a restart is no reason for a snapshot"
        await one.close()
