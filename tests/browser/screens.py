"""The screens as a person finds their way on them: by role and label, never by class or id."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import Literal, TypeVar

from playwright.async_api import Locator, Page, expect

LANGUAGES = {"en": "English", "es": "Español"}
"""What the screens speak: each language by its own name, which is its button's."""

PANEL = re.compile("^(Selected|In hand|Answering now|Waiting for the repeat|To answer in writing)$")
"""What the teacher's panel is called, by what its question is to them."""

PATIENCE_SECONDS = 10
T = TypeVar("T")


async def becomes(read: Callable[[], Awaitable[T]], is_meant: Callable[[T], bool]) -> T:
    """Read again until it is as meant: a page answers a key or a commit by its next frame, not in the same breath."""
    found: T | None = None
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not is_meant(found := await read()):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"it stayed {found!r}") from None
    return found


async def speak(page: Page, language: str) -> None:
    """Change the language as a person does, where the page speaks another."""
    shell = page.locator("html")
    if await shell.get_attribute("lang") != language:
        await page.get_by_role("button", name=LANGUAGES[language], exact=True).click()
    await expect(shell).to_have_attribute("lang", language)


class Screen:
    """What every live page has."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def link(self, words: str) -> Locator:
        """The bar's statement about the link, where it begins with these words."""
        return self.page.get_by_role("banner").get_by_text(words, exact=True)

    async def is_live(self) -> None:
        """Wait until the page says that its link is up."""
        await expect(self.link("Live")).to_be_visible(timeout=15_000)

    async def mark(self) -> None:
        """Leave a mark that a reload would wipe out."""
        await self.page.evaluate("window.sameLoad = true")

    async def was_not_reloaded(self) -> bool:
        """Whether the mark is still there."""
        return bool(await self.page.evaluate("window.sameLoad === true"))


class Console(Screen):
    """The teacher's console."""

    @property
    def board(self) -> Locator:
        return self.page.get_by_role("region", name="Questions")

    @property
    def now(self) -> Locator:
        """The panel with the question that the keys act on, whatever it is to the teacher."""
        return self.page.get_by_role("region", name=PANEL)

    @property
    def undo(self) -> Locator:
        return self.page.get_by_role("group", name="Undo")

    @property
    def put_off(self) -> Locator:
        return self.page.get_by_role("region", name="Put off")

    @property
    def asked_to_repeat(self) -> Locator:
        return self.page.get_by_role("list", name="Asked to repeat")

    @property
    def calls(self) -> Locator:
        return self.page.get_by_role("list", name="Called on")

    def panel(self, name: str) -> Locator:
        """The panel while its question is what the name says: "Selected", "In hand", "Answering now", …"""
        return self.page.get_by_role("region", name=name, exact=True)

    def room(self, name: str) -> Locator:
        """A room's column."""
        return self.page.get_by_role("region", name="Rooms").get_by_role("article", name=name)

    @property
    def way_back(self) -> Locator:
        return self.page.get_by_role("region", name="On the way back")

    def question(self, text: str) -> Locator:
        """A waiting question's row."""
        return self.board.get_by_role("listitem").filter(has_text=text)

    def returning(self, text: str) -> Locator:
        """An answer on its way back."""
        return self.way_back.get_by_role("listitem").filter(has_text=text)

    async def claim(self, text: str) -> None:
        """Claim the question by its button, and wait until it is in hand."""
        await self.question(text).get_by_role("button", name="Claim").click()
        await expect(self.panel("In hand").get_by_role("blockquote").get_by_text(text)).to_be_visible()

    async def answer(self, form: str = "To all", text: str = "") -> None:
        """Answer what is in hand."""
        await self.now.get_by_role("radio", name=form).check()
        if text:
            await self.now.get_by_role("textbox").fill(text)
        await self.now.get_by_role("button", name="Answered").click()


class Room(Screen):
    """The supervisor's screen."""

    @property
    def words(self) -> Locator:
        return self.page.get_by_label("Their words, if you can")

    @property
    def send(self) -> Locator:
        return self.page.get_by_role("button", name="Send", exact=True)

    @property
    def who(self) -> Locator:
        """The students to choose from, the room first."""
        return self.page.get_by_role("group", name="Who asks?")

    @property
    def ours(self) -> Locator:
        return self.page.get_by_role("region", name="Our questions")

    @property
    def to_do(self) -> Locator:
        return self.page.get_by_role("region", name="To do now")

    @property
    def from_others(self) -> Locator:
        return self.page.get_by_role("region", name="From other rooms")

    def card(self, text: str) -> Locator:
        """One of the room's own questions, wherever it stands."""
        cards = self.page.get_by_role("region", name=re.compile("^(Our questions|To do now)$"))
        return cards.get_by_role("listitem").filter(has_text=text)

    def call(self, words: str) -> Locator:
        """The card of a call on a student."""
        return self.to_do.get_by_role("listitem").filter(has_text=words)

    async def first_student(self) -> str:
        """The name on the first student's chip: the chip before it is the room's."""
        label = self.who.get_by_role("radio").nth(1)
        return str(await label.evaluate("radio => radio.closest('label').textContent.trim()"))

    async def ask(self, text: str, *, student: str | None = None, kinds: tuple[str, ...] = ()) -> None:
        """Ask, and wait until the server has it."""
        await self.write(text, student=student, kinds=kinds)
        await self.send.click()
        await expect(self.card(text)).to_contain_text("Waiting for the teacher")

    async def write(self, text: str, *, student: str | None = None, kinds: tuple[str, ...] = ()) -> None:
        """Fill the form without sending it; without a student it is the room's question."""
        await self.who.get_by_role("radio", name=student or "The room", exact=True).check()
        await self.words.fill(text)
        for kind in kinds:
            await self.kind(kind).check()

    def kind(self, name: str) -> Locator:
        """One of the form's choices."""
        role: Literal["checkbox", "radio"] = "checkbox" if name == "Stuck until answered" else "radio"
        return self.page.get_by_role("region", name="Ask for a student").get_by_role(role, name=name)
