"""The closed loop of a question: each way through it, and each way that is barred."""

from dataclasses import replace
from typing import Any

import pytest

from server.domain.meeting.answering import (
    AnswerQuestion,
    ClaimQuestion,
    QuestionAnswered,
    QuestionClaimed,
    QuestionSeen,
    SeeQuestion,
)
from server.domain.meeting.asking import QuestionRelayed
from server.domain.meeting.facts import RoomRemoved, RoomRostered, TeachersAssigned
from server.domain.meeting.returning import (
    AnswerConfirmed,
    AnswerDelivered,
    ConfirmAnswer,
    DeliverAnswer,
    ReportStillStuck,
    StudentStillStuck,
)
from server.domain.meeting.state import Answer
from tests.support.given import given, refused
from tests.support.meetings import (
    CORA,
    DUE_BY,
    ELK,
    ENDED,
    IDLE_TEACHER,
    LIVE,
    MESA,
    NOW,
    OPENED,
    PINE,
    RUTH,
    SAM,
    STARTS_AT,
    SYSTEM,
    THEO,
    VERA,
    answered,
    claimed,
    delivered,
    on_the_way,
    relay,
    relayed,
    seen,
    stuck,
)

SEE, CLAIM = SeeQuestion(question_id="q1"), ClaimQuestion(question_id="q1")
ANSWER = AnswerQuestion(question_id="q1")
DELIVER, CONFIRM = DeliverAnswer(question_id="q1"), ConfirmAnswer(question_id="q1")
STUCK = ReportStillStuck(question_id="q1")
SEEN, CLAIMED = QuestionSeen(question_id="q1"), QuestionClaimed(question_id="q1")
ANSWERED = QuestionAnswered(question_id="q1", form="spoken_to_all", text=None)
DELIVERED, CONFIRMED = AnswerDelivered(question_id="q1"), AnswerConfirmed(question_id="q1")
STILL_STUCK = StudentStillStuck(question_id="q1")


# ── Relaying ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_question_is_relayed_as_it_was_asked() -> None:
    asked = relay("q1", text="why?", verbatim=False, urgency="blocking", shareable=True, asked_at=5)
    state = (
        given(LIVE)
        .when(asked, by=RUTH)
        .then(
            QuestionRelayed(
                question_id="q1",
                site_id=PINE,
                student_id="pia",
                text="why?",
                verbatim=False,
                urgency="blocking",
                shareable=True,
                asked_at=5,
                turn=0,
            )
        )
    )
    question = state.questions["q1"]
    assert (question.status, question.relayed_by, question.received_at) == ("queued", "ruth", NOW)
    assert (question.waiting_since, question.version, question.stuck) == (NOW, 1, 0)


def test_the_room_itself_may_ask() -> None:
    state = given(LIVE).when(relay("q1", student_id=None), by=RUTH).then(relayed("q1", student_id=None)[1])
    assert state.questions["q1"].student_id is None


@pytest.mark.parametrize("actor", [SAM, VERA, CORA, SYSTEM], ids=lambda actor: actor.person_id)
def test_only_a_supervisor_of_the_site_relays(actor: Any) -> None:
    given(LIVE).when(relay("q1"), by=actor).then(refused("not_your_site", "site_id"))


def test_a_site_outside_the_meeting_and_one_of_others_get_one_answer() -> None:
    for site_id in ("mars", MESA):
        elsewhere = replace(relay("q1"), site_id=site_id)
        given(LIVE).when(elsewhere, by=RUTH).then(refused("not_your_site", "site_id"))


@pytest.mark.parametrize("student", ["max", "nobody"])
def test_a_student_must_be_on_this_rooms_roster(student: str) -> None:
    given(LIVE).when(relay("q1", student_id=student), by=RUTH).then(refused("not_on_roster", "student_id"))


