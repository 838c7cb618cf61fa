"""A whole class day, as its people have it: three rooms, one with a substitute, a lost link, a handover, an
announcement, what is left over, and the report; and the timeline, which is the same for all who tell it."""

import asyncio
import csv
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from copy import deepcopy
from io import StringIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from server.cli.client import LiveClient
from server.cli.stream_copy import StreamCopy
from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.browser.screenshots import Commands
from tests.browser.test_readiness import report as report_room
from tests.support.server import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")

TABLET = {"width": 820, "height": 1180}
UNSEEN = {"credentials.entered", "room.substituted"}
"""What the record rests on and no screen of the class shows: figures about people, by id."""
TODAY = "today-physics"


@pytest.fixture(scope="module")
def today(demo: dict[str, Any]) -> Commands:
    """A class that begins in ten minutes, with a substitute at Harlow; the demo's own is over."""
    before = Commands(demo)
    before.run("teacher", "meeting.end")
    before.plan(TODAY, "Forces on a ramp")
    stands_in = {"person_id": "supervisor-mesa-flats", "role": "supervisor", "site_id": "harlow"}
    before.add("substitutes", section_id="physics-1", meeting_id=TODAY, **stands_in)
    return Commands(demo, TODAY)


class Watcher:
    """The teacher's audience on the wire: what a live screen was sent, at each moment of the day."""

    def __init__(self) -> None:
        self.copy = StreamCopy()
        self.moments: dict[int, dict[tuple[str, str], Any]] = {}

    def note(self, _: Any) -> None:
        """Keep what is shown at this moment; before the first answer there is nothing."""
        if self.copy.epoch:
            self.moments[self.copy.last] = deepcopy(self.copy.values)


@pytest_asyncio.fixture(loop_scope="session")
async def watcher(demo: dict[str, Any], today: Commands) -> AsyncIterator[Watcher]:
    """Listens from before the lobby until the class is closed."""
    token = next(one["token"] for one in demo["people"] if one["person_id"] == "teacher")
    found = Watcher()
    async with aiohttp.ClientSession() as session:
        client = LiveClient(session, demo["base_url"], token, meeting_id=TODAY)
        running = asyncio.create_task(client.run())
        found.copy = await client.watch(f"meeting:{TODAY}", found.note)
        found.note(None)
        yield found
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def duty(room: Room) -> Locator:
    return room.page.get_by_role("region", name="On duty in this room")


async def sign_on(room: Room) -> None:
    await duty(room).get_by_role("button", name="Sign on").click()
    await expect(duty(room)).to_contain_text("You are on duty")


async def enter(people: People, person_id: str) -> Room:
    return Room(await people.open(person_id, f"/meetings/{TODAY}", viewport=TABLET))


async def ask(room: Room, text: str) -> None:
    await room.write(text)
    await room.send.click()
    await expect(room.card(text)).to_contain_text("Waiting for the teacher")


