"""`longroom erase`: take somebody's words out of the record. Works beside a running server."""

import asyncio
from typing import get_args

import click

from ..domain.meeting.erasing import ErasureReason
from ..domain.messages import Refused
from ..service.clock import SystemClock
from ..service.erasure import Erasure, erase_words
from ..storage.engine import Database
from .refusals import refusal
from .settings import read_settings, require_current, settings_options


@click.command()
@click.argument("stream")
@click.option("--question", "question_id", help="The question's id.")
@click.option("--announcement", "announcement_id", help="The announcement's id, instead of a question's.")
@click.option("--reason", type=click.Choice(get_args(ErasureReason)), required=True)
@click.option("--as", "email", required=True, help="The e-mail address of the coordinator who decided it.")
@settings_options("data_dir", "database_url")
def erase(
    stream: str,
    question_id: str | None,
    announcement_id: str | None,
    reason: str,
    email: str,
    **flags: str | None,
) -> None:
    """Erase the words of a question and of its answers, or of an announcement, in STREAM (meeting:<id>), for good."""
    if (question_id is None) == (announcement_id is None):
        raise click.UsageError("name one thing: --question or --announcement")
    settings = read_settings(flags)
    require_current(settings)
    try:
        done = asyncio.run(_erase(settings.database_url, email, stream, question_id, announcement_id, reason))
    except Refused as refused:
        raise refusal(refused) from None
    click.echo(f"Erased. The record of {stream} says so at {done.seq}.")
    if not done.is_journal_empty:
        click.echo("Somebody was reading: SQLite's -wal file still holds the words. Run this again.", err=True)


async def _erase(
    url: str, email: str, stream: str, question_id: str | None, announcement_id: str | None, reason: str
) -> Erasure:
    database = Database(url)
    try:
        if announcement_id is not None:
            return await erase_words(database, SystemClock(), email, stream, "announcement", announcement_id, reason)
        return await erase_words(database, SystemClock(), email, stream, "question", question_id or "", reason)
    finally:
        await database.close()
