"""What a newcomer stumbles over: a class of another day, a clock of another place, a key that does nothing by itself,
and what is left when a class is over."""

import re
import time
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"width": 820, "height": 1180}
HOUR = 3_600_000
TOMORROW = "tomorrow-physics"
WATCHED = {"watched": False, "bypass_csp": True}


@pytest.fixture(scope="module")
def tomorrow(demo: dict[str, Any]) -> str:
    """The path of a class that begins in 24 hours."""
    starts_at = time.time_ns() // 1_000_000 + 24 * HOUR
    times = {"starts_at": starts_at, "ends_at": starts_at + HOUR}
    Commands(demo).add("meetings", id=TOMORROW, section_id="physics-1", title="Lenses", **times)
    return f"/meetings/{TOMORROW}"


def banner(page: Page) -> Any:
    return page.get_by_role("banner")


async def test_a_class_of_tomorrow_does_not_look_like_one_that_is_late(people: People, tomorrow: str) -> None:
    teacher = Console(await people.open("teacher", tomorrow, **WATCHED))
    await teacher.is_live()
    a_day = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \w+ \d+")
    await expect(banner(teacher.page)).to_contain_text(a_day)
    await expect(teacher.page.get_by_text("Planned for")).to_have_text(
        re.compile(rf"^Planned for {a_day.pattern}, \d.*Rooms can ask as soon as you start it\.$")
    )
    await teacher.page.get_by_role("button", name="Start class").click()
    dialog = teacher.page.get_by_role("dialog")
    early = dialog.get_by_role("paragraph").first
    await expect(early).to_contain_text("This class is planned for tomorrow, ")
    # Read first, also where the dialog is longer than the screen.
    await expect(early).to_be_focused()
    assert await axe(teacher.page) == []
    await dialog.get_by_role("button", name="Wait").click()
    await expect(teacher.page.get_by_text("The class has not started.", exact=True)).to_be_visible()


async def test_signing_on_says_from_when_it_works_and_keeps_no_command(people: People, tomorrow: str) -> None:
    room = Room(await people.open("supervisor-pine-ridge", tomorrow, viewport=TABLET, **WATCHED))
    await room.is_live()
    duty = room.page.get_by_role("region", name="On duty in this room")
    sign_on = duty.get_by_role("button", name="Sign on")
    await expect(sign_on).to_have_attribute("aria-disabled", "true")
    await expect(sign_on).to_have_accessible_description(re.compile(r"^You can sign on from \w+, \w+ \d+, \d+:\d\d"))
    await sign_on.click(force=True)
    await sign_on.press("Enter")
    await expect(banner(room.page)).to_contain_text(re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), "))
    assert await axe(room.page) == []
    # The teacher lets the rooms in before: from then on it is an ordinary button.
    Commands(people.demo, TOMORROW).run("teacher", "meeting.open_lobby")
    await expect(sign_on).to_have_attribute("aria-disabled", "false")
    await expect(duty.get_by_text("Could not send")).to_have_count(0)
    await sign_on.click()
    await expect(duty).to_contain_text("You are on duty")


async def test_a_tablet_in_another_zone_shows_the_room_s_clock_and_names_it(people: People, tomorrow: str) -> None:
    room = Room(await people.open("supervisor-pine-ridge", viewport=TABLET, timezone_id="America/New_York"))
    await room.is_live()
    named = re.compile(r"\d+:\d\d [AP]M MT")
    await expect(banner(room.page)).to_contain_text(named)
    await expect(room.page.get_by_role("region", name="On duty in this room")).to_contain_text(named)
    await room.page.get_by_role("link", name="My classes").click()
    await expect(room.page.get_by_role("article").first).to_contain_text(named)
    coming = room.page.get_by_role("listitem").filter(has_text="Lenses")
    await expect(coming).to_contain_text(named)

    same = Room(await people.open("supervisor-pine-ridge", viewport=TABLET, timezone_id="America/Denver"))
    await same.is_live()
    await expect(banner(same.page)).to_contain_text(re.compile(r"\d+:\d\d [AP]M"))
    await expect(banner(same.page)).not_to_contain_text("MT")


async def test_a_key_that_needs_a_claim_says_so_to_all_and_a_room_says_what_is_in_hand(people: People) -> None:
    commands = Commands(people.demo)
    teacher = Console(await people.open("teacher", timezone_id="America/Los_Angeles", **WATCHED))
    await teacher.is_live()
    # Its rooms live by another clock: the console's own is named.
    await expect(teacher.room("Kettle Creek")).to_contain_text(re.compile(r"No link yet \d+:\d\d"))
    commands.ask("pine-ridge", 0, "Why is the sky blue?", {"verbatim": True, "urgency": "normal", "shareable": True})
    await expect(teacher.room("Pine Ridge")).to_contain_text("1 waiting")
    await teacher.page.keyboard.press("a")
    asks = teacher.now.get_by_text("Claim the question first.")
    await expect(asks).to_be_visible()
    assert await axe(teacher.page) == []
    await teacher.page.keyboard.press("c")
    await expect(asks).to_have_count(0)
    await expect(teacher.room("Pine Ridge")).to_contain_text("1 in hand")
    await expect(teacher.room("Pine Ridge")).not_to_contain_text("waiting")
    await expect(teacher.board).to_contain_text("0 unclaimed")

    # Said aloud, it has no text; what is still not understood says how it was answered.
    await teacher.page.keyboard.press("a")
    room = Room(await people.open("supervisor-pine-ridge", viewport=TABLET))
    await expect(room.to_do).to_contain_text("Why is the sky blue?")
    ours = room.page.get_by_role("region", name="Our questions")
    await expect(ours).to_contain_text("1 to do now")
    await expect(ours).not_to_contain_text("open")
    await room.to_do.get_by_role("button", name="Still stuck").click()
    await expect(ours).to_contain_text("1 open")
    await expect(teacher.now).to_contain_text("Answered before, aloud (To all).")


async def test_a_class_that_is_over_says_what_still_comes_and_to_whom(people: People) -> None:
    """The last of the module: it ends the demo's class, with one question left open."""
    commands = Commands(people.demo)
    room = Room(await people.open("supervisor-pine-ridge", viewport=TABLET, **WATCHED))
    await room.is_live()
    commands.run("teacher", "meeting.end")
    strip = room.page.get_by_text("1 answer still comes in writing. It will show up here.")
    await expect(strip).to_be_visible()
    await expect(room.page.get_by_text("No question of this room is left open.")).to_have_count(0)
    assert await axe(room.page) == []
    await room.page.get_by_role("link", name="My classes").click()
    # Nothing of it is theirs to do: it is in sight all the same.
    await expect(
        room.page.get_by_role("heading", name="Still owed from past classes, by somebody else")
    ).to_be_visible()
    await expect(room.page.get_by_text("The teacher owes the answer")).to_be_visible()
    assert await axe(room.page) == []
    await room.page.go_back()
    await room.page.get_by_role("link", name="Report of the class").click()
    await expect(room.page.get_by_role("heading", level=1)).to_contain_text("Report")
