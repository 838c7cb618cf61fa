"""What a supervisor does reaches the teacher once, whatever dies on the way; and nobody else reads it meanwhile."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Dialog, Page, async_playwright, expect
from playwright.async_api import Error as BrowserError

from tests.browser.conftest import People
from tests.browser.screens import Console, Room, becomes
from tests.browser.tablet import SESSION_SECONDS, Tablet, stored, stored_within
from tests.browser.test_accessibility import axe
from tests.support.server import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

MESA, HARLOW = "supervisor-mesa-flats", "supervisor-harlow"
ON_TABLET = "Saved on this tablet"
REFUSED = "A hidden \u202e override"
CANARY = "Why does the canary sing in the mine"
PIN = "2580"


@pytest_asyncio.fixture(loop_scope="session")
async def tablet(tmp_path: Path) -> AsyncIterator[Tablet]:
    """A device that can be killed."""
    async with async_playwright() as playwright:
        device = Tablet(playwright, tmp_path / "profile")
        yield device
        device.kill()


class School:
    """Where the demo's people come in, and what the server has of their class."""

    def __init__(self, demo: dict[str, Any]) -> None:
        self._people = {one["person_id"]: one for one in demo["people"]}
        self._base = demo["base_url"]
        self._meeting = demo["meeting"]["id"]

    def door(self, person_id: str, *, origin_of: str | None = None) -> str:
        """The address that signs the person in; on one tablet, under the origin that the other uses."""
        origin = self._people[origin_of or person_id]["sign_in_url"].partition("/demo/")[0]
        return f"{origin}/demo/{self._people[person_id]['sign_in_url'].partition('/demo/')[2]}"

    def room(self, person_id: str) -> str:
        """The address of the live class."""
        return f"{self._people[person_id]['sign_in_url'].partition('/demo/')[0]}/meetings/{self._meeting}"

    def questions(self) -> list[dict[str, Any]]:
        """What has been asked, as the teacher's snapshot lists it."""
        headers = {"Authorization": f"Bearer {self._people['teacher']['token']}"}
        request = urllib.request.Request(f"{self._base}/api/meetings/{self._meeting}", headers=headers)
        with urllib.request.urlopen(request) as answer:
            return [one["value"] for one in json.load(answer)["snapshot"] if one["kind"] == "question"]

    def texts(self, part: str) -> list[str]:
        """The words of the questions that hold this part, in the order they were received."""
        asked = sorted(self.questions(), key=lambda question: question["received_at"])
        return [question["text"] for question in asked if part in question["text"]]


@pytest.fixture(scope="module")
def school(demo: dict[str, Any]) -> School:
    """The demo's school."""
    return School(demo)


async def come_in(page: Page, school: School, person_id: str) -> Room:
    """Sign in and open the live class."""
    await page.goto(school.door(person_id))
    await page.goto(school.room(person_id))
    room = Room(page)
    await room.is_live()
    return room


async def send(room: Room, text: str, **more: Any) -> None:
    """Ask without waiting for the server."""
    await room.write(text, **more)
    await room.send.click()


async def reload_into_nothing(page: Page) -> None:
    """Reload while there is no server: the browser's own error page."""
    with pytest.raises(BrowserError):
        await page.reload()


async def test_five_questions_outlive_the_server_a_reload_and_the_browser(
    tablet: Tablet, server: ServerProcess, school: School
) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    student = await room.first_student()
    kinds = ((), ("Stuck until answered",), ("In other words",), ("Only the teacher",), ())
    server.kill()
    try:
        await expect(room.link("Reconnecting")).to_be_visible()
        for n, kind in enumerate(kinds):
            await send(room, f"Outlives all, part {n}", student=student if n % 2 else None, kinds=kind)
            await expect(room.card(f"part {n}")).to_contain_text(ON_TABLET)
        await reload_into_nothing(room.page)
        tablet.kill()
        page = await tablet.start()
    finally:
        await asyncio.to_thread(server.start)
    room = await come_in(page, school, MESA)
    for n in range(5):
        await expect(room.card(f"part {n}")).to_contain_text("Waiting for the teacher")
        await expect(room.card(f"part {n}")).to_have_count(1)
    assert school.texts("Outlives all") == [f"Outlives all, part {n}" for n in range(5)]
    await stored_within(page, lambda rows: not rows["entries"])


