"""What is wrong in a class: each concern from what it is made of, none without it, and the order among them."""

import random
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from server.domain.attention import Code, Concern, LinkNow, class_key, concerns, link_now
from server.domain.meeting import (
    facts,
    readiness,
)
from server.domain.meeting.cover import is_left_out
from tests.support.given import given
from tests.support.meetings import (
    ALL_THERE,
    CLEARED,
    DUE_BY,
    ELK,
    ENDED,
    ENDS_AT,
    LENA,
    LOBBY,
    MESA,
    OPENED,
    PINE,
    RUTH,
    SAM,
    SITES,
    STARTED,
    STARTS_AT,
    SYSTEM,
    announced,
    announcement_withdrawn,
    answered,
    back,
    claimed,
    deferred,
    delivered,
    heard,
    linked,
    off_duty,
    on_duty,
    out,
    planned,
    relayed,
    reported,
    seen,
    stuck,
    with_relief,
)

MINUTE = 60_000
T = STARTS_AT + 100_000
CLEAR = [
    (SYSTEM, facts.CredentialsEntered(person_id=person_id, licences=(), clearance=CLEARED))
    for person_id in ("lena", "sam")
]
WELL = (*OPENED, *CLEAR, *ALL_THERE, STARTED, T)
"""A live class with nothing wrong, as long as its rooms are heard."""


def told(*history: Any, at: int = T, heard: dict[str, int] | None = None) -> list[tuple[str, str | None, int]]:
    """What is wrong then; every room was heard just now, where nothing else is given."""
    state = given(*history).state
    rooms = dict.fromkeys(SITES, at) if heard is None else heard
    return [(one.code, one.site_id, one.since) for one in concerns(state, rooms, at)]


def test_a_class_with_nothing_wrong_says_so() -> None:
    assert told(WELL) == []


# ── Who is in the room ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_room_without_an_adult_until_one_is_back() -> None:
    alone = [*WELL, out(RUTH, PINE, reason="emergency")]
    assert told(alone, at=T + MINUTE) == [("room_uncovered", PINE, T)]
    assert told(alone, back(RUTH, PINE), at=T + MINUTE) == []


def test_a_room_counts_by_its_own_bells() -> None:
    late, early = STARTS_AT + 10 * MINUTE, ENDS_AT - 10 * MINUTE
    timed = (SYSTEM, facts.RoomTimed(site_id=PINE, joins_at=late, leaves_at=early, away=None))
    others = [one for one in ALL_THERE if one[0] != RUTH]
    nobody = [*OPENED, *CLEAR, timed, *others, planned("p1"), STARTED]
    gone = dict.fromkeys((ELK, MESA), late)
    assert told(nobody, at=late - 1, heard=gone) == []
    there = [*OPENED, *CLEAR, timed, *ALL_THERE, STARTED, T, off_duty(RUTH, PINE, "room_is_empty")]
    assert told(there, at=late - 1) == []
    assert told(there, at=late) == [("room_uncovered", PINE, late)]
    assert told(there, at=early) == []


def test_a_room_that_is_away_by_its_calendar_is_not_missed() -> None:
    away = (SYSTEM, facts.RoomTimed(site_id=PINE, joins_at=STARTS_AT, leaves_at=ENDS_AT, away="closed"))
    others = [one for one in ALL_THERE if one[0] != RUTH]
    assert told(OPENED, CLEAR, away, others, STARTED, T, heard=dict.fromkeys((ELK, MESA), T)) == []


def test_a_class_that_runs_over_says_so_once_and_not_for_each_room_that_goes_home() -> None:
    home = [*WELL, ENDS_AT, off_duty(RUTH, PINE, "room_is_empty")]
    late = ENDS_AT + 2 * MINUTE
    silent = {ELK: late, MESA: late, PINE: ENDS_AT}
    assert told(home, at=late, heard=silent) == [("class_over_time", None, ENDS_AT)]
    assert told(WELL, at=ENDS_AT + MINUTE) == []
    # What went wrong before the bell stays wrong.
    before = [*WELL, ENDS_AT - 1, off_duty(RUTH, PINE, "room_is_empty")]
    assert told(before, at=late)[0] == ("room_uncovered", PINE, ENDS_AT - 1)


