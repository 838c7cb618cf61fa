"""The client's algorithm: whatever a link does to the frames, the copy is right or knows that it is behind."""

import itertools
import random
from typing import Any

import pytest

from server.cli.stream_copy import StreamCopy

LENGTH = 30
"""Events of the stream; event n writes question n % 7, and every eleventh takes it away."""


def put(seq: int) -> dict[str, Any]:
    return {"kind": "question", "id": f"q{seq % 7}", "value": None if seq % 11 == 0 else {"version": seq}}


def frame(after: int, seq: int, epoch: str = "one") -> dict[str, Any]:
    latest = {put(at)["id"]: put(at) for at in range(after + 1, seq + 1)}
    return {"stream": "meeting:m", "epoch": epoch, "after": after, "seq": seq, "changes": list(latest.values())}


def values(seq: int) -> dict[tuple[str, str], Any]:
    latest = {put(at)["id"]: put(at)["value"] for at in range(1, seq + 1)}
    return {("question", name): value for name, value in latest.items() if value is not None}


def snapshot(seq: int, epoch: str = "one", audience: str = "teacher") -> dict[str, Any]:
    shown = [{"kind": kind, "id": name, "value": value} for (kind, name), value in values(seq).items()]
    return {"ok": True, "epoch": epoch, "seq": seq, "audience": audience, "snapshot": shown}


def resumed(since: int, seq: int) -> dict[str, Any]:
    changes = frame(since, seq)["changes"]
    return {"ok": True, "epoch": "one", "seq": seq, "audience": "teacher", "changes": changes}


@pytest.fixture
def copy() -> StreamCopy:
    copy = StreamCopy()
    copy.take_reply(snapshot(10))
    return copy


def state(copy: StreamCopy) -> tuple[int, bool]:
    return copy.last, copy.is_behind


def test_a_fresh_copy_joins_for_a_snapshot_and_resumes_from_there(copy: StreamCopy) -> None:
    assert (StreamCopy().since, StreamCopy().is_behind) == (None, True)
    assert copy.since == {"epoch": "one", "seq": 10, "audience": "teacher"}
    assert copy.values == values(10)


def test_frames_in_order_are_put_in_and_told(copy: StreamCopy) -> None:
    assert copy.take_changes(frame(10, 12)) == frame(10, 12)["changes"]
    assert (state(copy), copy.values) == ((12, False), values(12))


def test_what_is_hidden_moves_the_seq(copy: StreamCopy) -> None:
    assert copy.take_changes(frame(10, 11) | {"changes": []}) == []
    assert state(copy) == (11, False)


def test_a_frame_twice_is_dropped(copy: StreamCopy) -> None:
    copy.take_changes(frame(10, 12))
    assert copy.take_changes(frame(10, 12)) == []
    assert copy.take_changes(frame(8, 10)) == []
    assert (state(copy), copy.values) == ((12, False), values(12))


def test_an_early_frame_is_held_until_the_missing_one_comes(copy: StreamCopy) -> None:
    assert copy.take_changes(frame(12, 14)) == []
    assert state(copy) == (10, True)
    assert copy.take_changes(frame(10, 12)) == frame(10, 12)["changes"] + frame(12, 14)["changes"]
    assert (state(copy), copy.values) == ((14, False), values(14))


def test_a_gap_is_closed_by_resuming_and_then_what_was_held(copy: StreamCopy) -> None:
    copy.take_changes(frame(12, 14))
    copy.take_changes(frame(14, 15))
    assert copy.since == {"epoch": "one", "seq": 10, "audience": "teacher"}
    copy.take_reply(resumed(10, 12))
    assert (state(copy), copy.values) == ((15, False), values(15))


def test_a_frame_that_overlaps_what_is_held_is_put_in(copy: StreamCopy) -> None:
    copy.take_changes(frame(9, 13))
    assert (state(copy), copy.values) == ((13, False), values(13))


def test_an_answer_from_before_a_frame_that_came_is_ignored(copy: StreamCopy) -> None:
    copy.take_changes(frame(10, 14))
    assert copy.take_reply(resumed(10, 12)) == []
    assert (state(copy), copy.values) == ((14, False), values(14))


def test_frames_before_the_first_snapshot_wait_for_it() -> None:
    copy = StreamCopy()
    assert copy.take_changes(frame(12, 13)) == []
    copy.take_reply(snapshot(12))
    assert (state(copy), copy.values) == ((13, False), values(13))


def test_a_head_further_on_tells_of_frames_that_were_lost(copy: StreamCopy) -> None:
    copy.take_head({"epoch": "one", "seq": 10})
    assert not copy.is_behind
    copy.take_head({"epoch": "one", "seq": 12})
    assert copy.is_behind
    copy.take_changes(frame(10, 12))
    assert not copy.is_behind


@pytest.mark.parametrize("told_by", ["changes", "head"])
def test_another_epoch_asks_for_a_snapshot_even_if_it_is_shorter(copy: StreamCopy, told_by: str) -> None:
    if told_by == "changes":
        copy.take_changes(frame(4, 5, "two"))
    else:
        copy.take_head({"epoch": "two", "seq": 5})
    assert (copy.since, copy.is_behind) == (None, True)
    copy.take_changes(frame(10, 11))
    copy.take_reply(snapshot(4 if told_by == "changes" else 5, "two"))
    assert (state(copy), copy.values) == ((5, False), values(5))


def test_a_snapshot_forgets_what_it_does_not_hold(copy: StreamCopy) -> None:
    copy.take_reply({"stream": "meeting:m", "epoch": "one", "seq": 11, "audience": "coordinator", "snapshot": []})
    assert (copy.values, copy.audience, copy.last) == ({}, "coordinator", 11)


@pytest.mark.parametrize("seed", range(200))
def test_whatever_the_link_does_the_copy_is_right_or_knows_that_it_is_behind(seed: int) -> None:
    chance = random.Random(seed)
    copy, heard = StreamCopy(), 3
    copy.take_reply(snapshot(3))
    cuts = [3, *sorted(chance.sample(range(4, LENGTH), 12)), LENGTH]
    sent = [frame(after, seq) for after, seq in itertools.pairwise(cuts)]
    sent = [one for one in sent for _ in range(chance.choice((0, 1, 1, 1, 2)))]
    for place in range(len(sent)):
        other = min(len(sent) - 1, place + chance.randrange(4))
        sent[place], sent[other] = sent[other], sent[place]
    for one in sent:
        copy.take_changes(one)
        heard = max(heard, one["seq"])
        assert copy.values == values(copy.last)
        assert copy.is_behind == (copy.last < heard)
        if copy.is_behind and chance.random() < 0.3:
            copy.take_reply(resumed(copy.last, heard))
            assert state(copy) == (heard, False)
    copy.take_head({"epoch": "one", "seq": LENGTH})
    if copy.is_behind:
        copy.take_reply(resumed(copy.last, LENGTH))
    assert (state(copy), copy.values) == ((LENGTH, False), values(LENGTH))
