"""Whose room it is: on the meeting's date, today, and after the class."""

from server.domain.actors import Actor, Grant, Role
from server.domain.meeting.asking import WithdrawQuestion
from server.domain.meeting.returning import DeliverAnswer
from server.domain.views import Audience, audience_of
from tests.support.given import Refusal, given
from tests.support.meetings import (
    LENA,
    LIVE,
    MESA,
    PINE,
    PROGRAM,
    RUTH,
    delivered,
    ended,
    on_the_way,
    relay,
    relayed,
)

MOVED = Actor(RUTH.person_id, PROGRAM, frozenset({Grant(Role.SUPERVISOR, MESA)}))
"""Ruth after her move to Mesa: what was entered for the meeting still names her at Pine Ridge."""


def test_who_has_moved_to_another_site_has_no_part_in_the_old_room() -> None:
    held = given(LIVE, relayed("q1"))
    assert audience_of(held.state, RUTH) == Audience("supervisor", (PINE,))
    assert audience_of(held.state, MOVED) is None
    held.when(relay("q2"), by=MOVED).then(Refusal("not_your_site", "site_id"))
    held.when(WithdrawQuestion(question_id="q1"), by=MOVED).then(Refusal("unknown_question", "question_id"))


def test_in_class_only_who_was_entered_for_the_room_acts_there() -> None:
    held = given(LIVE, on_the_way("q1", "answered"))
    held.when(DeliverAnswer(question_id="q1"), by=LENA).then(Refusal("unknown_question", "question_id"))


def test_after_class_whoever_supervises_the_site_today_brings_the_answer_back() -> None:
    held = given(LIVE, on_the_way("q1", "answered"), ended())
    assert PINE in (audience_of(held.state, LENA) or Audience("coordinator")).site_ids
    held.when(DeliverAnswer(question_id="q1"), by=LENA).then(delivered("q1", LENA)[1])
    held.when(DeliverAnswer(question_id="q1"), by=MOVED).then(Refusal("unknown_question", "question_id"))
