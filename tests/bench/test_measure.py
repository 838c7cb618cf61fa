"""The search for the highest borne rate, against servers whose rate is known."""

from typing import Any

import pytest

from .measure import Ladder


def _tried(rate: float, capacity: float, others_cpu: float = 0) -> dict[str, Any]:
    p99 = 20.0 if rate <= capacity else 900.0
    counts = {"abandoned": False, "acknowledged": 5, "sent": 5}
    return {"rate": rate, "delivered_ms": {"p99": p99}, "others_cpu": others_cpu, **counts}


@pytest.mark.parametrize("capacity", [300, 1_200, 1_999, 2_000, 9_500])
def test_the_search_ends_within_half_a_step_below_the_capacity(capacity: float) -> None:
    ladder = Ladder(start=1_200, factor=1.5, tries=10)
    for rate in ladder.rates():
        ladder.take(rate, _tried(rate, capacity))
    assert capacity / 1.5**0.75 < ladder.borne <= capacity
    assert ladder.best is not None
    assert ladder.best["rate"] == ladder.borne


def test_a_rate_that_fails_once_is_tried_again() -> None:
    ladder = Ladder(start=1_000, factor=1.5, tries=1)
    rates = ladder.rates()
    ladder.take(next(rates), _tried(1_000, capacity=0))
    ladder.take(next(rates), _tried(1_000, capacity=5_000))
    assert next(rates, None) is None
    assert ladder.borne == 1_000


@pytest.mark.parametrize(("others_cpu", "times"), [(0, 2), (40, 3)])
def test_a_rate_that_failed_while_others_took_the_core_has_a_third_try(others_cpu: float, times: int) -> None:
    ladder = Ladder(start=1_000, factor=1.5, tries=1)
    tried = []
    for rate in ladder.rates():
        tried.append(rate)
        ladder.take(rate, _tried(rate, 0, others_cpu))
    assert tried == [1_000] * times


def test_a_server_that_bears_nothing_has_no_maximum() -> None:
    ladder = Ladder(start=1_000, factor=1.5, tries=3)
    for rate in ladder.rates():
        ladder.take(rate, _tried(rate, 0))
    assert ladder.best is None
