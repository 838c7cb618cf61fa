"""`longroom erase`: take somebody's words out of the record. Works beside a running server."""

import asyncio
from typing import get_args

import click

from ..domain.meeting.erasing import ErasureReason
from ..domain.messages import Refused
from ..service.clock import SystemClock
from ..service.erasure import FIELDS, Erasure, Kind, erase_words
from ..storage.engine import Database
from .refusals import refusal
from .settings import read_settings, require_current, settings_options


@click.command()
@click.argument("stream")
@click.option("--question", help="The question's id.")
@click.option("--announcement", help="An announcement's id, instead of a question's.")
@click.option("--plan", "catch_up", help="A catch-up plan's id: its notes.")
@click.option("--room", "readiness", help="A site's id: the notes of its reports before class.")
@click.option("--reason", type=click.Choice(get_args(ErasureReason)), required=True)
@click.option("--as", "email", required=True, help="The e-mail address of the coordinator who decided it.")
@settings_options("data_dir", "database_url")
def erase(stream: str, reason: str, email: str, **given: str | None) -> None:
    """Erase for good what somebody wrote in STREAM (meeting:<id>): a question and its answers, an announcement, the
    notes of a catch-up plan, or those of a room's reports before class."""
    named = [(kind, id) for kind in FIELDS if (id := given.pop(kind)) is not None]
    if len(named) != 1:
        raise click.UsageError("name one thing: --question, --announcement, --plan or --room")
    [(kind, id)] = named
    settings = read_settings(given)
    require_current(settings)
    try:
        done = asyncio.run(_erase(settings.database_url, email, stream, kind, id, reason))
    except Refused as refused:
        raise refusal(refused) from None
    click.echo(f"Erased. The record of {stream} says so at {done.seq}.")
    if not done.is_journal_empty:
        click.echo("Somebody was reading: SQLite's -wal file still holds the words. Run this again.", err=True)


async def _erase(url: str, email: str, stream: str, kind: Kind, id: str, reason: str) -> Erasure:
    database = Database(url)
    try:
        return await erase_words(database, SystemClock(), email, stream, kind, id, reason)
    finally:
        await database.close()
