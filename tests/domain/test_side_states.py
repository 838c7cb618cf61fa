"""What may become of a question beside its straight way: asked back, put off, declined, withdrawn, not found."""

from typing import Any

import pytest

from server.domain.meeting.answering import (
    AnswerBegun,
    AnswerQuestion,
    AskBack,
    BeginAnswer,
    ClaimQuestion,
    QuestionAnswered,
    QuestionAskedBack,
    QuestionClaimed,
    QuestionReleased,
    QuestionSeen,
    ReleaseQuestion,
)
from server.domain.meeting.asking import QuestionRestated, QuestionWithdrawn, RestateQuestion, WithdrawQuestion
from server.domain.meeting.declining import (
    AcknowledgeDecline,
    AppealDecline,
    DeclineAcknowledged,
    DeclineAppealed,
    DeclineQuestion,
    QuestionDeclined,
)
from server.domain.meeting.deferring import DeferQuestion, QuestionDeferred, QuestionReopened, ReopenQuestion
from server.domain.meeting.facts import RoomRemoved, RoomRostered, TeachersAssigned
from server.domain.meeting.lifecycle import EndMeeting, MeetingEnded
from server.domain.meeting.returning import (
    AnswerConfirmed,
    AnswerDelivered,
    ConfirmAnswer,
    DeliverAnswer,
    ReportNotFound,
    ReportStillStuck,
    StudentNotFound,
    StudentStillStuck,
)
from server.domain.meeting.settling import QuestionClosed, SettleDue, next_due_at
from tests.support.given import given, refused
from tests.support.meetings import (
    A_DAY_AFTER,
    DUE_BY,
    ELK,
    ENDS_AT,
    LENA,
    LIVE,
    MESA,
    NOW,
    PINE,
    RUTH,
    SAM,
    SYSTEM,
    THEO,
    VERA,
    acknowledged,
    appealed,
    claimed,
    declined,
    ended,
    on_the_way,
    relayed,
    stuck,
)

SEEN = QuestionSeen(question_id="q1")
DAY = 86_400_000


# ── Taking up and giving back ─────────────────────────────────────────────────────────────────────────────────────


def test_beginning_is_claiming_too_where_nobody_has() -> None:
    begin, begun = BeginAnswer(question_id="q1"), AnswerBegun(question_id="q1")
    given(LIVE, relayed("q1")).when(begin, by=VERA).then(SEEN, QuestionClaimed(question_id="q1"), begun)
    given(LIVE, on_the_way("q1", "seen")).when(begin, by=VERA).then(QuestionClaimed(question_id="q1"), begun)
    state = given(LIVE, on_the_way("q1", "claimed")).when(begin, by=VERA).then(begun)
    assert (state.questions["q1"].status, state.questions["q1"].claimed_by) == ("answering", "vera")
    given(LIVE, on_the_way("q1", "answering")).when(begin, by=VERA).then(refused("wrong_state"))


def test_of_two_teachers_at_once_the_first_has_it() -> None:
    """Both saw it waiting; the second is told by a code, whichever way they take it up."""
    after = given(LIVE, on_the_way("q1", "seen"), claimed("q1", VERA))
    after.when(ClaimQuestion(question_id="q1", version=2), by=THEO).then(refused("stale_version", "version"))
    after.when(ClaimQuestion(question_id="q1"), by=THEO).then(refused("already_claimed"))
    for command in (
        BeginAnswer(question_id="q1"),
        AnswerQuestion(question_id="q1"),
        ReleaseQuestion(question_id="q1"),
        AskBack(question_id="q1"),
        DeferQuestion(question_id="q1"),
        DeclineQuestion(question_id="q1", reason="off_topic"),
    ):
        after.when(command, by=THEO).then(refused("not_yours"))


@pytest.mark.parametrize("status", ["claimed", "answering"])
def test_giving_back_keeps_the_turn_and_ends_the_claim(status: str) -> None:
    before = given(LIVE, on_the_way("q1", status))
    state = before.when(ReleaseQuestion(question_id="q1"), by=VERA).then(QuestionReleased(question_id="q1"))
    question = state.questions["q1"]
    assert (question.status, question.claimed_by, question.claimed_at) == ("seen", None, None)
    assert question.turn == before.state.questions["q1"].turn


