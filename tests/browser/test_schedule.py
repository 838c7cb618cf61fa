"""The schedule: a week and a day, what changed and is read, the coordinator's changes, and a calendar's address."""

import re
import urllib.error
import urllib.request
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import speak
from tests.browser.test_accessibility import CUT, axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 320, "height": 640}


def fetched(url: str) -> tuple[int, bytes]:
    """What another program gets under the address."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, b""


async def to_the_lab(page: Page, words: str) -> None:
    """Turn the pages, a day at a time, to the first lab that says these words."""
    await page.get_by_role("radio", name="Day").check()
    for _ in range(14):
        await expect(page.locator(".plan-day")).to_be_visible()
        if await page.get_by_role("listitem").filter(has_text="Physics 1 lab").filter(has_text=words).count():
            return
        shown = await page.locator(".plan-bar h2").text_content()
        await page.get_by_role("button", name="The day after").click()
        await expect(page.locator(".plan-bar h2")).not_to_have_text(shown or "")
        await expect(page.locator(".loading")).to_have_count(0)
    raise AssertionError(f"no lab says {words}")


async def test_a_week_a_day_and_what_changed(people: People) -> None:
    page = await people.open("supervisor-pine-ridge", "/", viewport=WIDE, timezone_id="America/New_York")
    moved = page.get_by_text(re.compile("Physics 1 lab: Lab is moved from"))
    await expect(moved).to_be_visible()
    await page.get_by_role("link", name="My schedule").click()
    await expect(page.get_by_text("Times in America/Denver: your school’s clock")).to_be_visible()
    await expect(page.locator(".plan-day")).to_have_count(7)
    await expect(page.locator(".is-today").get_by_text(re.compile("^Now, "))).to_be_visible()
    notice = page.locator(".notice").filter(has=moved)
    await notice.get_by_role("button", name="I have read it").click()
    await expect(notice).to_have_count(0)
    await page.reload()
    await expect(page.get_by_text(re.compile("Lab on .* is cancelled"))).to_be_visible()
    await expect(notice).to_have_count(0)
    span = page.locator(".plan-bar h2")
    this_week = await span.text_content()
    await page.keyboard.press("ArrowRight")
    await expect(span).not_to_have_text(this_week or "")
    await expect(page.locator(".is-today")).to_have_count(0)
    await page.keyboard.press("ArrowLeft")
    await expect(span).to_have_text(this_week or "")
    await to_the_lab(page, "Cancelled: Technical trouble")
    await to_the_lab(page, "Substitute: Kwame Osei")


async def test_the_coordinator_cancels_and_the_teacher_is_told(people: People) -> None:
    cora = await people.open("coordinator", "/schedule", viewport=WIDE)
    await to_the_lab(cora, "Substitute: Kwame Osei")
    await cora.get_by_role("button", name="Cancel the class…").click()
    dialog = cora.get_by_role("dialog")
    await dialog.get_by_role("button", name="Cancel the class").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Choose a reason.")
    await dialog.get_by_role("radio", name="Weather").check()
    await dialog.get_by_role("button", name="Cancel the class").click()
    await expect(cora.get_by_text("Cancelled: Weather")).to_be_visible()
    teacher = await people.open("teacher", "/", viewport=WIDE)
    told = teacher.locator(".notice").filter(has_text="is cancelled").filter(has_text="Weather")
    await expect(told).to_contain_text("changed by the coordinator")
    await cora.get_by_role("button", name="Hold it after all…").click()
    await dialog.get_by_role("radio", name="Change of plan").check()
    await dialog.get_by_role("button", name="Hold the class after all").click()
    await expect(cora.get_by_role("button", name="Move…")).to_be_visible()


async def test_the_coordinator_moves_a_class_and_what_was_typed_stays(people: People) -> None:
    cora = await people.open(
        "coordinator", "/schedule", is_fresh=True, viewport=WIDE, timezone_id="America/Denver", locale="en-US"
    )
    await cora.clock.install()
    await cora.reload()
    await to_the_lab(cora, "Substitute: Kwame Osei")
    lab = cora.get_by_role("listitem").filter(has_text="Substitute: Kwame Osei")
    await lab.get_by_role("button", name="Move…").click()
    dialog = cora.get_by_role("dialog")
    starts, move = dialog.get_by_label("New start"), dialog.get_by_role("button", name="Move the class")
    was = datetime.fromisoformat(await starts.input_value())
    await dialog.get_by_role("radio", name="Illness").check()
    await move.click()
    await expect(dialog.get_by_text("The class is at that time already.")).to_be_visible()
    await starts.fill("2030-03-10T02:30")
    await expect(dialog.get_by_text("The clocks skip that time on that day.")).to_be_visible()
    await move.click()
    await expect(starts).to_be_focused()
    await starts.fill("2030-11-03T01:30")
    await expect(dialog.get_by_text("that time comes twice. The first is meant.")).to_be_visible()
    later = (was + timedelta(days=1)).replace(hour=5, minute=45)
    typed = later.strftime("%Y-%m-%dT%H:%M")
    await starts.fill(typed)
    await dialog.get_by_role("radio", name="Technical trouble").check()
    await expect(starts).to_have_value(typed)
    async with cora.expect_response(re.compile("/api/schedule")):
        await cora.clock.fast_forward("01:01")
    await expect(starts).to_have_value(typed)
    await expect(dialog.get_by_role("radio", name="Technical trouble")).to_be_checked()
    await move.click()
    await expect(dialog).to_have_count(0)
    await expect(lab).to_have_count(0)
    await to_the_lab(cora, "Moved from")
    await expect(lab).to_contain_text("5:45")
    teacher = await people.open("teacher", "/", viewport=WIDE)
    told = teacher.locator(".notice").filter(has_text="is moved from").filter(has_text="Technical trouble")
    await expect(told).to_contain_text("changed by the coordinator")


async def test_an_address_is_made_read_and_revoked(people: People) -> None:
    page = await people.open("teacher", "/schedule", viewport=WIDE)
    await page.get_by_role("button", name="Make an address").click()
    url = await page.get_by_label("Your new address").input_value()
    status, body = fetched(url)
    assert (status, body[:15]) == (200, b"BEGIN:VCALENDAR")
    assert b"STATUS:CANCELLED" in body
    await page.get_by_role("button", name=re.compile("Revoke the address")).click()
    await expect(page.get_by_label("Your new address")).to_have_count(0)
    assert fetched(url)[0] == 404


async def test_the_schedule_is_within_everybodys_reach(people: People) -> None:
    """axe in light and dark, wide and narrow, in both languages; nothing is cut off; on paper no button is left."""
    for scheme, viewport, language in (("light", WIDE, "en"), ("dark", NARROW, "es")):
        page = await people.open(
            "coordinator", "/schedule", watched=False, viewport=viewport, color_scheme=scheme, bypass_csp=True
        )
        await speak(page, language)
        await expect(page.locator(".plan-day").first).to_be_visible()
        assert await axe(page) == []
        assert await page.evaluate(CUT) == []
        await expect(page.locator(".plan-day")).to_have_count(7 if viewport is WIDE else 1)
    await page.emulate_media(media="print")
    await expect(page.locator(".plan-bar button").first).to_be_hidden()
    await expect(page.locator(".feeds")).to_be_hidden()
    await expect(page.locator(".plan-day").first).to_be_visible()
