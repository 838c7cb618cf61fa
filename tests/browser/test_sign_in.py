"""The door: who is not signed in is led to it, a wrong password is told, and it leads back to the page asked for."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import People
from tests.browser.screens import Console

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_wrong_password_is_told_and_can_be_typed_again(people: People) -> None:
    page = await people.open(None, people.meeting_path)
    await expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    await page.get_by_label("E-mail").fill("chinwe.okafor@highdivide.example")
    await page.get_by_label("Password").fill("not the password")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text(re.compile("password", re.IGNORECASE))
    await expect(page.get_by_label("Password")).to_be_focused()


async def test_the_door_leads_whoever_is_signed_in_to_the_page_they_asked_for(people: People) -> None:
    page = await people.open("teacher", f"/sign-in?next={people.meeting_path}")
    await Console(page).is_live()
    await expect(page).to_have_url(re.compile(re.escape(people.meeting_path) + "$"))


async def test_signing_out_leads_to_the_door(people: People) -> None:
    page = await people.open("registrar", "/")
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    await page.reload()
    await expect(page).to_have_url(re.compile("/sign-in"))
