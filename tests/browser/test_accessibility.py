"""Every screen against axe in light and dark and in each language, at 320 px and with doubled text; its targets' sizes.

axe is injected past the policy, in contexts of its own; the policy itself is watched by every other test.
"""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import LANGUAGES, Console, Room, becomes, speak
from tests.browser.screenshots import Commands, make_ways

pytestmark = pytest.mark.asyncio(loop_scope="session")

AXE = Path(__file__).parents[2] / "client_static" / "node_modules" / "axe-core" / "axe.min.js"
RUN = "tags => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAPTOP, TABLET, PHONE = (
    {"width": 1280, "height": 720},
    {"width": 820, "height": 1180},
    {"width": 320, "height": 640},
)
# A laptop of 1280 x 800 at 200 % and at 400 %: the browser's zoom makes the page's window smaller.
ZOOMED_TWICE, ZOOMED_FOURFOLD = {"width": 640, "height": 400}, {"width": 320, "height": 200}
# Each screen: who looks, at which path (None: the live class), on what, and what says that it is there.
SCREENS: dict[str, tuple[str | None, str | None, dict[str, int], str]] = {
    "sign-in": (None, "/sign-in", LAPTOP, "Sign in"),
    "teacher's home": ("teacher", "/", LAPTOP, "Live now"),
    "supervisor's home": ("supervisor-mesa-flats", "/", PHONE, "Live now"),
    "registrar's home": ("registrar", "/", LAPTOP, "Sites of the program"),
    "coordinator's home": ("coordinator", "/", LAPTOP, "Sites of the program"),
    "console": ("teacher", None, LAPTOP, "Live"),
    "console, narrow": ("teacher", None, PHONE, "Live"),
    "room": ("supervisor-mesa-flats", None, TABLET, "Live"),
    "room, lying": ("supervisor-mesa-flats", None, LAPTOP, "Live"),
    "room, narrow": ("supervisor-mesa-flats", None, PHONE, "Live"),
    "watching": ("coordinator", None, LAPTOP, "Live"),
    "denied": ("registrar", None, LAPTOP, "This is not open to you"),
    "no such class": ("teacher", "/meetings/none", LAPTOP, "you have no part in it"),
}


# Text that its own box cuts off, or that lies beyond the window's edge. Shortened on purpose: a question in a list,
# whose whole text is beside it, a very long one until it is opened, and a name where there are many rooms. A table
# scrolls in a frame of its own.
CUT = """() => {
  const shortened =
    '.q-open, .deliver-text, .claimed-words, .is-many .room-name, .is-many .supervisors dd, .unseen, .skip,' +
    '.is-folded, .sheet *'
  const isCut = (one) => {
    const { overflowX, overflowY } = getComputedStyle(one)
    const isWide = !/auto|scroll|visible/.test(overflowX) && one.scrollWidth > one.clientWidth + 1
    const isHigh = !/auto|scroll|visible/.test(overflowY) && one.scrollHeight > one.clientHeight + 1
    return isWide || isHigh || one.getBoundingClientRect().right > innerWidth + 1
  }
  return [...document.querySelectorAll('#app *')]
    .filter((one) => one.checkVisibility() && one.clientWidth > 0 && !one.closest(shortened) && isCut(one))
    .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 60)}`)
}"""


# How many lines the top bar takes.
BAR_LINES = """() => {
  const boxes = [...document.querySelectorAll('header > *')].map((one) => one.getBoundingClientRect())
  const seen = boxes.filter(({ height }) => height > 0).sort((a, b) => a.top - b.top)
  const begun = seen.filter(({ top }, n) => seen.slice(0, n).every(({ bottom }) => bottom <= top))
  return begun.length
}"""


async def axe(page: Page) -> list[dict[str, Any]]:
    """What axe finds, short enough to read."""
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate(RUN, TAGS)
    return [
        {"rule": one["id"], "nodes": [node["html"][:160] for node in one["nodes"]], "help": one["help"]}
        for one in found["violations"]
    ]


@pytest.fixture(scope="module", autouse=True)
def filled(demo: dict[str, Any]) -> Commands:
    """A question of each kind, and in each state that a room may have to do with."""
    commands = Commands(demo)
    kinds: list[dict[str, Any]] = [{"urgency": "blocking"}, {"verbatim": False}, {"shareable": False}, {}]
    asked = [
        commands.ask("mesa-flats", n, f"A state of its own, number {n}", {"shareable": True} | kind)
        for n, kind in enumerate(kinds)
    ]
    for question_id, told in zip(asked[:3], ("confirm", "still_stuck", "deliver"), strict=True):
        commands.run("teacher", "question.claim", question_id=question_id)
        commands.run("teacher", "question.answer", question_id=question_id, form="written", text="Page 112.")
        commands.run("supervisor-mesa-flats", f"question.{told}", question_id=question_id)
    commands.run("teacher", "question.claim", question_id=asked[3])
    return commands


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_in_light_or_dark_in_any_language(people: People, screen: str) -> None:
    person, path, viewport, sign = SCREENS[screen]
    page = await people.open(person, path, watched=False, viewport=viewport, bypass_csp=True)
    await expect(page.get_by_text(sign).first).to_be_visible()
    await assert_accessible(page)


async def assert_accessible(page: Page) -> None:
    """Axe in each language and theme, changed in place."""
    for language in LANGUAGES:
        await speak(page, language)
        await assert_accessible_in_both_themes(page, language)


async def assert_accessible_in_both_themes(page: Page, what: str) -> None:
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await axe(page) == [], f"{what}, {scheme}"