def test_an_adult_without_clearance_is_not_to_be_alone() -> None:
    lenas = [*WELL, with_relief(PINE), off_duty(LENA, ELK, "room_is_empty")]
    nobody_cleared = (SYSTEM, facts.CredentialsEntered(person_id="lena", licences=(), clearance=None))
    both = [*lenas, nobody_cleared, T + 10_000, on_duty(LENA, PINE)]
    at = T + MINUTE
    assert told(both, at=at) == [("room_uncovered", ELK, T + 1_000)]
    left = [*both, T + 20_000, out(RUTH, PINE, covered_by="lena")]
    assert told(left, at=at) == [("room_uncovered", ELK, T + 1_000), ("adult_not_cleared", PINE, T + 20_000)]
    assert told(left, back(RUTH, PINE), at=at) == [("room_uncovered", ELK, T + 1_000)]


# ── Links ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_row_that_nobody_renews_does_not_look_fine() -> None:
    connected = [*WELL, linked("connected", T)]
    at = T + 10 * MINUTE
    fresh = dict.fromkeys(SITES, at)
    assert told(connected, at=at) == []
    # The record says "connected"; no node has heard the room for a minute.
    assert told(connected, at=at, heard=fresh | {PINE: at - MINUTE}) == [("link_lost", PINE, at - MINUTE)]
    # Nor has any node a lease: what is known is when the record last knew.
    assert told(connected, at=at, heard={ELK: at, MESA: at}) == [("link_lost", PINE, T)]


def test_a_lost_link_counts_from_when_the_room_was_last_heard() -> None:
    lost = [*WELL, linked("connected", T), T + MINUTE, linked("lost", T + 5_000)]
    at = T + 2 * MINUTE
    others = dict.fromkeys((ELK, MESA), at)
    assert told(lost, at=at, heard=others) == [("link_lost", PINE, T + 5_000)]
    # Heard again: the record is about to say so.
    assert told(lost, at=at, heard=others | {PINE: at}) == []


def test_a_room_of_which_nothing_was_ever_heard() -> None:
    others = dict.fromkeys((ELK, MESA), T)
    history = given(WELL).state
    began = history.started_at or 0
    assert told(WELL, at=began + 30_000, heard=others) == []
    assert told(WELL, at=began + 30_001, heard=others) == [("link_unheard", PINE, began)]


def test_a_slow_link() -> None:
    slow = [*WELL, linked("connected", T), T + 3_000, linked("degraded", T + 3_000, by=RUTH)]
    assert told(slow, at=T + MINUTE) == [("link_degraded", PINE, T + 3_000)]


@pytest.mark.parametrize(
    ("history", "heard_at", "expected"),
    [
        ([*OPENED], None, LinkNow("unheard", None, None)),
        ([*OPENED], T - 30_000, LinkNow("linked", None, T - 30_000)),
        ([*OPENED], T - 30_001, LinkNow("unheard", None, T - 30_001)),
        ([*OPENED, LOBBY], T - 30_001, LinkNow("lost", T - 30_001, T - 30_001)),
        ([*OPENED, LOBBY], STARTS_AT, LinkNow("unheard", None, STARTS_AT)),
    ],
)
def test_a_link_of_which_the_record_says_nothing(history: Any, heard_at: int | None, expected: LinkNow) -> None:
    assert link_now(given(history).state, PINE, heard_at, T) == expected


# ── A class that goes on without a room ───────────────────────────────────────────────────────────────────────────


