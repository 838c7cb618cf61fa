"""What a teacher can do with a question: each by key and by mouse, with the presses that it takes counted, and what the
room then sees. The room acts through its own commands over REST, so that this is about the teacher's screen alone."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import People
from tests.browser.screens import Console, becomes
from tests.browser.screenshots import Commands

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Hand:
    """The teacher's hand: it counts what it presses."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.presses = 0

    async def key(self, *keys: str) -> None:
        for key in keys:
            self.presses += 1
            await self._page.keyboard.press(key)

    async def click(self, *targets: Locator) -> None:
        for target in targets:
            self.presses += 1
            await target.click()

    def took(self) -> int:
        """The presses since this was last asked."""
        presses, self.presses = self.presses, 0
        return presses


@pytest.fixture(scope="module")
def commands(demo: dict[str, Any]) -> Commands:
    return Commands(demo)


def button(within: Locator, name: str) -> Locator:
    return within.get_by_role("button", name=name, exact=True)


async def desk(people: People) -> tuple[Console, Hand]:
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    return teacher, Hand(teacher.page)


async def select(teacher: Console, text: str) -> None:
    """Look at a waiting question, which counts for no gesture."""
    await teacher.question(text).get_by_role("button", name=text).click()
    await expect(teacher.panel("Selected").get_by_role("blockquote")).to_contain_text(text)


def status_of(commands: Commands, question_id: str) -> Any:
    shown = commands.request("teacher", "")["snapshot"]
    return next(one["value"]["status"] for one in shown if one["id"] == question_id)


async def has_status(commands: Commands, question_id: str, status: str) -> None:
    await becomes(lambda: asyncio.to_thread(status_of, commands, question_id), status.__eq__)


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_claim_begin_and_put_back(people: People, commands: Commands, by: str) -> None:
    teacher, hand = await desk(people)
    text = f"To be claimed by {by}"
    asked = commands.ask("harlow", 0, text, {})
    await select(teacher, text)
    await (hand.key("c") if by == "key" else hand.click(button(teacher.question(text), "Claim")))
    assert hand.took() == 1
    await expect(teacher.panel("In hand").get_by_role("blockquote")).to_contain_text(text)
    await expect(teacher.page.get_by_role("heading", name="In hand")).to_be_focused()
    await (hand.key("c") if by == "key" else hand.click(button(teacher.now, "Begin")))
    assert hand.took() == 1
    await expect(teacher.panel("Answering now").get_by_role("blockquote")).to_contain_text(text)
    await has_status(commands, asked, "answering")
    # By key it is taken back while that is offered; the button stays.
    await (hand.key("u") if by == "key" else hand.click(button(teacher.now, "Put back")))
    assert hand.took() == 1
    await expect(teacher.question(text)).to_have_count(1)
    await expect(teacher.undo).to_have_count(0)
    await has_status(commands, asked, "seen")
    commands.run("supervisor-harlow", "question.withdraw", question_id=asked)


