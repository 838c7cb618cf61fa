"""Chromium, the real server, and the people of the demo in it, each in a context of their own.

Every page of every test is listened to: an error on a page, a console error that the test did not cause, or a breach of
the content security policy fails the test at its end.
"""

import os
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright, expect

from tests.support.server import ServerProcess

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# A loaded machine is slow; no limit of the product is checked by this one.
expect.set_options(timeout=10_000)
# A broken link is told by the browser as an error, whatever the page does about it; a refused request too.
EXPECTED_ERRORS = re.compile(
    r"WebSocket connection to .* failed|net::ERR_|Failed to load resource: the server responded with a status of 4\d\d"
)
VIOLATIONS = """
  window.violations = [];
  document.addEventListener('securitypolicyviolation', (event) =>
    window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


def chromium_path() -> str | None:
    """`CHROME_PATH`, else Debian's, else (None) Playwright's own."""
    debian = Path("/usr/bin/chromium")
    return os.environ.get("CHROME_PATH") or (str(debian) if debian.exists() else None)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server on a fresh demo, one for each module of tests."""
    process = ServerProcess(tmp_path_factory.mktemp("server"))
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="module")
def demo(server: ServerProcess) -> dict[str, Any]:
    """What the demo holds: people, sites, the live meeting."""
    return server.describe()


@pytest.fixture(scope="module")
def signed_in() -> dict[str, Any]:
    """The browser state of each demo person who has signed in during this module."""
    return {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, one for each module of tests."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        yield found
        await found.close()


class People:
    """Opens pages as people of the demo."""

    def __init__(self, browser: Browser, demo: dict[str, Any], signed_in: dict[str, Any]) -> None:
        self._browser = browser
        self.demo = demo
        self._signed_in = signed_in
        self._pages: list[Page] = []
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.meeting_path = f"/meetings/{demo['meeting']['id']}"

    def base_of(self, person_id: str | None) -> str:
        """The origin under which the person is signed in."""
        if person_id is None:
            return str(self.demo["base_url"])
        return str(self._person(person_id)["sign_in_url"]).partition("/demo/")[0]

    def _person(self, person_id: str) -> dict[str, Any]:
        return next(one for one in self.demo["people"] if one["person_id"] == person_id)

    async def open(
        self, person_id: str | None, path: str | None = None, *, watched: bool = True, **options: Any
    ) -> Page:
        """A page in a context of its own, signed in as the person; `path` is the live meeting unless told."""
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = await self._browser.new_context(storage_state=self._signed_in.get(person_id or ""), **options)
        self._contexts.append(context)
        page = await context.new_page()
        if watched:
            await self._watch(context, page)
        if person_id is not None and person_id not in self._signed_in:
            await page.goto(str(self._person(person_id)["sign_in_url"]))
            self._signed_in[person_id] = await context.storage_state()
        await page.goto(self.base_of(person_id) + (self.meeting_path if path is None else path))
        return page

    def forget(self, person_id: str) -> None:
        """The person is about to sign out: the next page signs them in anew."""
        self._signed_in.pop(person_id, None)

    async def _watch(self, context: BrowserContext, page: Page) -> None:
        await context.add_init_script(VIOLATIONS)
        self._pages.append(page)
        page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        page.on("console", self._heard)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not EXPECTED_ERRORS.search(message.text):
            self.faults.append(f"console: {message.text}")

    async def check(self) -> None:
        """Fail where a page had a fault or a breach of its policy."""
        for page in self._pages:
            if not page.is_closed():
                self.faults += [f"policy: {one}" for one in await page.evaluate("window.violations ?? []")]
        assert self.faults == []

    async def close(self) -> None:
        """Close every context."""
        for context in self._contexts:
            await context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def people(browser: Browser, demo: dict[str, Any], signed_in: dict[str, Any]) -> AsyncIterator[People]:
    """The people of the demo; at the test's end, none of their pages may have had a fault."""
    opened = People(browser, demo, signed_in)
    yield opened
    try:
        await opened.check()
    finally:
        await opened.close()