async def test_a_whole_class_day(
    people: People, today: Commands, watcher: Watcher, server: ServerProcess, tmp_path: Path
) -> None:
    teacher = Console(await people.open("teacher", f"/meetings/{TODAY}"))
    rosa = await enter(people, "supervisor-pine-ridge")
    marian = await enter(people, "supervisor-kettle-creek")
    kwame = await enter(people, "supervisor-mesa-flats")
    for screen in (teacher, rosa, marian, kwame):
        await screen.is_live()

    # The lobby: the rooms are staffed, Harlow by its substitute; one is ready, and Mesa Flats is closed today.
    await teacher.page.get_by_role("button", name="Open the lobby").click()
    await report_room(rosa, "Ready")
    await kwame.page.get_by_role("radio", name="Mesa Flats").check()
    await report_room(kwame, "Closed today")
    await expect(teacher.room("Mesa Flats")).to_contain_text("Closed")
    await kwame.page.get_by_role("radio", name="Harlow").check()
    for room in (rosa, marian, kwame):
        await sign_on(room)
    await expect(teacher.room("Harlow")).to_contain_text("Kwame Osei")

    # The class begins, without Mesa Flats by a plan, and a question goes all the way.
    await teacher.page.get_by_role("button", name="Start class").click()
    await teacher.page.get_by_role("dialog").get_by_role("button", name="Start without").click()
    await ask(kwame, "Which way does the rope pull?")
    await teacher.claim("Which way does the rope pull?")
    await teacher.answer()
    await kwame.card("Which way does the rope pull?").get_by_role("button", name="Got it").click()
    await expect(teacher.returning("Which way does the rope pull?")).to_contain_text("Got it")

    # Harlow's own supervisor comes and takes the room over, without a minute between the two.
    teresa = await enter(people, "supervisor-harlow")
    await duty(kwame).get_by_role("button", name="On duty…").click()
    for name in ("Hand over…", "Offer"):
        await kwame.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
    await duty(teresa).get_by_role("button", name="Take the room").click()
    await expect(teacher.room("Harlow")).to_contain_text("Teresa Reyes")

    # Kettle Creek's link is lost; what is asked meanwhile is kept, and comes when the link does.
    await marian.page.context.set_offline(True)
    await expect(marian.link("No network")).to_be_visible()
    await expect(teacher.room("Kettle Creek")).to_contain_text("Lost", timeout=45_000)
    await marian.write("Does the rope have a weight?")
    await marian.send.click()
    await expect(marian.card("Does the rope have a weight?")).to_contain_text("Saved on this tablet")
    await marian.page.context.set_offline(False)
    await marian.is_live()
    await expect(teacher.question("Does the rope have a weight?")).to_have_count(1)
    await expect(teacher.room("Kettle Creek")).to_contain_text("linked")

    # An announcement, read out in each room that is there.
    await teacher.page.keyboard.press("n")
    dialog = teacher.page.get_by_role("dialog")
    await dialog.get_by_role("textbox").fill("Page 112, please.")
    await expect(dialog.get_by_role("checkbox", name="Mesa Flats")).not_to_be_checked()
    await dialog.get_by_role("button", name="Send to the rooms").click()
    for room in (rosa, marian, teresa):
        await room.to_do.get_by_role("button", name="Read out").click()
    told = teacher.page.get_by_role("list", name="Announcements")
    await expect(told).to_contain_text("3 of 3 rooms: read out")

    # The end: what nobody has decided about is decided, one answered in writing after class.
    await teacher.page.get_by_role("banner").get_by_role("button", name="End class…").click()
    await expect(dialog.get_by_text("Does the rope have a weight?")).to_be_visible()
    await dialog.get_by_role("button", name="End class").click()
    await teacher.put_off.get_by_role("button", name="Does the rope have a weight?").click()
    await teacher.now.get_by_role("textbox").fill("Next to nothing: we leave it out.")
    await teacher.now.get_by_role("button", name="Send the answer").click()
    await marian.card("Does the rope have a weight?").get_by_role("button", name="Got it").click()
    await kwame.page.get_by_role("radio", name="Mesa Flats").check()
    await kwame.to_do.get_by_role("button", name="It is carried out").click()
    await teacher.page.get_by_role("button", name="Close for good").click()
    await expect(teacher.page.get_by_text("The class is closed for good.")).to_be_visible()

    # The report is read, exported and played once more.
    page = teacher.page
    await page.get_by_role("link", name="Report of the class").click()
    await expect(page.get_by_role("heading", name="How long students waited")).to_be_visible()
    await expect(page.get_by_role("button", name="Read again")).to_have_count(0)
    rooms = page.get_by_role("region", name="The rooms", exact=True).get_by_role("row")
    harlow, kettle = rooms.filter(has_text="Harlow"), rooms.filter(has_text="Kettle Creek")
    await expect(harlow).to_contain_text(re.compile("Kwame Osei .*Teresa Reyes .*never.*never", re.DOTALL))
    await expect(kettle.get_by_role("cell").last).to_contain_text(re.compile(r"\d:\d\d"))
    await expect(rooms.filter(has_text="Mesa Flats").get_by_role("cell").nth(1)).to_have_text("not in this class")
    await expect(page.get_by_role("listitem").filter(has_text="Watch the recording")).to_contain_text("Carried out: 50")
    slider = page.get_by_role("slider")
    await slider.focus()
    for key in ("Home", "ArrowRight", "End"):
        await page.keyboard.press(key)
    at_the_end = page.get_by_role("region", name="The rooms and questions at this moment").get_by_role("listitem")
    await expect(at_the_end.filter(has_text="Does the rope have a weight?")).to_contain_text("Got it")
    exported = await names_in_csv(page, tmp_path)
    lines = page.get_by_role("region", name="Timeline").get_by_role("button")

    # One story: the log, the report, the file, the page, and what the live screens were sent, moment by moment.
    recorded = [name for name in names_recorded(server) if name not in UNSEEN]
    report = today.request("teacher", "/report")
    assert [line["name"] for line in report["history"]] == recorded
    assert exported == recorded
    await expect(lines).to_have_count(len(recorded) - recorded.index("meeting.lobby_opened"))
    played = replayed(today)
    assert max(watcher.moments) == max(played)
    for seq, shown in watcher.moments.items():
        # What nobody is shown moves the stream on and changes no screen.
        assert shown == played[max(one for one in played if one <= seq)], f"the screens and the replay differ at {seq}"


async def names_in_csv(page: Page, folder: Path) -> list[str]:
    """What happened, as the exported file tells it."""
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Timeline (CSV)").click()
    written = folder / "timeline.csv"
    await (await download.value).save_as(written)
    return [row["name"] for row in csv.DictReader(StringIO(written.read_text("utf-8"), newline=""))]


def names_recorded(server: ServerProcess) -> list[str]:
    """The day's events as the log's own rows have them; a link's change by what it has come to."""
    [database] = server.data.glob("*.db")
    wanted = "SELECT type, data FROM events WHERE stream_id = ? ORDER BY seq"
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        rows = connection.execute(wanted, (f"meeting:{TODAY}",)).fetchall()
    return [f"link.{json.loads(data)['status']}" if name == "link.changed" else name for name, data in rows]


def replayed(today: Commands) -> dict[int, dict[tuple[str, str], Any]]:
    """The teacher's screen after each event, put together from the replay."""
    values: dict[tuple[str, str], Any] = {}
    moments = {0: {}}
    for step in today.request("teacher", "/replay")["steps"]:
        for change in step["changes"]:
            if change["value"] is None:
                values.pop((change["kind"], change["id"]), None)
            else:
                values[change["kind"], change["id"]] = change["value"]
        moments[step["seq"]] = deepcopy(values)
    return moments
