"""`longroom demo`: the demo program, loaded or described, without a server."""

import asyncio
import json
import os
from typing import Any

import click

from ..config import Settings
from ..service.accounts import Accounts
from ..service.clock import SystemClock
from ..service.demo import Demo, describe
from ..service.directory import Directory
from ..service.live import Live
from ..storage.engine import Database
from .running import as_it_runs
from .settings import read_settings, require_current, settings_options, upgrade


@click.command()
@click.option("--load", "wants_load", is_flag=True, help="Migrate the database and load the demo program into it.")
@click.option(
    "--describe",
    "wants_description",
    is_flag=True,
    help="Print JSON: the base URL, each person's role and bearer token, and the ids to start from.",
)
@settings_options("data_dir", "database_url", "port", "public_url")
def demo(wants_load: bool, wants_description: bool, **flags: str | None) -> None:
    """Load the demo program, or describe it. A running server need not be stopped for the description."""
    if not wants_load and not wants_description:
        raise click.UsageError("write --load, --describe or both")
    settings = read_settings(flags)
    if wants_load:
        upgrade(settings)
        asyncio.run(_load(settings))
        # Standard output belongs to the description alone.
        click.echo("The demo program is loaded: `longroom serve --demo` serves it.", err=True)
    if wants_description:
        require_current(settings)
        try:
            described = asyncio.run(_describe(as_it_runs(settings, flags, os.environ)))
            click.echo(json.dumps(described, ensure_ascii=False, indent=2))
        except (LookupError, ValueError) as error:
            raise click.ClickException(str(error.args[0])) from None


async def _load(settings: Settings) -> None:
    clock, database = SystemClock(), Database(settings.database_url)
    live = Live(database, clock)
    directory = Directory(database, clock, live)
    accounts = Accounts(database, directory, clock)
    try:
        await live.start()
        await Demo(database, directory, live, accounts, clock, settings.secrets_dir).start()
        await live.close()
    finally:
        accounts.close()
        await database.close()


async def _describe(settings: Settings) -> dict[str, Any]:
    database = Database(settings.database_url)
    try:
        return await describe(database, settings.secrets_dir, settings.public_url)
    finally:
        await database.close()
