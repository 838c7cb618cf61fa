"""The builder itself: it lets possible histories in, refuses impossible ones, and its `then` can fail."""

import pytest

from server.domain.meeting.answering import ClaimQuestion, QuestionClaimed, QuestionSeen
from tests.support.given import ImpossibleHistory, given, refused
from tests.support.meetings import (
    LIVE,
    MESA,
    OPENED,
    RUTH,
    STARTED,
    VERA,
    answered,
    claimed,
    confirmed,
    on_the_way,
    relayed,
    seen,
)

CLAIM = ClaimQuestion(question_id="q1")


@pytest.mark.parametrize(
    "history",
    [
        [STARTED],
        [*OPENED, relayed("q1")],
        [*LIVE, seen("q1")],
        [*LIVE, relayed("q1"), claimed("q1")],
        [*LIVE, relayed("q1", turn=4)],
        [*LIVE, relayed("q1", MESA, by=RUTH)],
        [*LIVE, *on_the_way("q1", "answered"), confirmed("q1")],
        [*LIVE, *on_the_way("q1", "claimed"), answered("q1", form="written")],
        [*OPENED, *OPENED],
    ],
    ids=[
        "unopened",
        "not live",
        "no question",
        "unseen",
        "wrong turn",
        "wrong site",
        "undelivered",
        "no text",
        "twice",
    ],
)
def test_impossible_history_is_refused(history: list) -> None:
    with pytest.raises(ImpossibleHistory):
        given(*history)


def test_then_fails_on_other_events_and_other_refusals() -> None:
    asked = given(LIVE, relayed("q1")).when(CLAIM, by=VERA)
    for wrong in ([], [QuestionClaimed(question_id="q1")], [refused("wrong_state")]):
        with pytest.raises(AssertionError):
            asked.then(*wrong)
    asked.then(QuestionSeen(question_id="q1"), QuestionClaimed(question_id="q1"))