async def test_the_browser_dies_at_the_moment_of_sending(tablet: Tablet, server: ServerProcess, school: School) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    with server.frozen():
        await send(room, "Sent into a frozen server")
        await expect(room.card("Sent into a frozen")).to_contain_text("Sending…")
        tablet.kill()
    room = await come_in(await tablet.start(), school, MESA)
    await expect(room.card("Sent into a frozen")).to_contain_text("Waiting for the teacher")
    await expect(room.card("Sent into a frozen")).to_have_count(1)
    assert school.texts("Sent into a frozen") == ["Sent into a frozen server"]


async def test_what_waits_goes_out_from_the_first_page_too(
    tablet: Tablet, server: ServerProcess, school: School
) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    server.kill()
    try:
        await send(room, "Nobody opens the class again")
        await expect(room.card("Nobody opens")).to_contain_text(ON_TABLET)
        tablet.kill()
        page = await tablet.start()
    finally:
        await asyncio.to_thread(server.start)
    await page.goto(school.door(MESA))
    await expect(page.get_by_text("Live now")).to_be_visible()
    await becomes(lambda: asyncio.to_thread(school.texts, "Nobody opens"), bool)
    await expect(page.get_by_text("Not sent yet")).to_have_count(0)


async def test_saved_words_are_in_sight_after_a_reload_even_without_a_link(people: People) -> None:
    page = await people.open(MESA, is_fresh=True)
    room = Room(page)
    await room.is_live()
    await send(room, REFUSED)
    await expect(room.card("A hidden")).to_contain_text("Could not send")
    await page.route("**/socket.io/**", lambda route: route.abort())
    await page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    await page.reload()
    card = page.get_by_role("listitem").filter(has_text="A hidden")
    await expect(card).to_contain_text("Could not send: Retry or Discard.")
    await card.get_by_role("button", name="Discard").click()
    await expect(card).to_have_count(0)


async def test_a_refused_question_comes_back_after_a_reload_and_its_words_survive_another(
    people: People, school: School
) -> None:
    room = Room(await people.open(MESA, viewport={"width": 768, "height": 1024}))
    await room.is_live()
    await send(room, REFUSED, kinds=("In other words",))
    await expect(room.card("A hidden")).to_contain_text("Could not send: Retry or Edit")
    await room.page.reload()
    await room.is_live()
    card = room.card("A hidden")
    await expect(card).to_contain_text("Could not send: Retry or Edit. The text holds a character")
    await card.get_by_role("button", name="Retry").click()
    await expect(card).to_contain_text("Could not send")
    await card.get_by_role("button", name="Edit").click()
    await expect(room.words).to_have_value(REFUSED)
    await room.words.fill("Plain words after two reloads")
    await expect(room.card("A hidden")).to_have_count(0)
    await drafts_are_kept(room.page)
    await room.page.reload()
    await room.is_live()
    await expect(room.words).to_have_value("Plain words after two reloads")
    await expect(room.page.get_by_role("radio", name="In other words")).to_be_checked()
    await room.send.click()
    await expect(room.card("Plain words")).to_contain_text("Waiting for the teacher")
    await room.page.reload()
    await room.is_live()
    await expect(room.words).to_have_value("")
    assert school.texts("Plain words") == ["Plain words after two reloads"]


async def drafts_are_kept(page: Page) -> None:
    """Wait until what was typed last is on the disk: it is written a moment after the last key."""
    await page.wait_for_timeout(600)
    await stored_within(page, lambda rows: bool(rows["drafts"]))


async def test_a_teachers_half_written_answer_survives_a_reload(people: People) -> None:
    room = Room(await people.open(MESA))
    teacher = Console(await people.open("teacher"))
    await room.is_live()
    await room.ask("Whose answer takes long?")
    await teacher.claim("Whose answer takes long?")
    await teacher.now.get_by_role("radio", name="Written").check()
    await teacher.now.get_by_role("textbox").fill("It takes long because")
    await drafts_are_kept(teacher.page)
    await teacher.page.reload()
    await expect(teacher.now.get_by_role("textbox")).to_have_value("It takes long because")
    await expect(teacher.now.get_by_role("radio", name="Written")).to_be_checked()
    await teacher.now.get_by_role("button", name="Answered").click()
    await expect(room.card("Whose answer")).to_contain_text("It takes long because")


