"""Asking from a tablet in one hand: each gesture with its number of taps."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.conftest import People
from tests.browser.screens import Room
from tests.browser.screenshots import Commands, fill_the_roster
from tests.browser.thumb import LANDSCAPE, NARROW, PORTRAIT, Thumb

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESA = "supervisor-mesa-flats"
SIZES = {"upright": PORTRAIT, "lying": LANDSCAPE, "narrow": NARROW}
ODD = {
    "emoji": "Is it 🧊 or 👩🏽‍🚀 that slides? 🏳️‍🌈",
    "right to left": "لماذا لا يسقط الصندوق؟",
    "markup": "<b>Is</b> 3 < 5 && 'x' > \"y\"? <img src=x onerror=alert(1)> &amp;",
    "spaces": "if  x:\n    y = 2\n\tz",
}


@pytest.fixture
def commands(demo: dict[str, Any]) -> Commands:
    return Commands(demo)


async def in_hand(people: People, size: dict[str, int] = PORTRAIT, person: str = MESA) -> tuple[Room, Thumb]:
    """A room on a touch screen."""
    room = Room(await people.open(person, viewport=size, has_touch=True))
    await room.is_live()
    return room, Thumb(room.page)


async def asked(room: Room, commands: Commands, text: str) -> dict[str, Any]:
    """The question as the record has it, once the tablet says that it is there."""
    await expect(room.card(text)).to_contain_text("Sent")
    views = commands.request(MESA, "")["snapshot"]
    return next(one["value"] for one in views if one["kind"] == "question" and one["value"].get("text") == text)


@pytest.mark.parametrize("size", SIZES)
async def test_any_student_asks_in_two_taps_and_the_text(people: People, commands: Commands, size: str) -> None:
    room, thumb = await in_hand(people, SIZES[size])
    student = commands.request(MESA, "/roster")["students"][-1]
    text = f"Why is it cos and not sin, {size}?"
    await thumb.tap(room.who.get_by_role("radio", name=student["name"]))
    await thumb.type(text)
    await thumb.tap(room.send)
    assert thumb.lift() == 2
    await expect(room.card(text)).to_contain_text("Waiting for the teacher to see it")
    await expect(room.card(text)).to_contain_text(student["name"])
    question = await asked(room, commands, text)
    assert question["student_id"] == student["student_id"]
    assert (question["shareable"], question["verbatim"], question["urgency"]) == (True, True, "normal")
    form = room.page.get_by_role("region", name="Ask for a student")
    await expect(form).to_contain_text("Waiting for the teacher to see it")
    await expect(room.words).to_have_value("")
    await expect(room.who.get_by_role("radio", checked=True)).to_have_count(0)


@pytest.mark.parametrize("size", ["upright", "lying"])
async def test_on_a_tablet_all_that_asking_needs_is_in_sight(people: People, size: str) -> None:
    room, _ = await in_hand(people, SIZES[size], "supervisor-kettle-creek")
    await expect(room.who.get_by_role("radio").first).to_be_in_viewport(ratio=1)
    await expect(room.words).to_be_in_viewport(ratio=1)
    await expect(room.send).to_be_in_viewport(ratio=1)


async def test_the_same_students_next_question_is_one_tap_away(people: People) -> None:
    room, thumb = await in_hand(people)
    student = await room.first_student()
    await room.ask("The first of two", student=student)
    form = room.page.get_by_role("region", name="Ask for a student")
    await thumb.tap(form.get_by_role("button", name=f"Another question from {student}"))
    assert thumb.lift() == 1
    await expect(room.words).to_be_focused()
    await expect(room.who.get_by_role("radio", name=student)).to_be_checked()
    await thumb.type("The second of two")
    await thumb.tap(room.send)
    await expect(room.card("The second of two")).to_contain_text(student)
    thumb.lift()
    # From where the first one stands, too.
    await thumb.tap(room.card("The first of two").get_by_role("button", name=f"Another question from {student}"))
    assert thumb.lift() == 1
    await expect(room.words).to_be_focused()
    await expect(room.who.get_by_role("radio", name=student)).to_be_checked()


async def test_without_a_name_send_asks_who_and_loses_nothing(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    await room.words.fill("Whose question is this?")
    await thumb.tap(room.send)
    await expect(
        room.page.get_by_role("alert").get_by_text("First choose who asks: a student, or the room.")
    ).to_be_visible()
    await expect(room.card("Whose question is this?")).to_have_count(0)
    thumb.lift()
    await thumb.tap(room.who.get_by_role("radio", name="The room"))
    await expect(room.page.get_by_role("alert").get_by_text("First choose who asks")).to_have_count(0)
    await thumb.tap(room.send)
    assert thumb.lift() == 2
    await expect(room.card("Whose question is this?")).to_contain_text("The room:")
    assert (await asked(room, commands, "Whose question is this?"))["student_id"] is None


async def test_a_room_that_wants_no_names_sends_in_one_tap_and_the_tablet_remembers(
    people: People, commands: Commands
) -> None:
    room, thumb = await in_hand(people)
    switch = room.page.get_by_role("checkbox", name="No name needed")
    await thumb.tap(switch)
    await expect(room.page.get_by_text("Nobody is chosen: it is sent as the room’s question.")).to_be_visible()
    await room.page.reload()
    await room.is_live()
    await expect(switch).to_be_checked()
    await room.words.fill("From all of us")
    thumb.lift()
    await thumb.tap(room.send)
    assert thumb.lift() == 1
    await expect(room.card("From all of us")).to_contain_text("The room:")
    assert (await asked(room, commands, "From all of us"))["student_id"] is None
    student = await room.first_student()
    await room.ask("Yet this one has a name", student=student)
    await expect(room.card("Yet this one has a name")).to_contain_text(student)
    await thumb.tap(switch)
    await room.words.fill("And now nobody")
    await thumb.tap(room.send)
    await expect(room.page.get_by_role("alert").get_by_text("First choose who asks")).to_be_visible()


async def test_private_in_other_words_and_blocking_are_a_tap_each(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    await expect(room.kind("Other rooms may read the words, never the name")).to_be_checked()
    for kind in ("Only the teacher", "In other words", "Stuck until answered"):
        await thumb.tap(room.kind(kind))
    assert thumb.lift() == 3
    await room.ask("Between us, roughly, and urgent", student=await room.first_student())
    question = await asked(room, commands, "Between us, roughly, and urgent")
    assert (question["shareable"], question["verbatim"], question["urgency"]) == (False, False, "blocking")
    await expect(room.kind("Other rooms may read")).to_be_checked()


async def test_taps_that_come_before_the_page_has_shown_the_one_before_all_count(
    people: People, commands: Commands
) -> None:
    room, _ = await in_hand(people)
    kinds = [
        await room.kind(one).element_handle() for one in ("Only the teacher", "In other words", "Stuck until answered")
    ]
    await room.page.evaluate("(kinds) => kinds.forEach((kind) => kind.click())", kinds)
    await room.ask("Three taps in one frame", student=await room.first_student())
    question = await asked(room, commands, "Three taps in one frame")
    assert (question["shareable"], question["verbatim"], question["urgency"]) == (False, False, "blocking")


async def test_with_the_keyboard_alone(people: People) -> None:
    room = Room(await people.open(MESA, viewport=LANDSCAPE))
    await room.is_live()
    keys = room.page.keyboard
    # The names come with the roster, a moment after the class.
    await expect(room.who.get_by_role("radio").nth(2)).to_be_visible()
    await room.who.get_by_role("radio").first.focus()
    await keys.press("Space")
    await keys.press("ArrowDown")
    await keys.press("ArrowDown")
    # Going through the names stays among them.
    chosen = room.who.get_by_role("radio", checked=True)
    await expect(chosen).to_be_focused()
    await expect(room.who.get_by_role("radio").nth(2)).to_be_checked()
    for _ in range(4):
        await keys.press("Tab")
    await expect(room.words).to_be_focused()
    await keys.type("Asked without a finger")
    await keys.press("Control+Enter")
    await expect(room.card("Asked without a finger")).to_contain_text("Waiting for the teacher")


@pytest.mark.parametrize("odd", ODD)
async def test_odd_words_are_shown_to_the_letter(people: People, odd: str) -> None:
    room, _ = await in_hand(people)
    text = ODD[odd]
    await room.write(text, student=await room.first_student())
    await room.send.click()
    said = room.ours.locator(".said").filter(has_text=re.compile(re.escape(text.split("\n")[0][:12])))
    await expect(said).to_have_count(1)
    await expect(said.locator("*")).to_have_count(0)
    assert await said.evaluate("one => one.textContent") == text
    direction = await said.evaluate("one => getComputedStyle(one).direction")
    assert direction == ("rtl" if odd == "right to left" else "ltr")
    assert await said.evaluate("one => getComputedStyle(one).whiteSpace") == "pre-wrap"


async def test_sixty_lines_open_whole_in_one_tap(people: People) -> None:
    room, thumb = await in_hand(people, NARROW)
    text = "\n".join(f"line {n}: a question that goes on" for n in range(1, 61))
    await room.write(text, student=await room.first_student())
    await room.send.click()
    card = room.card("line 60: a question")
    said = card.locator(".said")
    await thumb.tap(card.get_by_role("button", name="Show all of it"))
    assert thumb.lift() == 1
    assert await said.evaluate("one => one.textContent") == text
    assert await said.evaluate(
        "one => one.scrollHeight <= one.clientHeight + 1 || getComputedStyle(one).overflow === 'visible'"
    )
    # Sixty lines, each on one of its own at least.
    assert await said.evaluate("one => one.getBoundingClientRect().height") > 60 * 20
    await thumb.tap(card.get_by_role("button", name="Show less"))


async def test_forty_students_with_long_names(people: People, commands: Commands) -> None:
    """The whole roster is there, each of them two taps from asking; a part of a name finds them."""
    room = Room(await people.open(MESA, "/healthz", viewport=PORTRAIT, has_touch=True))
    await fill_the_roster(room.page, commands)
    await room.page.goto(people.base_of(MESA) + people.meeting_path)
    await room.is_live()
    thumb = Thumb(room.page)
    await expect(room.who.get_by_role("radio")).to_have_count(41)
    await expect(room.send).to_be_in_viewport()
    await room.page.get_by_role("searchbox", name="Find a student by name").fill("oyelaran-33")
    await expect(room.who.get_by_role("radio")).to_have_count(2)
    await thumb.tap(room.who.get_by_role("radio").nth(1))
    await expect(room.words).to_be_focused()
    await expect(room.who.get_by_role("radio")).to_have_count(41)
    across = await room.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert across <= 0
