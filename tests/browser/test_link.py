"""The page tells the truth about its link: no network, a half-open connection, a session that ended."""

import time

import pytest
from playwright.async_api import expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room
from tests.support.server import ServerProcess

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_no_network_is_told_within_three_seconds_and_heals_by_itself(people: People) -> None:
    mesa = Room(await people.open("supervisor-mesa-flats"))
    teacher = Console(await people.open("teacher"))
    await mesa.is_live()
    await mesa.mark()
    await mesa.page.context.set_offline(True)
    await expect(mesa.link("No network")).to_be_visible(timeout=3_000)
    await expect(mesa.page.get_by_text("No link to the teacher")).to_be_visible()
    await mesa.write("Asked without a network")
    await mesa.send.click()
    await expect(mesa.card("without a network")).to_contain_text("Saved on this tablet")
    await mesa.page.context.set_offline(False)
    await mesa.is_live()
    await expect(teacher.question("Asked without a network")).to_have_count(1)
    assert await mesa.was_not_reloaded()


async def test_a_half_open_link_is_told_within_twenty_seconds(people: People, server: ServerProcess) -> None:
    teacher = Console(await people.open("teacher"))
    await teacher.is_live()
    with server.frozen():
        frozen = time.monotonic()
        await expect(teacher.link("Reconnecting")).to_be_visible(timeout=22_000)
        assert time.monotonic() - frozen <= 21
        age = teacher.page.get_by_role("banner").get_by_text("all shown is")
        # Heads come every 10 s: what is shown is at least as old as the silence that gave the link away, less one.
        told = await age.inner_text()
        assert int(told.split("is ")[1].split(" ")[0]) >= 10
    await teacher.is_live()


async def test_signed_out_everywhere_stops_the_page_and_signing_in_goes_on(people: People) -> None:
    coordinator = await people.open("coordinator", "/")
    watching = Console(await people.open("coordinator"))
    await watching.is_live()
    status = await coordinator.evaluate("fetch('/api/sessions', {method: 'DELETE'}).then((answer) => answer.status)")
    assert status in {200, 204}
    await expect(watching.page.get_by_text("You were signed out, here or elsewhere.")).to_be_visible()
    await expect(watching.link("Stopped")).to_be_visible()
    await expect(watching.page.get_by_label("E-mail")).to_be_visible()
