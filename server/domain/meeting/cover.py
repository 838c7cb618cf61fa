"""When a room of a class needs an adult in it, and when it had none.

A room is never silently unowned (domain.md §2); but one whose school is closed, that has not joined yet by its own
bells or has left by them, or that a plan leaves out of the class, needs nobody.
"""

from typing import NamedTuple

from .state import Meeting, Room
from .timeline import RoomTimeline


class Span(NamedTuple):
    """From `from_at` up to and without `to_at` (milliseconds, UTC; None: it goes on)."""

    from_at: int
    to_at: int | None


def joins_late_at(state: Meeting, room: Room) -> int:
    """When the room joins a class that is under way (milliseconds, UTC); 0: with the class, whenever that begins."""
    joins_at = room.joins_at or 0
    return joins_at if joins_at > state.starts_at else 0


def leaves_early_at(state: Meeting, room: Room) -> int | None:
    """When the room leaves a class that goes on (milliseconds, UTC); None: with the class, whenever that ends, as its
    planned end says nothing about who stays on when it runs over."""
    leaves_at = room.leaves_at
    return leaves_at if leaves_at is not None and leaves_at < state.ends_at else None


def is_left_out(state: Meeting, site_id: str, heard_at: int | None = None) -> bool:
    """Whether the class goes, or went, on without the room: a plan makes up for it, and nothing since the start says
    that the room was there. `heard_at`: when any node last heard it, where that is known beside the record."""
    began = state.started_at
    if began is None or all(one.site_id != site_id or one.status == "dropped" for one in state.catch_ups.values()):
        return False
    link = state.links.get(site_id)
    was_heard = max(heard_at or 0, link.since if link else 0) > began
    held = _timeline(state, site_id).intervals
    was_there = any(one.to_at is None or one.to_at > began or one.from_at >= began for one in held)
    return not was_heard and not was_there


def takes_part(state: Meeting, site_id: str) -> bool:
    """Whether the room is in the class at all: its school is open, and no plan leaves it out."""
    room = state.rooms.get(site_id)
    return room is not None and room.away is None and not is_left_out(state, site_id)


def needed_span(state: Meeting, site_id: str, heard_at: int | None = None) -> Span | None:
    """From when until when an adult must be in the room; None: at no time, as far as the record goes.

    From the lobby's opening, or the start of a class without one, or the room's own later bell; until the class's end,
    or the room's own earlier bell.
    """
    room = state.rooms.get(site_id)
    opened_at = state.started_at if state.lobby_at is None else state.lobby_at
    if room is None or opened_at is None or room.away is not None or is_left_out(state, site_id, heard_at):
        return None
    ends = [at for at in (leaves_early_at(state, room), state.ended_at) if at is not None]
    span = Span(max(opened_at, joins_late_at(state, room)), min(ends, default=None))
    return span if span.to_at is None or span.from_at < span.to_at else None


def uncovered_since(state: Meeting, site_id: str, heard_at: int | None = None) -> int | None:
    """Since when no adult is in the room (milliseconds, UTC); None: one is, or none is needed.

    It holds no clock: a room that joins later is told of from its bell on, which may lie ahead, and `needed_span` says
    until when it counts.
    """
    held = _timeline(state, site_id)
    if not state.is_open_to_rooms or held.present:
        return None
    needed = needed_span(state, site_id, heard_at)
    if needed is None:
        return None
    since = max(needed.from_at, held.left_at or 0)
    return since if needed.to_at is None or since < needed.to_at else None


def uncovered_spans(state: Meeting, site_id: str) -> tuple[Span, ...]:
    """When the class went on and the room needed an adult and had none, in order."""
    needed = needed_span(state, site_id)
    if needed is None or state.started_at is None:
        return ()
    gaps, covered = [], max(needed.from_at, state.started_at)
    for one in sorted(_timeline(state, site_id).intervals, key=lambda one: one.from_at):
        if needed.to_at is not None and one.from_at >= needed.to_at:
            break
        if one.from_at > covered:
            gaps.append(Span(covered, one.from_at))
        if one.to_at is None:
            return tuple(gaps)
        covered = max(covered, one.to_at)
    if needed.to_at is None or covered < needed.to_at:
        gaps.append(Span(covered, needed.to_at))
    return tuple(gaps)


def _timeline(state: Meeting, site_id: str) -> RoomTimeline:
    return state.timelines.get(site_id) or RoomTimeline()
