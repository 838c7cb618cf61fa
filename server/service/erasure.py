"""Erasing words for good, as a coordinator: what `longroom erase` does, with or without a running server.

The command goes the ordinary way; the log's own commit takes the words out and writes the audit row. A running server
learns of it at its next look at the heads, within ten seconds, and with it every screen.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from uuid_utils import uuid7

from ..domain.messages import Refused
from ..storage import accounts as rows
from ..storage.engine import Database
from .clock import Clock
from .live import Live

Kind: TypeAlias = Literal["question", "announcement", "catch_up", "readiness"]
FIELDS: Mapping[Kind, str] = {
    "question": "question_id",
    "announcement": "announcement_id",
    "catch_up": "plan_id",
    "readiness": "site_id",
}
"""What can be erased, and by which id."""


class Erasure(NamedTuple):
    """What came of it: the stream's head, and whether SQLite's journal was emptied too."""

    seq: int
    is_journal_empty: bool


async def erase_question(
    database: Database, clock: Clock, email: str, stream_id: str, question_id: str, reason: str
) -> Erasure:
    """Erase a question's words as the person with this e-mail address; raises `Refused`. Once more is harmless."""
    return await erase_words(database, clock, email, stream_id, "question", question_id, reason)


async def erase_words(
    database: Database,
    clock: Clock,
    email: str,
    stream_id: str,
    kind: Kind,
    id: str,
    reason: str,
) -> Erasure:
    """The same for anything in the stream whose words can be erased."""
    async with database.reading() as connection:
        account = await rows.read_account(connection, email.strip().lower())
        actor = None if account is None else await rows.read_actor(connection, account.id, clock.now())
    if actor is None:
        raise Refused("not_found", "nobody who may sign in has this e-mail address", "email")
    live = Live(database, clock)
    await live.start()
    try:
        data = {FIELDS[kind]: id, "reason": reason}
        receipt = await live.run_command(actor, stream_id, str(uuid7()), f"{kind}.erase", data)
    finally:
        await live.close()
    return Erasure(receipt.seq, await database.drop_old_pages())
