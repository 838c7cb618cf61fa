"""What is wrong in a class at a moment, worst first: what a coordinator who looks after many classes is told.

Only what the record holds, and when each room was last heard. A link's transitions are recorded while some node looks
after it, and a row that nobody renews would say "connected" for ever: so each link is held against the newest moment at
which any node heard the room (docs/decisions/0009).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from .meeting.announcements import unread
from .meeting.cover import is_left_out, joins_late_at, leaves_early_at, uncovered_since
from .meeting.duty import is_cleared, timeline_of
from .meeting.links import GHOST_MS
from .meeting.readiness import expires_at, readiness_at
from .meeting.state import Meeting, Question, Room
from .owed import owed
from .views import Audience

MINUTE = 60_000
BLOCKING_MS = 2 * MINUTE
"""A blocking question stops a student: after this the teacher's own page calls any wait long, and this one is worse."""
LONG_WAIT_MS = 5 * MINUTE
"""The teacher's page calls a wait long after 2 minutes; whoever is not in the class is told when that did not help."""
UNREAD_MS = 3 * MINUTE
"""An announcement is read out at the next pause; what is not by then does not reach the students in time."""
PUNCTUAL_MS = MINUTE
"""Who begins or ends within a minute of the plan is on time."""
SOON_MS = 15 * MINUTE
"""Supervisors come 15 to 30 minutes early (domain.md §1): from then on a room that says nothing is worth a call."""

Code: TypeAlias = Literal[
    "room_uncovered",
    "adult_not_cleared",
    "link_lost",
    "link_unheard",
    "blocking_waits",
    "class_late",
    "class_not_held",
    "room_out",
    "still_stuck",
    "long_wait",
    "room_unreported",
    "announcement_unread",
    "link_degraded",
    "class_over_time",
    "owed_late",
]
"""From the worst on. First that students are alone, or not with who may be alone with them; then a room that nobody
reaches; then what stops a student or the class; then what makes somebody wait; then what is untidy."""
_RANKS: Mapping[str, int] = {code: rank for rank, code in enumerate(get_args(Code))}

Heard: TypeAlias = Mapping[str, int]
"""By site, when any node last heard its room (milliseconds, UTC); without those that none has heard."""
Key: TypeAlias = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Concern:
    """One thing that is wrong since then (milliseconds, UTC), in one room, or (`site_id` None) in the whole class."""

    code: Code
    site_id: str | None
    since: int

    @property
    def key(self) -> Key:
        """Its place among concerns, the smallest first: the worse kind, then what has gone on longer, then the site."""
        return _RANKS[self.code], self.since, self.site_id or ""


@dataclass(frozen=True, slots=True)
class LinkNow:
    """A room's link as far as anybody can know: `since` None where nobody knows since when."""

    status: Literal["linked", "degraded", "lost", "unheard"]
    since: int | None
    last_heard_at: int | None


def concerns(state: Meeting, heard: Heard, at: int) -> list[Concern]:
    """All that is wrong at that moment (milliseconds, UTC), the worst first. None of it began later than that."""
    found = [*_of_class(state, at), *_owed_late(state, at)]
    for site_id, room in state.rooms.items():
        found += _of_questions(state, room, at)
        if room.away is None:
            found += _of_room(state, room, heard.get(site_id), at)
    # Another node's clock may be a little ahead of this moment; nothing has begun later than now.
    begun = (one if one.since <= at else replace(one, since=at) for one in found)
    return sorted(begun, key=lambda one: one.key)


def class_key(found: Iterable[Concern]) -> tuple[Key, ...]:
    """A class's place among classes, the smallest first: by its worst concern, then by its next. A class with one
    concern more never comes later for it, and one without any comes last."""
    return (*sorted(one.key for one in found), (len(_RANKS), 0, ""))


def link_now(state: Meeting, site_id: str, heard_at: int | None, at: int) -> LinkNow:
    """How a room is linked at that moment: `heard_at` is when any node last heard it, None if none ever did."""
    held = state.links.get(site_id)
    if held is None:
        return _unrecorded(state, heard_at, at)
    last = max(held.since, heard_at or 0)
    if at - last > GHOST_MS or (held.status == "lost" and last == held.since):
        # What the record calls lost began when the room was last heard; heard since, it was lost once more.
        return LinkNow("lost", last, last)
    if held.status == "lost":
        return LinkNow("linked", None, last)  # It is back, and the record is about to say so.
    return LinkNow("degraded" if held.status == "degraded" else "linked", held.since, last)


def _unrecorded(state: Meeting, heard_at: int | None, at: int) -> LinkNow:
    """The record says nothing of the room's link: before the lobby it never does."""
    if heard_at is not None and at - heard_at <= GHOST_MS:
        return LinkNow("linked", None, heard_at)
    opened_at = state.started_at if state.lobby_at is None else state.lobby_at
    if heard_at is not None and opened_at is not None and heard_at >= opened_at:
        return LinkNow("lost", heard_at, heard_at)
    return LinkNow("unheard", None, heard_at)


def is_in_class(state: Meeting, room: Room, at: int) -> bool:
    """Whether the class is live and the room in it, by its own bells."""
    if state.status != "live" or room.away is not None or at < joins_late_at(state, room):
        return False
    leaves_at = leaves_early_at(state, room)
    return leaves_at is None or at < leaves_at


