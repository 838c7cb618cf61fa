"""The main job on the real screens: a question from a student to the teacher and back, over a server that is killed."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.support.server import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

ON_COMPUTER, ON_TABLET = "Saved on this computer", "Saved on this tablet"


async def test_a_question_goes_there_and_back_while_the_server_is_killed_and_nobody_reloads(
    people: People, server: ServerProcess
) -> None:
    teacher = Console(await people.open("teacher", viewport={"width": 1440, "height": 1000}))
    mesa = Room(await people.open("supervisor-mesa-flats", viewport={"width": 820, "height": 1180}))
    harlow = Room(await people.open("supervisor-harlow", viewport={"width": 820, "height": 1180}))
    screens = (teacher, mesa, harlow)
    for screen in screens:
        await screen.is_live()
        await screen.mark()

    first, second = "Why is it cos and not sin?", "Which angle do we use?"
    student = await mesa.first_student()
    await mesa.ask(first, student=student, kinds=("Stuck until answered",))
    await expect(mesa.card(first)).to_contain_text(student)
    await expect(teacher.question(first)).to_contain_text("Blocking")
    await expect(teacher.question(first)).not_to_contain_text(student)
    await expect(mesa.card(first)).to_contain_text("Teacher has seen it")
    await teacher.claim(first)
    await expect(mesa.card(first)).to_contain_text("The teacher is on it now")

    killed = time.monotonic()
    server.kill()
    for screen in screens:
        await expect(screen.link("Reconnecting")).to_be_visible(timeout=3_000)
    assert time.monotonic() - killed < 3
    await teacher.answer("To this room")
    await harlow.write(second)
    await harlow.send.click()
    await expect(teacher.now.get_by_text(ON_COMPUTER)).to_be_visible()
    await expect(harlow.card(second)).to_contain_text(ON_TABLET)
    await asyncio.to_thread(server.start)

    await expect(mesa.card(first)).to_contain_text("Answered to this room", timeout=15_000)
    await expect(teacher.question(second)).to_have_count(1)
    await expect(harlow.card(second)).not_to_contain_text(ON_TABLET)
    await expect(harlow.ours.get_by_text(second)).to_have_count(1)
    await expect(teacher.returning(first)).to_contain_text("Not delivered yet")

    await mesa.card(first).get_by_role("button", name="Brought to").click()
    await expect(teacher.returning(first)).to_contain_text("Delivered")
    await mesa.card(first).get_by_role("button", name="Still stuck").click()
    await expect(teacher.question(first)).to_contain_text("Still stuck")
    await expect(mesa.card(first)).to_contain_text("Still stuck, back before its turn")

    await teacher.claim(first)
    await expect(teacher.now).to_contain_text("Answered before, aloud (To this room).")
    await teacher.answer("Written", "Draw the triangle: the angle sits at the foot of the ramp.")
    await expect(mesa.card(first)).to_contain_text("Draw the triangle")
    await mesa.card(first).get_by_role("button", name="Got it").click()
    await expect(mesa.card(first)).to_contain_text(f"{student} got it")
    await expect(teacher.returning(first)).to_contain_text("Got it")
    for screen in screens:
        assert await screen.was_not_reloaded()


async def test_a_class_that_has_not_started_says_so_and_starts(people: People) -> None:
    page = await people.open("teacher", "/")
    coming = page.get_by_role("link", name="Tension and pulleys")
    path = str(await coming.get_attribute("href"))
    await coming.click()
    mesa = Room(await people.open("supervisor-mesa-flats", path))
    await expect(mesa.page.get_by_text("You can ask as soon as the teacher starts it.")).to_be_visible()
    await page.get_by_role("button", name="Start class").click()
    await page.get_by_role("dialog").get_by_role("button", name="Start without").click()
    await mesa.ask("The first one")
    await expect(Console(page).question("The first one")).to_have_count(1)


async def test_a_double_click_sends_one_question(people: People) -> None:
    teacher = Console(await people.open("teacher"))
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await mesa.is_live()
    await mesa.write("Asked with a nervous finger")
    await mesa.send.dblclick()
    await expect(mesa.card("nervous finger")).to_contain_text("Waiting for the teacher")
    await expect(teacher.question("nervous finger")).to_have_count(1)
    await expect(mesa.card("nervous finger")).to_have_count(1)
    await expect(mesa.page.get_by_text("Write the question first.")).to_have_count(0)


async def test_a_refused_question_says_why_and_can_be_edited_and_sent(people: People) -> None:
    teacher = Console(await people.open("teacher"))
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await mesa.is_live()
    student = await mesa.first_student()
    await mesa.write("A hidden \u202e override", student=student, kinds=("In other words",))
    await mesa.send.click()
    card = mesa.card("A hidden")
    await expect(card).to_contain_text("Could not send: Retry or Edit. The text holds a character that cannot be sent.")
    await card.get_by_role("button", name="Retry").click()
    await expect(card).to_contain_text("Could not send")
    await card.get_by_role("button", name="Edit").click()
    await expect(mesa.words).to_be_focused()
    await expect(mesa.page.get_by_role("radio", name=student)).to_be_checked()
    await expect(mesa.kind("In other words")).to_be_checked()
    await mesa.words.fill("A plain question now")
    await mesa.send.click()
    await expect(teacher.question("A plain question now")).to_contain_text("in other words")
    await expect(mesa.card("A hidden")).to_have_count(0)


async def test_an_empty_question_is_told_where_it_is_missing(people: People) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await mesa.is_live()
    await mesa.send.click()
    await expect(mesa.page.get_by_role("alert").get_by_text("Write the question first.")).to_be_visible()
    await expect(mesa.words).to_be_focused()


async def test_a_question_below_the_fold_has_not_been_seen(people: People) -> None:
    teacher = Console(await people.open("teacher", viewport={"width": 1280, "height": 700}))
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await mesa.is_live()
    for n in range(6):
        await mesa.ask(f"Filling the board, part {n}")
    await mesa.ask("Nobody has scrolled to me")
    await expect(mesa.card("Filling the board, part 0")).to_contain_text("Teacher has seen it")
    await expect(teacher.question("Nobody has scrolled")).to_have_count(1)
    await expect(mesa.card("Nobody has scrolled")).to_contain_text("Waiting for the teacher to see it")
    await teacher.question("Nobody has scrolled").scroll_into_view_if_needed()
    await expect(mesa.card("Nobody has scrolled")).to_contain_text("Teacher has seen it")
