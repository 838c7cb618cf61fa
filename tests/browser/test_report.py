"""What a class came to, on a page: read in the middle of it and at its end, and played once more."""

import csv
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import LANGUAGES, Console, Room, speak
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import CUT, assert_accessible

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESA = "supervisor-mesa-flats"


@pytest.fixture(scope="module")
def asked(demo: dict[str, Any]) -> Commands:
    """One question that went all the way, one that is private to its room, one that nobody has decided on."""
    commands = Commands(demo)
    shared = commands.ask("mesa-flats", 0, "Which way does friction point?", {"shareable": True})
    commands.ask("harlow", 0, "Only between us", {"shareable": False})
    commands.ask("pine-ridge", 0, "Is the rope heavy?", {"shareable": True})
    commands.run("teacher", "question.claim", question_id=shared)
    commands.run("teacher", "question.answer", question_id=shared, form="spoken_to_all")
    commands.run(MESA, "question.confirm", question_id=shared)
    return commands


async def report_of(people: People, person_id: str, **options: Any) -> Page:
    page = await people.open(person_id, f"{people.meeting_path}/report", **options)
    await expect(page.get_by_role("heading", name="How long students waited")).to_be_visible()
    return page


def moment(page: Page) -> Any:
    return page.get_by_role("region", name="The rooms and questions at this moment")


async def test_in_the_middle_of_class_it_is_what_the_class_has_come_to(people: People, asked: Commands) -> None:
    page = await report_of(people, MESA)
    await expect(page.get_by_text("The class is still on.")).to_be_visible()
    rows = page.get_by_role("region", name="Questions").get_by_role("row")
    await expect(rows.filter(has_text="Which way does friction point?")).to_contain_text("Got it")
    await expect(page.get_by_text("Only between us")).to_have_count(0)
    await expect(page.get_by_role("region", name="How long students waited").get_by_role("row")).to_have_count(2)
    late = asked.ask("mesa-flats", 1, "Asked while it was read", {"shareable": True})
    await page.get_by_role("button", name="Read again").click()
    await expect(rows.filter(has_text="Asked while it was read")).to_be_visible()
    asked.run(MESA, "question.withdraw", question_id=late)


async def test_axe_finds_nothing_and_nothing_is_cut(people: People, asked: Commands) -> None:
    page = await report_of(people, "teacher", watched=False, bypass_csp=True)
    await assert_accessible(page)
    for width, size in ((320, "100%"), (320, "200%"), (1280, "200%")):
        await page.set_viewport_size({"width": width, "height": 640})
        await page.evaluate("size => document.documentElement.style.fontSize = size", size)
        for language in LANGUAGES:
            await speak(page, language)
            where = f"{language}, {width} px at {size}"
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, where
            assert await page.evaluate(CUT) == [], where
    await page.evaluate("document.documentElement.style.fontSize = '100%'")
    await assert_accessible(page)


async def test_the_class_is_read_exported_and_played_once_more(people: People, asked: Commands, tmp_path: Path) -> None:
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    await teacher.page.get_by_role("button", name="End class…").click()
    await teacher.page.get_by_role("dialog").get_by_role("button", name="End class").click()
    page = teacher.page
    await page.get_by_role("link", name="Report of the class").click()
    await expect(page.get_by_role("heading", name="Still owed")).to_be_visible()
    await expect(page.get_by_text("The class is still on.")).to_have_count(0)
    await expect(page.get_by_role("listitem").filter(has_text="Is the rope heavy?").first).to_contain_text("due")

    # By keyboard alone, from the last event back to the first.
    slider = page.get_by_role("slider", name="Moment of the class")
    lines = page.get_by_role("region", name="Timeline").get_by_role("button")
    await slider.focus()
    await page.keyboard.press("Home")
    await expect(moment(page)).to_contain_text("Nobody had asked anything yet.")
    await expect(lines.first).to_have_attribute("aria-current", "step")
    words = await lines.all_inner_texts()
    for _ in range(next(n for n, line in enumerate(words) if "passed on a question" in line)):
        await page.keyboard.press("ArrowRight")
    mine = moment(page).get_by_role("listitem").filter(has_text="Which way does friction point?")
    await expect(mine).to_contain_text("Not seen yet")
    await page.keyboard.press("End")
    await expect(mine).to_contain_text("Got it")
    # The slider's own words, for whoever does not see it.
    await expect(slider).to_have_attribute("aria-valuetext", re.compile("Pine Ridge: the question was put off"))
    # A line of the timeline leads there, and a room's lines can be looked at alone.
    await page.get_by_role("combobox", name="Room").select_option("Harlow")
    await lines.filter(has_text="passed on a question").first.click()
    await expect(moment(page).get_by_role("listitem").filter(has_text="Only between us")).to_contain_text(
        "Not seen yet"
    )
    await page.get_by_role("combobox", name="Room").select_option("All rooms")

    async with page.expect_download() as download:
        await page.get_by_role("link", name="Rooms (CSV)").click()
    await (await download.value).save_as(tmp_path / "rooms.csv")
    assert "wait_answered" in (tmp_path / "rooms.csv").read_text("utf-8")

    async with page.expect_download() as download:
        await page.get_by_role("link", name="Timeline (CSV)").click()
    written = tmp_path / "timeline.csv"
    await (await download.value).save_as(written)
    names = [row["name"] for row in csv.DictReader(StringIO(written.read_text("utf-8"), newline=""))]
    # The file, the page and the record tell one story, event by event.
    recorded = [line["name"] for line in asked.request("teacher", "/report")["history"]]
    assert names == recorded
    await expect(lines).to_have_count(len(recorded) - recorded.index("meeting.lobby_opened"))


async def test_what_is_owed_is_done_after_class_and_leaves_the_lists(people: People, asked: Commands) -> None:
    looked_at = await people.open("supervisor-pine-ridge", "/", watched=False, bypass_csp=True)
    await expect(looked_at.get_by_text("The teacher owes the answer")).to_be_visible()
    await assert_accessible(looked_at)
    teacher = await people.open("teacher", "/")
    debts = teacher.get_by_role("list", name="Still owed from past classes").get_by_role("listitem")
    mine = debts.filter(has_text="Is the rope heavy?")
    await expect(mine).to_contain_text("Answer in writing")
    await expect(mine).to_contain_text("Pine Ridge")
    await mine.get_by_role("link").click()
    console = Console(teacher)
    await console.is_live()
    await console.put_off.get_by_role("button", name="Is the rope heavy?").click()
    await console.now.get_by_role("textbox").fill("As heavy as its mass times g.")
    await console.now.get_by_role("button", name="Send the answer").click()
    await expect(console.returning("Is the rope heavy?")).to_be_visible()

    room = await people.open("supervisor-pine-ridge", "/")
    await room.get_by_role("listitem").filter(has_text="Bring the answer").get_by_role("link").click()
    await Room(room).card("Is the rope heavy?").get_by_role("button", name="Got it").click()
    await expect(Room(room).card("Is the rope heavy?")).to_contain_text("got it")
    await room.get_by_role("link", name="My classes").click()
    await expect(room.get_by_role("heading", name="Past")).to_be_visible()
    await expect(room.get_by_text("Is the rope heavy?")).to_have_count(0)
