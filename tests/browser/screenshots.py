"""`python -m tests.browser.screenshots [FOLDER]`: pictures of the screens on the demo, to be looked at.

Not a test: it makes docs/screenshots anew after a change to the screens.
"""

import asyncio
import json
import sys
import tempfile
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import ARGS, Pages, People, chromium_path
from tests.browser.screens import Console, Room, speak
from tests.support.server import ServerProcess

LAPTOP, SMALL_LAPTOP = {"width": 1440, "height": 900}, {"width": 1280, "height": 720}
TABLET, PHONE = {"width": 820, "height": 1180}, {"width": 320, "height": 640}
LYING, LONG = {"width": 1024, "height": 768}, {"width": 820, "height": 2400}
TEACHERS_SIZES = {
    "1280x800": {"width": 1280, "height": 800},
    "1366x768": {"width": 1366, "height": 768},
    "1280x720": SMALL_LAPTOP,
    "320": PHONE,
}
ASKED = [
    ("mesa-flats", 0, "Why does the normal force not cancel gravity on the ramp?", {"urgency": "blocking"}),
    ("pine-ridge", 0, "Is the angle measured from the floor or from the ramp?", {"verbatim": False}),
    ("harlow", 0, "which angle do we use for cos?", {"shareable": True}),
    ("kettle-creek", 0, "Does the rope count as part of the system?", {}),
    ("mesa-flats", 1, "Can you show the free-body diagram again?", {"shareable": True}),
    ("pine-ridge", 1, "Is friction always µN?", {}),
    ("harlow", 1, "What happens if the block is heavier? Does it go down faster or the same?", {}),
    (
        "mesa-flats",
        2,
        "I lost you at the step where you divided by m. Both sides have the mass: why did we need it at all?",
        {"shareable": True},
    ),
]


MORE_ROOMS = (
    "St. Ives",
    "Bitterroot Valley Consolidated",
    "Two Dot",
    "Ñandú Springs",
    "Ismay",
    "Cold Bay",
    "Ekalaka",
    "Zortman",
)

MINUTE = 60_000


