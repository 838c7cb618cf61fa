"""Every screen against axe in light and dark and in each language, at 320 px and with doubled text; its targets' sizes.

axe is injected past the policy, in contexts of its own; the policy itself is watched by every other test.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import People
from tests.browser.screens import LANGUAGES, Console, Room, speak
from tests.browser.screenshots import Commands, make_ways

pytestmark = pytest.mark.asyncio(loop_scope="module")

AXE = Path(__file__).parents[2] / "client_static" / "node_modules" / "axe-core" / "axe.min.js"
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
# whose whole text is beside it, a very long one until it is opened, and a name where there are many rooms.
CUT = """() => {
  const shortened =
    '.q-open, .deliver-text, .claimed-words, .is-many .room-name, .is-many .supervisors dd, .unseen, .skip,' +
    '.is-folded'
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


async def axe(page: Page) -> list[dict[str, Any]]:
    """What axe finds, short enough to read."""
    if not await page.evaluate("Boolean(window.axe)"):
        await page.evaluate(AXE.read_text("utf-8"))
    found = await page.evaluate("tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", TAGS)
    return [
        {"rule": one["id"], "nodes": [node["html"][:160] for node in one["nodes"]], "help": one["help"]}
        for one in found["violations"]
    ]


async def fill_the_class(people: People) -> None:
    """A question in every state, once for the module."""
    mesa = Room(await people.open("supervisor-mesa-flats"))
    teacher = Console(await people.open("teacher"))
    await mesa.is_live()
    if await mesa.card("A state of its own").count():
        return
    for n, kind in enumerate(("Stuck until answered", "In other words", "Only the teacher", "In other words")):
        await mesa.ask(f"A state of its own, number {n}", kinds=(kind,))
    for n, button in ((0, "Got it"), (1, "Still stuck"), (2, "Brought to the room")):
        await teacher.claim(f"number {n}")
        await teacher.answer("Written", "Page 112.")
        await mesa.card(f"number {n}").get_by_role("button", name=button).click()
    await expect(teacher.question("number 1")).to_contain_text("Still stuck")
    await teacher.claim("number 3")


@pytest.mark.parametrize("screen", SCREENS)
async def test_axe_finds_nothing_in_light_or_dark_in_any_language(people: People, screen: str) -> None:
    await fill_the_class(people)
    person, path, viewport, sign = SCREENS[screen]
    page = await people.open(person, path, watched=False, viewport=viewport, bypass_csp=True)
    await expect(page.get_by_text(sign).first).to_be_visible()
    await assert_accessible(page)


async def assert_accessible(page: Page) -> None:
    """Axe in each language and theme, changed in place."""
    for language in LANGUAGES:
        await speak(page, language)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await axe(page) == [], f"{language}, {scheme}"


async def test_axe_finds_nothing_in_the_dialogs_and_the_forms(people: People) -> None:
    await fill_the_class(people)
    page = await people.open("teacher", watched=False, bypass_csp=True)
    await Console(page).is_live()
    for language, names in (("en", ("Keys", "End class…")), ("es", ("Teclas", "Terminar clase…"))):
        await speak(page, language)
        for name in names:
            await page.get_by_role("banner").get_by_role("button", name=name).click()
            await expect(page.get_by_role("dialog")).to_be_visible()
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)
                assert await axe(page) == [], f"{name}, {scheme}"
            await page.keyboard.press("Escape")
            await expect(page.get_by_role("dialog")).to_have_count(0)

    room = Room(await people.open("supervisor-mesa-flats", watched=False, bypass_csp=True, viewport=TABLET))
    await room.is_live()
    await room.send.click()
    await expect(room.page.get_by_text("Write the question first.")).to_be_visible()
    await assert_accessible(room.page)


async def test_axe_finds_nothing_in_any_state_of_a_question_or_its_dialogs(
    people: People, demo: dict[str, Any]
) -> None:
    make_ways(Commands(demo))
    page = await people.open("teacher", watched=False, bypass_csp=True)
    teacher = Console(page)
    await teacher.is_live()
    row = "Which way does friction point on the steep ramp?"
    await teacher.question(row).get_by_role("button", name=row).click()
    await expect(teacher.now).to_contain_text("1 more asks the same")
    await teacher.now.get_by_role("button", name="Why is it here?").click()
    await expect(teacher.now.get_by_text("Place")).to_be_visible()
    await assert_accessible(page)
    await speak(page, "en")
    for key in ("s", "r"):
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await axe(page) == [], f"{key}, {scheme}"
        await page.keyboard.press("Escape")
    await teacher.now.get_by_role("button", name="Decline…").click()
    assert await axe(page) == []
    await page.keyboard.press("Escape")
    # Merged as suggested, the offer to undo it, and then a picker, as nothing more is suggested.
    await page.keyboard.press("m")
    await expect(teacher.undo).to_be_visible()
    assert await axe(page) == []
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert await axe(page) == []
    await page.keyboard.press("Escape")
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
            assert across <= 0, f"{where}: scrolls sideways by {across} px"
            assert await page.evaluate(CUT) == [], where


async def test_the_room_has_targets_of_48_px_8_px_apart(people: People) -> None:
    await fill_the_class(people)
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