def test_a_claim_ends_with_its_teachers_part_in_the_section() -> None:
    gone = (SYSTEM, TeachersAssigned(teacher_ids=("theo",)))
    left = given(LIVE, on_the_way("q1", "claimed"), gone)
    left.when(ReleaseQuestion(question_id="q1"), by=THEO).then(QuestionReleased(question_id="q1"))
    answer = QuestionAnswered(question_id="q1", form="spoken_to_all", text=None)
    left.when(AnswerQuestion(question_id="q1"), by=THEO).then(answer)


# ── Asked back ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_asking_back_hands_the_question_to_its_site_and_restating_hands_it_back() -> None:
    asked = QuestionAskedBack(question_id="q1", note="which drawing?")
    ask = AskBack(question_id="q1", note="which drawing?")
    given(LIVE, relayed("q1")).when(ask, by=THEO).then(SEEN, asked)
    state = given(LIVE, on_the_way("q1", "answering")).when(ask, by=VERA).then(asked)
    question = state.questions["q1"]
    assert (question.status, question.claimed_by) == ("asked_back", None)
    assert question.asked_back is not None
    assert (question.asked_back.at, question.asked_back.note) == (NOW, "which drawing?")
    assert "q1" in state.rooms[PINE].waiting, "the student still waits"
    restate = RestateQuestion(question_id="q1", text="the second", verbatim=False)
    state = (
        given(LIVE, on_the_way("q1", "asked_back"))
        .when(restate, by=RUTH)
        .then(QuestionRestated(question_id="q1", text="the second", verbatim=False))
    )
    question = state.questions["q1"]
    assert (question.status, question.text, question.verbatim, question.restated) == ("seen", "the second", False, 1)
    assert question.asked_back is None


def test_a_note_of_white_space_is_none() -> None:
    given(LIVE, on_the_way("q1", "seen")).when(AskBack(question_id="q1", note=" \n"), by=VERA).then(
        QuestionAskedBack(question_id="q1", note=None)
    )


# ── Put off ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_putting_off_takes_the_sites_next_school_day_or_the_time_given() -> None:
    state = (
        given(LIVE, on_the_way("q1", "claimed"))
        .when(DeferQuestion(question_id="q1"), by=VERA)
        .then(QuestionDeferred(question_id="q1", due_at=DUE_BY))
    )
    question, room = state.questions["q1"], state.rooms[PINE]
    assert (question.status, question.due_at, question.claimed_by) == ("deferred", DUE_BY, None)
    assert (list(room.waiting), room.deferred) == ([], 1)
    assert next_due_at(state) is None, "a late written answer closes nothing"
    given(LIVE, on_the_way("q1", "seen", ELK)).when(DeferQuestion(question_id="q1"), by=VERA).then(
        QuestionDeferred(question_id="q1", due_at=A_DAY_AFTER)
    )
    given(LIVE, relayed("q1")).when(DeferQuestion(question_id="q1", due_at=NOW + 1), by=VERA).then(
        SEEN, QuestionDeferred(question_id="q1", due_at=NOW + 1)
    )


@pytest.mark.parametrize("due_at", [NOW, NOW - 1, 0])
def test_a_due_time_is_still_to_come(due_at: int) -> None:
    given(LIVE, on_the_way("q1", "seen")).when(DeferQuestion(question_id="q1", due_at=due_at), by=VERA).then(
        refused("out_of_range", "due_at")
    )


def test_a_default_that_has_passed_gives_a_day_from_now() -> None:
    late = DUE_BY + 1
    given(LIVE, on_the_way("q1", "seen")).when(DeferQuestion(question_id="q1"), by=VERA, at=late).then(
        QuestionDeferred(question_id="q1", due_at=late + DAY)
    )
    gone = (SYSTEM, RoomRemoved(site_id=PINE))
    given(LIVE, on_the_way("q1", "seen"), gone).when(DeferQuestion(question_id="q1"), by=VERA).then(
        QuestionDeferred(question_id="q1", due_at=ENDS_AT + DAY)
    )


