"""The coordinator's board of all classes: what goes wrong rises with its words, leads to its room, and is over."""

import asyncio
import time
import uuid
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import People
from tests.browser.screens import Room, becomes, speak
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import CUT, assert_accessible
from tests.support.server import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

FORCES, VECTORS = "Forces on an incline", "Vectors"
PHONE = {"width": 320, "height": 640}
PINE = "supervisor-pine-ridge"


@pytest.fixture(scope="module")
def vectors(demo: dict[str, Any]) -> Commands:
    """A second class that is live, with Pine Ridge's adult in it; the other rooms have a plan."""
    now, meeting_id = int(time.time() * 1000), str(uuid.uuid4())
    commands = Commands(demo, meeting_id)
    times = {"starts_at": now, "ends_at": now + 3_000_000}
    commands.add("meetings", id=meeting_id, section_id="physics-1-lab", title=VECTORS, **times)
    commands.run(PINE, "duty.sign_on", site_id="pine-ridge")
    plans = [
        {"site_id": site_id, "plan_id": str(uuid.uuid4()), "kind": "recording"}
        for site_id in ("harlow", "kettle-creek")
    ]
    commands.run("teacher", "meeting.start", without=plans)
    return commands


def path_of(commands: Commands) -> str:
    return f"/meetings/{commands._meeting}"


def leave(commands: Commands) -> None:
    commands.run(PINE, "duty.sign_off", site_id="pine-ridge", reason="emergency")


def come_back(commands: Commands) -> None:
    commands.run(PINE, "duty.sign_on", site_id="pine-ridge")


class Board:
    """The board on the coordinator's first page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.region = page.get_by_role("region", name="Live now")

    def line(self, title: str) -> Locator:
        """A class's line."""
        named = self.page.get_by_role("heading", name=title, exact=True)
        return self.region.get_by_role("list").first.locator("> li").filter(has=named)

    async def order(self) -> list[str]:
        """Which of the two classes stands before the other."""
        titles = await self.region.get_by_role("heading", level=3).all_inner_texts()
        return [one for one in titles if one in {FORCES, VECTORS}]

    async def is_in_order(self, *titles: str) -> None:
        await becomes(self.order, lambda found: found == list(titles))


async def open_board(people: People, **options: Any) -> Board:
    board = Board(await people.open("coordinator", "/", **options))
    await expect(board.line(VECTORS)).to_be_visible()
    return board


async def test_what_goes_wrong_rises_leads_to_its_room_and_is_over_again(people: People, vectors: Commands) -> None:
    tablet = Room(await people.open(PINE, path_of(vectors)))
    await tablet.is_live()
    board = await open_board(people)
    await expect(board.line(VECTORS)).to_contain_text("Nothing wrong")
    await board.is_in_order(FORCES, VECTORS)
    assert await becomes(lambda: board.line(VECTORS).inner_text(), lambda text: "1 of 3 rooms linked" in text)

    asked = {"question_id": str(uuid.uuid4()), "site_id": "pine-ridge", "asked_at": int(time.time() * 1000)}
    vectors.run(PINE, "question.relay", text="Nobody may read this here", **asked)
    leave(vectors)
    await board.is_in_order(VECTORS, FORCES)
    wrong = board.line(VECTORS)
    await expect(wrong).to_contain_text("No adult in the room")
    await expect(wrong).to_contain_text("1 question waits")
    polite = board.page.locator("[aria-live=polite]")
    await expect(polite).to_contain_text("Now wrong in Pine Ridge, Vectors: No adult in the room.", timeout=15_000)
    await expect(polite).to_contain_text("The order of the classes has changed: Vectors comes first.")

    await wrong.get_by_role("link", name="Pine Ridge").click()
    room = board.page.get_by_role("region", name="Pine Ridge")
    await expect(room).to_contain_text("No adult")
    await expect(room.get_by_role("heading", name="Pine Ridge")).to_be_focused()
    assert board.page.url.endswith(f"{path_of(vectors)}?room=pine-ridge")
    await expect(room).to_contain_text("Rosa Alvarez went off duty: Emergency")
    await expect(room).to_contain_text("A private question")
    await expect(board.page.get_by_text("Nobody may read this here")).to_have_count(0)

    come_back(vectors)
    await expect(room).to_contain_text("Rosa Alvarez since")
    await board.page.reload()  # The address keeps the room.
    await expect(room).to_contain_text("Rosa Alvarez since")
    vectors.run(PINE, "question.withdraw", question_id=asked["question_id"])
    await expect(room).to_contain_text("Nothing waits here.")
    await board.page.get_by_role("link", name="My classes").click()
    await expect(board.line(VECTORS)).to_contain_text("Nothing wrong")


