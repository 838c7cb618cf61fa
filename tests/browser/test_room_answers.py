"""What comes back to a room, and what it says to it: each gesture with its number of taps.

The teacher's part is sent over REST: these tests are about the tablet.
"""

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import People
from tests.browser.screens import Room, becomes
from tests.browser.screenshots import Commands
from tests.browser.test_accessibility import CUT, PHONE, assert_accessible
from tests.browser.thumb import NARROW, PORTRAIT, Thumb

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESA, SITE = "supervisor-mesa-flats", "mesa-flats"
DUE = re.compile(r"\w+day \d+:\d\d\s[AP]M")


class Asked:
    """A question of the room's, and what the teacher does with it."""

    def __init__(self, commands: Commands, text: str, *, site: str = SITE, n: int = 0, **more: Any) -> None:
        self._commands = commands
        self.site, self.text = site, text
        students = commands.request(f"supervisor-{site}", "/roster")["students"]
        self.student = str([one for one in students if one["site_id"] == site][n]["name"])
        self.id = commands.ask(site, n, text, more)

    def teacher(self, name: str, **data: Any) -> "Asked":
        """The teacher does this with it."""
        self._commands.run("teacher", f"question.{name}", question_id=self.id, **data)
        return self

    def answered(self, form: str = "spoken_to_all", **data: Any) -> "Asked":
        """The teacher has answered it."""
        return self.teacher("begin").teacher("answer", form=form, **data)

    async def comes_to(self, status: str, **fields: Any) -> None:
        """Wait until the record has it so: the page shows that something is on its way before it is there."""
        await self.becomes(lambda view: view["status"] == status and all(view[k] == v for k, v in fields.items()))

    async def becomes(self, is_meant: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the question, as the record has it, is as meant."""
        await becomes(lambda: asyncio.to_thread(self._view), is_meant)

    def _view(self) -> dict[str, Any]:
        views = self._commands.request(f"supervisor-{self.site}", "")["snapshot"]
        return next(one["value"] for one in views if one["kind"] == "question" and one["id"] == self.id)


@pytest.fixture
def commands(demo: dict[str, Any]) -> Commands:
    return Commands(demo)


@pytest.fixture(autouse=True)
def tidied(commands: Commands) -> Any:
    """What a test leaves to do would hide what the next one has to do."""
    yield
    for one in commands.request(MESA, "")["snapshot"]:
        value = one["value"]
        if one["kind"] == "call" and value["status"] != "ended":
            commands.run("teacher", "student.end_call", call_id=one["id"])
        if one["kind"] == "question" and value["site_id"] == SITE:
            end = {"answered": "confirm", "delivered": "confirm", "declined": "acknowledge", "asked_back": "withdraw"}
            if value["status"] in end and not (value["declined"] or {}).get("acknowledged_at"):
                commands.run(MESA, f"question.{end[value['status']]}", question_id=one["id"])


async def in_hand(people: People, size: dict[str, int] = PORTRAIT) -> tuple[Room, Thumb]:
    """The room on a touch screen."""
    room = Room(await people.open(MESA, viewport=size, has_touch=True))
    await room.is_live()
    return room, Thumb(room.page)


def button(place: Locator, name: str) -> Locator:
    return place.get_by_role("button", name=name)


async def test_got_it_is_one_tap(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Is it one tap?").answered("written", text="It is.")
    todo = room.to_do.get_by_role("listitem").filter(has_text=one.text)
    await expect(todo).to_contain_text(f"Answered in writing → ● Did {one.student} get it?")
    await expect(todo.locator("blockquote")).to_have_text("It is.")
    await thumb.tap(button(todo, "Got it"))
    assert thumb.lift() == 1
    await expect(room.ours.get_by_role("listitem").filter(has_text=one.text)).to_contain_text(f"{one.student} got it")
    await expect(todo).to_have_count(0)
    await one.comes_to("confirmed")


async def test_still_stuck_is_one_tap(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Is it still dark?").answered()
    await thumb.tap(button(room.card(one.text), "Still stuck"))
    assert thumb.lift() == 1
    await expect(room.card(one.text)).to_contain_text("Still stuck, back before its turn.")
    await one.comes_to("queued", stuck=1)


async def test_brought_is_one_tap_and_then_got_it_another(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Was it brought?").answered()
    await thumb.tap(button(room.card(one.text), f"Brought to {one.student}"))
    assert thumb.lift() == 1
    await expect(room.card(one.text)).to_contain_text(f"Brought to {one.student} → ● Did {one.student} get it?")
    await one.comes_to("delivered")
    await thumb.tap(button(room.card(one.text), "Got it"))
    assert thumb.lift() == 1
    await expect(room.card(one.text)).to_contain_text(f"{one.student} got it")


async def test_an_answer_is_in_sight_before_anything_is_scrolled(people: People, commands: Commands) -> None:
    one = Asked(commands, "Am I seen on a small phone?").answered()
    room, _ = await in_hand(people, NARROW)
    await expect(button(room.card(one.text), "Got it")).to_be_in_viewport(ratio=1)
    await expect(room.page.get_by_role("navigation", name="Jump to")).to_be_in_viewport(ratio=1)


async def test_what_there_is_to_do_keeps_its_order_and_leaves_asking_within_reach(
    people: People, commands: Commands
) -> None:
    for n in range(4):
        Asked(commands, f"Answer number {n}", n=n).answered()
    room, thumb = await in_hand(people)
    await expect(room.page.get_by_role("button", name="4 things to do now")).to_be_visible()
    cards = room.to_do.get_by_role("listitem")
    await expect(cards).to_have_count(2)
    await expect(cards.first).to_contain_text("Answer number 0")
    await thumb.tap(button(cards.first, "Got it"))
    await expect(cards.first).to_contain_text("Answer number 1")
    await expect(cards).to_have_count(2)
    await thumb.tap(button(room.to_do, "1 more to do"))
    await expect(cards).to_have_count(3)


async def test_the_focus_never_falls_to_nowhere(people: People, commands: Commands) -> None:
    room, _ = await in_hand(people)
    one = Asked(commands, "Where is the focus?").answered()
    await button(room.card(one.text), "Got it").focus()
    await room.page.keyboard.press("Enter")
    await expect(room.card(one.text)).to_contain_text(f"{one.student} got it")
    await becomes(lambda: room.page.evaluate("document.activeElement !== document.body"), bool)


async def test_asked_to_repeat_exactly_the_words_are_there_to_be_put_right(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "What is mew for ice?", verbatim=False)
    one.teacher("ask_back", note="Is it the letter µ?")
    card = room.card("What is mew for ice?")
    await expect(card).to_contain_text("The teacher asks you to repeat it exactly")
    await expect(card).to_contain_text("Is it the letter µ?")
    words = card.get_by_label(f"What {one.student} said, exactly")
    await expect(words).to_have_value("What is mew for ice?")
    await words.fill(" ")
    await thumb.tap(button(card, "Send it again"))
    await expect(card.get_by_role("alert")).to_have_text("Write the question first.")
    await words.fill("What is µ for ice?")
    thumb.lift()
    await thumb.tap(button(card, "Send it again"))
    assert thumb.lift() == 1
    again = room.ours.get_by_role("listitem").filter(has_text="What is µ for ice?")
    await expect(again).to_contain_text("Repeated. Waiting for the answer")
    await one.comes_to("seen", text="What is µ for ice?", verbatim=True)


async def test_a_repeated_question_that_is_refused_comes_back_into_its_form(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Say that again?").teacher("ask_back")
    card = room.card("Say that again?")
    words = card.get_by_label(f"What {one.student} said, exactly")
    await words.fill("A hidden \u202e override")
    await thumb.tap(button(card, "Send it again"))
    await expect(card).to_contain_text("Could not send")
    await thumb.tap(button(card, "Edit"))
    await expect(words).to_have_value("A hidden \u202e override")
    await words.fill("I said it again")
    await thumb.tap(button(card, "Send it again"))
    await expect(room.card("I said it again")).to_contain_text("Repeated.")


async def test_a_call_is_answered_in_one_tap_and_can_be_put_right(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    # Whom the call is for is said by name once the roster is there, a moment after the class.
    await room.first_student()
    spoken = room.page.locator("[aria-live=polite]")
    student = commands.request(MESA, "/roster")["students"][0]
    call_id = str(uuid.uuid4())
    commands.run("teacher", "student.call_on", call_id=call_id, site_id=SITE, student_id=student["student_id"])
    card = room.call(student["name"])
    await expect(card).to_contain_text(f"The teacher calls on {student['name']}")
    await expect(spoken).to_contain_text(f"The teacher calls on {student['name']}.", timeout=8_000)
    await expect(button(card, "Ready")).to_be_in_viewport(ratio=1)
    await thumb.tap(button(card, "Ready"))
    assert thumb.lift() == 1
    await expect(card).to_contain_text(f"{student['name']} is ready. The teacher knows.")
    await thumb.tap(button(card, "Not here"))
    assert thumb.lift() == 1
    await expect(card).to_contain_text(f"{student['name']} is not here. The teacher knows.")
    commands.run("teacher", "student.end_call", call_id=call_id)
    await expect(card).to_have_count(0)


async def test_not_here_now_and_brought_later(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Where did they go?", n=2).answered()
    await thumb.tap(button(room.card(one.text), "Not here now"))
    assert thumb.lift() == 1
    later = room.ours.get_by_role("listitem").filter(has_text=one.text)
    await expect(later).to_contain_text(f"{one.student} was not here. You can bring it until")
    await expect(later).to_contain_text(DUE)
    await one.comes_to("cannot_find")
    await thumb.tap(button(later, f"Brought to {one.student}"))
    assert thumb.lift() == 1
    await expect(room.card(one.text)).to_contain_text(f"Did {one.student} get it?")
    await thumb.tap(button(room.card(one.text), "Got it"))
    await expect(room.card(one.text)).to_contain_text(f"{one.student} got it")


async def test_declined_is_understood_in_one_tap(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Can we leave early?").teacher("decline", reason="ask_your_site")
    card = room.card(one.text)
    await expect(card).to_contain_text("The teacher will not answer it")
    await expect(card).to_contain_text("Why: it is a matter for your school.")
    await thumb.tap(button(card, "Understood"))
    assert thumb.lift() == 1
    await expect(room.ours.get_by_role("listitem").filter(has_text=one.text)).to_be_visible()
    await expect(button(card, "Understood")).to_have_count(0)
    await one.becomes(lambda view: view["declined"]["acknowledged_at"] is not None)


async def test_declined_is_asked_once_more_with_a_word_and_only_once(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Is it on the test?").teacher("decline", reason="other", note="Not today, please.")
    card = room.card(one.text)
    await expect(card).to_contain_text("Not today, please.")
    await thumb.tap(button(card, "Ask once more"))
    await thumb.tap(button(card, "Ask once more with this"))
    await expect(card.get_by_role("alert")).to_have_text("Write why it should be answered.")
    await thumb.type("The district asked us.")
    thumb.lift()
    await thumb.tap(button(card, "Ask once more with this"))
    assert thumb.lift() == 1
    await expect(card).to_contain_text("Asked once more.")
    await one.becomes(lambda view: bool(view["appeal"]) and view["appeal"]["note"] == "The district asked us.")
    one.teacher("decline", reason="off_topic")
    await expect(card).to_contain_text("Asked once more, and the teacher will not answer it")
    await expect(button(card, "Ask once more")).to_have_count(0)
    await expect(button(card, "Understood")).to_be_visible()


async def test_taking_back_is_asked_first_and_more_so_in_the_teachers_hand(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    one = Asked(commands, "Never mind this one")
    card = room.card(one.text)
    await thumb.tap(button(card, "Take it back"))
    await expect(card).to_contain_text("Take it back for good?")
    await expect(button(card, "Keep it")).to_be_focused()
    await thumb.tap(button(card, "Keep it"))
    await one.comes_to("queued")
    one.teacher("begin")
    await expect(card).to_contain_text("The teacher is answering it now")
    thumb.lift()
    await thumb.tap(button(card, "Take it back"))
    await expect(card).to_contain_text("The teacher is on it now. Take it back for good?")
    await thumb.tap(button(card, "Take it back for good"))
    assert thumb.lift() == 2
    await expect(card).to_contain_text("Taken back")
    await one.comes_to("withdrawn")


async def test_together_with_another_rooms_question_and_later_in_writing(people: People, commands: Commands) -> None:
    room, _ = await in_hand(people)
    theirs = Asked(commands, "Which way does friction point?", site="harlow", shareable=True)
    ours = Asked(commands, "Does friction go up the ramp?", shareable=True)
    ours.teacher("merge", into=theirs.id)
    card = room.card(ours.text)
    await expect(card).to_contain_text("Put together with another room’s question: one answer for both")
    await expect(room.from_others).to_contain_text(theirs.text)
    await expect(room.from_others).not_to_contain_text(theirs.student)
    theirs.answered()
    await expect(card).to_contain_text("Answered to all rooms, together with another room’s question")
    await expect(card).to_contain_text(f"Did {ours.student} get it?")
    commands.run("supervisor-harlow", "question.still_stuck", question_id=theirs.id)
    other = room.from_others.get_by_role("listitem").filter(has_text=theirs.text)
    await expect(other).to_contain_text("Still stuck: waiting for another answer")
    late = Asked(commands, "Can I have that in writing?").teacher("defer")
    await expect(room.card(late.text)).to_contain_text("You will have it in writing by")
    await expect(room.card(late.text)).to_contain_text(DUE)


async def test_an_answer_that_came_while_the_link_was_lost(people: People, commands: Commands) -> None:
    room, thumb = await in_hand(people)
    brought = Asked(commands, "Answered before the link went").answered()
    late = Asked(commands, "Answered while the link was away", n=1).teacher("claim")
    await expect(room.card(late.text)).to_contain_text("The teacher is on it now")
    await expect(room.card(brought.text)).to_contain_text("Did ")
    await room.page.context.set_offline(True)
    await expect(room.link("No network")).to_be_visible()
    late.teacher("answer", form="written", text="Here it is.")
    await expect(room.page.get_by_text("No link to the teacher")).to_be_visible()
    await thumb.tap(button(room.card(brought.text), "Got it"))
    assert thumb.lift() == 1
    # It is out of one's hands, and not yet true: amber, among the rest, and nothing says that they got it.
    saved = room.ours.get_by_role("listitem").filter(has_text=brought.text)
    await expect(saved).to_contain_text("Saved on this")
    await expect(saved).not_to_contain_text("got it")
    await brought.comes_to("answered")
    await room.page.context.set_offline(False)
    await room.is_live()
    await expect(room.card(brought.text)).to_contain_text(f"{brought.student} got it")
    todo = room.to_do.get_by_role("listitem").filter(has_text=late.text)
    await expect(todo).to_contain_text("Here it is.")
    await thumb.tap(button(todo, "Got it"))
    await expect(room.card(late.text)).to_contain_text(f"{late.student} got it")


@pytest.mark.parametrize("size", ["upright", "narrow"])
async def test_every_new_state_is_accessible_and_whole(people: People, commands: Commands, size: str) -> None:
    make_every_state(commands)
    page = await people.open(
        MESA, watched=False, bypass_csp=True, viewport=PORTRAIT if size == "upright" else PHONE, has_touch=True
    )
    room = Room(page)
    await room.is_live()
    more = room.to_do.get_by_role("button", name="more to do")
    if await more.count():
        await more.click()
    await button(room.to_do, "Ask once more").click()
    await button(room.card("Take me back").first, "Take it back").click()
    await assert_accessible(page)
    assert await page.evaluate(CUT) == []
    small = await page.evaluate("""() => [...document.querySelectorAll('main button, main .chip, main .seg label')]
      .map((one) => one.getBoundingClientRect()).filter(({ width, height }) => width < 48 || height < 48).length""")
    assert small == 0


def make_every_state(commands: Commands) -> None:
    """A question of the room in every state that has a face of its own, and a call in two."""
    Asked(commands, "Say me again?").teacher("ask_back", note="Exactly, please.")
    Asked(commands, "Will you not answer it?", n=1).teacher("decline", reason="other", note="Ask me on Friday.")
    Asked(commands, "Answer me", n=2).answered("written", text="Here.")
    Asked(commands, "Later then", n=3).teacher("defer")
    Asked(commands, "Take me back", n=4)
    missed = Asked(commands, "Nobody found me", n=5).answered()
    commands.run(MESA, "question.cannot_find", question_id=missed.id)
    lead = Asked(commands, "Lead us", site="harlow", shareable=True)
    Asked(commands, "Follow them", n=6, shareable=True).teacher("merge", into=lead.id)
    gone = Asked(commands, "I am gone", n=7)
    commands.run(MESA, "question.withdraw", question_id=gone.id)
    for n in range(2):
        student = commands.request(MESA, "/roster")["students"][n]
        call_id = str(uuid.uuid4())
        commands.run("teacher", "student.call_on", call_id=call_id, site_id=SITE, student_id=student["student_id"])
        if n:
            commands.run(MESA, "student.answer_call", call_id=call_id, response="ready")
