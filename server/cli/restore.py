"""`longroom restore`: a backup put in the database's place, with no server running, and a new epoch begun in it.

The backup is proven on a copy first: nothing of the old database is touched before SQLite, the migrations and
`longroom check` have found it good.
"""

import asyncio
import shlex
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from sqlalchemy import text, true
from sqlalchemy.ext.asyncio import AsyncConnection

from ..config import Settings
from ..service.check import check_logs
from ..service.clock import SystemClock
from ..storage import accounts, event_log, migrate, schedule
from ..storage import backup as copies
from ..storage.engine import Database
from .backup import database_name
from .running import noted_here
from .settings import make_folders, reaching_the_database, read_settings, settings_options, unusable

MOST_TOLD = 20
"""How many findings are written out."""


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option(
    "--in-place", "is_in_place", is_flag=True, help="The database was brought back by its own tools (pg_restore)."
)
@click.option(
    "--end-sessions", "ends_sessions", is_flag=True, help="Sign everybody out, and end all calendar addresses."
)
@click.option("--despite-findings", "is_despite", is_flag=True, help="Also where `longroom check` finds something.")
@settings_options("data_dir", "database_url")
def restore(file: Path | None, is_in_place: bool, ends_sessions: bool, is_despite: bool, **flags: str | None) -> None:
    """Put the backup FILE in the database's place. Stop the server first; the old database is kept beside it.

    What was acknowledged after the backup is not in it. A new epoch begins, so that every client reads all of it anew.
    What was revoked or disabled after the backup counts again: do it again, or sign everybody out with --end-sessions.
    """
    settings = read_settings(flags)
    if (file is None) != is_in_place:
        raise click.UsageError("write the backup's FILE, or --in-place: one of the two")
    if file is None:
        _renew_in_place(settings, ends_sessions, is_despite)
        return
    if settings.database_file is None:
        reads = f"pg_restore --clean --if-exists --single-transaction --dbname={database_name(settings)}"
        then = f"{reads} {shlex.quote(str(file))} && longroom restore --in-place"
        raise unusable([f"PostgreSQL reads its own backups. Stop the servers, and then: {then}"])
    make_folders(settings)
    _replace(file, settings, settings.database_file, ends_sessions, is_despite)


# ── SQLite ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _replace(file: Path, settings: Settings, database: Path, ends_sessions: bool, is_despite: bool) -> None:
    is_new = not database.exists()
    kept = None if is_new else database.with_name(f"{database.stem}-before-restore-{_stamp()}{database.suffix}")
    try:
        with TemporaryDirectory(dir=database.parent, prefix=".restore-") as folder:
            if not is_new:
                # Asked before the long work, and again by the lock that the replacing takes.
                _require_unused(database)
            copy = copies.copy_in(file, Path(folder) / "restored.db")
            streams, events = _prove(file, copy, ends_sessions, is_despite)
            _put(copy, database, kept, settings)
    except copies.InUse:
        raise unusable([_in_use(settings, database)]) from None
    except copies.Unreadable as error:
        raise unusable([f"{file} cannot be restored ({error}); nothing was changed"]) from None
    except OSError as error:
        raise unusable([f"{database} cannot be written ({error.strerror}); nothing was changed"]) from None
    click.echo(f"Restored {database} from {file}: {streams} streams, {events} events, under a new epoch.")
    if kept is not None:
        click.echo(f"The database that was there is kept as {kept}: remove it when you are sure.")
    _tell_of_sessions(ends_sessions)


def _require_unused(database: Path) -> None:
    try:
        with copies.alone(database):
            pass
    except copies.Unreadable:
        pass  # What cannot be read is what a backup is for.


def _prove(file: Path, copy: Path, ends_sessions: bool, is_despite: bool) -> tuple[int, int]:
    """See that the copy is whole, of this release and free of findings, and begin its new epoch; what it holds."""
    found = copies.faults(copy)
    if found:
        raise unusable([f"{file} is damaged, and nothing was changed: {found[0]}"])
    url = f"sqlite:///{copy}"
    _upgrade(url, str(file))
    streams, events = asyncio.run(_check_and_begin(url, str(file), ends_sessions, is_despite))
    return streams, events


def _put(copy: Path, database: Path, kept: Path | None, settings: Settings) -> None:
    try:
        with copies.alone(database) as held:
            if kept is not None:
                copies.keep(held, kept)
            copies.replace(held, copy)
    except copies.Ruined as error:
        # Of such a file it can only be asked whether a server left word that it uses it.
        if kept is None or noted_here(settings) is not None:
            raise copies.InUse from error
        copies.set_aside(database, kept)
        with copies.alone(database) as held:
            copies.replace(held, copy)


def _in_use(settings: Settings, database: Path) -> str:
    note = noted_here(settings)
    who = "another process" if note is None else f"the server on port {note['port']} (process {note['pid']})"
    return f"{database} is in use by {who}: stop it first; nothing was changed"


def _stamp() -> str:
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


# ── PostgreSQL, or whatever has tools of its own ──────────────────────────────────────────────────────────────────


def _renew_in_place(settings: Settings, ends_sessions: bool, is_despite: bool) -> None:
    if settings.database_file is not None:
        raise unusable(["--in-place is for PostgreSQL: for SQLite write the backup's FILE"])
    url = settings.database_url
    with reaching_the_database():
        others = asyncio.run(_others(url))
        if others:
            raise unusable([f"{others} other connections are open to the database: stop the servers first"])
        _upgrade(url, "the database")
        streams, events = asyncio.run(_check_and_begin(url, "the database", ends_sessions, is_despite))
    click.echo(f"The database has {streams} streams, {events} events, and a new epoch.")
    _tell_of_sessions(ends_sessions)


async def _others(url: str) -> int:
    """How many others are connected. A server always is."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    database = Database(url)
    try:
        async with database.reading() as connection:
            return int((await connection.execute(text(query))).scalar_one())
    finally:
        await database.close()


# ── Either ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _upgrade(url: str, what: str) -> None:
    try:
        migrate.revision(url)
    except migrate.UnknownRevision as error:
        of = "no database of Longroom" if str(error) == "none" else f"of another release (its tables are at {error})"
        raise unusable([f"{what} is {of}; nothing was changed"]) from None
    # A backup of an older release is brought to this one's tables, as `longroom migrate` would.
    migrate.upgrade(url)


async def _check_and_begin(url: str, what: str, ends_sessions: bool, is_despite: bool) -> tuple[int, int]:
    database = Database(url)
    try:
        streams, events, findings = await _check(database)
        if findings and not is_despite:
            for finding in findings[:MOST_TOLD]:
                click.echo(finding)
            raise unusable([f"{len(findings)} findings in {what}: it was not restored (--despite-findings does it)"])

        async def begin(connection: AsyncConnection) -> None:
            await event_log.begin_epoch(connection)
            if ends_sessions:
                now = SystemClock().now()
                await accounts.revoke(connection, true(), now)
                await schedule.revoke_feeds(connection, now)

        await database.write(begin)
        await database.drop_old_pages()
    finally:
        await database.close()
    return streams, events


async def _check(database: Database) -> tuple[int, int, list[str]]:
    streams = events = 0
    findings: list[str] = []
    async for checked in check_logs(database):
        streams += 1
        events += checked.events
        findings += [f"{finding.stream_id}: {finding.problem}" for finding in checked.findings]
    return streams, events, findings


def _tell_of_sessions(ends_sessions: bool) -> None:
    if ends_sessions:
        click.echo("Everybody has been signed out, and every calendar address has ended.")
    else:
        click.echo("What was revoked or disabled since the backup counts again: see to it before you start the server.")
