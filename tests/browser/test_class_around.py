"""The class around the questions: who is on duty, what the teacher tells the rooms, and how a class is closed."""

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"width": 820, "height": 1180}


def duty(page: Page) -> Locator:
    return page.get_by_role("region", name="On duty in this room")


async def choose(page: Page, *steps: str) -> None:
    """Open the duty's dialog and press these buttons of it, one after the other."""
    await duty(page).get_by_role("button", name="On duty…").click()
    for name in steps:
        await page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


async def test_a_class_day_of_one_room(people: People, demo: dict[str, Any]) -> None:
    """Signing on, stepping out, a handover, an announcement with its receipts, and the class closed for good."""
    commands = Commands(demo)
    relief = {"person_id": "supervisor-harlow", "role": "supervisor", "site_id": "pine-ridge"}
    commands.add("grants", **relief, begins_on="2026-01-01")
    teacher = Console(await people.open("teacher", watched=False, bypass_csp=True))
    pine = Room(await people.open("supervisor-pine-ridge", watched=False, bypass_csp=True, viewport=TABLET))
    harlow = Room(await people.open("supervisor-harlow", viewport=TABLET))
    for screen in (teacher, pine, harlow):
        await screen.is_live()
    room = teacher.room("Pine Ridge")

    # Where the class is seen is everybody's to follow, and tells that house nothing.
    seen = {"video_url": "https://video.example/physics", "video_provider": "BigBlueButton"}
    commands.change("sections", "physics-1", **seen)
    for screen in (teacher, pine, harlow):
        link = screen.page.get_by_role("link", name="Video: BigBlueButton")
        await expect(link).to_have_attribute("href", "https://video.example/physics")
        await expect(link).to_have_attribute("rel", "noopener noreferrer")
        await expect(link).to_have_attribute("referrerpolicy", "no-referrer")

    # The room's link is a heartbeat's word, Kettle Creek's tablet has none.
    await expect(room).to_contain_text("linked")
    await expect(teacher.room("Kettle Creek")).to_contain_text("No link yet")

    # That nobody is there is told to everybody, until somebody signs on.
    await expect(room).to_contain_text("Rosa Alvarez")
    await choose(pine.page, "Sign off…")
    await pine.page.get_by_role("radio", name="My relief is on the way").check()
    await pine.page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    await expect(room).to_contain_text("No adult")
    await expect(duty(pine.page)).to_contain_text("No adult is on duty in this room")
    assert await axe(pine.page) == []
    await duty(pine.page).get_by_role("button", name="Sign on").click()
    await expect(duty(pine.page)).to_contain_text("You are on duty")
    await expect(room).to_contain_text("Rosa Alvarez")

    # The last adult says why before she leaves.
    await choose(pine.page, "Step out…", "Step out")
    await expect(pine.page.get_by_text("Say why the room stays alone.")).to_be_visible()
    await pine.page.get_by_role("radio", name="Emergency").check()
    assert await axe(pine.page) == []
    await pine.page.get_by_role("dialog").get_by_role("button", name="Step out").click()
    await expect(duty(pine.page)).to_contain_text("No adult is on duty in this room")
    await expect(room).to_contain_text("No adult")
    polite = teacher.page.locator("[aria-live=polite]")
    await expect(polite).to_contain_text("Pine Ridge: no adult on duty.", timeout=15_000)
    await duty(pine.page).get_by_role("button", name="I am back").click()
    await expect(duty(pine.page)).to_contain_text("You are on duty")

    # On duty at one site at a time; and then the handover.
    await harlow.page.get_by_role("radio", name="Harlow").check()
    await expect(duty(harlow.page)).to_contain_text("You are on duty")
    await choose(pine.page, "Hand over…", "Offer")
    await harlow.page.get_by_role("radio", name="Pine Ridge").check()
    await expect(duty(harlow.page)).to_contain_text("Rosa Alvarez would hand the room over to you")
    await duty(harlow.page).get_by_role("button", name="Take the room").click()
    await expect(duty(harlow.page)).to_contain_text("You are on duty at another site")
    await duty(harlow.page).get_by_role("button", name="Discard").click()
    await harlow.page.get_by_role("radio", name="Harlow").check()
    await choose(harlow.page, "Sign off…")
    await harlow.page.get_by_role("radio", name="No student is in the room").check()
    await harlow.page.get_by_role("dialog").get_by_role("button", name="Sign off").click()
    await expect(duty(harlow.page)).to_contain_text("No adult is on duty in this room")
    await harlow.page.get_by_role("radio", name="Pine Ridge").check()
    await duty(harlow.page).get_by_role("button", name="Take the room").click()
    await expect(duty(harlow.page)).to_contain_text("You are on duty")
    await expect(duty(pine.page)).to_contain_text("On duty: Teresa Reyes")
    await expect(room).to_contain_text("Teresa Reyes")

    # An announcement to a room that is there and to one that is dark.
    await teacher.page.keyboard.press("n")
    dialog = teacher.page.get_by_role("dialog")
    await dialog.get_by_role("checkbox", name="All rooms").uncheck()
    await dialog.get_by_role("button", name="Send to the rooms").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Write what is to be read out.")
    await dialog.get_by_role("textbox").fill("Page 112, please.")
    await dialog.get_by_role("button", name="Send to the rooms").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Choose at least one room.")
    for name in ("Pine Ridge", "Mesa Flats"):
        await dialog.get_by_role("checkbox", name=name).check()
    assert await axe(teacher.page) == []
    await dialog.get_by_role("button", name="Send to the rooms").click()
    told = teacher.page.get_by_role("list", name="Announcements")
    await expect(told.get_by_role("listitem").filter(has_text="Mesa Flats").last).to_contain_text("Not reached")
    await expect(told.get_by_role("listitem").filter(has_text="Pine Ridge").last).to_contain_text("On the tablet")
    await pine.to_do.get_by_role("button", name="Read out").click()
    await expect(told).to_contain_text("1 of 2 rooms: read out")
    mesa = Room(await people.open("supervisor-mesa-flats", viewport=TABLET))
    await expect(mesa.to_do).to_contain_text("Page 112, please.")
    await expect(told.get_by_role("listitem").filter(has_text="Mesa Flats").last).to_contain_text("On the tablet")
    assert await axe(teacher.page) == []

    # What a class owes keeps it open; then it is closed for good.
    await teacher.page.get_by_role("banner").get_by_role("button", name="End class…").click()
    await dialog.get_by_role("button", name="End class").click()
    await expect(teacher.page.get_by_role("link", name="Video: ")).to_have_count(0)
    await expect(teacher.page.get_by_text("Still owed: 1 announcement not read out")).to_be_visible()
    await mesa.to_do.get_by_role("button", name="Read out").click()
    await teacher.page.get_by_role("button", name="Close for good").click()
    await expect(teacher.page.get_by_text("The class is closed for good.")).to_be_visible()

    report = commands.request("teacher", "/report")
    timeline = next(one for one in report["timelines"] if one["site_id"] == "pine-ridge")
    assert timeline["lost"] == []
    marks = [(one["what"], one["person_id"], one["reason"]) for one in timeline["marks"]]
    assert [one for one in marks if one[0] != "link_connected"] == [
        ("signed_on", "supervisor-pine-ridge", None),
        ("signed_off", "supervisor-pine-ridge", "relief_is_near"),
        ("signed_on", "supervisor-pine-ridge", None),
        ("stepped_out", "supervisor-pine-ridge", "emergency"),
        ("returned", "supervisor-pine-ridge", None),
        ("offered", "supervisor-pine-ridge", None),
        ("handed_over", "supervisor-harlow", None),
        ("class_ended", None, None),
    ]
    [announced] = report["announcements"]
    assert {one["site_id"]: one["read_out_by"] for one in announced["rooms"]} == {
        "mesa-flats": "supervisor-mesa-flats",
        "pine-ridge": "supervisor-pine-ridge",
    }
