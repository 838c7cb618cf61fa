"""The home page: its classes are fresh while somebody waits for theirs; weeks of lists are not read again and again."""

import re
from collections import Counter
from typing import Any

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.conftest import People
from tests.browser.screens import becomes

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE = {"width": 1280, "height": 800}


async def home_by_the_clock(people: People, person_id: str) -> tuple[Page, Counter[str]]:
    """The person's home page with a clock that the test winds on, and what it has asked for since it was shown."""
    page = await people.open(person_id, "/", is_fresh=True, viewport=WIDE)
    await page.clock.install()
    await page.reload()
    await expect(page.get_by_role("heading", name="Coming up")).to_be_visible()
    asked: Counter[str] = Counter()

    def heard(request: Request) -> None:
        found = re.search(r"/api/(meetings|owed|live)\b(?:\?since=(\d+)&until=(\d+))?", request.url)
        if found:
            is_near = found[2] is not None and int(found[3]) - int(found[2]) < 3 * 3_600_000
            asked[f"{found[1]}{' near' if is_near else ''}"] += 1

    page.on("request", heard)
    return page, asked


async def wind(page: Page, seconds: int) -> None:
    """Let the time pass as it would, tick by tick."""
    await page.clock.run_for(seconds * 1_000)


async def test_whoever_has_a_class_asks_often_for_what_is_near_and_seldom_for_the_lists(people: People) -> None:
    page, asked = await home_by_the_clock(people, "teacher")
    for _ in range(4):
        await wind(page, 60)

    async def near() -> int:
        return asked["meetings near"]

    await becomes(near, lambda times: times >= 10)
    assert (asked["meetings"], asked["owed"]) == (0, 0)
    await wind(page, 61)

    async def lists() -> tuple[int, int]:
        return asked["meetings"], asked["owed"]

    assert await becomes(lists, lambda times: times == (1, 1))
    await expect(page.get_by_role("link", name="Enter")).to_be_visible()


async def test_whoever_watches_has_the_board_and_no_list_in_haste(people: People) -> None:
    page, asked = await home_by_the_clock(people, "coordinator")
    await wind(page, 120)

    async def boards() -> int:
        return asked["live"]

    await becomes(boards, lambda times: times >= 3)
    assert (asked["meetings"], asked["meetings near"], asked["owed"]) == (0, 0, 0)


async def test_the_lists_are_read_anew_when_somebody_looks_again(people: People) -> None:
    page, asked = await home_by_the_clock(people, "coordinator")
    turn = "(is) => { Object.defineProperty(document, 'visibilityState', { value: is, configurable: true });"
    turn += " document.dispatchEvent(new Event('visibilitychange')) }"
    await page.evaluate(turn, "hidden")
    await wind(page, 30)
    assert asked["owed"] == 0
    await page.evaluate(turn, "visible")

    async def lists() -> tuple[int, int]:
        return asked["meetings"], asked["owed"]

    assert await becomes(lists, lambda times: times == (1, 1))
    await page.evaluate(turn, "visible")
    await wind(page, 1)
    assert await lists() == (1, 1), "it was fresh"


async def test_a_list_that_was_cut_says_so(people: People) -> None:
    page = await people.open("teacher", "/", is_fresh=True, viewport=WIDE)

    async def cut(route: Any) -> None:
        await route.fulfill(json={"now": 1, "owed": [], "is_cut": True})

    await page.route("**/api/owed", cut)
    await page.reload()
    await expect(page.get_by_text("Only what is due first is shown here.")).to_be_visible()


async def test_a_class_that_nobody_started_is_not_to_come(people: People) -> None:
    page = await people.open("teacher", "/", is_fresh=True, viewport=WIDE)
    now = int(await page.evaluate("Date.now()"))
    plain = {"stream": "meeting:m", "section_title": "Physics 1", "status": "scheduled", "part": "teacher"}
    plain |= {"site_ids": [], "summary": {"rooms": 1, "waiting": 0}}
    listed = [
        plain | {"id": name, "title": name.title(), "starts_at": now + at - 3_000_000, "ends_at": now + at}
        for name, at in (("missed", -60_000), ("later", 7_200_000))
    ]
    await page.route("**/api/meetings?*", lambda route: route.fulfill(json={"meetings": listed}))
    await page.reload()
    missed = page.get_by_role("listitem").filter(has_text="Missed")
    await expect(missed).to_contain_text("Nobody started this class")
    past, later = page.get_by_role("heading", name="Past"), page.get_by_role("link", name="Later")
    assert await past.evaluate("(one) => one.nextElementSibling.textContent.includes('Missed')")
    await expect(later).to_have_count(1)
    assert not await past.evaluate("(one) => one.nextElementSibling.textContent.includes('Later')")
