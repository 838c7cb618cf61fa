"""The kinds of live record. Services know a stream only through its kind; the window joins the meeting here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import owed, views
from .meeting import Meeting, facts, settling

STAFFING = (facts.TeachersAssigned, facts.RoomRostered, facts.RoomRemoved, facts.RoomSubstituted)
"""Events after which a person's part in the stream, and so their audience, may be another."""


@dataclass(frozen=True, slots=True)
class StreamKind:
    """How a kind of stream begins, which of its states is a status, when time has a say, and what changes who may look.

    `settle` names the command that does what has come due at `next_due_at(state)` (milliseconds, UTC; None: nothing).
    """

    name: str
    initial: Callable[[], Any]
    status: Callable[[Any], str]
    summary: Callable[[Any], views.View]
    next_due_at: Callable[[Any], int | None]
    owed_due_at: Callable[[Any], int | None]
    """Once it is over, when the first of what it owes is or was due (milliseconds, UTC); None: it owes nothing."""
    settle: str
    staffing: tuple[type[Any], ...]


def _owed_due_at(state: Meeting) -> int | None:
    if state.status not in ("ended", "reconciled"):
        return None  # Its own screens tell.
    return next((one.due_at for one in owed.owed(state, views.Audience("coordinator"))), None)


KINDS: dict[str, StreamKind] = {
    "meeting": StreamKind(
        name="meeting",
        initial=Meeting,
        status=lambda state: str(state.status),
        summary=views.summary,
        next_due_at=settling.next_due_at,
        owed_due_at=_owed_due_at,
        settle="meeting.settle_due",
        staffing=STAFFING,
    ),
}


def kind_of(stream_id: str) -> StreamKind | None:
    """The kind that a stream id (`meeting:…`) names, or None."""
    return KINDS.get(stream_id.partition(":")[0])
