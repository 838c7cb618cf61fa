"""One room's timeline: which adult was in it from when to when, who would hand over, and all that happened, in order.

Pure values and what happens to them. Which of it may happen is `duty`'s to say; the ratio and the credit of a class
minute read `on_duty_intervals`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias, TypeVar

V = TypeVar("V")

LeaveReason: TypeAlias = Literal["emergency", "relief_is_near", "room_is_empty", "other"]
"""Why a room is left without an adult: a closed list, as free text would be the next thing to erase."""
MarkKind: TypeAlias = Literal[
    "signed_on",
    "stepped_out",
    "returned",
    "offered",
    "offer_dropped",
    "handed_over",
    "taken_over",
    "signed_off",
    "unassigned",
    "went_elsewhere",
    "class_ended",
    "class_cancelled",
    "link_connected",
    "link_degraded",
    "link_lost",
    "link_rejoined",
]
LinkStatus: TypeAlias = Literal["connected", "degraded", "lost", "rejoined"]
LINK_MARKS: Mapping[LinkStatus, MarkKind] = {
    "connected": "link_connected",
    "degraded": "link_degraded",
    "lost": "link_lost",
    "rejoined": "link_rejoined",
}


@dataclass(frozen=True, slots=True)
class Adult:
    """Somebody on duty in the room. `since`, `away_since`: milliseconds, UTC; `covered_by` while they are away."""

    person_id: str
    since: int
    away_since: int | None = None
    covered_by: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """An adult on duty offers to hand over: to one person, or (`to_id` None) to whoever of the room comes first."""

    person_id: str
    to_id: str | None
    at: int


@dataclass(frozen=True, slots=True)
class Interval:
    """An adult was in the room from `from_at` up to and without `to_at` (milliseconds, UTC; None: still is)."""

    person_id: str
    from_at: int
    to_at: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that happened: `person_id` did it or it befell them, `other_id` is the other side of it."""

    at: int
    what: MarkKind
    person_id: str | None = None
    other_id: str | None = None
    reason: LeaveReason | None = None


@dataclass(frozen=True, slots=True)
class RoomTimeline:
    """A room's adults as they are now, and how that came about."""

    adults: Mapping[str, Adult] = field(default_factory=dict)
    """Who is on duty, by id; who has stepped out still is."""
    offers: Mapping[str, Offer] = field(default_factory=dict)
    """By the id of who offers."""
    relieved_by: Mapping[str, str] = field(default_factory=dict)
    """Whose duty somebody else took, and who: until they sign on again."""
    intervals: tuple[Interval, ...] = ()
    marks: tuple[Mark, ...] = ()

    @property
    def present(self) -> frozenset[str]:
        """Who is in the room, by the record."""
        return frozenset(one.person_id for one in self.adults.values() if one.away_since is None)

    @property
    def left_at(self) -> int | None:
        """When the last adult left (milliseconds, UTC); None: somebody is there, or nobody ever was."""
        if self.present:
            return None
        return max((one.to_at for one in self.intervals if one.to_at is not None), default=None)


def marked(held: RoomTimeline, mark: Mark) -> RoomTimeline:
    """With one thing more that happened."""
    return replace(held, marks=(*held.marks, mark))


def came(held: RoomTimeline, person_id: str, at: int) -> RoomTimeline:
    """The adult is in the room from now on: on duty anew, or back."""
    if person_id in held.present:
        return held
    since = held.adults[person_id].since if person_id in held.adults else at
    return replace(
        held,
        adults={**held.adults, person_id: Adult(person_id, since)},
        relieved_by=_without(held.relieved_by, person_id),
        intervals=(*held.intervals, Interval(person_id, at)),
    )


def stepped_out(held: RoomTimeline, person_id: str, covered_by: str | None, at: int) -> RoomTimeline:
    """The adult has left the room and is still on duty."""
    away = replace(held.adults[person_id], away_since=at, covered_by=covered_by)
    after = _covers(_closed(held, person_id, at), person_id, None)
    return replace(after, adults={**after.adults, person_id: away})


def went(held: RoomTimeline, person_id: str, at: int, relieved_by: str | None = None) -> RoomTimeline:
    """The adult is on duty no more; what they offered, or covered, goes with them or to who relieved them."""
    after = _covers(_closed(held, person_id, at), person_id, relieved_by)
    relieved = held.relieved_by if relieved_by is None else {**held.relieved_by, person_id: relieved_by}
    return replace(
        after,
        adults=_without(after.adults, person_id),
        offers={k: one for k, one in after.offers.items() if person_id not in (k, one.to_id)},
        relieved_by=relieved,
    )


def emptied(held: RoomTimeline, at: int) -> RoomTimeline:
    """Nobody is on duty any more, as the room has no class to be on duty for."""
    for person_id in held.adults:
        held = went(held, person_id, at)
    return replace(held, offers={}, relieved_by={})


def all_left(
    timelines: Mapping[str, RoomTimeline], at: int, what: Literal["class_ended", "class_cancelled"]
) -> Mapping[str, RoomTimeline]:
    """The timelines by site once there is no class any more: every duty in its rooms is over."""
    return {
        site_id: marked(emptied(held, at), Mark(at, what)) if held.adults else held
        for site_id, held in timelines.items()
    }


def _closed(held: RoomTimeline, person_id: str, at: int) -> RoomTimeline:
    ended = (
        replace(one, to_at=at) if one.person_id == person_id and one.to_at is None else one for one in held.intervals
    )
    return replace(held, intervals=tuple(ended))


def _covers(held: RoomTimeline, person_id: str, instead: str | None) -> RoomTimeline:
    adults = {
        key: replace(one, covered_by=instead if instead != key else None) if one.covered_by == person_id else one
        for key, one in held.adults.items()
    }
    return replace(held, adults=adults)


def _without(held: Mapping[str, V], key: str) -> Mapping[str, V]:
    return {k: value for k, value in held.items() if k != key}
