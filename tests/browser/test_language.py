"""The language: whose it is at first, how it is changed, and that nothing written is lost by it."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import People
from tests.browser.screens import Console, Room, speak

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_page_begins_in_the_browsers_language(people: People) -> None:
    page = await people.open(None, "/sign-in", locale="es-MX")
    await expect(page.locator("html")).to_have_attribute("lang", "es")
    await expect(page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()
    await expect(page).to_have_title(re.compile("Iniciar sesión"))


async def test_an_unknown_language_gets_english(people: People) -> None:
    page = await people.open(None, "/sign-in", locale="fr-CA")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.get_by_role("button", name="Español")).to_have_attribute("lang", "es")


async def test_signing_in_is_worded_in_the_chosen_language_and_keeps_what_was_typed(people: People) -> None:
    page = await people.open(None, "/sign-in")
    await page.get_by_label("E-mail").fill("ana@example.org")
    await page.get_by_label("Password").fill("wrong")
    await speak(page, "es")
    await expect(page.get_by_label("Correo electrónico")).to_have_value("ana@example.org")
    await expect(page.get_by_role("button", name="English")).to_be_focused()
    await expect(page).to_have_title(re.compile("Iniciar sesión"))
    await page.get_by_role("button", name="Iniciar sesión").click()
    await expect(page.get_by_role("alert")).to_contain_text("El correo electrónico o la contraseña no es correcto.")
    await speak(page, "en")
    await expect(page.get_by_role("alert")).to_contain_text("The e-mail or the password is wrong.")


async def test_the_choice_is_remembered_on_the_device(people: People) -> None:
    # Nobody else here is the coordinator: signing out ends the session that the tests of a module share.
    page = await people.open("coordinator", "/")
    await speak(page, "es")
    await expect(page.get_by_role("heading", name="Ahora")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Ahora")).to_be_visible()
    await page.goto(people.base_of("coordinator") + people.meeting_path)
    await expect(page.get_by_role("banner").get_by_text("En vivo", exact=True)).to_be_visible()
    await page.get_by_role("link", name="Mis clases").click()
    await page.get_by_role("button", name="Cerrar sesión").click()
    await expect(page.get_by_role("heading", name="Iniciar sesión")).to_be_visible()


async def test_a_supervisors_question_outlives_the_change(people: People) -> None:
    room = Room(await people.open("supervisor-mesa-flats"))
    await room.is_live()
    await room.mark()
    student = await room.first_student()
    await room.send.click()
    await expect(room.page.get_by_text("Write the question first.")).to_be_visible()
    await speak(room.page, "es")
    await expect(room.page.get_by_text("Primero escriba la pregunta.")).to_be_visible()
    words = room.page.get_by_label("Sus palabras, si es posible")
    await words.fill("¿Por qué no se cae?")
    await room.page.get_by_role("radio", name=student).check()
    await room.page.get_by_role("checkbox", name="Urgente").check()
    await speak(room.page, "en")
    await expect(room.words).to_have_value("¿Por qué no se cae?")
    await expect(room.page.get_by_role("radio", name=student)).to_be_checked()
    await expect(room.kind("Stuck until answered")).to_be_checked()
    await room.send.click()
    await expect(room.card("¿Por qué no se cae?")).to_contain_text("Waiting for the teacher")
    await speak(room.page, "es")
    await expect(room.page.get_by_text(re.compile("^Falta que su docente la vea")).first).to_be_visible()
    assert await room.was_not_reloaded()


async def test_a_teachers_answer_outlives_the_change(people: People) -> None:
    room = Room(await people.open("supervisor-pine-ridge"))
    teacher = Console(await people.open("teacher"))
    await room.is_live()
    await room.ask("Which way does friction point?")
    await teacher.claim("Which way does friction point?")
    await teacher.mark()
    await teacher.now.get_by_role("radio", name="Written").check()
    await teacher.now.get_by_role("button", name="Answered").click()
    await expect(teacher.page.get_by_role("alert")).to_have_text("A written answer needs its text.")
    await teacher.now.get_by_role("textbox").fill("Up the ramp")
    await speak(teacher.page, "es")
    answering = teacher.page.get_by_role("region", name="En sus manos")
    await expect(teacher.page.get_by_role("alert")).to_have_text("Falta el texto de la respuesta escrita.")
    await expect(answering.get_by_role("radio", name="Escrita")).to_be_checked()
    await expect(answering.get_by_label("La respuesta escrita")).to_have_value("Up the ramp")
    await answering.get_by_role("button", name="Respondida").click()
    await expect(teacher.page.get_by_role("region", name="De regreso")).to_contain_text("Escrita")
    assert await teacher.was_not_reloaded()
