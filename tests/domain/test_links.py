"""A room's link: lost only after the ghost time, dated by when it was last heard, and never by an old word."""

import pytest

from server.domain.meeting.links import (
    DEGRADED_ROUND_TRIP_MS,
    GHOST_MS,
    GOOD_ROUND_TRIP_MS,
    ArriveLink,
    LapseLink,
    LinkChanged,
    MeasureLink,
    is_told,
    lost_millis,
    lost_spans,
    rooms_of,
)
from server.domain.meeting.state import LostSpan
from server.domain.views import Audience, view
from tests.support.given import Given, given, refused
from tests.support.meetings import (
    ELK,
    ENDED,
    LENA,
    LIVE,
    LOBBY,
    MESA,
    OPENED,
    PINE,
    RUTH,
    SAM,
    SITES,
    STARTS_AT,
    SYSTEM,
    linked,
    on_duty,
    with_relief,
)

T = STARTS_AT + 100_000
CONNECTED = (*LIVE, T, linked("connected", T))
LOST = (*CONNECTED, T + 80_000, linked("lost", T + 20_000))
"""Last heard at T + 20 s; the loss is noticed at T + 80 s."""


def changed(status: str, since: int) -> LinkChanged:
    return LinkChanged(site_id=PINE, status=status, since=since)  # type: ignore[arg-type]


def arrive(heard_at: int, last: int | None = None) -> ArriveLink:
    return ArriveLink(site_id=PINE, heard_at=heard_at, last_heard_at=last)


def lapse(last: int) -> LapseLink:
    return LapseLink(site_id=PINE, last_heard_at=last)


def test_a_room_that_is_heard_for_the_first_time_is_connected() -> None:
    given(LIVE).when(arrive(T), by=SYSTEM, at=T + 500).then(changed("connected", T))
    given(OPENED, LOBBY).when(arrive(T), by=SYSTEM, at=T + 500).then(changed("connected", T))
    # A node whose clock is ahead does not date it in the future.
    given(LIVE).when(arrive(T + 9_000), by=SYSTEM, at=T).then(changed("connected", T))
    given(CONNECTED).when(arrive(T + 9_000, T), by=SYSTEM, at=T + 9_000).then()


@pytest.mark.parametrize("history", [(OPENED,), (LIVE, ENDED)])
def test_no_link_is_kept_where_the_rooms_are_not_gathered(history: tuple) -> None:
    given(*history).when(arrive(T), by=SYSTEM, at=T + 1).then()
    given(*history).when(lapse(T), by=SYSTEM, at=T + 90_000).then()
    given(LIVE).when(ArriveLink(site_id="mars", heard_at=T), by=SYSTEM, at=T).then()


def test_it_is_lost_once_the_ghost_time_is_over_and_since_it_was_last_heard() -> None:
    last = T + 20_000
    given(CONNECTED).when(lapse(last), by=SYSTEM, at=last + GHOST_MS).then()
    given(CONNECTED).when(lapse(last), by=SYSTEM, at=last + GHOST_MS + 1).then(changed("lost", last))
    given(LIVE).when(lapse(last), by=SYSTEM, at=last + 90_000).then()


def test_of_two_nodes_that_tell_the_second_has_nothing_to_do() -> None:
    given(LOST).when(lapse(T + 20_000), by=SYSTEM, at=T + 81_000).then()
    back = given(LOST, T + 90_000, linked("rejoined", T + 89_000))
    back.when(arrive(T + 89_500), by=SYSTEM, at=T + 90_500).then()


def test_lost_that_comes_after_rejoined_is_old_and_does_nothing() -> None:
    back = given(LOST, T + 90_000, linked("rejoined", T + 89_000))
    back.when(lapse(T + 20_000), by=SYSTEM, at=T + 130_000).then()
    back.when(lapse(T + 95_000), by=SYSTEM, at=T + 130_000).then(changed("lost", T + 95_000))


def test_a_beat_of_before_the_loss_does_not_bring_it_back() -> None:
    given(LOST).when(arrive(T + 20_000), by=SYSTEM, at=T + 81_000).then()
    given(LOST).when(arrive(T + 80_500), by=SYSTEM, at=T + 81_000).then(changed("rejoined", T + 80_500))


def test_a_restart_of_the_server_neither_makes_up_a_loss_nor_misses_one() -> None:
    short, long = T + 20_000 + GHOST_MS, T + 20_000 + GHOST_MS + 1
    given(CONNECTED).when(arrive(short, T + 20_000), by=SYSTEM, at=long).then()
    given(CONNECTED).when(arrive(long, T + 20_000), by=SYSTEM, at=long).then(
        changed("lost", T + 20_000), changed("rejoined", long)
    )
    # What was heard before this connection began is no gap in it.
    given(CONNECTED).when(arrive(T + 90_000, T - 60_000), by=SYSTEM, at=T + 90_000).then()