async def test_another_person_on_the_tablet_neither_sees_nor_sends_it(
    tablet: Tablet, server: ServerProcess, school: School
) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    server.kill()
    try:
        await send(room, "Only for the one who asked")
        await expect(room.card("Only for the one")).to_contain_text(ON_TABLET)
        tablet.kill()
        page = await tablet.start()
    finally:
        await asyncio.to_thread(server.start)
    await page.goto(school.door(HARLOW, origin_of=MESA))
    await page.goto(school.room(MESA))
    other = Room(page)
    await other.is_live()
    await send(other, "The other one asks")
    await expect(other.card("The other one asks")).to_contain_text("Waiting for the teacher")
    await expect(page.get_by_text("Only for the one")).to_have_count(0)
    await page.goto(school.door(HARLOW, origin_of=MESA))
    await expect(page.get_by_text("Not sent yet")).to_have_count(0)
    assert school.texts("Only for the one") == []
    # The other one's own row is on its way out.
    await stored_within(page, lambda rows: [row["person"] for row in rows["entries"]] == [MESA])
    room = await come_in(page, school, MESA)
    await expect(room.card("Only for the one")).to_contain_text("Waiting for the teacher")


async def test_no_word_can_be_read_from_the_tablets_disk(tablet: Tablet, server: ServerProcess, school: School) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    student = await room.first_student()
    server.kill()
    try:
        await send(room, CANARY, student=student)
        await expect(room.card(CANARY)).to_contain_text(ON_TABLET)
        await room.words.fill(f"{CANARY}, half-written")
        await drafts_are_kept(room.page)
        rows = await stored(room.page)
        await asyncio.sleep(SESSION_SECONDS)
        await reload_into_nothing(room.page)
        tablet.kill()
    finally:
        await asyncio.to_thread(server.start)
    assert len(rows["entries"]) == 1
    assert set(rows["entries"][0]) == {"counter", "id", "iv", "person", "saved_at", "sealed", "stream"}
    assert rows["keys"][0]["handle"] == "key, extractable: false"
    for secret in (CANARY, student, "question.relay"):
        assert secret not in json.dumps(rows)
    assert tablet.holds(MESA) != [], "what is not sealed is found, so the search works"
    assert tablet.holds(CANARY) == []
    assert tablet.holds(student) == []


async def choose_pin(page: Page, pin: str = PIN) -> None:
    """Choose a PIN from the bar's menu."""
    await page.get_by_role("button", name="Tablet", exact=True).click()
    await page.get_by_role("dialog").get_by_role("button", name="Choose a PIN").click()
    await page.get_by_label("PIN, 4 to 8 digits").fill(pin)
    await page.get_by_label("The same PIN once more").fill(pin)
    await page.get_by_role("button", name="Use this PIN").click()
    await expect(page.get_by_role("button", name="Change the PIN")).to_be_visible()


async def unlock(page: Page, pin: str) -> None:
    """Type a PIN on the locked page."""
    await page.get_by_label("PIN", exact=True).fill(pin)
    await page.get_by_role("button", name="Unlock").click()


async def test_a_locked_tablet_shows_nothing_until_the_pin(people: People) -> None:
    page = await people.open(MESA, viewport={"width": 768, "height": 1024})
    room = Room(page)
    await room.is_live()
    student = await room.first_student()
    await room.write("Half a question before the lock", student=student)
    await choose_pin(page)
    await page.get_by_role("button", name="Close", exact=True).click()
    second = await page.context.new_page()
    await second.goto(page.url)
    await Room(second).is_live()
    # Two taps: the menu, and the lock.
    await page.get_by_role("button", name="Tablet", exact=True).click()
    await page.get_by_role("button", name="Lock this tablet").click()
    for one in (page, second):
        await expect(one.get_by_role("heading", name="This tablet is locked")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="This tablet is locked")).to_be_visible()
    assert student not in await page.content()
    assert "Half a question" not in await page.content()
    assert "handle" not in (await stored(page))["keys"][0]
    await unlock(page, "1111")
    await expect(page.get_by_text("Wrong PIN.")).to_be_visible()
    await unlock(page, PIN)
    await room.is_live()
    await Room(second).is_live()
    await expect(room.words).to_have_value("Half a question before the lock")
    await expect(page.get_by_role("radio", name=student)).to_be_checked()
    await page.reload()
    await room.is_live()