def test_a_student_who_moved_is_on_the_new_rooms_roster_only() -> None:
    moved = (
        (SYSTEM, RoomRostered(site_id=PINE, student_ids=("pol",), supervisor_ids=("ruth",), due_by=DUE_BY)),
        (SYSTEM, RoomRostered(site_id=MESA, student_ids=("max", "mia", "pia"), supervisor_ids=("sam",), due_by=DUE_BY)),
    )
    after = given(LIVE, moved)
    after.when(relay("q1", student_id="pia"), by=RUTH).then(refused("not_on_roster", "student_id"))
    after.when(relay("q1", MESA, student_id="pia"), by=SAM).then(relayed("q1", MESA, student_id="pia")[1])


def test_an_id_is_taken_once_for_the_whole_meeting() -> None:
    asked = given(LIVE, relayed("q1"))
    asked.when(relay("q1"), by=RUTH).then(refused("id_taken", "question_id"))
    asked.when(relay("q1", MESA), by=SAM).then(refused("id_taken", "question_id"))


def test_questions_are_relayed_while_the_class_is_live() -> None:
    given(OPENED).when(relay("q1"), by=RUTH).then(refused("meeting_not_live"))
    given(LIVE, ENDED).when(relay("q1"), by=RUTH).then(refused("meeting_ended"))


# ── The teacher's side ────────────────────────────────────────────────────────────────────────────────────────────


def test_seeing() -> None:
    state = given(LIVE, relayed("q1")).when(SEE, by=THEO).then(SEEN)
    assert (state.questions["q1"].status, state.questions["q1"].seen_at) == ("seen", NOW)


@pytest.mark.parametrize("status", ["seen", "claimed", "answered", "delivered", "confirmed"])
def test_seeing_again_does_nothing_and_is_no_fault(status: str) -> None:
    given(LIVE, on_the_way("q1", status)).when(SEE, by=VERA).then()


def test_claiming_a_seen_question() -> None:
    state = given(LIVE, on_the_way("q1", "seen")).when(CLAIM, by=THEO).then(CLAIMED)
    question = state.questions["q1"]
    assert (question.status, question.claimed_by, question.claimed_at) == ("claimed", "theo", NOW)


def test_claiming_an_unseen_question_says_that_it_was_seen() -> None:
    given(LIVE, relayed("q1")).when(CLAIM, by=VERA).then(SEEN, CLAIMED)


@pytest.mark.parametrize("teacher", [VERA, THEO], ids=["who claimed it", "another"])
def test_a_claimed_question_is_not_claimed_again(teacher: Any) -> None:
    given(LIVE, on_the_way("q1", "claimed")).when(CLAIM, by=teacher).then(refused("already_claimed"))


@pytest.mark.parametrize("status", ["answered", "delivered", "confirmed"])
def test_what_was_answered_is_not_claimed(status: str) -> None:
    given(LIVE, on_the_way("q1", status)).when(CLAIM, by=VERA).then(refused("wrong_state"))


@pytest.mark.parametrize("form", ["spoken_to_all", "spoken_to_site"])
@pytest.mark.parametrize(("text", "kept"), [(None, None), ("", None), (" \n\t", None), ("see page 4", "see page 4")])
def test_a_spoken_answer_may_keep_a_line(form: Any, text: str | None, kept: str | None) -> None:
    command = AnswerQuestion(question_id="q1", form=form, text=text)
    state = (
        given(LIVE, on_the_way("q1", "claimed"))
        .when(command, by=VERA)
        .then(QuestionAnswered(question_id="q1", form=form, text=kept))
    )
    assert state.questions["q1"].status == "answered"
    assert state.questions["q1"].answers == (Answer(form, kept, "vera", NOW),)


def test_a_written_answer_needs_its_text() -> None:
    history = given(LIVE, on_the_way("q1", "claimed"))
    for blank in (None, "", " \n\t"):
        command = AnswerQuestion(question_id="q1", form="written", text=blank)
        history.when(command, by=VERA).then(refused("missing_field", "text"))
    written = AnswerQuestion(question_id="q1", form="written", text="F = ma")
    history.when(written, by=VERA).then(QuestionAnswered(question_id="q1", form="written", text="F = ma"))


def test_only_who_claimed_it_answers() -> None:
    given(LIVE, on_the_way("q1", "claimed")).when(ANSWER, by=THEO).then(refused("not_yours"))


