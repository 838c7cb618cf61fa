"""What another site is sent: looked for in the captured frames and answers, not on the screen."""

import gzip
import json
from typing import Any

import pytest
from playwright.async_api import Page, WebSocket, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Wire:
    """All that the server sent to a page, as text: socket frames (inflated) and HTTP answers."""

    def __init__(self) -> None:
        self.received: list[str] = []

    def listen(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", self._frame)

    def _frame(self, payload: str | bytes) -> None:
        if isinstance(payload, str):
            self.received.append(payload)
        elif payload[:2] == b"\x1f\x8b":
            self.received.append(gzip.decompress(payload).decode())
        else:
            self.received.append(payload.decode("utf-8", "replace"))

    @property
    def text(self) -> str:
        return "\n".join(self.received)


async def test_another_site_gets_no_private_question_and_no_name(people: People, demo: dict[str, Any]) -> None:
    wire = Wire()
    harlow = Room(await people.open("supervisor-harlow", "/"))
    wire.listen(harlow.page)
    rosters: list[dict[str, Any]] = []

    async def keep_roster(response: Any) -> None:
        if response.url.endswith("/roster"):
            rosters.append(await response.json())

    harlow.page.on("response", keep_roster)
    await harlow.page.get_by_role("link", name="Open my room").click()
    await harlow.is_live()
    mesa = Room(await people.open("supervisor-mesa-flats"))
    teacher = Console(await people.open("teacher"))
    await mesa.is_live()
    student = await mesa.first_student()

    long_text = "A shared one, long enough to travel as gzip. " * 40
    await mesa.ask("Only for our teacher", student=student, kinds=("Only the teacher",))
    await mesa.write(long_text, student=student, kinds=("Other rooms may read",))
    await mesa.send.click()
    await expect(harlow.from_others.get_by_text("A shared one")).to_be_visible()
    for text in ("Only for our teacher", "A shared one"):
        await teacher.claim(text)
        await teacher.answer("Written", f"Private words on: {text}")
        await expect(mesa.card(text)).to_contain_text("Private words on")
    await expect(harlow.from_others).to_contain_text("Private words on: A shared one")

    assert "A shared one" in wire.text
    assert "Only for our teacher" not in wire.text
    assert student not in wire.text
    students = {one["student_id"] for roster in rosters for one in roster["students"] if one["site_id"] != "harlow"}
    assert rosters
    assert students == set()
    shared = [
        change["value"]
        for frame in wire.received
        for change in _changes(frame)
        if change["kind"] == "question" and change["value"] and change["value"]["site_id"] == "mesa-flats"
    ]
    assert shared
    hidden = {"student_id", "relayed_by", "asked_at", "verbatim", "claimed_by", "seen_at"}
    assert [hidden & value.keys() for value in shared if hidden & value.keys()] == []


def _changes(frame: str) -> list[dict[str, Any]]:
    """The changes in a Socket.IO packet or in the body of a compressed one."""
    start = min((at for at in (frame.find("["), frame.find("{")) if at >= 0), default=-1)
    try:
        value = json.loads(frame[start:])
    except ValueError:
        return []
    body = value[1] if isinstance(value, list) and len(value) > 1 else value
    return list(body.get("changes", [])) if isinstance(body, dict) else []


async def test_the_teacher_sees_initials_until_the_name_is_asked_for(people: People) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats"))
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    student = await mesa.first_student()
    await mesa.ask("Who am I?", student=student, kinds=("Stuck until answered",))
    await teacher.claim("Who am I?")
    await expect(teacher.page.get_by_text(student)).to_have_count(0)
    await teacher.now.get_by_role("button", name="Show name").click()
    await expect(teacher.now.get_by_text(student)).to_be_visible()
    await teacher.now.get_by_role("button", name="Hide name").click()
    await expect(teacher.page.get_by_text(student)).to_have_count(0)