def test_a_room_that_a_plan_leaves_out_is_no_concern_until_somebody_is_there() -> None:
    others = [one for one in ALL_THERE if one[0] != RUTH]
    without = [*OPENED, *CLEAR, *others, planned("p1"), STARTED, T]
    at = T + 10 * MINUTE
    two = dict.fromkeys((ELK, MESA), at)
    assert told(without, at=at, heard=two) == []
    assert is_left_out(given(without).state, PINE, None)
    # A tablet there is heard after all: nobody answers for whoever is there.
    began = given(without).state.started_at
    assert told(without, at=at, heard=two | {PINE: at}) == [("room_uncovered", PINE, STARTS_AT + 11_000)]
    assert not is_left_out(given(without).state, PINE, at)
    assert is_left_out(given(without).state, PINE, began)
    came = [*without, on_duty(RUTH, PINE), off_duty(RUTH, PINE, "other")]
    assert told(came, at=at, heard=two)[0] == ("room_uncovered", PINE, T + 1_000)


# ── Questions and announcements ───────────────────────────────────────────────────────────────────────────────────


def test_a_question_is_told_of_once_by_the_worst_that_it_is() -> None:
    asked = [*WELL, relayed("q1", urgency="blocking"), relayed("q2", turn=1), relayed("q3", MESA, turn=0)]
    assert told(asked, at=T + 2 * MINUTE) == []
    assert told(asked, at=T + 2 * MINUTE + 1) == [("blocking_waits", PINE, T)]
    assert told(asked, at=T + 5 * MINUTE + 2_001) == [
        ("blocking_waits", PINE, T),
        ("long_wait", PINE, T + 1_000),
        ("long_wait", MESA, T + 2_000),
    ]


def test_a_student_who_is_still_stuck_waits_anew() -> None:
    back_there = [*WELL, relayed("q1"), seen("q1"), claimed("q1"), answered("q1"), delivered("q1")]
    assert told(back_there, at=T + 20 * MINUTE) == []
    assert told(back_there, stuck("q1"), at=T + MINUTE) == [("still_stuck", PINE, T + 5_000)]


def test_an_announcement_that_is_not_read_out() -> None:
    said = [*WELL, announced("a1", MESA, PINE), heard("a1", SAM, MESA)]
    at = T + 3 * MINUTE
    assert told(said, at=at) == []
    assert told(said, at=at + 1) == [("announcement_unread", PINE, T)]
    assert told(said, heard("a1"), at=at + 1) == []
    assert told(said, announcement_withdrawn("a1"), at=at + 1) == []


def test_what_is_owed_and_late() -> None:
    put_off = [*WELL, relayed("q1"), seen("q1"), deferred("q1", T + MINUTE), relayed("q2", turn=1), seen("q2")]
    put_off += [deferred("q2", T + 2 * MINUTE), ENDED]
    assert told(put_off, at=T + MINUTE) == []
    assert told(put_off, at=T + 3 * MINUTE) == [("owed_late", PINE, T + MINUTE)]
    assert told(WELL, planned("p1"), ENDED, at=DUE_BY) == []
    assert told(WELL, planned("p1"), ENDED, at=DUE_BY + 1) == [("owed_late", PINE, DUE_BY)]


# ── Before class ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_quarter_of_an_hour_before_class_each_room_has_said_something() -> None:
    soon = STARTS_AT - 15 * MINUTE
    said = [*OPENED, soon - MINUTE, reported("ready", ELK), reported("degraded", MESA)]
    assert told(OPENED, at=soon - 1) == []
    assert told(said, at=soon) == [("room_unreported", PINE, soon)]
    began = (RUTH, readiness.ReadinessBegun(site_id=PINE))
    assert told(said, began, at=soon) == []
    down = [*said, reported("down")]
    assert told(down, at=soon) == [("room_out", PINE, soon - MINUTE + 2_000)]