@pytest.mark.parametrize(("form", "by"), [("spoken_to_all", "key"), ("spoken_to_site", "mouse"), ("written", "key")])
async def test_answer(people: People, commands: Commands, form: str, by: str) -> None:
    teacher, hand = await desk(people)
    text = f"To be answered {form}"
    asked = commands.ask("harlow", 1, text, {})
    await select(teacher, text)
    await teacher.claim(text)
    if form == "spoken_to_all":
        await hand.key("a")
    elif form == "spoken_to_site":
        await hand.click(teacher.now.get_by_role("radio", name="To this room"), button(teacher.now, "Answered"))
    else:
        await teacher.now.get_by_role("radio", name="Written").check()
        await teacher.now.get_by_role("textbox").fill("Page 112.")
        await hand.key("Control+Enter")
    assert hand.took() == (2 if by == "mouse" else 1)
    await expect(teacher.returning(text)).to_contain_text("Not delivered yet")
    # An answer has been given: nothing offers to take it back.
    await expect(teacher.undo).to_have_count(0)
    commands.run("supervisor-harlow", "question.cannot_find", question_id=asked)
    await expect(teacher.returning(text)).to_contain_text("Student not found")
    commands.run("supervisor-harlow", "question.confirm", question_id=asked)
    await expect(teacher.returning(text)).to_contain_text("Got it")


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_merge_as_suggested_take_back_and_answer_both(people: People, commands: Commands, by: str) -> None:
    teacher, hand = await desk(people)
    lead_text = f"Which way does the {by} friction point on the steep ramp?"
    text = f"on the steep ramp, which way would {by} friction point"
    lead = commands.ask("pine-ridge", 0, lead_text, {"shareable": True})
    asked = commands.ask("harlow", 2, text, {})
    row = teacher.question(text)
    await expect(row).to_contain_text("like 1 at Pine Ridge")
    await expect(row).to_contain_text("Private")
    await select(teacher, text)
    await (hand.key("m") if by == "key" else hand.click(button(row, "Merge")))
    assert hand.took() == 1
    await expect(row).to_have_count(0)
    await expect(teacher.question(lead_text)).to_contain_text("with Harlow")
    await expect(teacher.now).to_contain_text("1 more asks the same")
    await expect(teacher.undo).to_contain_text("Merged.")
    await (hand.key("u") if by == "key" else hand.click(button(teacher.undo, "Undo")))
    assert hand.took() == 1
    await expect(row).to_have_count(1)
    await expect(teacher.undo).to_have_count(0)
    await has_status(commands, asked, "seen")

    await expect(row).to_contain_text("like 1 at Pine Ridge")
    await select(teacher, text)
    await hand.key("m", "c")
    await expect(teacher.panel("In hand").get_by_role("blockquote")).to_contain_text(lead_text)
    await teacher.answer()
    # One answer settles both; each room brings it back by itself.
    entry = teacher.way_back.get_by_role("listitem").filter(
        has=teacher.page.get_by_role("list", name="One answer for 2 questions")
    )
    each = entry.filter(has_text=lead_text).first.get_by_role("listitem")
    await expect(each).to_have_count(2)
    commands.run("supervisor-harlow", "question.confirm", question_id=asked)
    await expect(each.filter(has_text="Harlow")).to_contain_text("Got it")
    await expect(each.filter(has_text="Pine Ridge")).to_contain_text("Not delivered yet")
    commands.run("supervisor-pine-ridge", "question.confirm", question_id=lead)


