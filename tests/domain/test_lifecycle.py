"""A meeting's life: who may start and end it, and when."""

import pytest

from server.domain.actors import Actor
from server.domain.meeting.lifecycle import EndMeeting, MeetingEnded, MeetingStarted, StartMeeting
from tests.support.given import given, refused
from tests.support.meetings import (
    CORA,
    ENDED,
    IDLE_TEACHER,
    LIVE,
    NOW,
    OPENED,
    RUTH,
    SYSTEM,
    THEO,
    VERA,
)


@pytest.mark.parametrize("teacher", [VERA, THEO])
def test_each_of_its_teachers_may_start_and_end_it(teacher: Actor) -> None:
    started = given(OPENED).when(StartMeeting(), by=teacher, at=NOW).then(MeetingStarted())
    assert (started.status, started.started_at, started.ended_at) == ("live", NOW, None)
    ended = given(LIVE).when(EndMeeting(), by=teacher, at=NOW).then(MeetingEnded())
    assert (ended.status, ended.ended_at) == ("ended", NOW)


@pytest.mark.parametrize("actor", [IDLE_TEACHER, RUTH, CORA, SYSTEM])
@pytest.mark.parametrize(("history", "command"), [(OPENED, StartMeeting()), (LIVE, EndMeeting())])
def test_nobody_else_may(actor: Actor, history: list, command: object) -> None:
    given(history).when(command, by=actor).then(refused("not_your_section"))


def test_a_live_class_is_not_started_again() -> None:
    given(LIVE).when(StartMeeting(), by=THEO).then(refused("already_live"))


def test_an_ended_class_is_neither_started_nor_ended_again() -> None:
    over = given(LIVE, ENDED)
    over.when(StartMeeting(), by=VERA).then(refused("meeting_ended"))
    over.when(EndMeeting(), by=VERA).then(refused("meeting_ended"))


def test_a_class_that_has_not_begun_does_not_end() -> None:
    given(OPENED).when(EndMeeting(), by=VERA).then(refused("meeting_not_live"))


def test_before_it_is_opened_nobody_teaches_it() -> None:
    given().when(StartMeeting(), by=VERA).then(refused("not_your_section"))
