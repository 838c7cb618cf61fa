"""`longroom user`: what it does to the database, and how it says no."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Column, select

from server.cli.user import user
from server.domain.actors import Grant, Role
from server.domain.messages import Refused
from server.service.accounts import Accounts
from server.service.clock import SystemClock
from server.service.directory import Directory
from server.storage import directory_tables as t
from server.storage.engine import Database

Run = Callable[..., Result]
FOUND = ["--new-program", "Plains", "--time-zone", "America/Denver"]
CORA = ["add", "cora@school.example", "--given-name", "Cora", "--family-name", "Engel", "--role", "coordinator"]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("LONGROOM_DATABASE_URL", database_url)
    return lambda *args, typed=None: CliRunner().invoke(user, args, input=typed)


def with_accounts(url: str, work: Callable[[Accounts], Awaitable[None]]) -> None:
    async def inside() -> None:
        database, clock = Database(url), SystemClock()
        accounts = Accounts(database, Directory(database, clock, None), clock)
        try:
            await work(accounts)
        finally:
            accounts.close()
            await database.close()

    asyncio.run(inside())


def read(url: str, column: Column[str], order: Column[Any]) -> list[str]:
    async def inside() -> list[str]:
        database = Database(url)
        try:
            async with database.reading() as connection:
                return list((await connection.execute(select(column).order_by(order))).scalars())
        finally:
            await database.close()

    return asyncio.run(inside())


def audited(url: str) -> list[str]:
    return read(url, t.audit.c.action, t.audit.c.at)


def programs(url: str) -> list[str]:
    return read(url, t.programs.c.name, t.programs.c.name)


def password_in(result: Result) -> str:
    found = re.search(r"^Password: (\S+)$", result.output, re.MULTILINE)
    assert found, result.output
    return found.group(1)


def test_a_first_coordinator_is_added_reset_and_disabled(run: Run, database_url: str) -> None:
    first = password_in(run(*CORA, *FOUND))
    second = password_in(run("reset", "Cora@School.example"))
    chosen = run("reset", "cora@school.example", "--password-stdin", typed="correct horse battery\n")
    assert (chosen.exit_code, "Password" in chosen.output) == (0, False)

    async def check(accounts: Accounts) -> None:
        for old in (first, second):
            with pytest.raises(Refused, match="not_signed_in"):
                await accounts.sign_in("cora@school.example", old, "bearer", "::1")
        _, session = await accounts.sign_in("cora@school.example", "correct horse battery", "bearer", "::1")
        assert session.actor.grants == {Grant(Role.COORDINATOR)}
        assert session.program_name == "Plains"

    with_accounts(database_url, check)
    assert run("disable", "cora@school.example").exit_code == 0

    async def check_disabled(accounts: Accounts) -> None:
        with pytest.raises(Refused, match="not_signed_in"):
            await accounts.sign_in("cora@school.example", "correct horse battery", "bearer", "::1")

    with_accounts(database_url, check_disabled)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (CORA, "found one with --new-program"),
        ([*CORA, "--program", "none"], "name one that exists"),
        ([*CORA, "--new-program", "Plains", "--time-zone", "Mars"], "--time-zone: must be one of the IANA time zones"),
        ([*CORA, "--new-program", "Plains"], "--time-zone: "),
        ([*CORA, *FOUND, "--from", "tomorrow"], "--from: "),
        ([*CORA, "--new-program", "", "--time-zone", "America/Denver"], "--new-program: "),
        ([*CORA[:-1], "supervisor", *FOUND], "--site: a supervisor is one at a site: name it"),
        (["disable", "nobody@school.example"], "EMAIL: nobody has this e-mail address"),
        (["reset", "nobody@school.example"], "EMAIL: nobody has this e-mail address"),
        (["enable", "nobody@school.example"], "EMAIL: nobody has this e-mail address"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(run: Run, args: list[str], says: str) -> None:
    result = run(*args)
    assert result.exit_code == 1
    assert says in result.output
    assert "Traceback" not in result.output


def test_a_password_that_is_too_weak_is_said_by_its_option(run: Run) -> None:
    weak = run(*CORA, *FOUND, "--password-stdin", typed="short\n")
    assert (weak.exit_code, "Error: --password-stdin: " in weak.output) == (1, True)
    assert run(*CORA, *FOUND).exit_code == 0


def test_a_disabled_person_gets_no_password_until_they_are_enabled(run: Run, database_url: str) -> None:
    run(*CORA, *FOUND)
    assert "is not disabled" in run("enable", "cora@school.example").output
    run("disable", "cora@school.example")
    refused = run("reset", "cora@school.example")
    assert (refused.exit_code, "Password" in refused.output) == (1, False)
    assert "longroom user enable" in refused.output
    assert run("enable", "Cora@school.example").exit_code == 0
    password = password_in(run("reset", "cora@school.example"))

    async def check(accounts: Accounts) -> None:
        _, session = await accounts.sign_in("cora@school.example", password, "bearer", "::1")
        assert session.actor.grants == {Grant(Role.COORDINATOR)}

    with_accounts(database_url, check)
    assert [entry for entry in audited(database_url) if "able" in entry] == ["disable", "enable"]


def test_a_second_program_is_founded_with_its_person_or_not_at_all(run: Run, database_url: str) -> None:
    run(*CORA, *FOUND)
    again = ["dora@school.example", *CORA[2:]]
    for args in (
        ["add", *again[:-1], "supervisor", "--new-program", "Hills", "--time-zone", "America/Denver"],
        ["add", "cora@school.example", *again[1:], "--new-program", "Hills", "--time-zone", "America/Denver"],
    ):
        assert run(*args).exit_code == 1
    added = run("add", *again, "--new-program", "Hills", "--time-zone", "America/Denver")
    assert added.exit_code == 0, added.output
    assert re.search(r"^Founded the program Hills\. Id: \S+$", added.output, re.MULTILINE)
    password = password_in(added)

    async def check(accounts: Accounts) -> None:
        _, session = await accounts.sign_in("dora@school.example", password, "bearer", "::1")
        assert session.program_name == "Hills"

    with_accounts(database_url, check)
    assert programs(database_url) == ["Hills", "Plains"]
    taken = run("add", "e@school.example", *again[1:], *FOUND, "--program", "program")
    assert (taken.exit_code, "--program: " in taken.output) == (1, True)


def test_a_database_that_was_never_migrated_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new.db").touch()
    monkeypatch.setenv("LONGROOM_DATABASE_URL", f"sqlite:///{tmp_path}/new.db")
    result = CliRunner().invoke(user, ["disable", "nobody@school.example"])
    assert result.exit_code == 1
    assert "run `longroom migrate`" in result.output


def test_the_database_may_be_named_by_a_flag(run: Run, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LONGROOM_DATABASE_URL")
    here = ("--database-url", database_url)
    assert run(*CORA, *FOUND, *here).exit_code == 0
    assert run("reset", "cora@school.example", *here).exit_code == 0
    assert run("disable", "cora@school.example", *here).exit_code == 0
