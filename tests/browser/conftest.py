"""Chromium, the real server, and the people of the demo in it, each in a context of their own.

Every page of every test is listened to: an error on a page, a console error that the test did not cause, or a breach of
the content security policy fails the test at its end.
"""

import os
import re
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.server import ServerProcess, free_port

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A camera and a microphone that beeps, for whoever is allowed them.
    "--use-fake-device-for-media-stream",
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


@dataclass
class Taken:
    """A page in a context of its own, and whom its faults are told to."""

    page: Page
    base: str
    options: dict[str, Any]
    is_fresh: bool
    hear: Callable[[str], None] | None = None

    @classmethod
    async def make(cls, browser: Browser, base: str, is_fresh: bool, options: dict[str, Any]) -> "Taken":
        context = await browser.new_context(**options)
        await context.add_init_script(VIOLATIONS)
        taken = cls(await context.new_page(), base, options, is_fresh)
        taken.page.on("pageerror", lambda error: taken._tell(f"page error: {error}"))
        taken.page.on("console", lambda one: taken._tell(f"console: {one.text}") if one.type == "error" else None)
        return taken

    def _tell(self, fault: str) -> None:
        if self.hear is not None:
            self.hear(fault)

    async def wipe(self) -> bool:
        """Leave nothing of the test on it but the modules that the browser has kept; False where that cannot be."""
        self.hear = None
        context = self.page.context
        if self.is_fresh or self.page.is_closed() or len(context.pages) > 1:
            return False
        await context.set_offline(False)
        await self.page.unroute_all(behavior="ignoreErrors")
        await self.page.goto("about:blank")
        devtools = await context.new_cdp_session(self.page)
        kinds = "cookies,local_storage,indexeddb,service_workers,cache_storage"
        await devtools.send("Storage.clearDataForOrigin", {"origin": self.base, "storageTypes": kinds})
        await devtools.detach()
        await context.clear_cookies()
        return True


class Pages:
    """Pages of one browser, used again: a new context reads all modules anew, which costs ten times as much."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Taken]] = {}

    async def take(self, base: str, is_fresh: bool, options: dict[str, Any]) -> Taken:
        """A page that shows nothing yet, for one origin, in a context with these options."""
        viewport = options.pop("viewport", {"width": 1280, "height": 800})
        free = [] if is_fresh else self._free.get(self._key(base, options), [])
        taken = free.pop() if free else await Taken.make(self._browser, base, is_fresh, options)
        await taken.page.set_viewport_size(viewport)
        await taken.page.emulate_media(
            color_scheme=options.get("color_scheme", "light"),
            reduced_motion=options.get("reduced_motion", "no-preference"),
        )
        return taken

    async def give_back(self, taken: Taken) -> None:
        """The test has done with it."""
        if await taken.wipe():
            self._free.setdefault(self._key(taken.base, taken.options), []).append(taken)
        else:
            await taken.page.context.close()

    @staticmethod
    def _key(base: str, options: dict[str, Any]) -> str:
        return repr((base, sorted(options.items())))


class People:
    """Opens pages as people of the demo."""

    def __init__(self, pages: Pages, demo: dict[str, Any], signed_in: dict[str, Any]) -> None:
        self._shelf = pages
        self.demo = demo
        self._signed_in = signed_in
        self._taken: list[Taken] = []
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
        self,
        person_id: str | None,
        path: str | None = None,
        *,
        is_fresh: bool = False,
        watched: bool = True,
        **options: Any,
    ) -> Page:
        """A page in a context of its own, signed in as the person; `path` is the live meeting unless told.

        `is_fresh`: what the test does to the page cannot be undone, so no other test has it before or after.
        """
        base = self.base_of(person_id)
        taken = await self._shelf.take(base, is_fresh, options)
        self._taken.append(taken)
        if watched:
            taken.hear = self._heard
        page = taken.page
        if person_id is not None and person_id in self._signed_in:
            await page.context.add_cookies(self._signed_in[person_id])
        elif person_id is not None:
            await page.goto(str(self._person(person_id)["sign_in_url"]))
            self._signed_in[person_id] = await page.context.cookies()
        await page.goto(base + (self.meeting_path if path is None else path))
        return page

    def forget(self, person_id: str) -> None:
        """The person is about to sign out: the next page signs them in anew."""
        self._signed_in.pop(person_id, None)

    def _heard(self, fault: str) -> None:
        if not EXPECTED_ERRORS.search(fault):
            self.faults.append(fault)

    async def check(self) -> None:
        """Fail where a page had a fault or a breach of its policy."""
        for taken in self._taken:
            if taken.hear is not None and not taken.page.is_closed():
                self.faults += [f"policy: {one}" for one in await taken.page.evaluate("window.violations ?? []")]
        assert self.faults == []

    async def close(self) -> None:
        """Give every page back."""
        for taken in self._taken:
            await self._shelf.give_back(taken)
        self._taken.clear()


@pytest.fixture(scope="session")
def port() -> int:
    """One port for every server of this process: under the same address, a browser has kept the modules."""
    return free_port()


@pytest.fixture(scope="session")
def prepared(port: int, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A data folder with a demo that no server has run on, and what the demo holds."""
    process = ServerProcess(tmp_path_factory.mktemp("prepared"), port)
    return process.data, process.prepare()


@pytest.fixture(scope="module")
def server(
    port: int, prepared: tuple[Path, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    """The server on a fresh demo, one for each module of tests."""
    data = tmp_path_factory.mktemp("server")
    shutil.copytree(prepared[0], data, dirs_exist_ok=True)
    process = ServerProcess(data, port)
    process.start()
    yield process
    process.kill()


@pytest.fixture(scope="module")
def demo(server: ServerProcess, prepared: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    """What the demo holds: people, sites, the live meeting."""
    return prepared[1]


@pytest.fixture(scope="module")
def signed_in(server: ServerProcess) -> dict[str, Any]:
    """The cookies of each demo person who has signed in during this module."""
    return {}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pages() -> AsyncIterator[Pages]:
    """Chromium, one for all of this process's tests."""
    async with async_playwright() as playwright:
        found = await playwright.chromium.launch(executable_path=chromium_path(), args=ARGS)
        yield Pages(found)
        await found.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(pages: Pages, demo: dict[str, Any], signed_in: dict[str, Any]) -> AsyncIterator[People]:
    """The people of the demo; at the test's end, none of their pages may have had a fault."""
    opened = People(pages, demo, signed_in)
    yield opened
    try:
        await opened.check()
    finally:
        await opened.close()
