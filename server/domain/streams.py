"""The kinds of live record. Services know a stream only through its kind; the window joins the meeting here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import views
from .meeting import Meeting, facts

STAFFING = (facts.TeachersAssigned, facts.RoomRostered, facts.RoomRemoved)
"""Events after which a person's part in the stream, and so their audience, may be another."""


@dataclass(frozen=True, slots=True)
class StreamKind:
    """How a kind of stream begins, which of its states is a status, and what changes who may look."""

    name: str
    initial: Callable[[], Any]
    status: Callable[[Any], str]
    summary: Callable[[Any], views.View]
    staffing: tuple[type[Any], ...]


KINDS: dict[str, StreamKind] = {
    "meeting": StreamKind("meeting", Meeting, lambda state: str(state.status), views.summary, STAFFING),
}


def kind_of(stream_id: str) -> StreamKind | None:
    """The kind that a stream id (`meeting:…`) names, or None."""
    return KINDS.get(stream_id.partition(":")[0])