async def test_merge_with_one_that_is_picked_and_take_it_out(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    lead = commands.ask("pine-ridge", 0, "Is the rope without weight?", {"shareable": True})
    asked = commands.ask("harlow", 1, "And what does that pulley do?", {})
    await select(teacher, "And what does that pulley do?")
    await hand.key("m")
    dialog = teacher.page.get_by_role("dialog", name="Merge with which question?")
    await expect(dialog.get_by_role("combobox")).to_be_focused()
    await expect(dialog.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    await teacher.page.keyboard.type("rope")
    await expect(dialog.get_by_role("option")).to_have_count(1)
    await hand.key("Enter")
    assert hand.took() == 2
    await has_status(commands, asked, "merged")
    await expect(teacher.now.get_by_role("blockquote")).to_contain_text("Is the rope without weight?")
    await hand.click(button(teacher.now, "Take out"))
    assert hand.took() == 1
    await expect(teacher.question("And what does that pulley do?")).to_have_count(1)
    # By mouse, and from the one that is shared: the private one follows it.
    await select(teacher, "Is the rope without weight?")
    await hand.click(button(teacher.now, "Merge"), dialog.get_by_role("option").filter(has_text="that pulley"))
    assert hand.took() == 2
    await has_status(commands, asked, "merged")
    for site, question_id in (("harlow", asked), ("pine-ridge", lead)):
        commands.run(f"supervisor-{site}", "question.withdraw", question_id=question_id)


@pytest.mark.parametrize("by", ["key", "mouse"])
async def test_defer_take_back_reopen_and_answer_in_writing(people: People, commands: Commands, by: str) -> None:
    teacher, hand = await desk(people)
    text = f"To be put off by {by}"
    asked = commands.ask("harlow", 3, text, {})
    defer = button(teacher.now, "Defer")
    await select(teacher, text)
    await (hand.key("d") if by == "key" else hand.click(defer))
    assert hand.took() == 1
    await expect(teacher.undo).to_contain_text("Put off until")
    await expect(teacher.put_off.get_by_role("listitem").filter(has_text=text)).to_contain_text("by ")
    await (hand.key("u") if by == "key" else hand.click(button(teacher.undo, "Undo")))
    assert hand.took() == 1
    await expect(teacher.panel("Selected").get_by_role("blockquote")).to_contain_text(text)
    await has_status(commands, asked, "seen")

    await hand.key("d")
    await hand.click(teacher.put_off.get_by_role("button", name=text))
    await hand.click(button(teacher.panel("To answer in writing"), "Reopen"))
    assert hand.took() == 3
    await expect(teacher.question(text)).to_have_count(1)
    await expect(teacher.panel("Selected").get_by_role("blockquote")).to_contain_text(text)
    await hand.key("d")
    await hand.click(teacher.put_off.get_by_role("button", name=text))
    await hand.key("a")
    await expect(teacher.page.get_by_role("alert").get_by_text("A written answer needs its text.")).to_be_visible()
    await teacher.page.keyboard.type("Draw the triangle.")
    await hand.key("Control+Enter")
    await expect(teacher.returning(text)).to_contain_text("Written")
    commands.run("supervisor-harlow", "question.confirm", question_id=asked)


async def test_ask_to_repeat_and_the_room_repeats(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    asked = commands.ask("mesa-flats", 0, "Mumbled at first", {})
    await select(teacher, "Mumbled at first")
    await hand.key("r")
    await expect(
        teacher.page.get_by_role("dialog", name="Ask Mesa Flats to repeat").get_by_role("textbox")
    ).to_be_focused()
    await teacher.page.keyboard.type("Which angle?")
    await hand.key("Enter")
    assert hand.took() == 2
    row = teacher.asked_to_repeat.get_by_role("listitem").filter(has_text="Mumbled")
    await expect(row).to_contain_text("Not repeated yet")
    await hand.click(row.get_by_role("button", name="Mumbled at first"))
    await expect(teacher.panel("Waiting for the repeat")).to_contain_text("Which angle?")
    commands.run(
        "supervisor-mesa-flats", "question.restate", question_id=asked, text="Spoken clearly now", verbatim=True
    )
    await expect(teacher.question("Spoken clearly now")).to_contain_text("Repeated")
    await expect(row).to_have_count(0)
    # By mouse.
    hand.took()
    await select(teacher, "Spoken clearly now")
    dialog = teacher.page.get_by_role("dialog")
    await hand.click(button(teacher.now, "Ask to repeat"), button(dialog, "Ask to repeat"))
    assert hand.took() == 2
    await has_status(commands, asked, "asked_back")
    commands.run("supervisor-mesa-flats", "question.withdraw", question_id=asked)


async def test_decline_with_a_reason_and_the_room_objects_once(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    asked = commands.ask("mesa-flats", 1, "Will this be in the test?", {})
    await select(teacher, "Will this be in the test?")
    dialog = teacher.page.get_by_role("dialog", name="Decline this question?")
    await hand.click(button(teacher.now, "Decline…"), button(dialog, "Decline"))
    await expect(dialog.get_by_role("alert")).to_have_text("Choose a reason.")
    await dialog.get_by_role("radio", name="Another reason").check()
    await hand.click(button(dialog, "Decline"))
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    hand.took()
    await hand.click(dialog.get_by_role("radio", name="Not for class"), button(dialog, "Decline"))
    assert hand.took() == 2
    await expect(teacher.returning("Will this be in the test?")).to_contain_text("Not for class")
    commands.run("supervisor-mesa-flats", "question.appeal", question_id=asked, note="They all want to know.")
    await expect(teacher.question("Will this be in the test?")).to_contain_text("Objected to")
    await select(teacher, "Will this be in the test?")
    await expect(teacher.now).to_contain_text("They all want to know.")
    await button(teacher.now, "Decline…").click()
    await dialog.get_by_role("radio", name="Off topic").check()
    await button(dialog, "Decline").click()
    await expect(teacher.question("Will this be in the test?")).to_have_count(0)
    commands.run("supervisor-mesa-flats", "question.acknowledge", question_id=asked)
    await expect(teacher.returning("Will this be in the test?")).to_contain_text("acknowledged")


async def test_call_on_a_student(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    asked = commands.ask("harlow", 0, "Asked by the one to be called", {})
    await select(teacher, "Asked by the one to be called")
    dialog = teacher.page.get_by_role("dialog", name="Call on a student")
    await hand.key("s")
    await expect(dialog.get_by_role("option").first).to_contain_text("asked the question")
    await hand.key("Enter")
    assert hand.took() == 2
    call = teacher.calls.get_by_role("listitem").filter(has_text="Harlow")
    await expect(call).to_contain_text("Called")
    await expect(teacher.room("Harlow")).to_contain_text("Called")
    shown = commands.request("teacher", "")["snapshot"]
    call_id = next(one["id"] for one in shown if one["kind"] == "call")
    for response, words in (("not_here", "Not here"), ("ready", "Ready")):
        commands.run("supervisor-harlow", "student.answer_call", call_id=call_id, response=response)
        await expect(call).to_contain_text(words)
        await expect(teacher.room("Harlow")).to_contain_text(words)
    hand.took()
    await hand.click(button(call, "End call"))
    assert hand.took() == 1
    await expect(call).to_have_count(0)

    # By mouse, in another room, by initials: no name is shown until it is asked for.
    await hand.click(
        button(teacher.page.get_by_role("main"), "Call on a student…"), dialog.get_by_role("radio", name="Pine Ridge")
    )
    await expect(dialog.get_by_role("option").first).to_have_text("A. L.")
    await hand.click(dialog.get_by_role("option", name="A. L."))
    assert hand.took() == 3
    await expect(teacher.calls.get_by_role("listitem")).to_contain_text("Pine Ridge")
    await teacher.page.keyboard.press("s")
    await button(dialog, "Show names").click()
    await expect(dialog.get_by_role("option").filter(has_text="Asa Crowe")).to_have_count(1)
    await teacher.page.keyboard.press("Escape")
    await button(teacher.calls, "End call").click()
    commands.run("supervisor-harlow", "question.withdraw", question_id=asked)


async def test_two_in_hand_of_one_room_and_turning_between_them(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    texts = ("The first of two in hand", "The second of two in hand")
    asked = [commands.ask("harlow", 0, text, {}) for text in texts]
    for text in texts:
        await teacher.claim(text)
    tabs = teacher.page.get_by_role("group", name="2 claimed").get_by_role("button")
    in_panel = teacher.panel("In hand").get_by_role("blockquote")
    await expect(in_panel).to_have_text(texts[1])
    await hand.key("h")
    await expect(in_panel).to_have_text(texts[0])
    await hand.key("l")
    await expect(in_panel).to_have_text(texts[1])
    await hand.click(tabs.filter(has_text="The first of two"))
    assert hand.took() == 3
    await expect(in_panel).to_have_text(texts[0])
    # From a row of the board, the answer's key goes back to what is in hand and does nothing else.
    other = commands.ask("pine-ridge", 0, "Only looked at", {})
    await select(teacher, "Only looked at")
    await hand.key("a")
    await expect(in_panel).to_have_text(texts[0])
    await hand.key("a")
    await expect(in_panel).to_have_text(texts[1])
    await hand.key("a")
    for text in texts:
        await expect(teacher.returning(text)).to_contain_text("Not delivered yet")
    await expect(teacher.question("Only looked at")).to_have_count(1)
    for question_id in asked:
        commands.run("supervisor-harlow", "question.confirm", question_id=question_id)
    commands.run("supervisor-pine-ridge", "question.withdraw", question_id=other)


async def test_why_a_question_stands_where_it_stands(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    first = commands.ask("mesa-flats", 0, "The one that blocks", {"urgency": "blocking"})
    second = commands.ask("harlow", 0, "The one behind it", {})
    await select(teacher, "The one behind it")
    await hand.click(button(teacher.now, "Why is it here?"))
    assert hand.took() == 1
    await expect(teacher.now).to_contain_text("Behind Mesa Flats, “The one that blocks”, which is blocking.")
    await select(teacher, "The one that blocks")
    await button(teacher.now, "Why is it here?").click()
    await expect(teacher.now).to_contain_text("It is the next one: nothing stands before it.")
    await expect(teacher.now).to_contain_text("because this one is blocking")
    for site, question_id in (("mesa-flats", first), ("harlow", second)):
        commands.run(f"supervisor-{site}", "question.withdraw", question_id=question_id)


async def test_another_screen_was_quicker(people: People, commands: Commands) -> None:
    teacher, _ = await desk(people)
    asked = commands.ask("harlow", 0, "Wanted by two at once", {})
    await select(teacher, "Wanted by two at once")
    # The same teacher at another screen: what this one does then is refused, and it says so.
    await teacher.page.route("**/*", lambda route: route.continue_())
    await teacher.page.context.set_offline(True)
    await teacher.page.keyboard.press("c")
    commands.run("teacher", "question.begin", question_id=asked)
    await teacher.page.context.set_offline(False)
    await expect(teacher.panel("Answering now").get_by_role("blockquote")).to_have_text("Wanted by two at once")
    await expect(teacher.now).to_contain_text("It is claimed already.")
    await button(teacher.now, "Edit").click()
    await expect(button(teacher.now, "Answered")).to_be_visible()
    commands.run("supervisor-harlow", "question.withdraw", question_id=asked)


async def test_the_end_names_what_is_open_and_decides_on_each(people: People, commands: Commands) -> None:
    teacher, hand = await desk(people)
    texts = ("Left as it is", "Answered at another time", "Declined at the end", "Merged with its lead")
    ids = [commands.ask("harlow", n, text, {"shareable": True}) for n, text in enumerate(texts)]
    commands.run("teacher", "question.merge", question_id=ids[3], into=ids[0])
    await teacher.claim(texts[1])
    await button(teacher.page.get_by_role("banner"), "End class…").click()
    dialog = teacher.page.get_by_role("dialog", name="End the class for all 4 rooms?")
    await expect(dialog.get_by_role("heading", name="3 open questions")).to_be_visible()
    rows = dialog.get_by_role("listitem")
    await expect(rows).to_have_count(3)
    await expect(rows.filter(has_text=texts[0])).to_contain_text("and 1 merged with it")
    await rows.filter(has_text=texts[1]).get_by_role("combobox").select_option("later")
    await rows.filter(has_text=texts[1]).get_by_label("Answered in writing by").fill("2020-01-01T10:00")
    await rows.filter(has_text=texts[2]).get_by_role("combobox").select_option("ask_your_site")
    end = button(dialog, "End class")
    await end.click()
    await expect(rows.filter(has_text=texts[1])).to_contain_text("Choose a time to come.")
    await rows.filter(has_text=texts[1]).get_by_label("Answered in writing by").fill("2035-01-02T10:00")
    await end.click()
    await expect(teacher.page.get_by_text("The class has ended.")).to_be_visible()
    for question_id, status in zip(ids, ("deferred", "deferred", "declined", "merged"), strict=True):
        await has_status(commands, question_id, status)
    await expect(teacher.returning(texts[2])).to_contain_text("To be asked in the room")
    await expect(teacher.put_off.get_by_role("listitem").filter(has_text=texts[1])).to_contain_text("Jan 2")
    # What is owed stays answerable, in writing, and the answer settles what was merged with it.
    hand.took()
    await hand.click(teacher.put_off.get_by_role("button", name=texts[0]))
    await teacher.now.get_by_role("textbox").fill("Page 112.")
    await hand.click(button(teacher.now, "Send the answer"))
    assert hand.took() == 2
    await has_status(commands, ids[0], "answered")
    await has_status(commands, ids[3], "answered")
