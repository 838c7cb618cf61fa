"""How long students waited: the figures of domain.md §3, out of what each room keeps.

Three waits, in milliseconds on the server's clock. *seen*: from the moment the student began to wait (asked, or still
stuck) to the teacher's screen. *answered*: from asking to the first answer. *confirmed*: from asking to "got it", with
every round between. The device's clock takes no part: it may be wrong.
"""

from collections.abc import Iterable, Sequence
from heapq import merge

from typing_extensions import TypedDict

from .meeting.state import Room, RoomWaits


class Wait(TypedDict):
    """Of `count` waits, the median and the 90th percentile in milliseconds; null where there is none."""

    count: int
    median: int | None
    p90: int | None


class Waits(TypedDict):
    """The three waits of a question's way."""

    seen: Wait
    answered: Wait
    confirmed: Wait


class SiteWaits(Waits):
    """One site's waits."""

    site_id: str


class WaitReport(TypedDict):
    """The waits over all sites that were asked for, and of each, in the order of their ids."""

    overall: Waits
    sites: list[SiteWaits]


def wait_report(rooms: Iterable[Room]) -> WaitReport:
    """The waits of the rooms' questions; a room without questions is listed with counts of 0."""
    listed = sorted(rooms, key=lambda room: room.site_id)
    overall = RoomWaits(
        tuple(merge(*(room.waits.seen for room in listed))),
        tuple(merge(*(room.waits.answered for room in listed))),
        tuple(merge(*(room.waits.confirmed for room in listed))),
    )
    return {
        "overall": waits_of(overall),
        "sites": [{"site_id": room.site_id, **waits_of(room.waits)} for room in listed],
    }


def waits_of(waits: RoomWaits) -> Waits:
    """The figures of waits that are held in ascending order."""
    return {"seen": _wait(waits.seen), "answered": _wait(waits.answered), "confirmed": _wait(waits.confirmed)}


def _wait(waits: Sequence[int]) -> Wait:
    """The median is the mean of the middle two, rounded down; p90 is the nearest rank, a wait that somebody had."""
    count = len(waits)
    if not count:
        return {"count": 0, "median": None, "p90": None}
    median = (waits[(count - 1) // 2] + waits[count // 2]) // 2
    return {"count": count, "median": median, "p90": waits[-(-9 * count // 10) - 1]}