async def test_axe_finds_nothing_in_the_form_with_a_fault(people: People) -> None:
    room = Room(await people.open("supervisor-mesa-flats", watched=False, bypass_csp=True, viewport=TABLET))
    await room.is_live()
    await room.send.click()
    await expect(room.page.get_by_text("Write the question first.")).to_be_visible()
    await assert_accessible(room.page)


async def test_axe_finds_nothing_in_any_state_of_a_question_or_its_dialogs(people: People, filled: Commands) -> None:
    make_ways(filled)
    page = await people.open("teacher", watched=False, bypass_csp=True)
    teacher = Console(page)
    await teacher.is_live()
    row = "Which way does friction point on the steep ramp?"
    await teacher.question(row).get_by_role("button", name=row).click()
    await expect(teacher.now).to_contain_text("1 more asks the same")
    await teacher.now.get_by_role("button", name="Why is it here?").click()
    await expect(teacher.now.get_by_text("Place")).to_be_visible()
    await assert_accessible(page)
    for language, decline, end in (("en", "Decline…", "End class…"), ("es", "Rechazar…", "Terminar clase…")):
        await speak(page, language)
        for way in ("s", "r", "?", decline, end):
            await (page.keyboard.press(way) if len(way) == 1 else page.get_by_role("button", name=way).click())
            await expect(page.get_by_role("dialog")).to_be_visible()
            await assert_accessible_in_both_themes(page, f"{language}, {way}")
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)
    await speak(page, "en")
    # Merged as suggested, the offer to undo it, and then a picker, as nothing more is suggested.
    await page.keyboard.press("m")
    await expect(teacher.undo).to_be_visible()
    await teacher.undo.hover()
    await assert_accessible_in_both_themes(page, "merged")
    for language in LANGUAGES:
        await speak(page, language)
        await page.keyboard.press("m")
        await expect(page.get_by_role("dialog")).to_be_visible()
        await assert_accessible_in_both_themes(page, f"{language}, merge")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
    await speak(page, "en")
    for name, panel in (
        ("Why µ and not k?", "To answer in writing"),
        ("Is it the other one?", "Waiting for the repeat"),
    ):
        await page.get_by_role("group", name="What is out").get_by_role("button", name=name).click()
        await expect(teacher.panel(panel)).to_be_visible()
        await assert_accessible(page)
        await speak(page, "en")


@pytest.mark.parametrize("screen", SCREENS)
async def test_nothing_is_cut_at_320_px_or_with_doubled_text(people: People, screen: str) -> None:
    person, path, _, sign = SCREENS[screen]
    page = await people.open(person, path, watched=False, bypass_csp=True)
    await expect(page.get_by_text(sign).first).to_be_visible()
    sizes = ((PHONE, "100%"), (ZOOMED_TWICE, "100%"), (ZOOMED_FOURFOLD, "100%"), (LAPTOP, "200%"), (PHONE, "200%"))
    for language in LANGUAGES:
        await speak(page, language)
        for viewport, size in sizes:
            await page.set_viewport_size(viewport)
            await page.evaluate("size => document.documentElement.style.fontSize = size", size)
            across = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            where = f"{language}, {viewport['width']} px at {size}"
            cut = await page.evaluate(CUT)
            assert cut == [], where
            assert across <= 0, f"{where}: scrolls sideways by {across} px"


async def test_the_bar_takes_two_lines_at_most_on_a_phone(people: People) -> None:
    page = await people.open("supervisor-mesa-flats", viewport=PHONE)
    await Room(page).is_live()
    for language in LANGUAGES:
        await speak(page, language)
        assert await becomes(partial(page.evaluate, BAR_LINES), (2).__eq__), language


async def test_the_room_has_targets_of_48_px_8_px_apart(people: People) -> None:
    page = await people.open("supervisor-mesa-flats", viewport=TABLET)
    await Room(page).is_live()
    boxes = await page.evaluate(
        """() => [...document.querySelectorAll(
          'main button, main .chip, main .seg label, nav button, header a'
        )].map((one) => {
          const { x, y, width, height } = one.getBoundingClientRect()
          return { name: one.textContent.trim(), x, y, width, height, inNav: Boolean(one.closest('nav')) }
        })"""
    )
    assert boxes
    assert [box for box in boxes if box["height"] < 48 or box["width"] < 48] == []
    inside = [box for box in boxes if not box["inNav"]]
    near = [
        (a["name"], b["name"])
        for i, a in enumerate(inside)
        for b in inside[i + 1 :]
        if _gap(a["x"], a["width"], b["x"], b["width"]) < 8 and _gap(a["y"], a["height"], b["y"], b["height"]) < 8
    ]
    assert near == []


def _gap(at: float, size: float, other: float, other_size: float) -> float:
    """How far two stretches on one axis are apart; 0 where they overlap."""
    return max(other - (at + size), at - (other + other_size), 0)


async def test_one_polite_region_and_none_that_interrupts(people: People) -> None:
    teacher = Console(await people.open("teacher"))
    mesa = Room(await people.open("supervisor-mesa-flats"))
    await teacher.is_live()
    await mesa.is_live()
    await expect(teacher.page.locator("[aria-live=assertive]")).to_have_count(0)
    polite = teacher.page.locator("[aria-live=polite]")
    await expect(polite).to_have_count(1)
    await mesa.ask("Is this announced?")
    await expect(polite).to_have_text("New question from Mesa Flats.", timeout=8_000)


async def test_no_motion_where_less_is_asked_for(people: People) -> None:
    page = await people.open("teacher", reduced_motion="reduce")
    await Console(page).is_live()
    moving = await page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((one) => {
          const style = getComputedStyle(one)
          return style.transitionDuration !== '0s' || style.animationName !== 'none'
        }).length"""
    )
    assert moving == 0