@pytest.mark.parametrize("status", ["queued", "seen", "answered", "delivered", "confirmed"])
def test_only_a_claimed_question_is_answered(status: str) -> None:
    given(LIVE, on_the_way("q1", status)).when(ANSWER, by=VERA).then(refused("wrong_state"))


@pytest.mark.parametrize("command", [SEE, CLAIM, ANSWER], ids=["see", "claim", "answer"])
@pytest.mark.parametrize("actor", [IDLE_TEACHER, RUTH, CORA, SYSTEM], ids=lambda actor: actor.person_id)
def test_the_teachers_side_is_its_teachers(command: Any, actor: Any) -> None:
    given(LIVE, on_the_way("q1", "claimed")).when(command, by=actor).then(refused("not_your_section"))


def test_a_teacher_who_was_replaced_does_not_answer_what_they_claimed() -> None:
    replaced = (SYSTEM, TeachersAssigned(teacher_ids=("theo",)))
    given(LIVE, on_the_way("q1", "claimed"), replaced).when(ANSWER, by=VERA).then(refused("not_your_section"))


# ── The way back ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_delivering_then_confirming() -> None:
    state = given(LIVE, on_the_way("q1", "answered")).when(DELIVER, by=RUTH).then(DELIVERED)
    assert (state.questions["q1"].status, state.questions["q1"].answers[0].delivered_at) == ("delivered", NOW)
    state = given(LIVE, on_the_way("q1", "delivered")).when(CONFIRM, by=RUTH).then(CONFIRMED)
    assert (state.questions["q1"].status, state.questions["q1"].answers[0].confirmed_at) == ("confirmed", NOW)


def test_one_tap_delivers_and_confirms() -> None:
    state = given(LIVE, on_the_way("q1", "answered")).when(CONFIRM, by=RUTH).then(DELIVERED, CONFIRMED)
    [answer] = state.questions["q1"].answers
    assert (answer.delivered_at, answer.confirmed_at, answer.stuck_at) == (NOW, NOW, None)


@pytest.mark.parametrize(("status", "events"), [("answered", [DELIVERED, STILL_STUCK]), ("delivered", [STILL_STUCK])])
def test_a_stuck_student_waits_again(status: str, events: list[Any]) -> None:
    state = given(LIVE, on_the_way("q1", status)).when(STUCK, by=RUTH).then(*events)
    question = state.questions["q1"]
    assert (question.status, question.stuck, question.waiting_since) == ("queued", 1, NOW)
    assert (question.seen_at, question.claimed_by, question.claimed_at) == (None, None, None)
    assert question.answers[0].stuck_at == NOW, "the first answer is kept"


def test_a_second_round_keeps_both_answers_apart() -> None:
    again = (seen("q1", THEO), claimed("q1", THEO), answered("q1", THEO, "written", "F = ma"))
    history = given(LIVE, on_the_way("q1", "delivered"), stuck("q1"), again)
    state = history.when(CONFIRM, by=RUTH).then(DELIVERED, CONFIRMED)
    first, second = state.questions["q1"].answers
    assert (first.by, first.text, first.confirmed_at) == ("vera", None, None)
    assert (second.by, second.text, second.confirmed_at, second.stuck_at) == ("theo", "F = ma", NOW, None)
    assert first.stuck_at == STARTS_AT + 18_000, "the eighteenth event"


@pytest.mark.parametrize(
    ("command", "statuses"),
    [
        (DELIVER, ["queued", "seen", "claimed", "delivered", "confirmed"]),
        (CONFIRM, ["queued", "seen", "claimed", "confirmed"]),
        (STUCK, ["queued", "seen", "claimed", "confirmed"]),
    ],
    ids=["deliver", "confirm", "stuck"],
)
def test_what_is_not_answered_does_not_come_back(command: Any, statuses: list[str]) -> None:
    for status in statuses:
        given(LIVE, on_the_way("q1", status)).when(command, by=RUTH).then(refused("wrong_state"))