async def test_five_wrong_pins_slow_down_and_a_forgotten_one_says_what_it_costs(people: People) -> None:
    page = await people.open(MESA)
    await Room(page).is_live()
    await send(Room(page), REFUSED)
    await expect(Room(page).card("A hidden")).to_contain_text("Could not send")
    await choose_pin(page)
    await page.get_by_role("button", name="Lock this tablet").click()
    for _ in range(5):
        await unlock(page, "1111")
        await expect(page.get_by_label("PIN", exact=True)).to_have_value("")
        await expect(page.get_by_text("Wrong PIN.")).to_be_visible()
    await expect(page.get_by_text("The next try is possible in")).to_be_visible()
    await page.get_by_label("PIN", exact=True).fill(PIN)
    await page.get_by_label("PIN", exact=True).press("Enter")
    await expect(page.get_by_role("heading", name="This tablet is locked")).to_be_visible()
    await page.get_by_role("button", name="PIN forgotten").click()
    await expect(page.get_by_text("1 thing that was saved here and not sent is deleted.")).to_be_visible()
    await page.get_by_role("button", name="Back to the PIN").click()
    await page.get_by_role("button", name="PIN forgotten").click()
    people.forget(MESA)
    await page.get_by_role("button", name="Delete and sign in again").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await stored_within(page, lambda rows: rows == {"entries": [], "drafts": [], "keys": []})


async def test_an_idle_tablet_locks_after_ten_minutes_but_never_while_a_class_is_live(people: People) -> None:
    page = await people.open(MESA, "/", is_fresh=True)
    await page.clock.install()
    await page.reload()
    await expect(page.get_by_text("Live now")).to_be_visible()
    await choose_pin(page)
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.clock.fast_forward("30:00")
    await page.clock.fast_forward("00:20")
    await expect(page.get_by_text("Live now")).to_be_visible()
    await page.route("**/api/meetings?*", lambda route: route.fulfill(json={"meetings": []}))
    await page.clock.fast_forward("00:30")
    await expect(page.get_by_text("You have no classes")).to_be_visible()
    await page.clock.fast_forward("09:00")
    await page.clock.fast_forward("00:20")
    await expect(page.get_by_text("You have no classes")).to_be_visible()
    await page.clock.fast_forward("01:30")
    await expect(page.get_by_role("heading", name="This tablet is locked")).to_be_visible()


async def test_after_fourteen_hours_it_is_deleted_and_said(
    tablet: Tablet, server: ServerProcess, school: School
) -> None:
    room = await come_in(await tablet.start(), school, MESA)
    server.kill()
    try:
        await send(room, "Too late for any class")
        await expect(room.card("Too late")).to_contain_text(ON_TABLET)
        tablet.kill()
        page = await tablet.start()
    finally:
        await asyncio.to_thread(server.start)
    await page.clock.install(time=datetime.now(UTC) + timedelta(hours=14, minutes=1))
    room = await come_in(page, school, MESA)
    told = page.get_by_text("1 saved question or answer was older than 14 hours and was deleted.")
    await expect(told).to_be_visible()
    await page.get_by_role("button", name="I have read it").click()
    await expect(told).to_have_count(0)
    await page.reload()
    await room.is_live()
    await expect(told).to_have_count(0)
    await expect(room.card("Too late")).to_have_count(0)
    assert school.texts("Too late") == []


