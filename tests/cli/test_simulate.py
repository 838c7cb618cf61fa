"""The simulated class: it moves, it never floods, it survives the server, and it ends when it is told to."""

import asyncio
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from server.cli import simulate
from server.cli.rest_client import RestClient
from server.cli.simulated_questions import QUESTIONS
from server.domain.fields import MAX_QUESTION_CHARACTERS
from tests.support.server import ServerProcess

PACE = 60.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path)
    server.start()
    yield server
    server.kill()


async def questions_of(described: dict[str, Any]) -> list[dict[str, Any]]:
    token = next(one["token"] for one in described["people"] if one["role"] == "teacher")
    path = f"{described['base_url']}/api/meetings/{described['meeting']['id']}/report"
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(path) as answer:
        questions: list[dict[str, Any]] = (await answer.json())["questions"]
        return questions


async def until_confirmed(described: dict[str, Any], count: int) -> None:
    async with asyncio.timeout(60):
        while True:
            questions = await questions_of(described)
            waiting = [one for one in questions if one["status"] in {"queued", "seen", "claimed"}]
            # A student who is still stuck waits again, beside what the room asked meanwhile.
            assert len(waiting) <= 4 * simulate.MOST_WAITING + sum(one["stuck"] for one in waiting)
            if sum(one["status"] == "confirmed" for one in questions) >= count:
                return
            await asyncio.sleep(0.1)


@pytest.mark.chaos
async def test_the_class_moves_and_survives_the_server(server: ServerProcess) -> None:
    described = server.describe()
    playing = asyncio.create_task(simulate.run(described["base_url"], described, pace=PACE))
    await until_confirmed(described, 3)
    server.kill()
    await asyncio.to_thread(server.start)
    confirmed = sum(one["status"] == "confirmed" for one in await questions_of(described))
    await until_confirmed(described, confirmed + 3)
    asked = await questions_of(described)
    assert {one["text"] for one in asked} <= {one.text for one in QUESTIONS}
    assert len({one["site_id"] for one in asked}) > 1
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing


async def test_it_ends_with_the_class(server: ServerProcess) -> None:
    described = server.describe()
    playing = asyncio.create_task(simulate.run(described["base_url"], described, pace=PACE))
    token = next(one["token"] for one in described["people"] if one["role"] == "teacher")
    path = f"{described['base_url']}/api/meetings/{described['meeting']['id']}/commands"
    end = {"command_id": "the-end", "name": "meeting.end", "data": {}}
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(headers=headers) as session, session.post(path, json=end) as answer:
        assert answer.status == 200
    async with asyncio.timeout(20):
        await playing


async def test_the_rooms_say_again_what_they_are_asked_and_answer_calls(server: ServerProcess) -> None:
    described = server.describe()
    teacher, *adults = described["people"][:2]
    async with aiohttp.ClientSession() as session:
        tess = RestClient(session, described["base_url"], teacher["token"])
        adult = RestClient(session, described["base_url"], adults[0]["token"])
        meeting = f"/api/meetings/{described['meeting']['id']}"
        student = (await adult.get(f"{meeting}/roster"))["students"][0]
        sent = count(1)

        async def act(who: RestClient, name: str, **data: Any) -> None:
            await who.create(f"{meeting}/commands", {"command_id": f"act-{next(sent)}", "name": name, "data": data})

        asked = {"question_id": "q-1", "site_id": student["site_id"], "text": QUESTIONS[0].text, "asked_at": 1}
        await act(adult, "question.relay", **asked)
        await act(tess, "question.ask_back", question_id="q-1", note="exactly, please")
        of = {"site_id": student["site_id"], "student_id": student["student_id"]}
        await act(tess, "student.call_on", call_id="c-1", **of)
        playing = asyncio.create_task(simulate.run(described["base_url"], described, pace=PACE))
        async with asyncio.timeout(60):
            while True:
                report = await tess.get(f"{meeting}/report")
                [question] = [one for one in report["questions"] if one["question_id"] == "q-1"]
                if question["restated"] == 1 and report["calls"][0]["status"] in {"ready", "not_here"}:
                    break
                await asyncio.sleep(0.1)
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing


def test_there_is_enough_to_ask() -> None:
    texts = [question.text for question in QUESTIONS]
    assert len(set(texts)) == len(texts) >= 40
    assert all(0 < len(text) <= MAX_QUESTION_CHARACTERS for text in texts)
    for trait in ("is_blocking", "is_shareable"):
        assert 3 <= sum(getattr(question, trait) for question in QUESTIONS) <= 12
    assert 3 <= sum(not question.is_verbatim for question in QUESTIONS) <= 10
