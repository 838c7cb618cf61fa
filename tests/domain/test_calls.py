"""Calling on a student: by way of the adult in the room, and no further than that room."""

from typing import Any

import pytest

from server.domain.meeting.calls import AnswerCall, CallAnswered, CallEnded, CallOnStudent, EndCall, StudentCalled
from server.domain.meeting.lifecycle import EndMeeting, MeetingEnded
from server.domain.views import Audience, view
from tests.support.given import given, refused
from tests.support.meetings import (
    CORA,
    ELK,
    IDLE_TEACHER,
    LIVE,
    MESA,
    NOW,
    OPENED,
    PINE,
    RUTH,
    SAM,
    THEO,
    VERA,
    call_answered,
    call_ended,
    called,
    ended,
    relayed,
)

CALL = CallOnStudent(call_id="c1", site_id=PINE, student_id="pia")
READY, NOT_HERE = AnswerCall(call_id="c1", response="ready"), AnswerCall(call_id="c1", response="not_here")
END = EndCall(call_id="c1")


def test_a_call_is_about_a_student_and_perhaps_a_question() -> None:
    about = CallOnStudent(call_id="c1", site_id=PINE, student_id="pia", question_id="q1")
    state = (
        given(LIVE, relayed("q1"))
        .when(about, by=THEO)
        .then(StudentCalled(call_id="c1", site_id=PINE, student_id="pia", question_id="q1"))
    )
    call = state.calls["c1"]
    assert (call.status, call.called_by, call.called_at) == ("called", "theo", NOW)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"student_id": "max"}, "not_on_roster", "student_id"),
        ({"site_id": "mars"}, "not_on_roster", "site_id"),
        ({"question_id": "nobody-asked"}, "unknown_question", "question_id"),
        ({"question_id": "m1"}, "unknown_question", "question_id"),
        ({"call_id": "c0"}, "id_taken", "call_id"),
    ],
)
def test_a_call_that_cannot_be(changed: dict[str, Any], code: str, field: str) -> None:
    data = {"call_id": "c1", "site_id": PINE, "student_id": "pia"} | changed
    history = given(LIVE, relayed("m1", MESA), called("c0", ELK))
    history.when(CallOnStudent(**data), by=VERA).then(refused(code, field))


def test_students_are_called_on_in_class_by_its_teachers() -> None:
    given(OPENED).when(CALL, by=VERA).then(refused("meeting_not_live"))
    given(LIVE, ended()).when(CALL, by=VERA).then(refused("meeting_ended"))
    for actor in (IDLE_TEACHER, RUTH, CORA):
        given(LIVE).when(CALL, by=actor).then(refused("not_your_section"))
        given(LIVE, called("c1")).when(END, by=actor).then(refused("not_your_section"))


def test_the_room_answers_and_may_think_again() -> None:
    answered = CallAnswered(call_id="c1", response="not_here")
    state = given(LIVE, called("c1")).when(NOT_HERE, by=RUTH).then(answered)
    call = state.calls["c1"]
    assert (call.status, call.answered_by, call.answered_at) == ("not_here", "ruth", NOW)
    here_after_all = given(LIVE, called("c1"), call_answered("c1", "not_here"))
    here_after_all.when(READY, by=RUTH).then(CallAnswered(call_id="c1", response="ready"))
    here_after_all.when(NOT_HERE, by=RUTH).then()


def test_another_rooms_call_does_not_exist_for_you() -> None:
    for adult in (SAM, VERA):
        given(LIVE, called("c1")).when(READY, by=adult).then(refused("unknown_call", "call_id"))
    given(LIVE).when(READY, by=RUTH).then(refused("unknown_call", "call_id"))
    given(LIVE).when(END, by=VERA).then(refused("unknown_call", "call_id"))


@pytest.mark.parametrize("before", [[], [call_answered("c1", "ready")], [call_answered("c1", "not_here")]])
def test_a_call_ends_once(before: list[Any]) -> None:
    given(LIVE, called("c1"), before).when(END, by=THEO).then(CallEnded(call_id="c1"))
    over = given(LIVE, called("c1"), before, call_ended("c1"))
    over.when(END, by=VERA).then(refused("wrong_state"))
    over.when(READY, by=RUTH).then(refused("wrong_state"))


def test_calls_end_with_the_class() -> None:
    history = given(LIVE, called("c1"), called("c2", MESA), call_ended("c2"))
    history.when(EndMeeting(), by=VERA).then(MeetingEnded(), CallEnded(call_id="c1"))


def test_a_call_is_between_the_teacher_and_that_room() -> None:
    state = given(LIVE, called("c1")).state
    for audience in (Audience("teacher"), Audience("supervisor", (PINE,)), Audience("supervisor", (ELK, PINE))):
        assert view(state, "call", "c1", audience) == {
            "call_id": "c1",
            "site_id": PINE,
            "student_id": "pia",
            "question_id": None,
            "status": "called",
            "called_by": "vera",
            "called_at": 1_791_994_813_000,
            "answered_by": None,
            "answered_at": None,
        }
    for audience in (Audience("supervisor", (MESA,)), Audience("coordinator")):
        assert view(state, "call", "c1", audience) is None