def test_what_was_put_off_is_answered_in_writing_by_any_teacher() -> None:
    put_off = given(LIVE, on_the_way("q1", "deferred"))
    written = AnswerQuestion(question_id="q1", form="written", text="F = ma")
    state = put_off.when(written, by=THEO).then(QuestionAnswered(question_id="q1", form="written", text="F = ma"))
    assert (state.questions["q1"].status, state.questions["q1"].due_at) == ("answered", None)
    put_off.when(AnswerQuestion(question_id="q1"), by=THEO).then(refused("not_a_choice", "form"))
    over = given(LIVE, on_the_way("q1", "deferred"), ended())
    over.when(written, by=VERA).then(QuestionAnswered(question_id="q1", form="written", text="F = ma"))


def test_reopening_keeps_the_turn_and_the_wait_and_needs_the_class() -> None:
    history = [on_the_way("q1", "deferred"), relayed("q2", turn=1)]
    reopen = ReopenQuestion(question_id="q1")
    state = given(LIVE, history).when(reopen, by=THEO).then(QuestionReopened(question_id="q1"))
    question = state.questions["q1"]
    assert (question.status, question.turn, question.due_at) == ("queued", 0, None)
    assert list(state.rooms[PINE].waiting) == ["q1", "q2"], "it has waited longer"
    given(LIVE, on_the_way("q1", "deferred"), ended()).when(reopen, by=VERA).then(refused("meeting_ended"))


def test_the_end_of_class_puts_off_what_nobody_decided_about() -> None:
    history = [
        relayed("q1"),
        on_the_way("q2", "claimed", MESA),
        on_the_way("q3", "asked_back", ELK),
        on_the_way("q4", "answered", PINE, turn=1),
        on_the_way("q5", "declined", PINE, turn=2),
        on_the_way("q6", "deferred", PINE, turn=3),
    ]
    state = (
        given(LIVE, history)
        .when(EndMeeting(), by=VERA)
        .then(
            MeetingEnded(),
            QuestionDeferred(question_id="q1", due_at=DUE_BY),
            QuestionDeferred(question_id="q2", due_at=DUE_BY),
            QuestionDeferred(question_id="q3", due_at=A_DAY_AFTER),
        )
    )
    assert {q.status for q in state.questions.values()} == {"deferred", "answered", "declined"}


def test_who_is_still_stuck_after_class_is_owed_an_answer_in_writing() -> None:
    history = given(LIVE, on_the_way("q1", "delivered"), ended())
    state = history.when(ReportStillStuck(question_id="q1"), by=RUTH).then(
        StudentStillStuck(question_id="q1"), QuestionDeferred(question_id="q1", due_at=DUE_BY)
    )
    assert (state.questions["q1"].status, state.questions["q1"].stuck) == ("deferred", 1)


# ── Declined ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_declining_says_why() -> None:
    decline = DeclineQuestion(question_id="q1", reason="ask_your_site")
    state = (
        given(LIVE, on_the_way("q1", "claimed"))
        .when(decline, by=VERA)
        .then(QuestionDeclined(question_id="q1", reason="ask_your_site", note=None))
    )
    assert state.questions["q1"].status == "declined"
    assert list(state.rooms[PINE].waiting) == []
    for blank in (None, "", "  "):
        other = DeclineQuestion(question_id="q1", reason="other", note=blank)
        given(LIVE, relayed("q1")).when(other, by=VERA).then(refused("missing_field", "note"))


def test_a_site_acknowledges_once() -> None:
    acknowledge = AcknowledgeDecline(question_id="q1")
    state = (
        given(LIVE, on_the_way("q1", "declined"), ended())
        .when(acknowledge, by=RUTH)
        .then(DeclineAcknowledged(question_id="q1"))
    )
    declined_now = state.questions["q1"].declined
    assert declined_now is not None
    assert (state.questions["q1"].status, declined_now.acknowledged_at) == ("declined", NOW)
    settled = given(LIVE, on_the_way("q1", "declined"), acknowledged("q1"))
    settled.when(acknowledge, by=RUTH).then(refused("wrong_state"))
    settled.when(AppealDecline(question_id="q1", note="but"), by=RUTH).then(refused("wrong_state"))