async def test_a_room_that_goes_dark_is_told_and_so_is_its_return(people: People, vectors: Commands) -> None:
    tablet = Room(await people.open(PINE, path_of(vectors)))
    await tablet.is_live()
    board = await open_board(people)
    await expect(board.line(VECTORS)).to_contain_text("Nothing wrong")
    await tablet.page.context.set_offline(True)
    await expect(board.line(VECTORS)).to_contain_text("Link lost", timeout=50_000)
    await expect(board.line(VECTORS)).to_contain_text("0 of 3 rooms linked")
    await board.page.get_by_role("link", name="Pine Ridge").first.click()
    room = board.page.get_by_role("region", name="Pine Ridge")
    await expect(room).to_contain_text("Lost for 0:", timeout=15_000)
    await expect(room).to_contain_text("the link was lost")
    await tablet.page.context.set_offline(False)
    await expect(room).to_contain_text("the link is back", timeout=20_000)
    await board.page.go_back()
    await expect(board.line(VECTORS)).to_contain_text("Nothing wrong", timeout=15_000)


async def test_nothing_moves_under_the_keyboard_and_the_list_says_so(people: People, vectors: Commands) -> None:
    tablet = Room(await people.open(PINE, path_of(vectors)))
    await tablet.is_live()
    board = await open_board(people)
    await board.is_in_order(FORCES, VECTORS)
    first = board.line(FORCES).get_by_role("link", name=FORCES)
    await first.focus()
    leave(vectors)
    await expect(board.line(VECTORS)).to_contain_text("No adult in the room")
    held = board.region.get_by_text("Kept still for you: the order has changed.")
    await expect(held).to_be_visible()
    await expect(first).to_be_focused()
    assert await board.order() == [FORCES, VECTORS]
    await board.region.get_by_role("button", name="Worst first now").click()
    await board.is_in_order(VECTORS, FORCES)
    await expect(held).to_have_count(0)

    # From the address bar to the room and back, without a mouse.
    page = board.page
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await page.keyboard.press("Enter")
    names = ["Pine Ridge", VECTORS]
    while names:
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == names[-1]:
            names.pop()
    await page.keyboard.press("Enter")
    room = page.get_by_role("region", name="Pine Ridge")
    await expect(room.get_by_role("heading", name="Pine Ridge")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(room).to_have_count(0)
    await expect(page.get_by_role("button", name="Pine Ridge")).to_be_focused()
    assert page.url.endswith(path_of(vectors))
    await page.keyboard.press("Enter")
    await expect(room.get_by_role("heading", name="Pine Ridge")).to_be_focused()
    come_back(vectors)


async def test_a_line_more_above_moves_nothing_under_the_pointer(
    people: People, demo: dict[str, Any], vectors: Commands
) -> None:
    forces = Commands(demo)
    board = await open_board(people, viewport={"width": 1280, "height": 480})
    await board.is_in_order(FORCES, VECTORS)
    under = board.line(VECTORS).get_by_role("link", name=VECTORS)
    await under.hover()
    before = await under.bounding_box()
    forces.run("supervisor-harlow", "duty.sign_off", site_id="harlow", reason="emergency")
    await expect(board.line(FORCES)).to_contain_text("No adult in the room")
    assert await under.bounding_box() == before
    forces.run("supervisor-harlow", "duty.sign_on", site_id="harlow")


async def test_a_server_that_stops_answering_is_told_with_the_true_age(
    people: People, vectors: Commands, server: ServerProcess
) -> None:
    board = await open_board(people)
    await expect(board.region.get_by_text("All shown is")).to_be_visible()
    with server.frozen():
        told = board.region.get_by_text("Could not refresh for")
        await expect(told).to_be_visible(timeout=30_000)
        # Nothing has come since the asking before the one that was given up after 15 s.
        assert int((await told.inner_text()).split("for ")[1].split(" ")[0]) >= 15
        await expect(board.region).to_contain_text("What is below may be otherwise now.")
        await expect(board.line(VECTORS)).to_be_visible()
    await board.region.get_by_role("button", name="Try again").click()
    await expect(told).to_have_count(0)
    await expect(board.region.get_by_text("All shown is")).to_be_visible()


async def test_axe_finds_nothing_and_nothing_is_cut(people: People, vectors: Commands) -> None:
    """A class gone wrong and its rooms on the board, and a room opened: in each language and theme, and on a phone."""
    leave(vectors)
    vectors.run("teacher", "announcement.make", announcement_id=str(uuid.uuid4()), text="Open page 112.")
    try:
        board = await open_board(people, watched=False, bypass_csp=True)
        await expect(board.line(VECTORS)).to_contain_text("No adult in the room")
        for title in (FORCES, VECTORS):
            await board.line(title).locator("summary").click()
        await assert_accessible(board.page)
        await nothing_is_cut(board.page)
        await board.page.goto(f"{people.base_of('coordinator')}{path_of(vectors)}?room=pine-ridge")
        await expect(board.page.get_by_role("region", name="Pine Ridge")).to_be_visible()
        await speak(board.page, "en")
        await assert_accessible(board.page)
        await nothing_is_cut(board.page)
    finally:
        await asyncio.to_thread(come_back, vectors)


async def nothing_is_cut(page: Page) -> None:
    size = page.viewport_size
    await page.set_viewport_size(PHONE)
    assert await page.evaluate(CUT) == []
    await page.set_viewport_size(size or PHONE)