def test_a_report_that_has_expired_is_none() -> None:
    a_day = 86_400_000
    expires = STARTS_AT - 5 * MINUTE
    said = [*OPENED, expires - a_day, reported("ready", ELK), reported("ready", MESA), reported("ready", PINE)]
    assert told(said, at=expires - 1) == []
    assert told(said, at=expires) == [("room_unreported", ELK, expires)]


def test_a_class_that_has_not_begun_a_minute_after_its_time() -> None:
    rooms = [*OPENED, *CLEAR, *[reported("ready", site_id) for site_id in SITES]]
    assert told(rooms, at=STARTS_AT + MINUTE) == []
    assert told(rooms, at=STARTS_AT + MINUTE + 1) == [("class_late", None, STARTS_AT)]
    assert told(rooms, ALL_THERE, at=STARTS_AT + MINUTE + 1) == [("class_late", None, STARTS_AT)]
    cancelled = (SYSTEM, facts.MeetingCancelled(reason="weather"))
    assert told(rooms, cancelled, at=STARTS_AT + 2 * MINUTE) == []
    assert told(at=STARTS_AT + 2 * MINUTE, heard={}) == []


def test_a_class_that_nobody_started_by_its_end_was_not_held_and_its_rooms_are_not_asked_for() -> None:
    assert told(OPENED, CLEAR, at=ENDS_AT - 1)[0] == ("class_late", None, STARTS_AT)
    for lobby in ((), (LOBBY,)):
        assert told(OPENED, CLEAR, lobby, at=ENDS_AT) == [("class_not_held", None, STARTS_AT)]
    down = [reported("down", PINE)]
    assert told(OPENED, CLEAR, down, at=ENDS_AT + MINUTE) == [("class_not_held", None, STARTS_AT)]
    uncleared = told(OPENED, LOBBY, on_duty(SAM, MESA), at=ENDS_AT)
    assert [code for code, *_ in uncleared] == ["adult_not_cleared", "class_not_held"]
    assert "class_not_held" not in [code for code, *_ in told(WELL, at=ENDS_AT + 2 * MINUTE)]
    assert told(OPENED, (SYSTEM, facts.MeetingCancelled(reason="weather")), at=ENDS_AT) == []


# ── The order ─────────────────────────────────────────────────────────────────────────────────────────────────────

CODES: list[Code] = [
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
"""From the worst on, by hand."""
CONCERN = st.builds(Concern, st.sampled_from(CODES), st.sampled_from([None, *SITES]), st.integers(0, 5))
CONCERNS = st.lists(CONCERN, max_size=6)


def test_students_alone_are_worse_than_anything_and_what_is_untidy_comes_last() -> None:
    all_at_once = [Concern(code, PINE, at) for at, code in enumerate(reversed(CODES))]
    assert [one.code for one in sorted(all_at_once, key=lambda one: one.key)] == CODES


@for_all(CONCERNS, st.randoms())
def test_the_order_is_total_and_does_not_hang_on_how_it_was_found(found: list[Concern], draw: random.Random) -> None:
    shuffled = list(found)
    draw.shuffle(shuffled)
    in_order = sorted(found, key=lambda one: one.key)
    assert sorted(shuffled, key=lambda one: one.key) == in_order
    assert class_key(shuffled) == class_key(found)
    # Two that compare equal are the same thing said twice.
    assert all(one == other for one in found for other in found if one.key == other.key)


@for_all(CONCERNS, CONCERN)
def test_a_concern_more_never_makes_a_class_look_better(found: list[Concern], more: Concern) -> None:
    assert class_key([*found, more]) < class_key(found)


@for_all(CONCERNS, CONCERNS)
def test_the_class_with_the_worse_concern_comes_first(one: list[Concern], other: list[Concern]) -> None:
    def worst(found: list[Concern]) -> int:
        return min((CODES.index(each.code) for each in found), default=len(CODES))

    if worst(one) < worst(other):
        assert class_key(one) < class_key(other)
