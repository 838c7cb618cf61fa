"""A tablet: Chromium as a process of its own on a profile of its own, so that it can be killed and started again."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, Page, Playwright

from tests.browser.conftest import ARGS, chromium_path
from tests.browser.screens import becomes

START_SECONDS = 60
SESSION_SECONDS = 5
"""After this long the browser has written down what its tabs hold: by timers of its own, of 1 s and 2.5 s."""

DUMP = """async () => {
  const db = await new Promise((resolve, reject) => {
    const opening = indexedDB.open('longroom')
    opening.onsuccess = () => resolve(opening.result)
    opening.onerror = () => reject(opening.error)
  })
  const rows = {}
  for (const store of db.objectStoreNames) {
    rows[store] = await new Promise((resolve) => {
      const all = db.transaction(store).objectStore(store).getAll()
      all.onsuccess = () => resolve(all.result)
    })
  }
  db.close()
  const plain = (_, value) => {
    if (value instanceof CryptoKey) return `key, extractable: ${value.extractable}`
    const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : value
    return bytes instanceof Uint8Array ? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('') : value
  }
  return JSON.parse(JSON.stringify(rows, plain))
}"""


async def stored(page: Page) -> dict[str, list[dict[str, Any]]]:
    """All rows of the tablet's database, by store; bytes as characters, keys as what they are."""
    found: dict[str, list[dict[str, Any]]] = await page.evaluate(DUMP)
    return found


async def stored_within(page: Page, is_meant: Callable[[dict[str, list[dict[str, Any]]]], bool]) -> None:
    """Wait until the tablet's database is as meant: a row goes a moment after the server's word for it has come."""
    await becomes(lambda: stored(page), is_meant)


class Tablet:
    """One device: its profile outlives every start."""

    def __init__(self, playwright: Playwright, profile: Path) -> None:
        self._playwright = playwright
        self.profile = profile
        self._process: subprocess.Popen[bytes] | None = None
        self._browser: Browser | None = None

    @property
    def context(self) -> BrowserContext:
        """The one context that a profile has."""
        assert self._browser is not None
        return self._browser.contexts[0]

    async def start(self) -> Page:
        """Start the browser; returns a fresh page of a tablet's size."""
        port_file = self.profile / "DevToolsActivePort"
        port_file.unlink(missing_ok=True)
        self._process = self._launch()
        async with asyncio.timeout(START_SECONDS):
            while not (port_file.exists() and (told := re.match(r"\d+\n", port_file.read_text()))):
                assert self._process.poll() is None, "the browser did not start"
                await asyncio.sleep(0.05)
        self._browser = await self._playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{told[0].strip()}")
        page = await self.context.new_page()
        await page.set_viewport_size({"width": 768, "height": 1024})
        return page

    def _launch(self) -> subprocess.Popen[bytes]:
        program = chromium_path() or self._playwright.chromium.executable_path
        arguments = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.profile}"]
        # A session of its own: the group is the browser and its children, and nothing else dies with it.
        return subprocess.Popen(
            [program, *ARGS, *arguments, "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self) -> None:
        """`kill -9` the browser and all of its own processes, as an empty battery does."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = self._browser = None

    def holds(self, text: str) -> list[str]:
        """The files of the profile in which the text can be read, in either encoding that a browser writes."""
        needles = (text.encode(), text.encode("utf-16-le"))
        files = [path for path in self.profile.rglob("*") if path.is_file() and not path.is_symlink()]
        return [str(path.relative_to(self.profile)) for path in files if _any_in(path, needles)]


def _any_in(path: Path, needles: tuple[bytes, ...]) -> bool:
    body = path.read_bytes()
    return any(needle in body for needle in needles)