def test_a_site_objects_once_and_in_class() -> None:
    appeal = AppealDecline(question_id="q1", note="it is on page 4")
    state = (
        given(LIVE, on_the_way("q1", "declined"))
        .when(appeal, by=RUTH)
        .then(DeclineAppealed(question_id="q1", note="it is on page 4"))
    )
    question = state.questions["q1"]
    assert (question.status, question.turn, question.declined) == ("queued", 0, None)
    assert question.appeal is not None
    assert (question.appeal.note, question.appeal.at) == ("it is on page 4", NOW)
    again = given(LIVE, on_the_way("q1", "declined"), appealed("q1"), (VERA, SEEN), declined("q1"))
    again.when(appeal, by=RUTH).then(refused("already_appealed"))
    again.when(AcknowledgeDecline(question_id="q1"), by=RUTH).then(DeclineAcknowledged(question_id="q1"))
    given(LIVE, on_the_way("q1", "declined"), ended()).when(appeal, by=RUTH).then(refused("meeting_ended"))


# ── Not found, and closed by time ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["answered", "delivered"])
def test_a_student_who_is_not_there_is_looked_for_until_the_due_time(status: str) -> None:
    state = (
        given(LIVE, on_the_way("q1", status))
        .when(ReportNotFound(question_id="q1"), by=RUTH)
        .then(StudentNotFound(question_id="q1", due_at=DUE_BY))
    )
    assert (state.questions["q1"].status, state.questions["q1"].due_at) == ("cannot_find", DUE_BY)
    assert state.rooms[PINE].on_way_back == 1
    assert next_due_at(state) == DUE_BY


def test_who_turns_up_after_all_gets_the_answer() -> None:
    missing = given(LIVE, on_the_way("q1", "cannot_find"))
    delivered = AnswerDelivered(question_id="q1")
    state = missing.when(DeliverAnswer(question_id="q1"), by=RUTH).then(delivered)
    assert (state.questions["q1"].status, next_due_at(state)) == ("delivered", None)
    missing.when(ConfirmAnswer(question_id="q1"), by=RUTH).then(delivered, AnswerConfirmed(question_id="q1"))
    missing.when(ReportStillStuck(question_id="q1"), by=RUTH).then(delivered, StudentStillStuck(question_id="q1"))


def test_time_closes_what_is_due_and_nothing_else() -> None:
    history = given(LIVE, on_the_way("q1", "cannot_find"), on_the_way("q2", "cannot_find", ELK))
    history.when(SettleDue(), by=SYSTEM, at=A_DAY_AFTER - 1).then()
    closed = QuestionClosed(question_id="q2", reason="not_found")
    state = history.when(SettleDue(), by=SYSTEM, at=A_DAY_AFTER).then(closed)
    assert (state.questions["q2"].status, state.questions["q2"].closed_reason) == ("closed", "not_found")
    assert (state.rooms[ELK].on_way_back, next_due_at(state)) == (0, DUE_BY)
    both = [QuestionClosed(question_id="q1", reason="not_found"), closed]
    history.when(SettleDue(), by=SYSTEM, at=DUE_BY).then(*both)
    given(LIVE, on_the_way("q1", "deferred")).when(SettleDue(), by=SYSTEM, at=DUE_BY + DAY).then()


def test_a_student_who_left_or_moved_is_still_the_asking_sites_to_find() -> None:
    """The question stays with the site that relayed it; the new site never hears of it."""
    moved = [
        (SYSTEM, RoomRostered(site_id=PINE, student_ids=("pol",), supervisor_ids=("ruth",), due_by=DUE_BY)),
        (SYSTEM, RoomRostered(site_id=MESA, student_ids=("max", "pia"), supervisor_ids=("sam",), due_by=DUE_BY)),
    ]
    after = given(LIVE, on_the_way("q1", "answered"), moved)
    after.when(ReportNotFound(question_id="q1"), by=RUTH).then(StudentNotFound(question_id="q1", due_at=DUE_BY))
    after.when(DeliverAnswer(question_id="q1"), by=SAM).then(refused("unknown_question", "question_id"))


