"""Before class: the room is checked on its tablet and reports, the teacher sees it, and a class starts without a room
only by a plan, which the room carries out afterwards."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import axe

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"width": 820, "height": 1180}
PHONE = {"width": 320, "height": 568}
ALLOWED = {"permissions": ["microphone", "camera"], "bypass_csp": True, "watched": False}
TODAY, LATER = "today-physics", "later-physics"


@pytest.fixture(scope="module")
def today(demo: dict[str, Any]) -> Commands:
    """Two classes that begin in ten minutes: each test has one; the demo's own is over."""
    before = Commands(demo)
    before.run("teacher", "meeting.end")
    before.plan(TODAY, "Forces on a ramp")
    before.plan(LATER, "Friction")
    return Commands(demo, TODAY)


def form(room: Room) -> Locator:
    return room.page.get_by_role("region", name="Get the room ready")


async def report(room: Room, status: str) -> None:
    await form(room).get_by_role("group", name="How does the room stand?").get_by_role("radio", name=status).check()
    await form(room).get_by_role("button", name="Report").click()


async def test_a_room_is_made_ready_in_two_taps_and_the_teacher_sees_how(people: People, today: Commands) -> None:
    today.request("teacher", "/brief", {"version": 0, "today": "Forces on a ramp."})
    path = f"/meetings/{TODAY}"
    teacher = Console(await people.open("teacher", path, watched=False, bypass_csp=True))
    pine = Room(await people.open("supervisor-pine-ridge", path, viewport=TABLET, **ALLOWED))
    for screen in (teacher, pine):
        await screen.is_live()
    column = teacher.room("Pine Ridge")
    await expect(column).to_contain_text("Not reported yet")
    await expect(column.get_by_role("link", name="+1 406 555 0134")).to_have_attribute("href", "tel:+14065550134")

    # One tap checks, and proposes the word; one says it.
    await form(pine).get_by_role("button", name="Check microphone, camera and link").click()
    await expect(column).to_contain_text("Being checked")
    for found in ("Microphone works", "Camera works", "ms there and back"):
        await expect(form(pine).get_by_role("list").first).to_contain_text(found)
    await expect(form(pine).get_by_role("radio", name="Ready", exact=True)).to_be_checked()
    assert await axe(pine.page) == []
    await form(pine).get_by_role("button", name="Report").click()
    await expect(form(pine)).to_contain_text("Ready you,")
    for seen in ("Ready ·", "Microphone works", "Camera works", "Brief not read", "Needs not seen"):
        await expect(column).to_contain_text(seen)
    await expect(teacher.page.locator("[aria-live=polite]")).to_contain_text("Pine Ridge is ready.")

    # What is to be read and seen, each by its own tap; and a new version asks for another. Only what this page has
    # shown can be said to have been read.
    read = form(pine).get_by_role("button", name="I have read it")
    await expect(read).to_have_count(0)
    await form(pine).get_by_role("link", name="The whole brief").click()
    await expect(pine.page.get_by_text("Forces on a ramp.")).to_be_visible()
    await pine.page.get_by_role("link", name="To the class").click()
    await read.click()
    await form(pine).get_by_role("button", name="I have seen it").click()
    for seen in ("Brief read", "Needs seen"):
        await expect(column).to_contain_text(seen)
    today.request("teacher", "/brief", {"version": 1, "today": "Forces on a ramp, with friction."})
    await expect(column).to_contain_text("Brief changed since read")
    await expect(form(pine)).to_contain_text("The lesson brief has changed since it was read")
    await expect(read).to_have_count(0)

    # A need that is entered now is on the tablet before it can be said to have been seen.
    roster = today.request("supervisor-pine-ridge", "/roster")
    student = next(one for one in roster["students"] if not one["accommodations"])
    need = {"student_id": student["student_id"], "code": "reader", "begins_on": "2026-01-01"}
    today.add("accommodations", id="today-need", **need)
    await expect(column).to_contain_text("Needs changed since seen")
    await expect(form(pine).get_by_role("listitem").filter(has_text=student["name"])).to_be_visible()
    await form(pine).get_by_role("button", name="I have seen it").click()
    await expect(column).to_contain_text("Needs seen")
    assert await axe(teacher.page) == []


async def test_a_browser_that_denies_the_microphone_is_told_what_to_do_and_the_room_is_not_called_ready(
    people: People, today: Commands
) -> None:
    path = f"/meetings/{TODAY}"
    harlow = Room(await people.open("supervisor-harlow", path, viewport=PHONE, is_fresh=True))
    await harlow.is_live()
    await form(harlow).get_by_role("button", name="Check microphone, camera and link").click()
    found = form(harlow).get_by_role("list").first
    await expect(found).to_contain_text("Microphone not allowed")
    await expect(found).to_contain_text("Allow it for this page beside the address at the top")
    await expect(found).to_contain_text("there and back")
    await expect(form(harlow).get_by_role("radio", name="With trouble")).to_be_checked()
    await report(harlow, "Ready")
    await expect(form(harlow).get_by_role("alert")).to_contain_text("denied or missing is not ready")
    await form(harlow).get_by_role("group", name="Does the phone work?").get_by_role("radio", name="Works").check()
    await form(harlow).get_by_role("textbox").fill("We are on the phone.")
    await report(harlow, "With trouble")
    teacher = Console(await people.open("teacher", path))
    for seen in ("Takes part with trouble", "Microphone not allowed", "Phone +1 406 555 0119 Works", "on the phone"):
        await expect(teacher.room("Harlow")).to_contain_text(seen)


