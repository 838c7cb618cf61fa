"""The lesson brief: written by the teacher, read in each room on one screen, and there when the link is not."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import LANGUAGES, Room, speak
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import CUT, axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET, NARROW = {"width": 820, "height": 1180}, {"width": 320, "height": 640}
PAGE_OF_A4 = 1123
"""CSS pixels of 297 mm."""


@pytest.fixture(scope="module")
def tomorrow(demo: dict[str, Any]) -> str:
    """The demo's next class of the section, of which nobody has written a brief."""
    meetings = Commands(demo).listed("teacher")
    coming = (one for one in meetings if one["section_title"] == "Physics 1" and one["status"] == "scheduled")
    return str(next(coming)["id"])


async def brief_of(people: People, person_id: str, meeting_id: str | None = None, **options: Any) -> Page:
    path = f"/meetings/{meeting_id}/brief" if meeting_id else f"{people.meeting_path}/brief"
    return await people.open(person_id, path, **options)


async def test_a_substitute_has_all_on_one_screen(people: People) -> None:
    page = await brief_of(people, "supervisor-mesa-flats", viewport=TABLET)
    for part in ("What today is", "What to hand out", "What to watch for", "If the link dies"):
        await expect(page.get_by_role("region", name=part)).to_be_in_viewport(ratio=1)
    students = page.get_by_role("heading", name="Mesa Flats: 12 students")
    await expect(students).to_be_in_viewport()
    await expect(page.get_by_text("Pine Ridge")).to_have_count(0)
    await expect(page.get_by_role("button", name="Change the brief")).to_have_count(0)
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 794, "height": 600})
    assert await page.evaluate("document.documentElement.scrollHeight") <= PAGE_OF_A4, "it takes one sheet"
    await page.emulate_media(media="screen")
    await page.get_by_role("link", name="To the class").click()
    await Room(page).is_live()


async def test_the_room_has_it_in_a_line_and_when_the_link_dies_what_to_do(people: People) -> None:
    room = Room(await people.open("supervisor-harlow", viewport=TABLET))
    await room.is_live()
    await expect(room.page.get_by_text("Forces on a ramp: from the picture to the equation.")).to_be_visible()
    await room.page.context.set_offline(True)
    await expect(room.page.get_by_role("region", name="If the link dies")).to_contain_text("exercises 1 to 4")
    await room.page.context.set_offline(False)
    await room.is_live()
    await expect(room.page.get_by_role("region", name="If the link dies")).to_have_count(0)
    await room.page.get_by_role("link", name="The whole brief").click()
    await expect(room.page.get_by_role("region", name="What to hand out")).to_be_visible()


async def test_the_teacher_writes_it_and_nothing_of_two_versions_is_lost(people: People, tomorrow: str) -> None:
    first = await brief_of(people, "teacher", tomorrow)
    await first.get_by_role("button", name="Save the brief").click()
    await expect(first.get_by_role("alert")).to_have_text("Say at least what today is.")
    await first.get_by_role("button", name="Begin from the brief of").click()
    await expect(first.get_by_label("What today is")).to_have_value(re.compile("^Forces on a ramp"))
    await first.get_by_label("What today is").fill("Friction, by experiment.")
    # Another page of ours in between costs nothing of it.
    await first.get_by_role("link", name="To the class").click()
    await first.get_by_role("link", name="Brief").click()
    await expect(first.get_by_label("What today is")).to_have_value("Friction, by experiment.")
    await first.get_by_role("button", name="Add a link").click()
    await first.get_by_label("What it is").fill("Worksheet")
    await first.get_by_label("Its link").fill("http://files.example/ramp.pdf")
    await first.get_by_role("button", name="Save the brief").click()
    await expect(first.get_by_role("alert")).to_contain_text("https")
    await first.get_by_label("Its link").fill("https://files.example/ramp.pdf")
    second = await brief_of(people, "teacher", tomorrow)
    await second.get_by_label("What today is").fill("Written elsewhere meanwhile.")
    await second.get_by_role("button", name="Save the brief").click()
    await expect(second.get_by_text("Written by")).to_be_visible()
    await first.get_by_role("button", name="Save the brief").click()
    await expect(first.get_by_role("alert")).to_contain_text("Yours is not saved and still stands here")
    theirs = first.get_by_role("region", name="What stands there now")
    await expect(theirs).to_contain_text("Written elsewhere meanwhile.")
    await first.get_by_role("button", name="Save mine in its place").click()
    await expect(first.get_by_role("region", name="What today is")).to_have_text(
        "What today isFriction, by experiment."
    )
    await expect(first.get_by_role("link", name="Worksheet")).to_have_attribute(
        "href", "https://files.example/ramp.pdf"
    )
    reader = await brief_of(people, "supervisor-harlow", tomorrow)
    await expect(reader.get_by_text("Friction, by experiment.")).to_be_visible()


async def test_the_brief_is_within_everybodys_reach(people: People) -> None:
    for person_id, scheme, viewport in (("supervisor-harlow", "light", NARROW), ("teacher", "dark", NARROW)):
        page = await brief_of(people, person_id, watched=False, bypass_csp=True, color_scheme=scheme, viewport=viewport)
        await expect(page.get_by_role("region", name="What today is")).to_be_visible()
        if person_id == "teacher":
            await page.get_by_role("button", name="Change the brief").click()
            await page.get_by_role("button", name="Add a link").click()
        for language in LANGUAGES:
            await speak(page, language)
            assert await axe(page) == []
            assert await page.evaluate(CUT) == []
            assert await page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
