"""`longroom check`: every log read again. Works beside a running server; changes nothing."""

import asyncio

import click

from ..service.check import check_logs
from ..storage.engine import Database
from .settings import read_settings, require_current, settings_options


@click.command()
@settings_options("data_dir", "database_url")
def check(**flags: str | None) -> None:
    """Read every log again: is each gapless, and does its replay give what is kept? Exit status 1 if not."""
    settings = read_settings(flags)
    require_current(settings)
    if asyncio.run(_check(settings.database_url)):
        raise SystemExit(1)


async def _check(url: str) -> int:
    """Print what is found; how many findings there are."""
    database = Database(url)
    streams = events = findings = 0
    try:
        async for checked in check_logs(database):
            streams += 1
            events += checked.events
            findings += len(checked.findings)
            for finding in checked.findings:
                click.echo(f"{finding.stream_id}: {finding.problem}")
    finally:
        await database.close()
    click.echo(f"{streams} streams, {events} events: {findings or 'no'} finding{'' if findings == 1 else 's'}.")
    return findings