# ── The class ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_class(state: Meeting, at: int) -> Iterator[Concern]:
    if state.is_open and state.status in ("scheduled", "lobby") and at - state.starts_at > PUNCTUAL_MS:
        yield Concern("class_late" if at < state.ends_at else "class_not_held", None, state.starts_at)
    if state.status == "live" and at - state.ends_at > PUNCTUAL_MS:
        # One that began after its planned end has been over time since it began.
        yield Concern("class_over_time", None, max(state.ends_at, state.started_at or 0))


def _owed_late(state: Meeting, at: int) -> Iterator[Concern]:
    rooms = state.rooms.values()
    if not state.catch_ups and not any(room.on_way_back or room.deferred or room.unheard for room in rooms):
        return  # What most classes are asked for: their figures say so, and no question need be looked at.
    told: set[str] = set()
    for one in owed(state, Audience("coordinator")):
        if one.due_at < at and one.site_id in state.rooms and one.site_id not in told:
            told.add(one.site_id)
            yield Concern("owed_late", one.site_id, one.due_at)


# ── What its students wait for ────────────────────────────────────────────────────────────────────────────────────


def _of_questions(state: Meeting, room: Room, at: int) -> Iterator[Concern]:
    """Of each kind the one that has waited longest; a question is told of once, by the worst that it is."""
    if state.status != "live":
        return
    told: set[Code] = set()
    for question_id, since in room.waiting.items():
        code = _waits_as(state.questions[question_id], at - since)
        if code is not None and code not in told:
            told.add(code)
            yield Concern(code, room.site_id, since)


def _waits_as(question: Question, waited: int) -> Code | None:
    if question.urgency == "blocking" and waited > BLOCKING_MS:
        return "blocking_waits"
    if question.stuck:
        return "still_stuck"
    return "long_wait" if waited > LONG_WAIT_MS else None


# ── A room ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _of_room(state: Meeting, room: Room, heard_at: int | None, at: int) -> Iterator[Concern]:
    if state.status in ("scheduled", "lobby"):
        soon = max(state.starts_at, joins_late_at(state, room)) - SOON_MS
        if at >= soon:
            if at < state.ends_at:  # Nobody waits for a room whose class nobody started.
                yield from _readiness(state, room.site_id, soon, at)
            yield from _clearance(state, room.site_id)
    elif is_in_class(state, room, at) and not is_left_out(state, room.site_id, heard_at):
        yield from _cover(state, room, heard_at)
        yield from _clearance(state, room.site_id)
        yield from _link(state, room, link_now(state, room.site_id, heard_at, at), at)
        yield from _unread(state, room.site_id, at)


def _is_after_hours(state: Meeting, since: int) -> bool:
    """What begins after the planned end: the room goes home by its bell while the class runs over, and that the class
    does so is said by itself. What went wrong before stays wrong."""
    return since >= state.ends_at > (state.started_at or 0)


def _cover(state: Meeting, room: Room, heard_at: int | None) -> Iterator[Concern]:
    since = uncovered_since(state, room.site_id, heard_at)
    if since is not None and not _is_after_hours(state, since):
        yield Concern("room_uncovered", room.site_id, since)


def _clearance(state: Meeting, site_id: str) -> Iterator[Concern]:
    """Somebody is in the room, and nobody whose clearance stands: since they came, or the last cleared adult left."""
    held = timeline_of(state, site_id)
    if not held.present or any(is_cleared(state, person_id) for person_id in held.present):
        return
    came = min(one.from_at for one in held.intervals if one.to_at is None)
    left = max((one.to_at or 0 for one in held.intervals if is_cleared(state, one.person_id)), default=0)
    yield Concern("adult_not_cleared", site_id, max(came, left))


def _link(state: Meeting, room: Room, link: LinkNow, at: int) -> Iterator[Concern]:
    began = max(state.started_at or 0, joins_late_at(state, room))
    if link.status == "unheard":
        if at - began > GHOST_MS and not _is_after_hours(state, began):
            yield Concern("link_unheard", room.site_id, began)
    elif link.since is not None and not _is_after_hours(state, link.since):
        if link.status == "lost":
            yield Concern("link_lost", room.site_id, link.since)
        elif link.status == "degraded":
            yield Concern("link_degraded", room.site_id, link.since)


def _unread(state: Meeting, site_id: str, at: int) -> Iterator[Concern]:
    waiting = (one.at for one in state.announcements.values() if site_id in unread(state, one))
    oldest = min(waiting, default=at)
    if at - oldest > UNREAD_MS:
        yield Concern("announcement_unread", site_id, oldest)


def _readiness(state: Meeting, site_id: str, soon: int, at: int) -> Iterator[Concern]:
    held = state.readiness.get(site_id)
    report = held.report if held is not None else None
    status = readiness_at(state, site_id, at)
    if status in ("down", "closed") and report is not None:
        yield Concern("room_out", site_id, report.at)
    elif status == "unreported":
        expired_at = soon if report is None else expires_at(report)
        yield Concern("room_unreported", site_id, max(soon, expired_at))