async def test_what_was_found_is_still_there_after_a_reload(people: People, today: Commands) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats", f"/meetings/{TODAY}", viewport=TABLET, is_fresh=True))
    await mesa.is_live()
    await form(mesa).get_by_role("textbox").fill("The heating is out.")
    await form(mesa).get_by_role("radio", name="Cannot take part").check()
    await mesa.page.wait_for_timeout(600)
    await mesa.page.reload()
    await expect(form(mesa).get_by_role("textbox")).to_have_value("The heating is out.")
    await expect(form(mesa).get_by_role("radio", name="Cannot take part")).to_be_checked()


async def test_a_class_starts_without_a_room_by_a_plan_that_the_room_carries_out(
    people: People, demo: dict[str, Any], today: Commands
) -> None:
    later, path = Commands(demo, LATER), f"/meetings/{LATER}"
    teacher = Console(await people.open("teacher", path, watched=False, bypass_csp=True))
    pine = Room(await people.open("supervisor-pine-ridge", path, viewport=TABLET))
    kettle = Room(await people.open("supervisor-kettle-creek", path, viewport=TABLET, watched=False, bypass_csp=True))
    for screen in (teacher, pine, kettle):
        await screen.is_live()
    await teacher.page.get_by_role("button", name="Open the lobby").click()
    await expect(teacher.room("Kettle Creek")).to_contain_text("linked")
    await report(kettle, "Cannot take part")
    await expect(teacher.room("Kettle Creek")).to_contain_text("Cannot take part")

    # Three rooms are missing; no word on one of them leaves nobody out.
    await teacher.page.get_by_role("button", name="Start class").click()
    dialog = teacher.page.get_by_role("dialog", name="Start without 3 rooms?")
    missing = dialog.get_by_role("list").first
    await expect(missing).to_contain_text("Kettle Creek: says that it cannot take part")
    await expect(missing).to_contain_text("Harlow: nobody is there · Ring +1 406 555 0119")
    await expect(missing).not_to_contain_text("Pine Ridge")
    assert await axe(teacher.page) == []
    await dialog.get_by_role("combobox", name="How the room catches up").select_option("As the teacher wrote")
    await dialog.get_by_role("button", name="Start without").click()
    await expect(dialog.get_by_role("alert")).to_have_text("Say what the room is to do.")
    await dialog.get_by_role("checkbox", name="Another plan for each room").check()
    mine = dialog.get_by_role("listitem").filter(has_text="Kettle Creek")
    await mine.get_by_role("combobox").select_option("The site leads it")
    await mine.get_by_role("textbox").fill("Page 112, in pairs.")
    await dialog.get_by_role("button", name="Start without").click()
    plans = teacher.page.get_by_role("list", name="Catching up")
    await expect(plans.get_by_role("listitem")).to_have_count(3)
    await expect(plans).to_contain_text("Page 112, in pairs.")
    await expect(kettle.page.get_by_text("Page 112, in pairs.")).to_be_visible()

    # Harlow came after all; Mesa Flats has until another day.
    harlow = plans.get_by_role("listitem").filter(has_text="Harlow")
    await harlow.get_by_role("button", name="Change…").click()
    await teacher.page.get_by_role("dialog").get_by_role("button", name="Drop it…").click()
    await teacher.page.get_by_role("radio", name="The room took part after all").check()
    assert await axe(teacher.page) == []
    await teacher.page.get_by_role("button", name="Drop the plan").click()
    await expect(harlow).to_contain_text("Dropped: the room took part")
    await plans.get_by_role("listitem").filter(has_text="Mesa Flats").get_by_role("button", name="Change…").click()
    await teacher.page.get_by_role("dialog").get_by_label("To be done by").fill("2026-01-02T10:00")
    await teacher.page.get_by_role("button", name="Save the plan").click()
    await expect(teacher.page.get_by_role("dialog")).to_contain_text("Choose a time to come.")
    await teacher.page.get_by_role("dialog").get_by_role("combobox").select_option("Written work")
    await teacher.page.get_by_role("dialog").get_by_label("To be done by").fill("2036-01-02T10:00")
    await teacher.page.get_by_role("button", name="Save the plan").click()
    await expect(plans.get_by_role("listitem").filter(has_text="Mesa Flats")).to_contain_text("Written work")

    # After class it is the room's next task, and the class stays open until it is done.
    later.run("teacher", "meeting.end")
    await expect(teacher.page.get_by_text("2 catch-up plans to carry out")).to_be_visible()
    home = await people.open("supervisor-kettle-creek", "/")
    await expect(home.get_by_role("link", name="Carry out the catch-up plan")).to_be_visible()
    await expect(kettle.to_do).to_contain_text("Page 112, in pairs.")
    assert await axe(kettle.page) == []
    await kettle.to_do.get_by_label("Minutes that an adult here led it").fill("0")
    await kettle.to_do.get_by_role("button", name="It is carried out").click()
    await expect(kettle.to_do.get_by_role("alert")).to_contain_text("from 1 to 600")
    await kettle.to_do.get_by_label("Minutes that an adult here led it").fill("45")
    await kettle.to_do.get_by_role("button", name="It is carried out").click()
    await expect(plans).to_contain_text("Carried out: 45 minutes")
    await expect(kettle.page.get_by_text("Carried out: 45 minutes")).to_be_visible()
    await expect(teacher.page.get_by_text("1 catch-up plan to carry out")).to_be_visible()
