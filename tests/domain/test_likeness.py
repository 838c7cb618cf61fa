"""Probable duplicates: what is shown, what is not, and which may lead."""

import pytest

from server.domain.meeting.likeness import THRESHOLD, Likeness, likeness_of, likenesses
from tests.support.given import given
from tests.support.meetings import ELK, LIVE, MESA, PINE, answered, claimed, relayed, seen

FRICTION = "Which way does friction point on the ramp?"
AGAIN = "On the ramp, which way would friction point"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (FRICTION, AGAIN),
        ("Can the ramp be divided into thirds?", "The ramp can be divided into thirds, right?"),
        ("Why would we need the pulleys?", "Ok, but why would you need the pulley?"),
        ("¿Por qué la fuerza normal es menor?", "por que es menor la fuerza normal"),
    ],
)
def test_the_same_in_other_order_and_endings(one: str, other: str) -> None:
    assert likeness_of(one, other) >= THRESHOLD


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Why wouldn't it be one fourth of the ramp?", "Why wouldn't it be three fourths of the ramp?"),
        ("How do we do problem 3 on the sheet?", "How do we do problem 4 on the sheet?"),
        ("Is this right?", "Is that right?"),
        ("Does a heavier block slide sooner?", "Is the coefficient of friction ever more than 1?"),
        ("👍", "👍"),
        ("", ""),
    ],
)
def test_another_question_is_another(one: str, other: str) -> None:
    assert likeness_of(one, other) < THRESHOLD


def test_the_shareable_one_leads_and_of_equals_the_older() -> None:
    private = relayed("p1", PINE, text=FRICTION)
    shared = relayed("m1", MESA, text=AGAIN, shareable=True)
    assert likenesses(given(LIVE, private, shared).state) == [Likeness(("p1", "m1"), "m1", 100)]
    older = relayed("p2", PINE, turn=0, text=FRICTION, shareable=True)
    assert likenesses(given(LIVE, older, shared).state) == [Likeness(("p2", "m1"), "p2", 100)]


def test_two_private_ones_of_different_sites_are_left_out() -> None:
    both = [relayed("p1", PINE, text=FRICTION), relayed("m1", MESA, text=FRICTION)]
    assert likenesses(given(LIVE, both).state) == []
    same = [relayed("p1", PINE, text=FRICTION), relayed("p2", PINE, turn=1, text=FRICTION)]
    assert likenesses(given(LIVE, same).state) == [Likeness(("p1", "p2"), "p1", 100)]


def test_only_what_waits_is_compared() -> None:
    first = [relayed("p1", PINE, text=FRICTION, shareable=True), seen("p1"), claimed("p1")]
    second = relayed("e1", ELK, turn=0, text=FRICTION, shareable=True)
    assert len(likenesses(given(LIVE, first, second).state)) == 1
    assert likenesses(given(LIVE, first, second, answered("p1")).state) == []