class Commands:
    """Sends commands over REST with the demo people's bearer tokens."""

    def __init__(self, demo: dict[str, Any], meeting_id: str | None = None) -> None:
        """`meeting_id`: the demo's live class unless told."""
        self._base = demo["base_url"]
        self._meeting = meeting_id or demo["meeting"]["id"]
        self._tokens = {one["person_id"]: one["token"] for one in demo["people"]}
        self.ids: list[str] = []

    def request(self, person_id: str, path: str, body: Any = None) -> Any:
        """One request about the class; `body` None is a GET."""
        return self._send(person_id, f"/api/meetings/{self._meeting}{path}", body)

    def listed(self, person_id: str) -> list[Any]:
        """The person's classes, by start."""
        return list(self._send(person_id, "/api/meetings", None)["meetings"])

    def add(self, kind: str, **row: Any) -> None:
        """One row of the directory, by the coordinator."""
        self._send("coordinator", f"/api/directory/{kind}", row)

    def plan(self, meeting_id: str, title: str) -> None:
        """A further class of the demo's section, by the coordinator: it begins in ten minutes."""
        now = time.time_ns() // 1_000_000
        times = {"starts_at": now + 10 * MINUTE, "ends_at": now + 60 * MINUTE}
        self.add("meetings", id=meeting_id, section_id="physics-1", title=title, **times)

    def change(self, kind: str, row_id: str, **changes: Any) -> None:
        """A change of one row that nobody has changed before, by the coordinator."""
        self._send("coordinator", f"/api/directory/{kind}/{row_id}", {"version": 1} | changes, "PATCH")

    def _send(self, person_id: str, path: str, body: Any, method: str | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._tokens[person_id]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        url = f"{self._base}{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data, headers, method=method)) as answer:
            return json.load(answer)

    def run(self, person_id: str, name: str, **data: Any) -> None:
        """One command, to its commit."""
        self.request(person_id, "/commands", {"command_id": str(uuid.uuid4()), "name": name, "data": data})

    def ask(self, site_id: str, n: int, text: str, more: dict[str, Any]) -> str:
        """A question of the site's n-th student; returns its id."""
        supervisor = f"supervisor-{site_id}"
        students = [one for one in self.request(supervisor, "/roster")["students"] if one["site_id"] == site_id]
        question_id = str(uuid.uuid4())
        asked = {"question_id": question_id, "site_id": site_id, "text": text}
        asked |= {"student_id": students[n]["student_id"], "asked_at": int(time.time() * 1000)}
        self.run(supervisor, "question.relay", **asked, **more)
        return question_id


def make_busy(commands: Commands) -> None:
    """A class in motion: something in every state."""
    ids = commands.ids = [commands.ask(*asked) for asked in ASKED]
    settled = [(4, "question.still_stuck"), (5, "question.confirm"), (6, "question.deliver"), (7, None)]
    for index, name in settled:
        form = "written" if index in {6, 7} else "spoken_to_all"
        answer = {"text": "Page 112: along the ramp it is m·g·sin θ."} if form == "written" else {}
        commands.run("teacher", "question.claim", question_id=ids[index])
        commands.run("teacher", "question.answer", question_id=ids[index], form=form, **answer)
        if name is not None:
            commands.run(f"supervisor-{ASKED[index][0]}", name, question_id=ids[index])


def make_every_state(commands: Commands) -> None:
    """What a room may meet, on top of a busy class: a call, and a question in every state with a face of its own."""
    mesa = "supervisor-mesa-flats"

    def asked(n: int, text: str, *steps: str, **more: Any) -> str:
        question_id = commands.ask("mesa-flats", n, text, {"shareable": True})
        for name in steps:
            commands.run("teacher", f"question.{name}", question_id=question_id, **(more if name == steps[-1] else {}))
        return question_id

    asked(3, "What is mew for ice?", "ask_back", note="Is it the Greek letter?")
    asked(4, "Can we leave early for the bus?", "decline", reason="ask_your_site")
    asked(5, "Could you send us the whole derivation?", "defer")
    asked(6, "Is the weight of the rope in the diagram?", "merge", into=commands.ids[2])
    missed = asked(7, "Where do I find the answer key?", "begin", "answer", form="spoken_to_site")
    commands.run(mesa, "question.cannot_find", question_id=missed)
    commands.run(mesa, "question.withdraw", question_id=asked(8, "Never mind"))
    asked(9, "Why is g negative in your drawing?", "begin")
    student = commands.request(mesa, "/roster")["students"][0]["student_id"]
    commands.run("teacher", "student.call_on", call_id=str(uuid.uuid4()), site_id="mesa-flats", student_id=student)


def make_full(commands: Commands) -> None:
    """Sixty open questions."""
    for n in range(54):
        site_id, _, text, more = ASKED[n % len(ASKED)]
        commands.ask(site_id, n % 6, text, more)


async def fill_the_roster(page: Page, commands: Commands) -> None:
    """The page's roster has forty students with long names at Mesa Flats, whatever the demo has."""
    roster = commands.request("supervisor-mesa-flats", "/roster")
    name = "María Guadalupe Wolfeschlegelsteinhausen Óyelaran"
    roster["students"] += [
        roster["students"][0] | {"student_id": f"s{n}", "name": f"{name}-{n}"}
        for n in range(len(roster["students"]), 40)
    ]
    await page.route("**/roster", lambda route: route.fulfill(json=roster))


def make_large(demo: dict[str, Any]) -> str:
    """A class of twelve rooms with sixty open questions; returns its path."""
    commands = Commands(demo, "large")
    begins_on = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    rooms = [(site_id, f"supervisor-{site_id}") for site_id in ("harlow", "kettle-creek", "mesa-flats", "pine-ridge")]
    for n, name in enumerate(MORE_ROOMS):
        site_id, person_id = f"more-{n}", rooms[n % 4][1]
        commands.add("sites", id=site_id, name=name, time_zone="America/Denver", jurisdiction="US-MT")
        commands.add("section_sites", section_id="physics-1", site_id=site_id, begins_on=begins_on)
        commands.add("grants", person_id=person_id, role="supervisor", site_id=site_id, begins_on=begins_on)
        rooms.append((site_id, person_id))
    now = int(time.time() * 1000)
    times = {"starts_at": now, "ends_at": now + 3_000_000}
    commands.add("meetings", id="large", section_id="physics-1", title="Work and energy", **times)
    # Four adults for twelve rooms: the others begin by a plan, which the rooms make up for by asking all the same.
    commands.run("teacher", "meeting.open_lobby")
    for site_id, person_id in rooms[:4]:
        commands.run(person_id, "duty.sign_on", site_id=site_id)
    plans = [{"site_id": site_id, "plan_id": f"plan-{site_id}", "kind": "recording"} for site_id, _ in rooms[4:]]
    commands.run("teacher", "meeting.start", without=plans)
    for plan in plans:
        commands.run("teacher", "catch_up.drop", plan_id=plan["plan_id"], reason="room_took_part")
    for n in range(60):
        site_id, person_id = rooms[n % 12]
        _, _, text, more = ASKED[n % len(ASKED)]
        asked = {"question_id": f"large-{n:02}", "site_id": site_id, "text": f"{text} ({n})", "asked_at": now}
        commands.run(person_id, "question.relay", **asked, **more)
    return "/meetings/large"


class Studio:
    """Opens screens and keeps pictures of them."""

    def __init__(self, people: People, folder: Path) -> None:
        self.people = people
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def keep(self, page: Page, name: str, *, full_page: bool = False) -> None:
        """A picture in light and one in dark."""
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.screenshot(path=self._folder / f"{name}-{scheme}.png", full_page=full_page)

    async def shoot(self, name: str, person_id: str | None, path: str | None, size: dict[str, int], sign: str) -> None:
        """Open a screen, wait for its sign, keep it."""
        page = await self.people.open(person_id, path, viewport=size)
        await expect(page.get_by_text(sign).first).to_be_visible()
        await expect(page.get_by_text("Loading")).to_have_count(0)
        await self.keep(page, name)
        await page.close()


async def shoot_room(studio: Studio, commands: Commands) -> None:
    """The supervisor's states that a busy class alone does not show."""
    mesa = "supervisor-mesa-flats"
    make_every_state(commands)
    for name, size in (("states", LONG), ("states-320", PHONE), ("states-lying", LYING)):
        room = Room(await studio.people.open(mesa, viewport=size))
        await room.is_live()
        if size is LONG:
            await room.to_do.get_by_role("button", name="more to do").click()
        await studio.keep(room.page, f"supervisor-{name}")
        await speak(room.page, "es")
        await studio.keep(room.page, f"supervisor-{name}-es")
        await room.page.close()
    room = Room(await studio.people.open(mesa, viewport=TABLET))
    await room.is_live()
    await room.words.fill("Whose question is this?")
    await room.send.click()
    await studio.keep(room.page, "supervisor-who")
    await room.page.close()
    for name, size in (("40-students", TABLET), ("40-students-lying", LYING)):
        room = Room(await studio.people.open(mesa, "/healthz", viewport=size))
        await fill_the_roster(room.page, commands)
        await room.page.goto(studio.people.base_of(mesa) + studio.people.meeting_path)
        await room.is_live()
        await studio.keep(room.page, f"supervisor-{name}")
        await room.page.close()
    room = Room(await studio.people.open(mesa, "/healthz", viewport=TABLET))
    await room.page.route_web_socket("**", lambda _: None)
    await room.page.goto(studio.people.base_of(mesa) + studio.people.meeting_path)
    await expect(room.page.get_by_text("Joining the class")).to_be_visible()
    await studio.keep(room.page, "supervisor-loading")
    await room.page.close()
    await studio.shoot("supervisor-denied", mesa, "/meetings/none", TABLET, "you have no part in it")


async def shoot_schedule(studio: Studio) -> None:
    """The plan as those see it who teach, stand in a room and make it."""
    page = await studio.people.open("teacher", "/schedule", viewport=SMALL_LAPTOP)
    await expect(page.get_by_text("Live now")).to_be_visible()
    await studio.keep(page, "schedule-week", full_page=True)
    await speak(page, "es")
    await studio.keep(page, "schedule-week-es", full_page=True)
    await page.close()
    page = await studio.people.open("supervisor-pine-ridge", "/schedule", viewport=PHONE)
    await expect(page.locator(".plan-day")).to_be_visible()
    await studio.keep(page, "schedule-day-320", full_page=True)
    await page.close()
    page = await studio.people.open("coordinator", "/schedule", viewport=SMALL_LAPTOP)
    await page.get_by_role("radio", name="Day").check()
    await expect(page.locator(".plan-day")).to_be_visible()
    while not await page.get_by_role("button", name="Cancel the class…").count():
        shown = await page.locator(".plan-bar h2").text_content()
        await page.get_by_role("button", name="The day after").click()
        await expect(page.locator(".plan-bar h2")).not_to_have_text(shown or "")
        await expect(page.locator(".plan-day")).to_be_visible()
    await studio.keep(page, "schedule-coordinator", full_page=True)
    await page.get_by_role("button", name="Cancel the class…").first.click()
    await studio.keep(page, "schedule-cancel")
    await page.close()


def make_coming(demo: dict[str, Any]) -> str:
    """A class that begins in ten minutes, with a brief; returns its path."""
    commands = Commands(demo, "coming")
    commands.plan("coming", "Energy on a ramp")
    commands.request("teacher", "/brief", {"version": 0, "today": "Energy on a ramp: what height becomes."})
    commands.run("teacher", "meeting.open_lobby")
    return "/meetings/coming"


async def shoot_before_class(studio: Studio) -> None:
    """Getting a room ready, what the teacher sees of it, and a start without rooms that are not there."""
    path = make_coming(studio.people.demo)
    allowed: dict[str, Any] = {"permissions": ["microphone", "camera"]}
    pine = Room(await studio.people.open("supervisor-pine-ridge", path, viewport=TABLET, **allowed))
    harlow = Room(await studio.people.open("supervisor-harlow", path, viewport=PHONE))
    for room in (pine, harlow):
        await room.is_live()
        await room.page.get_by_role("button", name="Check microphone, camera and link").click()
        await expect(room.page.get_by_text("there and back").first).to_be_visible()
    await studio.keep(pine.page, "supervisor-checked")
    await studio.keep(harlow.page, "supervisor-denied-microphone-320", full_page=True)
    for room in (pine, harlow):
        await room.page.get_by_role("button", name="Report").click()
    await pine.page.get_by_role("button", name="Sign on").click()
    teacher = await studio.people.open("teacher", path, viewport=LAPTOP)
    await expect(teacher.get_by_text("Takes part with trouble")).to_be_visible()
    await expect(teacher.get_by_role("article", name="Pine Ridge")).to_contain_text("Rosa Alvarez")
    await studio.keep(teacher, "teacher-lobby")
    await teacher.get_by_role("button", name="Start class").click()
    await expect(teacher.get_by_role("dialog")).to_be_visible()
    await studio.keep(teacher, "teacher-start-without")
    await teacher.set_viewport_size(PHONE)
    await studio.keep(teacher, "teacher-start-without-320")
    await teacher.keyboard.press("Escape")
    await studio.keep(teacher, "teacher-lobby-320")
    for page in (pine.page, harlow.page, teacher):
        await page.close()
    for name, size in (("brief", SMALL_LAPTOP), ("brief-320", PHONE)):
        brief = await studio.people.open("supervisor-mesa-flats", f"{studio.people.meeting_path}/brief", viewport=size)
        await expect(brief.get_by_role("heading", name="Mesa Flats")).to_be_visible()
        await studio.keep(brief, name, full_page=True)
        await brief.close()


async def shoot_report(studio: Studio) -> None:
    """What a class came to."""
    for name, size in (("report", SMALL_LAPTOP), ("report-320", PHONE)):
        page = await studio.people.open("teacher", f"{studio.people.meeting_path}/report", viewport=size)
        await expect(page.get_by_role("heading", name="How long students waited")).to_be_visible()
        await studio.keep(page, name, full_page=size is SMALL_LAPTOP)
        await page.close()


async def shoot_all(server: ServerProcess, studio: Studio, commands: Commands) -> None:
    people = studio.people
    await studio.shoot("teacher-empty", "teacher", None, LAPTOP, "Live")
    await shoot_schedule(studio)
    await studio.shoot("supervisor-empty", "supervisor-mesa-flats", None, TABLET, "Live")
    make_busy(commands)
    await studio.shoot("teacher-busy", "teacher", None, LAPTOP, "Live")
    await studio.shoot("teacher-busy-1280", "teacher", None, SMALL_LAPTOP, "Live")
    await studio.shoot("supervisor-busy", "supervisor-mesa-flats", None, TABLET, "Live")
    await studio.shoot("supervisor-answers", "supervisor-harlow", None, TABLET, "Live")
    await studio.shoot("supervisor-320", "supervisor-mesa-flats", None, PHONE, "Live")
    await studio.shoot("supervisor-landscape", "supervisor-mesa-flats", None, SMALL_LAPTOP, "Live")
    await shoot_room(studio, commands)
    await shoot_before_class(studio)
    await shoot_report(studio)
    await studio.shoot("home-teacher", "teacher", "/", SMALL_LAPTOP, "Live now")
    await studio.shoot("home-registrar", "registrar", "/", SMALL_LAPTOP, "Sites of the program")
    await studio.shoot("home-coordinator", "coordinator", "/", SMALL_LAPTOP, "what is wrong")
    await studio.shoot("home-coordinator-320", "coordinator", "/", PHONE, "what is wrong")
    await studio.shoot("coordinator-watching", "coordinator", None, SMALL_LAPTOP, "Live")
    drilled = f"{people.meeting_path}?room=mesa-flats"
    await studio.shoot("coordinator-room", "coordinator", drilled, SMALL_LAPTOP, "How long its students waited")
    await studio.shoot("coordinator-room-320", "coordinator", drilled, PHONE, "How long its students waited")
    await studio.shoot("sign-in", None, "/sign-in", SMALL_LAPTOP, "Sign in")
    await studio.shoot("denied", "registrar", None, SMALL_LAPTOP, "not open to you")

    teacher = Console(await people.open("teacher", viewport=LAPTOP))
    mesa = Room(await people.open("supervisor-mesa-flats", viewport=TABLET))
    await mesa.is_live()
    await teacher.claim("Why does the normal force")
    await teacher.now.get_by_role("radio", name="Written").check()
    await teacher.now.get_by_role("textbox").fill("It only cancels the part of gravity that points into the ramp.")
    await studio.keep(teacher.page, "teacher-answering")
    await mesa.write("A hidden \u202e override")
    await mesa.send.click()
    await expect(mesa.card("A hidden")).to_contain_text("Could not send")
    await studio.keep(mesa.page, "supervisor-refused")
    await mesa.card("A hidden").get_by_role("button", name="Discard").click()
    server.kill()
    await teacher.now.get_by_role("button", name="Answered").click()
    await mesa.write("Is the rope pulling back on us?", student=await mesa.first_student())
    await mesa.send.click()
    await expect(mesa.ours.get_by_text("Saved on this tablet")).to_be_visible()
    await asyncio.sleep(3)  # the age on the screen is to be seen
    await studio.keep(teacher.page, "teacher-link-lost")
    await studio.keep(mesa.page, "supervisor-link-lost")
    await asyncio.to_thread(server.start)
    await teacher.is_live()
    await shoot_ways(studio, teacher, commands)
    make_full(commands)
    await studio.shoot("teacher-full", "teacher", None, LAPTOP, "Live")
    await teacher.page.get_by_role("button", name="End class…").click()
    await expect(teacher.page.get_by_role("dialog")).to_be_visible()
    await studio.keep(teacher.page, "teacher-end")
    large = make_large(people.demo)
    for name, size in TEACHERS_SIZES.items():
        await studio.shoot(f"teacher-12-rooms-60-questions-{name}", "teacher", large, size, "Live")


def make_ways(commands: Commands) -> str:
    """Every state that a question can be put into, for the teacher's eyes; returns the one that leads a group."""
    lead = commands.ask("pine-ridge", 2, "Which way does friction point on the steep ramp?", {"shareable": True})
    like = commands.ask("harlow", 2, "on the steep ramp, which way would friction point", {})
    commands.ask("mesa-flats", 3, "on a steep ramp, which way does friction point?", {"shareable": True})
    commands.run("teacher", "question.merge", question_id=like, into=lead)
    both = [
        commands.ask("kettle-creek", 1, "Does mass matter on the way down?", {"shareable": True}),
        commands.ask("harlow", 3, "does a heavy one slide faster?", {}),
    ]
    commands.run("teacher", "question.merge", question_id=both[1], into=both[0])
    commands.run("teacher", "question.begin", question_id=both[0])
    commands.run("teacher", "question.answer", question_id=both[0], form="spoken_to_all")
    commands.run("supervisor-harlow", "question.confirm", question_id=both[1])
    put_aside = {
        "question.ask_back": {"note": "Which of the two angles?"},
        "question.defer": {},
        "question.decline": {"reason": "ask_your_site"},
    }
    for n, (name, data) in enumerate(put_aside.items()):
        asked = commands.ask("pine-ridge", 3 + n, ("Is it the other one?", "Why µ and not k?", "When is lunch?")[n], {})
        commands.run("teacher", name, question_id=asked, **data)
    missing = commands.ask("kettle-creek", 2, "Is weight a force?", {})
    commands.run("teacher", "question.begin", question_id=missing)
    commands.run("teacher", "question.answer", question_id=missing, form="written", text="Yes: m times g.")
    commands.run("supervisor-kettle-creek", "question.cannot_find", question_id=missing)
    return lead


async def shoot_ways(studio: Studio, teacher: Console, commands: Commands) -> None:
    """The teacher's screen with something in each state, at each size, and its dialogs."""
    page = teacher.page
    make_ways(commands)
    # From whatever is in hand to a row that waits.
    await page.keyboard.press("j")
    await page.keyboard.press("c")
    await expect(teacher.undo).to_be_visible()
    await page.keyboard.press("j")
    await page.keyboard.press("c")
    row = "Which way does friction point on the steep ramp?"
    await teacher.question(row).get_by_role("button", name=row).click()
    for name, size in TEACHERS_SIZES.items():
        await page.set_viewport_size(size)
        await studio.keep(page, f"teacher-ways-{name}", full_page=size == PHONE)
    await page.set_viewport_size(SMALL_LAPTOP)
    for name, key in {"call": "s", "repeat": "r", "keys": "?"}.items():
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        await studio.keep(page, f"teacher-{name}")
        await page.keyboard.press("Escape")
    await page.keyboard.press("s")
    await page.keyboard.press("Enter")
    await page.keyboard.press("m")
    await expect(teacher.undo).to_contain_text("Merged.")
    await studio.keep(page, "teacher-merged")
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await studio.keep(page, "teacher-merge")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Decline…").click()
    await studio.keep(page, "teacher-decline")
    await page.keyboard.press("Escape")
    await teacher.put_off.get_by_role("button").first.click()
    await studio.keep(page, "teacher-owed")
    await page.keyboard.press("h")
    await page.set_viewport_size(LAPTOP)


async def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as data:
        server = ServerProcess(Path(data))
        server.start()
        try:
            demo = server.describe()
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
                people = People(Pages(browser), demo, {})
                await shoot_all(server, Studio(people, folder), Commands(demo))
                await people.check()
                await browser.close()
        finally:
            server.kill()


if __name__ == "__main__":
    default = Path(__file__).parents[2] / "docs" / "screenshots"
    asyncio.run(main(Path(sys.argv[1]) if len(sys.argv) > 1 else default))
