"""Every text on every screen comes from the catalogue or is data.

The catalogues are served with each of their words in brackets: what a screen shows or reads out without brackets, and
is neither a name, nor what somebody wrote, nor a time, has bypassed them.
"""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import People
from tests.browser.screenshots import Commands, make_busy, make_every_state, make_ways

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOCALES = Path(__file__).parents[2] / "client_static" / "locales"

_BRACKETED = """
const bracketed = (text) =>
  text.replace(/\\{\\w+\\}|[\\p{L}\\p{M}’']+/gu, (word) => (word[0] === '{' ? word : `⟦${word}⟧`))
const each = (entry) =>
  typeof entry === 'string'
    ? bracketed(entry)
    : Object.fromEntries(Object.entries(entry).map(([form, text]) => [form, bracketed(text)]))
export default Object.fromEntries(Object.entries(words).map(([key, entry]) => [key, each(entry)]))
"""
# What is shown, and what a screen reader is told: all texts, also those for its ears alone. Keys of the keyboard are no
# words, and what stands in a field is somebody's own.
_TEXTS = """() => {
  const told = ['aria-label', 'aria-description', 'aria-valuetext', 'aria-roledescription']
  told.push('title', 'placeholder', 'alt')
  const texts = [document.title]
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement
    const isShown = parent.checkVisibility() && !parent.closest('script, noscript, kbd, textarea')
    if (isShown) texts.push(walker.currentNode.data)
  }
  for (const one of document.querySelectorAll('body *')) {
    for (const name of told) if (one.hasAttribute(name)) texts.push(one.getAttribute(name))
  }
  return texts.filter((text) => text.trim())
}"""
_DATA = """async (paths) => {
  const kept = new Set(['name', 'initials', 'title', 'section_title', 'text', 'note'])
  for (const part of ['today', 'hand_out', 'watch_for', 'link_dies']) kept.add(part)
  const found = []
  const gather = (value, key) => {
    if (typeof value === 'string') kept.has(key) && found.push(value, ...value.split('\\n'))
    else if (value) for (const [name, one] of Object.entries(value)) gather(one, name)
  }
  for (const path of paths) {
    const answer = await fetch(path)
    if (answer.ok) gather(await answer.json())
  }
  return found
}"""
_TIMES = re.compile(
    r"\b(AM|PM|sec|[MPCE]T|GMT|(Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day"
    r"|(Sun|Mon|Tue|Wed|Thu|Fri|Sat), (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))\b"
)


async def _bracket(route: Route) -> None:
    source = (LOCALES / urlsplit(route.request.url).path.rpartition("/")[2]).read_text("utf-8")
    assert "export default {" in source
    body = source.replace("export default {", "const words = {", 1) + _BRACKETED
    await route.fulfill(body=body, content_type="text/javascript; charset=utf-8")


class Bracketed:
    """Opens pages whose catalogues are bracketed."""

    def __init__(self, people: People) -> None:
        self.people = people

    async def open(self, person: str | None, path: str | None = None) -> Page:
        page = await self.people.open(person, "/healthz", service_workers="block")
        await page.route("**/static/locales/*", _bracket)
        await page.goto(self.people.base_of(person) + (self.people.meeting_path if path is None else path))
        return page

    async def bypasses(self, page: Page) -> list[str]:
        """The texts on the page that hold a word from neither the catalogue nor the data."""
        meetings = [f"{self.people.meeting_path}{part}" for part in ("", "/roster", "/brief")]
        paths = ["/api/session", "/api/meetings", "/api/directory/sites", *(f"/api{path}" for path in meetings)]
        data = sorted(set(await page.evaluate(_DATA, paths)), key=len, reverse=True)
        texts: list[str] = await page.evaluate(_TEXTS)
        assert any("⟦" in text for text in texts), "the catalogue was not bracketed"
        return [text for text in texts if re.search(r"[^\W\d_]", _without(text, data))]


def _without(text: str, data: list[str]) -> str:
    """What is left of a text without the catalogue's words, the data and the times."""
    text = re.sub(r"⟦[^⟧]*⟧", "", text)
    # In a small place only a text's first words are shown.
    for first_words in re.findall(r"([^“”…]+)…", text):
        if any(" ".join(one.split()).startswith(first_words.strip()) for one in data):
            text = text.replace(f"{first_words}…", "")
    for one in data:
        text = text.replace(one, "")
    return _TIMES.sub("", text)


@pytest.fixture
def screens(people: People) -> Bracketed:
    return Bracketed(people)


@pytest.fixture(scope="module", autouse=True)
def busy_class(demo: dict[str, Any]) -> None:
    """A question in every state."""
    commands = Commands(demo)
    make_busy(commands)
    make_every_state(commands)


async def _is_live(page: Page) -> None:
    await expect(page.get_by_role("banner").get_by_text("⟦Live⟧", exact=True)).to_be_visible()


async def test_a_planted_bypass_is_found(screens: Bracketed) -> None:
    page = await screens.open(None, "/sign-in")
    await expect(page.get_by_role("heading", name="⟦Sign⟧ ⟦in⟧")).to_be_visible()
    assert await screens.bypasses(page) == []
    await page.evaluate("""() => {
      const planted = document.createElement('p')
      planted.textContent = 'Planted words'
      planted.setAttribute('aria-label', 'A planted label')
      document.querySelector('main').append(planted)
    }""")
    assert await screens.bypasses(page) == ["Planted words", "A planted label"]


