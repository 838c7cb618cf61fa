"""When a room needs an adult, and when it had none."""

import pytest

from server.domain.meeting.catch_up import CatchUpDropped
from server.domain.meeting.cover import Span, needed_span, uncovered_since, uncovered_spans
from server.domain.meeting.facts import RoomTimed
from tests.support.given import given
from tests.support.meetings import (
    ENDED,
    LENA,
    LOBBY,
    OPENED,
    PINE,
    PLANNED,
    RUTH,
    SITES,
    STARTED,
    STARTS_AT,
    SYSTEM,
    VERA,
    Caused,
    linked,
    off_duty,
    on_duty,
    with_relief,
)

MINUTE = 60_000
T = STARTS_AT + 100_000
LINKED = [linked("connected", T - MINUTE, site_id) for site_id in SITES]
"""The tablets of all rooms are on, so that the class may start; nobody has signed on."""
HELD = [*OPENED, with_relief(PINE, LENA), T - MINUTE, LOBBY, *LINKED, T, STARTED]


def timed(joins_at: int | None = None, leaves_at: int | None = None, away: str | None = None) -> Caused:
    return SYSTEM, RoomTimed(site_id=PINE, joins_at=joins_at, leaves_at=leaves_at, away=away)


@pytest.mark.parametrize(
    ("happened", "uncovered"),
    [
        ([], [(0, 10)]),
        ([T, on_duty(RUTH, PINE)], []),
        ([T + 2 * MINUTE, on_duty(RUTH, PINE), T + 4 * MINUTE, off_duty(RUTH, PINE, "other")], [(0, 2), (4, 10)]),
        ([T, on_duty(RUTH, PINE), T, on_duty(LENA, PINE), T + MINUTE, off_duty(LENA, PINE)], []),
        (
            [T, on_duty(RUTH, PINE), T + MINUTE, off_duty(RUTH, PINE, "other"), T + 3 * MINUTE, on_duty(LENA, PINE)],
            [(1, 3)],
        ),
    ],
)
def test_what_the_adults_leave_of_the_class_is_uncovered(happened: list, uncovered: list) -> None:
    state = given(HELD, happened, T + 10 * MINUTE, ENDED).state
    assert uncovered_spans(state, PINE) == tuple(Span(T + a * MINUTE, T + b * MINUTE) for a, b in uncovered)


def test_while_the_class_goes_on_the_last_span_is_open() -> None:
    assert uncovered_spans(given(HELD).state, PINE) == (Span(T, None),)
    assert uncovered_spans(given(HELD, T, on_duty(RUTH, PINE)).state, PINE) == ()


def test_the_lobby_needs_an_adult_and_is_no_part_of_the_class() -> None:
    lobby = given(OPENED, T, LOBBY)
    assert (needed_span(lobby.state, PINE), uncovered_spans(lobby.state, PINE)) == (Span(T, None), ())
    began = given(OPENED, T, LOBBY, *LINKED, T + MINUTE, STARTED).state
    assert (uncovered_since(began, PINE), uncovered_spans(began, PINE)) == (T, (Span(T + MINUTE, None),))


def test_a_room_needs_an_adult_between_its_own_bells_only() -> None:
    late, early = T + 5 * MINUTE, T + 20 * MINUTE
    state = given(HELD, timed(late, early), T + 30 * MINUTE, ENDED).state
    assert needed_span(state, PINE) == Span(late, early)
    assert uncovered_spans(state, PINE) == (Span(late, early),)
    live = given(HELD, timed(late, early))
    assert uncovered_since(live.state, PINE) == late
    gone = given(HELD, timed(late, early), late, on_duty(RUTH, PINE), early, off_duty(RUTH, PINE, "room_is_empty"))
    assert uncovered_since(gone.state, PINE) is None
    assert uncovered_spans(gone.state, PINE) == ()


def test_a_room_whose_school_is_closed_needs_nobody() -> None:
    state = given(HELD, timed(away="closed")).state
    assert (needed_span(state, PINE), uncovered_since(state, PINE), uncovered_spans(state, PINE)) == (None, None, ())


def test_a_room_that_a_plan_leaves_out_needs_nobody_until_it_comes_or_the_plan_is_dropped() -> None:
    without = [*OPENED, *PLANNED, T, STARTED]
    assert uncovered_since(given(without).state, PINE) is None
    came = given(without, T + MINUTE, on_duty(RUTH, PINE), T + 2 * MINUTE, off_duty(RUTH, PINE, "other")).state
    assert uncovered_since(came, PINE) == T + 2 * MINUTE
    assert uncovered_spans(came, PINE) == (Span(T, T + MINUTE), Span(T + 2 * MINUTE, None))
    drop = VERA, CatchUpDropped(plan_id=f"plan-{PINE}", reason="room_took_part")
    assert uncovered_since(given(without, drop).state, PINE) == T


def test_a_class_that_never_gathered_needed_nobody() -> None:
    assert needed_span(given(OPENED).state, PINE) is None
