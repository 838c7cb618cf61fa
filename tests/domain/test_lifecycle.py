"""A meeting's life: who may start and end it, and when."""

import pytest

from server.domain.actors import Actor
from server.domain.meeting.facts import RoomRemoved
from server.domain.meeting.lifecycle import (
    EndMeeting,
    LobbyOpened,
    MeetingEnded,
    MeetingReconciled,
    MeetingStarted,
    OpenLobby,
    ReconcileMeeting,
    StartMeeting,
)
from server.domain.messages import Refused
from tests.support.given import given, refused
from tests.support.meetings import (
    ALL_THERE,
    ATTENDED,
    CORA,
    ENDED,
    IDLE_TEACHER,
    LIVE,
    LOBBY,
    NOW,
    OPENED,
    PINE,
    PLANNED,
    RUTH,
    SYSTEM,
    THEO,
    VERA,
    on_the_way,
    relay,
)


@pytest.mark.parametrize("teacher", [VERA, THEO])
def test_each_of_its_teachers_may_start_and_end_it(teacher: Actor) -> None:
    started = given(OPENED, PLANNED).when(StartMeeting(), by=teacher, at=NOW).then(MeetingStarted())
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


def test_the_lobby_comes_before_the_class_and_takes_no_questions() -> None:
    opened = given(OPENED).when(OpenLobby(), by=THEO, at=NOW).then(LobbyOpened())
    assert (opened.status, opened.lobby_at, opened.started_at) == ("lobby", NOW, None)
    lobby = given(OPENED, LOBBY)
    lobby.when(OpenLobby(), by=VERA).then()
    lobby.when(relay("q1"), by=RUTH).then(refused("meeting_not_live"))
    lobby.when(EndMeeting(), by=VERA).then(refused("meeting_not_live"))
    given(OPENED, ALL_THERE).when(StartMeeting(), by=VERA).then(MeetingStarted())
    given(LIVE).when(OpenLobby(), by=VERA).then(refused("already_live"))
    given(LIVE, ENDED).when(OpenLobby(), by=VERA).then(refused("meeting_ended"))


@pytest.mark.parametrize("actor", [IDLE_TEACHER, RUTH, CORA, SYSTEM])
def test_nobody_else_opens_the_lobby_or_reconciles(actor: Actor) -> None:
    given(OPENED).when(OpenLobby(), by=actor).then(refused("not_your_section"))
    given(LIVE, ENDED).when(ReconcileMeeting(), by=actor).then(refused("not_your_section"))


@pytest.mark.parametrize(
    ("history", "owed"),
    [
        (on_the_way("q1", "deferred"), "an answer to q1"),
        (on_the_way("q1", "answered"), "the way back of the answer to q1"),
        (on_the_way("q1", "cannot_find"), "the way back of the answer to q1"),
        (on_the_way("q1", "declined"), "the site's word on the declined q1"),
        ([on_the_way(f"q{n}", "answered", turn=n) for n in range(7)], "answer to q0, q1, q2, q3, q4 and 2 more"),
    ],
)
def test_a_class_that_owes_is_not_reconciled_and_says_what(history: list, owed: str) -> None:
    class_over = given(LIVE, history, ENDED)
    asked = class_over.when(ReconcileMeeting(), by=VERA)
    asked.then(refused("still_owed"))
    with pytest.raises(Refused, match=owed):
        asked.events()


def test_a_class_that_owes_nothing_is_closed_for_good() -> None:
    settled = [on_the_way("q1", "confirmed"), on_the_way("q2", "withdrawn", turn=1)]
    over = given(ATTENDED, settled, ENDED)
    state = over.when(ReconcileMeeting(), by=THEO, at=NOW + 100_000).then(MeetingReconciled())
    assert (state.status, state.reconciled_at) == ("reconciled", NOW + 100_000)
    closed = given(ATTENDED, settled, ENDED, (VERA, MeetingReconciled()))
    closed.when(ReconcileMeeting(), by=VERA).then()
    closed.when(StartMeeting(), by=VERA).then(refused("meeting_ended"))
    closed.when(relay("q3"), by=RUTH).then(refused("meeting_ended"))
    given(LIVE).when(ReconcileMeeting(), by=VERA).then(refused("wrong_state"))


def test_what_a_site_that_left_would_get_is_not_owed() -> None:
    history = given(ATTENDED, on_the_way("q1", "answered"), (SYSTEM, RoomRemoved(site_id=PINE)), ENDED)
    history.when(ReconcileMeeting(), by=VERA).then(MeetingReconciled())