# ── Withdrawn ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", ["queued", "seen", "claimed", "answering", "asked_back", "deferred"])
def test_a_site_takes_back_what_nobody_has_answered(status: str) -> None:
    withdraw, gone = WithdrawQuestion(question_id="q1"), QuestionWithdrawn(question_id="q1")
    state = given(LIVE, on_the_way("q1", status)).when(withdraw, by=RUTH).then(gone)
    question, room = state.questions["q1"], state.rooms[PINE]
    assert (question.status, question.claimed_by, question.due_at) == ("withdrawn", None, None)
    assert (room.asked, list(room.waiting), room.deferred) == (1, [], 0)


# ── Each status, each command ─────────────────────────────────────────────────────────────────────────────────────

ALLOWED: dict[Any, str] = {
    (ClaimQuestion, VERA): "queued seen",
    (BeginAnswer, VERA): "queued seen claimed",
    (ReleaseQuestion, VERA): "claimed answering",
    (AskBack, VERA): "queued seen claimed answering",
    (DeferQuestion, VERA): "queued seen claimed answering asked_back",
    (ReopenQuestion, VERA): "deferred",
    (WithdrawQuestion, RUTH): "queued seen claimed answering asked_back merged deferred",
    (AcknowledgeDecline, RUTH): "declined",
    (DeliverAnswer, RUTH): "answered cannot_find",
    (ConfirmAnswer, RUTH): "answered delivered cannot_find",
    (ReportStillStuck, RUTH): "answered delivered cannot_find",
    (ReportNotFound, RUTH): "answered delivered",
    (lambda **q1: RestateQuestion(**q1, text="again"), RUTH): "asked_back",
    (lambda **q1: AppealDecline(**q1, note="but"), RUTH): "declined",
    (lambda **q1: DeclineQuestion(**q1, reason="off_topic"), VERA): (
        "queued seen claimed answering asked_back deferred"
    ),
    (lambda **q1: AnswerQuestion(**q1, form="written", text="x"), VERA): "claimed answering deferred",
}
"""By hand, from domain.md §3 and the table in docs/protocol.md; merging has its own tests."""
STATUSES = [
    "queued",
    "seen",
    "claimed",
    "answering",
    "asked_back",
    "merged",
    "deferred",
    "answered",
    "delivered",
    "cannot_find",
    "confirmed",
    "declined",
    "withdrawn",
    "closed",
]


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_not_allowed_in_a_status_is_refused_with_its_words(status: str) -> None:
    history = given(LIVE, on_the_way("q1", status))
    for (build, actor), allowed in ALLOWED.items():
        outcome = history.when(build(question_id="q1"), by=actor)
        is_claim_of_claimed = build is ClaimQuestion and status in ("claimed", "answering")
        if status in allowed.split():
            assert outcome.events(), f"{build} from {status}"
        else:
            outcome.then(refused("already_claimed" if is_claim_of_claimed else "wrong_state"))


def test_still_stuck_after_the_student_got_it_is_another_question() -> None:
    done = given(LIVE, on_the_way("q1", "confirmed"))
    done.when(ReportStillStuck(question_id="q1"), by=RUTH).then(refused("wrong_state"))


def test_delivery_is_the_asking_sites_to_acknowledge() -> None:
    answered = given(LIVE, on_the_way("q1", "answered", shareable=True), stuck_elsewhere())
    for adult in (SAM, LENA):
        for command in (DeliverAnswer, ConfirmAnswer, ReportStillStuck, ReportNotFound):
            answered.when(command(question_id="q1"), by=adult).then(refused("unknown_question", "question_id"))


def stuck_elsewhere() -> list[Any]:
    """Another site has a question of its own, so that its adult is somebody in this class."""
    return [*on_the_way("m1", "delivered", MESA), stuck("m1", SAM)]
