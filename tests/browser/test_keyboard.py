"""The teacher's console by keyboard alone, and the focus where a person expects it."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room, becomes

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def focused_text(page: Page) -> str:
    return str(await page.evaluate("document.activeElement?.textContent ?? ''"))


async def after(page: Page, key: str) -> str:
    """What has the focus once the key has moved it."""
    before = await focused_text(page)
    await page.keyboard.press(key)
    return await becomes(lambda: focused_text(page), lambda text: text != before)


async def test_a_class_is_run_by_keyboard_alone(people: People) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats"))
    harlow = Room(await people.open("supervisor-harlow"))
    teacher = Console(await people.open("teacher"))
    for screen in (mesa, harlow, teacher):
        await screen.is_live()
    await mesa.ask("First from Mesa Flats")
    await harlow.ask("First from Harlow")
    await expect(teacher.question("First from Harlow")).to_have_count(1)
    keys = teacher.page.keyboard

    second = await after(teacher.page, "j")
    first = await after(teacher.page, "k")
    assert {first, second} == {"First from Harlow", "First from Mesa Flats"}
    await keys.press("k")
    assert await focused_text(teacher.page) == first

    # 1 is Harlow: the rooms stand by name and never move.
    await keys.press("1")
    await becomes(lambda: focused_text(teacher.page), lambda text: "First from Harlow" in text)
    await keys.press("c")
    await expect(teacher.panel("In hand").get_by_text("First from Harlow", exact=True)).to_be_visible()
    await expect(harlow.card("First from Harlow")).to_contain_text("The teacher is on it now")
    await keys.press("a")
    await expect(harlow.card("First from Harlow")).to_contain_text("Answered to all rooms")


async def test_a_written_answer_by_keyboard_and_keys_that_rest_while_typing(people: People) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats"))
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    await mesa.ask("Needs it in writing", kinds=("Stuck until answered",))
    await expect(teacher.question("Needs it in writing")).to_have_count(1)
    keys = teacher.page.keyboard
    await keys.press("k")
    await keys.press("c")
    await expect(teacher.panel("In hand").get_by_text("Needs it in writing", exact=True)).to_be_visible()
    await teacher.now.get_by_role("radio", name="To all").focus()
    await keys.press("ArrowRight")
    await keys.press("ArrowRight")
    await expect(teacher.now.get_by_role("radio", name="Written")).to_be_checked()
    await keys.press("a")
    await expect(teacher.page.get_by_role("alert").get_by_text("A written answer needs its text.")).to_be_visible()
    await expect(teacher.now.get_by_role("textbox")).to_be_focused()
    await keys.type("a cjk? 1 ja")
    await expect(teacher.now.get_by_role("textbox")).to_have_value("a cjk? 1 ja")
    await keys.press("Control+Enter")
    await expect(mesa.card("Needs it in writing")).to_contain_text("a cjk? 1 ja")


async def test_keys_have_help_and_an_off_switch_that_is_remembered(people: People) -> None:
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    page = teacher.page
    help_ = page.get_by_role("dialog", name="Keys")
    await page.keyboard.press("?")
    await expect(help_).to_be_visible()
    await help_.get_by_role("checkbox", name="Single keys are on").uncheck()
    await page.keyboard.press("Escape")
    await expect(help_).to_have_count(0)
    await page.keyboard.press("?")
    await expect(help_).to_have_count(0)
    await page.reload()
    await teacher.is_live()
    await page.keyboard.press("?")
    await expect(help_).to_have_count(0)
    await page.get_by_role("button", name="Keys").click()
    await help_.get_by_role("checkbox", name="Single keys are on").check()
    await help_.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="Keys")).to_be_focused()


async def test_the_focus_follows_the_page_and_the_title_names_it(people: People) -> None:
    page = await people.open("teacher", "/")
    await page.get_by_role("link", name="Enter class").press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_be_focused()
    await expect(page).to_have_title("Forces on an incline · Longroom")
    await page.go_back()
    await expect(page.get_by_role("link", name="Enter class")).to_be_visible()
    await expect(page).to_have_title("My classes · Longroom")


async def test_ending_the_class_is_confirmed_and_escape_keeps_it(people: People) -> None:
    teacher = Console(await people.open("teacher"))
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await teacher.is_live()
    await mesa.ask("Left open at the end")
    end = teacher.page.get_by_role("button", name="End class…")
    dialog = teacher.page.get_by_role("dialog", name="End the class for all 4 rooms?")
    await end.press("Enter")
    await expect(dialog.get_by_role("button", name="Keep going")).to_be_focused()
    await teacher.page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(end).to_be_focused()
    await end.press("Enter")
    await expect(dialog.get_by_role("listitem").filter(has_text="Left open at the end")).to_contain_text(
        "put off until"
    )
    await dialog.get_by_role("button", name="End class").press("Enter")
    await expect(teacher.page.get_by_text("The class has ended.")).to_be_visible()
    await expect(mesa.page.get_by_text("no new questions can be asked")).to_be_visible()
    # It is owed, and can still be answered: in writing.
    await teacher.put_off.get_by_role("button", name="Left open at the end").click()
    await teacher.panel("To answer in writing").get_by_role("textbox").fill("The rope pulls back.")
    await teacher.page.keyboard.press("Control+Enter")
    await expect(mesa.card("Left open at the end")).to_contain_text("The rope pulls back.")