def test_the_minutes_lost_are_exact_and_end_with_the_class() -> None:
    state = given(LOST, T + 90_000, linked("rejoined", T + 89_000), T + 200_000, linked("lost", T + 150_000)).state
    assert lost_spans(state, PINE) == (LostSpan(T + 20_000, T + 89_000), LostSpan(T + 150_000, None))
    assert lost_millis(state, PINE, T + 210_000) == 69_000 + 60_000
    assert lost_millis(state, PINE, T + 50_000) == 30_000
    assert lost_spans(state, MESA) == ()
    over = given(LOST, T + 100_000, ENDED).state
    assert lost_spans(over, PINE) == (LostSpan(T + 20_000, T + 100_000),)
    room = view(over, "room", PINE, Audience("teacher"))
    assert room is not None
    assert room["link"] == {"status": "lost", "since": T + 20_000, "lost_ms": 80_000}
    timeline = view(over, "timeline", PINE, Audience("teacher"))
    assert timeline is not None
    assert timeline["lost"] == [{"from_at": T + 20_000, "to_at": T + 100_000}]
    assert [one["what"] for one in timeline["marks"]] == ["link_connected", "link_lost"]


def test_a_slow_link_is_degraded_and_does_not_flicker() -> None:
    def measure(millis: int) -> MeasureLink:
        return MeasureLink(site_id=PINE, round_trip_ms=millis)

    good, slow = given(CONNECTED), given(CONNECTED, T + 60_000, linked("degraded", T + 60_000, by=RUTH))
    good.when(measure(DEGRADED_ROUND_TRIP_MS - 1), by=RUTH, at=T + 50).then()
    good.when(measure(DEGRADED_ROUND_TRIP_MS), by=RUTH, at=T + 50).then(changed("degraded", T + 50))
    slow.when(measure(DEGRADED_ROUND_TRIP_MS), by=RUTH, at=T + 70_000).then()
    slow.when(measure(GOOD_ROUND_TRIP_MS), by=RUTH, at=T + 70_000).then()
    slow.when(measure(GOOD_ROUND_TRIP_MS - 1), by=RUTH, at=T + 119_999).then()
    slow.when(measure(GOOD_ROUND_TRIP_MS - 1), by=RUTH, at=T + 120_000).then(changed("connected", T + 120_000))
    slow.when(lapse(T + 70_000), by=SYSTEM, at=T + 101_000).then(changed("lost", T + 70_000))
    given(LOST).when(measure(9_000), by=RUTH, at=T + 90_000).then()
    given(LIVE).when(measure(9_000), by=RUTH, at=T).then()
    good.when(measure(9_000), by=SAM, at=T + 50).then(refused("not_your_site", "site_id"))
    relieved = given(CONNECTED, with_relief(PINE, LENA), on_duty(LENA, PINE))
    relieved.when(measure(9_000), by=RUTH, at=T + 50).then()
    relieved.when(measure(9_000), by=LENA, at=T + 50).then(changed("degraded", T + 50))


def test_a_measurement_does_not_hide_that_the_room_fell_silent_after_it() -> None:
    slow = given(CONNECTED, T + 8_000, linked("degraded", T + 8_000, by=RUTH))
    # The lease is older than the measurement: the room was heard then all the same.
    slow.when(lapse(T), by=SYSTEM, at=T + 8_000 + GHOST_MS).then()
    assert not is_told(slow.state, PINE, T)
    slow.when(lapse(T), by=SYSTEM, at=T + 8_001 + GHOST_MS).then(changed("lost", T + 8_000))
    long = T + 8_001 + GHOST_MS
    slow.when(arrive(long, T), by=SYSTEM, at=long).then(changed("lost", T + 8_000), changed("rejoined", long))


def test_a_tablet_of_several_rooms_speaks_for_the_one_where_its_adult_is_on_duty() -> None:
    def rooms(history: Given) -> tuple[str, ...]:
        return rooms_of(history.state, "lena", (ELK, PINE))

    assert rooms(given(LIVE, with_relief(PINE, LENA))) == (ELK, PINE)
    assert rooms(given(LIVE, with_relief(PINE, LENA), on_duty(LENA, PINE))) == (PINE,)
    assert rooms_of(given(LIVE).state, "ruth", (PINE,)) == (PINE,)
    # Somebody is on duty there: who has the page open elsewhere does not speak for the room.
    assert rooms_of(given(LIVE, with_relief(PINE, LENA), on_duty(LENA, PINE)).state, "ruth", (PINE,)) == ()
    assert set(SITES) == {ELK, MESA, PINE}
