"""One thumb on a touch screen, and how many taps it took."""

from playwright.async_api import Locator, Page

PORTRAIT, LANDSCAPE, NARROW = (
    {"width": 768, "height": 1024},
    {"width": 1024, "height": 768},
    {"width": 320, "height": 640},
)


class Thumb:
    """Taps, and counts them; typing is no tap."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0

    async def tap(self, target: Locator) -> None:
        """One tap, as a finger does it."""
        await target.tap()
        self.taps += 1

    async def type(self, text: str) -> None:
        """Type where the focus is: nothing is tapped to get there."""
        await self.page.keyboard.insert_text(text)

    def lift(self) -> int:
        """The taps since the last time."""
        taps, self.taps = self.taps, 0
        return taps
