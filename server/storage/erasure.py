"""The one place where something in the log is unwritten: the personal fields of what an event declares to erase.

It is done in the transaction that appends the event, with an audit row: no record says "erased" while the words are
still there, and nobody erases without a trace. Everything else of the erased events stays as it was written.
"""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Connection, select, update
from uuid_utils import uuid7

from ..domain.messages import EVENT_TYPES, EVENTS, EventType, Recorded
from . import directory_tables as t
from .codec import encode, erased
from .tables import events


def follow(connection: Connection, stream_id: str, program_id: str, appended: Iterable[Recorded]) -> None:
    """Erase what the appended events declare to erase, and write one audit row for each."""
    for recorded in appended:
        declared = EVENT_TYPES[type(recorded.event)]
        if declared.erases is not None:
            _erase(connection, stream_id, recorded, declared)
            connection.execute(t.audit.insert().values(_audit_row(stream_id, program_id, recorded, declared.name)))


def _erase(connection: Connection, stream_id: str, recorded: Recorded, erasing: EventType) -> None:
    field = erasing.erases or ""
    types = [one.name for one in EVENTS.values() if one.personal and one.name.startswith(erasing.among)]
    mine = events.c.stream_id == stream_id
    earlier = select(events.c.seq, events.c.data, events.c.personal).where(
        mine, events.c.seq < recorded.seq, events.c.type.in_(types), events.c.personal.is_not(None)
    )
    wanted = getattr(recorded.event, field)
    for row in connection.execute(earlier).all():
        if orjson.loads(row.data).get(field) == wanted:
            gone = update(events).where(mine, events.c.seq == row.seq).values(personal=erased(row.personal))
            connection.execute(gone)


def _audit_row(stream_id: str, program_id: str, recorded: Recorded, name: str) -> dict[str, Any]:
    return {
        "id": str(uuid7()),
        "program_id": program_id,
        "at": recorded.at,
        "actor_id": recorded.actor_id,
        "action": "erase",
        "kind": "stream",
        "row_id": stream_id,
        # The event's own fields: whoever declares one that erases gives it no words of anybody's.
        "after": {"event": name, "seq": recorded.seq, **orjson.loads(encode(recorded.event).data)},
    }
