"""`longroom user`: people and passwords, straight in the database. A running server notices within five seconds."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

import click
from sqlalchemy import select
from uuid_utils import uuid7

from ..domain.actors import Actor, Role, system
from ..domain.messages import Refused
from ..service.accounts import Accounts
from ..service.clock import Clock, SystemClock
from ..service.directory import Directory
from ..storage import directory_tables as t
from ..storage.accounts import read_account
from ..storage.directory import local_date
from ..storage.engine import Database
from .refusals import refusal
from .settings import read_settings, require_current, settings_options

T = TypeVar("T")
DATABASE = settings_options("data_dir", "database_url")
FIRST_PROGRAM = "program"
OPTIONS = {"name": "new_program", "program": "program_id", "id": "program_id", "password": "password_stdin"}
"""What a refusal names → the option that gave it."""
_ROLES = [role.value for role in Role if role is not Role.SYSTEM]


class Found(NamedTuple):
    """A person, and an actor who may edit them."""

    editor: Actor
    id: str
    is_disabled: bool


class Desk:
    """What the commands work with: the database, and the server's own hand in it."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        # No live record: the running server enters what an edit changes for its meetings.
        self.directory = Directory(database, clock, live=None)
        self.accounts = Accounts(database, self.directory, clock)

    async def person(self, email: str) -> Found:
        """The person with this address; `Refused("not_found")`."""
        async with self.database.reading() as connection:
            found = await read_account(connection, email.strip().lower())
            if found is None:
                raise Refused("not_found", "nobody has this e-mail address", "email")
            query = select(t.people.c.program_id).where(t.people.c.id == found.id)
            program_id: str = (await connection.execute(query)).scalar_one()
        return Found(system(program_id), found.id, found.disabled_at is not None)

    async def free_program_id(self) -> str:
        """An id for a new program: the first one's is easy to write."""
        async with self.database.reading() as connection:
            taken = await connection.execute(select(t.programs.c.id).where(t.programs.c.id == FIRST_PROGRAM))
            return FIRST_PROGRAM if taken.first() is None else str(uuid7())

    async def program(self, program_id: str | None) -> tuple[str, str]:
        """The id and the time zone of the program; without an id, of the only one there is."""
        query = select(t.programs.c.id, t.programs.c.time_zone)
        if program_id is not None:
            query = query.where(t.programs.c.id == program_id)
        async with self.database.reading() as connection:
            found = list(await connection.execute(query.limit(2)))
        if len(found) != 1:
            why = "name one that exists" if program_id is not None or found else "found one with --new-program"
            raise Refused("not_found", f"there is no such program, or more than one: {why}", "program")
        return found[0].id, found[0].time_zone


@click.group()
def user() -> None:
    """Add people, disable or enable them, or give them a new password."""


@user.command()
@click.argument("email")
@click.option("--given-name", required=True)
@click.option("--family-name", required=True)
@click.option("--role", type=click.Choice(_ROLES), required=True)
@click.option("--site", "site_id", help="The site's id: needed for a supervisor.")
@click.option("--program", "program_id", help="The program's id, where there is more than one.")
@click.option("--new-program", "new_program", help="Found a program of this name first.")
@click.option("--time-zone", help="The new program's time zone, such as America/Denver.")
@click.option("--from", "begins_on", help="The role's first day, as 2026-09-01.  [today]")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@DATABASE
def add(
    email: str,
    given_name: str,
    family_name: str,
    role: str,
    site_id: str | None,
    program_id: str | None,
    new_program: str | None,
    time_zone: str | None,
    begins_on: str | None,
    password_stdin: bool,
    **flags: str | None,
) -> None:
    """Add a person with one role."""
    password = _read_password(password_stdin)

    async def work(desk: Desk) -> None:
        founded: dict[str, str | None] | None = None
        if new_program is None:
            found, zone = await desk.program(program_id)
        else:
            found, zone = program_id or await desk.free_program_id(), time_zone or ""
            founded = {"id": found, "name": new_program, "time_zone": time_zone}
        added = await desk.accounts.add_person(
            system(found),
            given_name=given_name,
            family_name=family_name,
            email=email,
            role=Role(role),
            site_id=site_id,
            begins_on=begins_on or _today(desk.clock, zone),
            password=password,
            program=founded,
        )
        if founded is not None:
            click.echo(f"Founded the program {new_program}. Id: {found}")
        click.echo(f"Added {email} as {role}. Id: {added.person_id}")
        if password is None:
            click.echo(f"Password: {added.password}")

    _at_the_desk(flags, work)


@user.command()
@click.argument("email")
@DATABASE
def disable(email: str, **flags: str | None) -> None:
    """Disable a person: their sessions end, and they count nowhere any more."""

    async def work(desk: Desk) -> None:
        person = await desk.person(email)
        await desk.accounts.disable_person(person.editor, person.id)
        click.echo(f"Disabled {email}. All their sessions and calendar addresses have ended.")

    _at_the_desk(flags, work)


@user.command()
@click.argument("email")
@DATABASE
def enable(email: str, **flags: str | None) -> None:
    """Let a disabled person sign in again, with the password that they had."""

    async def work(desk: Desk) -> None:
        person = await desk.person(email)
        if not person.is_disabled:
            raise Refused("wrong_state", "this person is not disabled", "email")
        await desk.accounts.enable_person(person.editor, person.id)
        click.echo(f"Enabled {email}: their password and their roles are those that they had.")

    _at_the_desk(flags, work)


@user.command()
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input; else one is made.")
@DATABASE
def reset(email: str, password_stdin: bool, **flags: str | None) -> None:
    """Give a person a new password; their sessions and calendar addresses end."""
    given = _read_password(password_stdin)

    async def work(desk: Desk) -> None:
        person = await desk.person(email)
        if person.is_disabled:
            hint = f"this person is disabled and could not sign in: `longroom user enable {email}` first"
            raise Refused("wrong_state", hint, "email")
        password = await desk.accounts.reset_password(person.editor, person.id, given)
        click.echo(f"New password for {email}. All their sessions and calendar addresses have ended.")
        if given is None:
            click.echo(f"Password: {password}")

    _at_the_desk(flags, work)


def _today(clock: Clock, zone: str) -> str:
    try:
        return local_date(clock.now(), zone)
    except (ValueError, LookupError, OSError):
        # The new program's zone is none: what founds it says so.
        return local_date(clock.now(), "UTC")


def _read_password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else None


def _at_the_desk(flags: dict[str, str | None], work: Callable[[Desk], Awaitable[T]]) -> T:
    """Run `work` on the configured database; what it refuses is told in one line, with exit status 1."""
    settings = read_settings(flags)
    require_current(settings)
    try:
        return asyncio.run(_with_desk(settings.database_url, work))
    except Refused as refused:
        raise refusal(refused, OPTIONS) from None


async def _with_desk(url: str, work: Callable[[Desk], Awaitable[T]]) -> T:
    database = Database(url)
    desk = Desk(database, SystemClock())
    try:
        return await work(desk)
    finally:
        desk.accounts.close()
        await database.close()
