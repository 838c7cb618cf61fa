"""How long students waited: the figures of domain.md §3, out of a meeting's questions.

Three waits, in milliseconds on the server's clock. *seen*: from the moment the student began to wait (asked, or still
stuck) to the teacher's screen. *answered*: from asking to the first answer. *confirmed*: from asking to "got it", with
every round between. The device's clock takes no part: it may be wrong.
"""

from collections.abc import Iterable

from typing_extensions import TypedDict

from .meeting.state import Question


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


def wait_report(questions: Iterable[Question], site_ids: Iterable[str]) -> WaitReport:
    """The waits of the sites' questions; a site without questions is listed with counts of 0."""
    of_site: dict[str, list[Question]] = {site_id: [] for site_id in sorted(site_ids)}
    for question in questions:
        if question.site_id in of_site:
            of_site[question.site_id].append(question)
    return {
        "overall": _waits([question for asked in of_site.values() for question in asked]),
        "sites": [{"site_id": site_id, **_waits(asked)} for site_id, asked in of_site.items()],
    }


def _waits(questions: list[Question]) -> Waits:
    return {
        "seen": _wait(q.seen_at - _began(q) for q in questions if q.seen_at is not None),
        "answered": _wait(q.answers[0].at - q.received_at for q in questions if q.answers),
        "confirmed": _wait(at - q.received_at for q in questions if (at := _confirmed_at(q)) is not None),
    }


def _began(question: Question) -> int:
    """When the round began that `seen_at` belongs to: a still-stuck student waits anew."""
    return max((a.stuck_at for a in question.answers if a.stuck_at is not None), default=question.received_at)


def _confirmed_at(question: Question) -> int | None:
    return question.answers[-1].confirmed_at if question.answers else None


def _wait(milliseconds: Iterable[int]) -> Wait:
    """The median is the mean of the middle two, rounded down; p90 is the nearest rank, a wait that somebody had."""
    waits = sorted(milliseconds)
    count = len(waits)
    if not count:
        return {"count": 0, "median": None, "p90": None}
    median = (waits[(count - 1) // 2] + waits[count // 2]) // 2
    return {"count": count, "median": median, "p90": waits[-(-9 * count // 10) - 1]}
