"""Bringing a database to this release's tables, and checking that the migrations lead exactly there."""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from . import directory_tables  # noqa: F401 - declares its tables on `metadata`
from .engine import Database
from .tables import database_info, metadata

T = TypeVar("T")

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_SCRIPTS = str(_MIGRATIONS).replace("%", "%%")
_LOCK = 0x4C6F6E67
"""Two nodes that start at once migrate one after the other: PostgreSQL's advisory lock under this number."""


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest tables, in one transaction; nothing to do is quick.

    May be called inside a running event loop or outside one. Raises ValueError for a URL that is not a database's,
    and SQLAlchemy's errors where the database cannot be reached or written.
    """
    _in_a_loop_of_its_own(lambda: _with_database(url, _upgrade))


def is_current(url: str) -> bool:
    """Whether the database has this release's tables: `longroom serve` asks before it starts."""
    return _in_a_loop_of_its_own(lambda: _with_database(url, _is_current))


def newest() -> str | None:
    """The migration that leads to this release's tables."""
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    return ScriptDirectory.from_config(config).get_current_head()


async def stands_at(connection: AsyncConnection) -> str | None:
    """The migration at which the database stands; None: none was made."""
    return (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()


class UnknownRevision(Exception):
    """The database's tables are of no release up to this one, or not Longroom's."""


def revision(url: str) -> str:
    """Which migration the database stands at. Raises `UnknownRevision` where this release does not have it."""
    return _in_a_loop_of_its_own(lambda: _with_database(url, _revision))


def differences(url: str | None = None) -> list[str]:
    """How a database that the migrations made differs from the declared tables, a line for each; none: they are equal.

    Without a URL the migrations are run on a new SQLite file.
    """
    if url is not None:
        return _in_a_loop_of_its_own(lambda: _with_database(url, _differences))
    with tempfile.TemporaryDirectory() as folder:
        new = f"sqlite:///{folder}/migrated.db"
        upgrade(new)
        return differences(new)


def _in_a_loop_of_its_own(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run to the end in a new thread: alembic is synchronous, and the caller may have a loop running already."""
    with ThreadPoolExecutor(1, "migrate") as thread:
        return thread.submit(lambda: asyncio.run(work())).result()


async def _with_database(url: str, work: Callable[[Connection], T]) -> T:
    database = Database(url)

    async def run(connection: AsyncConnection) -> T:
        if not database.is_sqlite:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        return await connection.run_sync(work)

    try:
        return await database.write(run)
    finally:
        await database.close()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")
    if connection.execute(select(database_info).where(database_info.c.key == "epoch")).first() is None:
        connection.execute(database_info.insert().values(key="epoch", value=str(uuid7())))


def _is_current(connection: Connection) -> bool:
    newest = ScriptDirectory.from_config(_config(connection)).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == newest


def _revision(connection: Connection) -> str:
    found = MigrationContext.configure(connection).get_current_revision()
    script = ScriptDirectory.from_config(_config(connection))
    if found is None or all(one.revision != found for one in script.walk_revisions()):
        raise UnknownRevision(found or "none")
    return found


def _differences(connection: Connection) -> list[str]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    found = [str(difference) for difference in compare_metadata(context, metadata)]
    # What alembic does not compare.
    there = inspect(connection)
    for table in metadata.sorted_tables:
        if there.has_table(table.name):
            key = there.get_pk_constraint(table.name)["constrained_columns"]
            declared = [column.name for column in table.primary_key]
            if key != declared:
                found.append(f"the primary key of {table.name} is {key} and should be {declared}")
    return found