async def test_the_sign_in_page_that_refuses(screens: Bracketed) -> None:
    page = await screens.open(None, "/sign-in")
    await page.locator("input").first.fill("somebody@example.org")
    await page.locator("input").last.fill("wrong")
    await page.get_by_role("button", name="⟦Sign⟧ ⟦in⟧").click()
    await expect(page.get_by_role("alert")).to_contain_text("⟦wrong⟧")
    # The code is for whoever is asked for help, the same in every language.
    assert await screens.bypasses(page) == ["⟦Code⟧ ⟦for⟧ ⟦support⟧: wrong_password"]


@pytest.mark.parametrize("person", ["teacher", "supervisor-mesa-flats", "coordinator", "registrar"])
async def test_the_home_pages(screens: Bracketed, person: str) -> None:
    page = await screens.open(person, "/")
    await expect(page.get_by_role("button", name="⟦Sign⟧ ⟦out⟧")).to_be_visible()
    await expect(page.get_by_text("⟦Loading⟧")).to_have_count(0)
    assert await screens.bypasses(page) == []


async def test_the_console_its_dialogs_and_its_forms(screens: Bracketed) -> None:
    page = await screens.open("teacher")
    await _is_live(page)
    assert await screens.bypasses(page) == []
    for opens in ("⟦Keys⟧", "⟦End⟧ ⟦class⟧…"):
        await page.get_by_role("banner").get_by_role("button", name=opens).click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await screens.bypasses(page) == [], opens
        await page.keyboard.press("Escape")
    await page.keyboard.press("c")
    await page.get_by_role("radio", name="⟦Written⟧").check()
    await page.get_by_role("button", name="⟦Answered⟧").click()
    await expect(page.get_by_role("alert").filter(has_text="⟦needs⟧")).to_be_visible()
    assert await screens.bypasses(page) == []


async def test_the_console_with_a_question_in_every_state(screens: Bracketed, demo: dict[str, Any]) -> None:
    make_ways(Commands(demo))
    page = await screens.open("teacher")
    await _is_live(page)
    assert await screens.bypasses(page) == []
    await page.keyboard.press("j")
    await page.get_by_role("button", name="⟦Why⟧ ⟦is⟧ ⟦it⟧ ⟦here⟧?").click()
    await expect(page.get_by_text("⟦Place⟧")).to_be_visible()
    assert await screens.bypasses(page) == []
    for key in "sr":
        await page.keyboard.press(key)
        await expect(page.get_by_role("dialog")).to_be_visible()
        assert await screens.bypasses(page) == [], key
        await page.keyboard.press("Escape")
    await page.keyboard.press("d")
    await expect(page.get_by_role("group", name="⟦Undo⟧")).to_be_visible()
    assert await screens.bypasses(page) == []
    await page.keyboard.press("u")
    for words in ("Why µ and not k?", "Is it the other one?"):
        await page.get_by_role("button", name=words).click()
        assert await screens.bypasses(page) == [], words


async def test_the_room_with_something_in_every_state(screens: Bracketed) -> None:
    page = await screens.open("supervisor-mesa-flats")
    await _is_live(page)
    form = page.get_by_role("region", name="⟦Ask⟧ ⟦for⟧ ⟦a⟧ ⟦student⟧")

    async def ask(text: str) -> None:
        await form.get_by_role("radio", name="⟦The⟧ ⟦room⟧").check()
        await form.locator("textarea").fill(text)
        await form.get_by_role("button", name="⟦Send⟧", exact=True).click()

    await page.get_by_role("button", name="⟦more⟧").click()
    await page.get_by_role("button", name="⟦once⟧ ⟦more⟧").click()
    await page.get_by_role("button", name="⟦Take⟧").first.click()
    await form.get_by_role("button", name="⟦Send⟧", exact=True).click()
    await expect(page.get_by_role("alert").filter(has_text="⟦first⟧")).to_be_visible()
    assert await screens.bypasses(page) == []
    await page.context.set_offline(True)
    await ask("12345")
    await expect(page.get_by_text("⟦Saved⟧")).not_to_have_count(0)
    await expect(page.get_by_role("banner").get_by_text("⟦No⟧ ⟦network⟧", exact=True)).to_be_visible()
    texts = await page.evaluate(_TEXTS)
    assert "⟦No⟧ ⟦network⟧" in texts
    await page.context.set_offline(False)
    await _is_live(page)
    await ask("\u202e 12345")
    await expect(page.get_by_text("⟦Could⟧ ⟦not⟧ ⟦send⟧")).to_be_visible()
    assert await screens.bypasses(page) == []


async def test_watching_being_denied_and_being_lost(screens: Bracketed) -> None:
    watch = await screens.open("coordinator")
    await _is_live(watch)
    assert await screens.bypasses(watch) == []
    denied = await screens.open("registrar")
    await expect(denied.get_by_text("⟦not⟧ ⟦open⟧")).to_be_visible()
    assert await screens.bypasses(denied) == []
    none = await screens.open("teacher", "/meetings/none")
    await expect(none.get_by_text("⟦no⟧ ⟦part⟧")).to_be_visible()
    assert await screens.bypasses(none) == []
    lost = await screens.open("teacher", "/nowhere")
    await expect(lost.get_by_role("heading", name="⟦No⟧ ⟦such⟧ ⟦page⟧")).to_be_visible()
    assert await screens.bypasses(lost) == []


@pytest.mark.parametrize("person", ["teacher", "supervisor-mesa-flats"])
async def test_a_class_before_and_after_its_time(screens: Bracketed, person: str) -> None:
    home = await screens.open(person, "/")
    listed = await home.evaluate("async () => (await (await fetch('/api/meetings')).json()).meetings")
    for status in ("scheduled", "ended"):
        meeting_id = next(one["id"] for one in listed if one["status"] == status)
        page = await screens.open(person, f"/meetings/{meeting_id}")
        await _is_live(page)
        assert await screens.bypasses(page) == [], status
