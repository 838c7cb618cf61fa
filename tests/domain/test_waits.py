"""How long students waited: worked by hand."""

from dataclasses import replace
from typing import Any

from server.domain import waits
from server.domain.meeting.figures import tallied
from server.domain.meeting.state import Answer, Question, Room

NONE = {"count": 0, "median": None, "p90": None}


def wait_report(questions: list[Question], site_ids: list[str]) -> waits.WaitReport:
    """The report of rooms that these questions were asked in, one after the other."""
    rooms = {site_id: Room(site_id, frozenset(), frozenset()) for site_id in site_ids}
    for one in questions:
        if one.site_id in rooms:
            rooms[one.site_id] = tallied(rooms[one.site_id], None, one)
    return waits.wait_report(rooms.values())


def question(number: int, received_at: int, *, site_id: str = "north", **more: Any) -> Question:
    asked = Question(
        question_id=f"q-{number}",
        site_id=site_id,
        student_id=None,
        relayed_by="nora",
        text="why?",
        verbatim=True,
        urgency="normal",
        shareable=False,
        asked_at=0,
        received_at=received_at,
        turn=0,
    )
    return replace(asked, **more)


def answer(at: int, *, confirmed_at: int | None = None, stuck_at: int | None = None) -> Answer:
    return Answer("spoken_to_all", None, "tess", at, confirmed_at=confirmed_at, stuck_at=stuck_at)


def test_a_question_that_went_its_way() -> None:
    done = question(1, 1_000, seen_at=1_200, answers=(answer(5_000, confirmed_at=9_000),))
    assert wait_report([done], ["north"])["overall"] == {
        "seen": {"count": 1, "median": 200, "p90": 200},
        "answered": {"count": 1, "median": 4_000, "p90": 4_000},
        "confirmed": {"count": 1, "median": 8_000, "p90": 8_000},
    }


def test_the_devices_clock_takes_no_part() -> None:
    [site] = wait_report([question(1, 1_000, asked_at=999_999, seen_at=1_300)], ["north"])["sites"]
    assert site["seen"]["median"] == 300


def test_a_question_counts_only_for_what_has_happened_to_it() -> None:
    assert wait_report([question(1, 1_000)], ["north"])["overall"] == {
        "seen": NONE,
        "answered": NONE,
        "confirmed": NONE,
    }


def test_who_was_still_stuck_waits_anew_to_be_seen_but_was_answered_once() -> None:
    rounds = (answer(2_000, stuck_at=3_000), answer(6_000, confirmed_at=7_000))
    stuck = question(1, 1_000, stuck=1, seen_at=3_500, answers=rounds)
    assert wait_report([stuck], ["north"])["overall"] == {
        "seen": {"count": 1, "median": 500, "p90": 500},
        "answered": {"count": 1, "median": 1_000, "p90": 1_000},
        "confirmed": {"count": 1, "median": 6_000, "p90": 6_000},
    }


def test_the_median_of_an_even_count_and_the_nearest_rank() -> None:
    asked = [
        question(number, 0, seen_at=wait) for number, wait in enumerate((10, 20, 35, 40, 50, 60, 70, 80, 90, 1_000))
    ]
    assert wait_report(asked, ["north"])["overall"]["seen"] == {"count": 10, "median": 55, "p90": 90}
    assert wait_report(asked[:2], ["north"])["overall"]["seen"] == {"count": 2, "median": 15, "p90": 20}


def test_each_site_by_itself_and_nobody_elses() -> None:
    asked = [question(1, 0, seen_at=100), question(2, 0, seen_at=300, site_id="south"), question(3, 0, site_id="east")]
    report = wait_report(asked, ["south", "north", "west"])
    assert [(site["site_id"], site["seen"]["count"], site["seen"]["median"]) for site in report["sites"]] == [
        ("north", 1, 100),
        ("south", 1, 300),
        ("west", 0, None),
    ]
    assert report["overall"]["seen"] == {"count": 2, "median": 200, "p90": 300}