@pytest.mark.parametrize("command", [DELIVER, CONFIRM, STUCK], ids=["deliver", "confirm", "stuck"])
@pytest.mark.parametrize("actor", [SAM, VERA, CORA, SYSTEM], ids=lambda actor: actor.person_id)
def test_another_sites_question_does_not_exist_for_you(command: Any, actor: Any) -> None:
    given(LIVE, on_the_way("q1", "answered")).when(command, by=actor).then(refused("unknown_question", "question_id"))


def test_the_room_is_gone_and_with_it_the_right_to_bring_answers_back() -> None:
    gone = (SYSTEM, RoomRemoved(site_id=PINE))
    given(LIVE, on_the_way("q1", "answered"), gone).when(CONFIRM, by=RUTH).then(
        refused("unknown_question", "question_id")
    )


@pytest.mark.parametrize(("command", "actor"), [(SEE, VERA), (CLAIM, VERA), (ANSWER, VERA), (DELIVER, RUTH)])
def test_a_question_that_nobody_asked(command: Any, actor: Any) -> None:
    given(LIVE).when(command, by=actor).then(refused("unknown_question", "question_id"))


# ── What holds for all ────────────────────────────────────────────────────────────────────────────────────────────

EACH_STEP = [
    (SEE, VERA, "queued", [SEEN]),
    (CLAIM, VERA, "seen", [CLAIMED]),
    (ANSWER, VERA, "claimed", [ANSWERED]),
    (DELIVER, RUTH, "answered", [DELIVERED]),
    (CONFIRM, RUTH, "delivered", [CONFIRMED]),
    (STUCK, RUTH, "delivered", [STILL_STUCK]),
]
VERSIONS = {"queued": 1, "seen": 2, "claimed": 3, "answered": 4, "delivered": 5}


@pytest.mark.parametrize(("command", "actor", "status", "events"), EACH_STEP)
def test_a_stale_version_is_refused_and_the_current_one_is_not(
    command: Any, actor: Any, status: str, events: list[Any]
) -> None:
    history, current = given(LIVE, on_the_way("q1", status)), VERSIONS[status]
    for wrong in (current - 1, current + 1):
        history.when(replace(command, version=wrong), by=actor).then(refused("stale_version", "version"))
    state = history.when(replace(command, version=current), by=actor).then(*events)
    assert state.questions["q1"].version == current + 1


def test_seeing_again_with_a_stale_version_is_stale() -> None:
    command = SeeQuestion(question_id="q1", version=1)
    given(LIVE, on_the_way("q1", "seen")).when(command, by=VERA).then(refused("stale_version", "version"))


@pytest.mark.parametrize(("command", "actor", "status", "events"), EACH_STEP[3:5])
def test_an_answer_is_brought_back_after_class_as_in_class(
    command: Any, actor: Any, status: str, events: list[Any]
) -> None:
    given(LIVE, on_the_way("q1", status), ENDED).when(command, by=actor).then(*events)


def test_a_rooms_figures_follow_its_questions() -> None:
    history = [
        (on_the_way("p1", "confirmed"), (1, [], 0, 0)),
        (relayed("p2", turn=1), (2, ["p2"], 0, 1)),
        (relayed("p3", turn=2), (3, ["p2", "p3"], 0, 2)),
        ([seen("p2"), claimed("p2")], (3, ["p2", "p3"], 0, 2)),
        (answered("p2"), (3, ["p3"], 1, 2)),
        (delivered("p2"), (3, ["p3"], 1, 2)),
        (stuck("p2"), (3, ["p3", "p2"], 0, 2)),
    ]
    for upto in range(1, len(history) + 1):
        room = given(LIVE, [events for events, _ in history[:upto]]).state.rooms[PINE]
        assert (room.asked, list(room.waiting), room.on_way_back, room.last_turn) == history[upto - 1][1]


def test_one_sites_questions_leave_the_others_figures_alone() -> None:
    rooms = given(LIVE, on_the_way("q1", "answered"), relayed("m1", MESA)).state.rooms
    assert [(rooms[site].asked, rooms[site].on_way_back) for site in (PINE, MESA, ELK)] == [(1, 1), (1, 0), (0, 0)]
