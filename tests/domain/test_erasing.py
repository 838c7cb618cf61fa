"""Erasing the words of a question: who may, what goes, and what stays."""

import pytest

from server.domain.actors import Actor, Grant, Role
from server.domain.fields import ERASED
from server.domain.meeting.erasing import EraseQuestion, QuestionErased
from tests.support.given import given, refused
from tests.support.meetings import (
    CORA,
    ENDED,
    LIVE,
    MESA,
    PINE,
    PROGRAM,
    RUTH,
    answered,
    claimed,
    delivered,
    on_the_way,
    relayed,
    seen,
    stuck,
)

ERASE = EraseQuestion(question_id="q1", reason="names_somebody")
ERASED_Q1 = QuestionErased(question_id="q1", reason="names_somebody")
TWICE = [
    *on_the_way("q1", "claimed"), answered("q1", form="written", text="ask Ann"), delivered("q1"), stuck("q1"),
    seen("q1"), claimed("q1"), answered("q1"),
]  # fmt: skip


def test_all_words_go_and_everything_else_stays() -> None:
    before = given(LIVE, TWICE, relayed("m1", MESA))
    after = before.when(ERASE, by=CORA).then(ERASED_Q1)
    question, held = after.questions["q1"], before.state.questions["q1"]
    assert question.text == ERASED
    assert [answer.text for answer in question.answers] == [ERASED, None]
    assert (question.status, question.version) == (held.status, held.version + 1)
    assert after.questions["m1"] == before.state.questions["m1"]
    assert after.rooms == before.state.rooms


def test_once_more_there_is_nothing_left_to_do_until_somebody_writes_again() -> None:
    erased = (CORA, ERASED_Q1)
    given(LIVE, on_the_way("q1", "claimed"), erased).when(ERASE, by=CORA).then()
    written = answered("q1", form="written", text="as I said, Ann")
    given(LIVE, on_the_way("q1", "claimed"), erased, written).when(ERASE, by=CORA).then(ERASED_Q1)


def test_after_the_class_it_can_still_be_done() -> None:
    given(LIVE, on_the_way("q1", "confirmed"), ENDED).when(ERASE, by=CORA).then(ERASED_Q1)


@pytest.mark.parametrize(("site_id", "may"), [(PINE, True), (MESA, False)])
def test_a_coordinator_of_a_site_erases_there(site_id: str, may: bool) -> None:
    actor = Actor("cleo", PROGRAM, frozenset({Grant(Role.COORDINATOR, site_id)}))
    expected = ERASED_Q1 if may else refused("unknown_question", "question_id")
    given(LIVE, relayed("q1", by=RUTH)).when(ERASE, by=actor).then(expected)


def test_a_question_that_was_never_asked() -> None:
    given(LIVE).when(ERASE, by=CORA).then(refused("unknown_question", "question_id"))