async def test_signing_out_with_something_unsent_warns_and_then_leaves_nothing(people: People) -> None:
    page = await people.open(MESA)
    room = Room(page)
    await room.is_live()
    await send(room, REFUSED)
    await expect(room.card("A hidden")).to_contain_text("Could not send")
    await page.get_by_role("link", name="My classes").click()
    await expect(page.get_by_text("Not sent yet: 1 thing of")).to_be_visible()
    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Stay signed in").click()
    assert len((await stored(page))["entries"]) == 1
    await page.get_by_role("button", name="Sign out").click()
    people.forget(MESA)
    await page.get_by_role("button", name="Delete and sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await stored_within(page, lambda rows: rows == {"entries": [], "drafts": [], "keys": []})


async def test_two_tabs_send_it_once_and_both_show_it(people: People, school: School) -> None:
    first = Room(await people.open(MESA))
    await first.is_live()
    second = Room(await first.page.context.new_page())
    await second.page.goto(first.page.url)
    await second.is_live()
    await first.page.context.set_offline(True)
    for n, room in enumerate((first, second, first, second)):
        await send(room, f"From two tabs, part {n}")
        await expect(room.card(f"From two tabs, part {n}")).to_contain_text(ON_TABLET)
    for room in (first, second):
        await expect(room.card("From two tabs")).to_have_count(4)
    await first.page.context.set_offline(False)
    for room in (first, second):
        for n in range(4):
            await expect(room.card(f"From two tabs, part {n}")).to_contain_text("Waiting for the teacher")
        await expect(room.card("From two tabs")).to_have_count(4)
    assert school.texts("From two tabs") == [f"From two tabs, part {n}" for n in range(4)]


async def test_somebody_who_signs_in_in_another_tab_does_not_see_what_waits_in_this_one(
    people: People, school: School
) -> None:
    first = Room(await people.open(MESA))
    await first.is_live()
    await send(first, REFUSED)
    await expect(first.card("A hidden")).to_contain_text("Could not send")
    people.forget(MESA)
    second = await first.page.context.new_page()
    await second.goto(school.door(HARLOW, origin_of=MESA))
    await expect(second.get_by_text("Live now")).to_be_visible()
    await expect(first.page.get_by_role("heading", name="Harlow")).to_be_visible()
    await expect(first.page.get_by_text("A hidden")).to_have_count(0)
    await stored_within(second, lambda rows: [row["person"] for row in rows["entries"]] == [MESA])


async def test_a_browser_that_keeps_nothing_is_told_so_and_warns_before_the_page_is_left(people: People) -> None:
    page = await people.open(MESA, "/", is_fresh=True)
    await page.add_init_script("delete window.indexedDB; window.indexedDB = undefined")
    await page.goto(people.base_of(MESA) + people.meeting_path)
    room = Room(page)
    await room.is_live()
    await page.context.set_offline(True)
    await send(room, "Nowhere but here")
    await expect(room.card("Nowhere but here")).to_contain_text("Only on this page: keep it open until it is sent")
    await expect(page.get_by_text("It is only on this page: keep it open.")).to_be_visible()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.close(run_before_unload=True)
    async with asyncio.timeout(10):
        while not asked:
            await asyncio.sleep(0.05)
    assert asked == ["beforeunload"]
    await page.context.set_offline(False)
    await expect(room.card("Nowhere but here")).to_contain_text("Waiting for the teacher")


async def test_axe_finds_nothing_on_the_tablets_dialogs(people: People) -> None:
    page = await people.open(MESA, watched=False, bypass_csp=True, viewport={"width": 768, "height": 1024})
    await Room(page).is_live()
    for size in ({"width": 768, "height": 1024}, {"width": 320, "height": 640}):
        await page.set_viewport_size(size)
        await page.get_by_role("button", name="Tablet", exact=True).click()
        await clean(page)
        await page.get_by_role("dialog").get_by_role("button", name="Choose a PIN").click()
        await page.get_by_role("button", name="Use this PIN").click()
        await expect(page.get_by_text("A PIN is 4 to 8 digits.", exact=True)).to_be_visible()
        await clean(page)
        await page.get_by_role("button", name="Not now").click()
    await choose_pin(page)
    await page.get_by_role("button", name="Lock this tablet").click()
    await unlock(page, "1111")
    await expect(page.get_by_text("Wrong PIN.")).to_be_visible()
    await clean(page)
    await page.get_by_role("button", name="PIN forgotten").click()
    await expect(page.get_by_text("Nothing is lost by it")).to_be_visible()
    await clean(page)


async def clean(page: Page) -> None:
    """Nothing to find, light or dark, and every target is a thumb's."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await axe(page) == [], scheme
    low = await page.evaluate(
        """() => [...document.querySelectorAll('dialog button, dialog input, .door button, .door input')]
          .filter((one) => one.getBoundingClientRect().height < 48).map((one) => one.outerHTML)"""
    )
    assert low == []
