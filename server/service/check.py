"""Reading every log again: is each gapless, and does its replay give what is kept beside its head?"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import select

from ..domain.messages import apply
from ..domain.streams import kind_of
from ..storage import event_log
from ..storage.codec import UnknownEvent
from ..storage.engine import Database
from ..storage.event_log import Head
from ..storage.tables import events


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in a stream that is not as it must be."""

    stream_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One stream that was read whole."""

    stream_id: str
    events: int
    findings: tuple[Finding, ...]


async def check_logs(database: Database) -> AsyncIterator[Checked]:
    """Read each stream, and say of each what was found; a stream with events and no head comes last."""
    async with database.reading() as connection:
        heads = await event_log.read_heads(connection)
        known = {head.stream_id for head in heads}
        headless = set((await connection.execute(select(events.c.stream_id).distinct())).scalars()) - known
    for head in heads:
        yield await _check(database, head)
    for stream_id in sorted(headless):
        yield Checked(stream_id, 0, (Finding(stream_id, "has events but no head"),))


async def _check(database: Database, head: Head) -> Checked:
    problems: list[str] = []
    count = 0
    # One transaction, so that a commit between the two reads is not taken for a fault.
    async with database.reading() as connection:
        [head] = await event_log.read_heads(connection, [head.stream_id])
        try:
            log = await event_log.read_events(connection, head.stream_id)
            receipts = await event_log.read_receipts(connection, head.stream_id)
        except Exception as error:  # noqa: BLE001 - whatever cannot be read is what is looked for
            return Checked(head.stream_id, 0, (Finding(head.stream_id, f"cannot be read: {_told(error)}"),))
        acted = {(row.actor_id, row.command_id) for row in await connection.execute(_commands_of(head.stream_id))}
    kind = kind_of(head.stream_id)
    if kind is None:
        return Checked(head.stream_id, len(log), (Finding(head.stream_id, "is of no known kind"),))
    state = kind.initial()
    for count, recorded in enumerate(log, start=1):
        if recorded.seq != count:
            problems.append(f"event {count} has seq {recorded.seq}")
            break
        try:
            state = apply(state, recorded)
        except Exception as error:  # noqa: BLE001
            problems.append(f"event {count} cannot be applied: {type(error).__name__}")
            break
    if count != head.seq and not problems:
        problems.append(f"the head says {head.seq} and the log ends at {count}")
    # A head that an earlier release wrote lacks what summaries have gained since; what it has must be right.
    summary = {**kind.summary(state), **head.summary}
    if not problems and (kind.status(state), kind.summary(state)) != (head.status, summary):
        problems.append("the head's status or summary is not what the events give")
    if not problems and kind.next_due_at(state) != head.next_due_at:
        problems.append("the head's due time is not what the events give")
    owed_due_at = kind.owed_due_at(state)
    # What an earlier release left is known only to owe something: its planned end stands for when.
    known = {owed_due_at} if owed_due_at is None else {owed_due_at, head.summary.get("ends_at")}
    if not problems and head.owed_due_at not in known:
        problems.append("the head does not say since when it owes what the events give")
    if acted - receipts.keys():
        problems.append(f"{len(acted - receipts.keys())} commands have events but no receipt")
    if any(receipt.seq > head.seq for receipt in receipts.values()):
        problems.append("a receipt lies beyond the head")
    return Checked(head.stream_id, len(log), tuple(Finding(head.stream_id, problem) for problem in problems))


def _told(error: Exception) -> str:
    """The error's type and places. Its own words may repeat what a student wrote, and go to a terminal or a log."""
    if isinstance(error, UnknownEvent):
        return str(error)
    name = type(error).__name__
    if not isinstance(error, ValidationError):
        return name
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    return f"{name} at " + ", ".join(f"{'.'.join(map(str, one['loc'])) or 'event'} ({one['type']})" for one in faults)


def _commands_of(stream_id: str):  # type: ignore[no-untyped-def]
    return select(events.c.actor_id, events.c.command_id).where(events.c.stream_id == stream_id).distinct()
