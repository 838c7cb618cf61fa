"""A question's way from a student to the teacher and back: the closed loop of domain.md §3.

    queued → seen → claimed → answered → delivered → confirmed
      ↑                                      └→ still stuck ─┐
      └──────────────────── before its turn ─────────────────┘

After the class has ended no new question is relayed, but an asked one may still be claimed, answered, delivered and
confirmed: no question dies with the class.
"""

from dataclasses import dataclass, replace
from typing import Any

from ..actors import Permission
from ..fields import AnswerText, Flag, Id, Millis, QuestionText, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .lifecycle import require_live
from .state import (
    ON_WAY_BACK,
    WAITING,
    Answer,
    AnswerForm,
    Meeting,
    Question,
    Room,
    Urgency,
    require_supervisor,
    require_teacher,
)

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("question.relay", may=Permission.RELAY_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class RelayQuestion:
    """The supervisor forwards a student's question; `student_id` None: the room asks. `asked_at` is the device's."""

    question_id: Id
    site_id: Id
    student_id: Id | None = None
    text: QuestionText
    verbatim: Flag = True
    urgency: Urgency = "normal"
    shareable: Flag = False
    asked_at: Millis


@command("question.see", may=Permission.SEE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class SeeQuestion:
    """The question has been on the teacher's screen."""

    question_id: Id
    version: Version | None = None


@command("question.claim", may=Permission.CLAIM_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimQuestion:
    """The teacher takes the question up."""

    question_id: Id
    version: Version | None = None


@command("question.answer", may=Permission.ANSWER_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """The teacher has answered; a written answer needs its text, a spoken one may keep a line."""

    question_id: Id
    form: AnswerForm = "spoken_to_all"
    text: AnswerText | None = None
    version: Version | None = None


@command("question.deliver", may=Permission.RETURN_ANSWER)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverAnswer:
    """The supervisor has brought the answer to the student."""

    question_id: Id
    version: Version | None = None


@command("question.confirm", may=Permission.RETURN_ANSWER)
@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmAnswer:
    """The student got it."""

    question_id: Id
    version: Version | None = None


@command("question.still_stuck", may=Permission.RETURN_ANSWER)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportStillStuck:
    """The student is still stuck: the question goes back into the queue, before its turn."""

    question_id: Id
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.relayed", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRelayed:
    """A question joined the queue; who relayed it is the event's actor. `turn`: see `next_turn`."""

    question_id: str
    site_id: str
    student_id: str | None
    text: str
    verbatim: bool
    urgency: Urgency
    shareable: bool
    asked_at: int
    turn: int


@event("question.seen")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSeen:
    """The question was on the teacher's screen."""

    question_id: str


@event("question.claimed")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionClaimed:
    """A teacher, the event's actor, took the question up."""

    question_id: str


@event("question.answered", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """The question was answered."""

    question_id: str
    form: AnswerForm
    text: str | None


@event("question.delivered")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDelivered:
    """The answer reached the student."""

    question_id: str


@event("question.confirmed")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerConfirmed:
    """The student got it. The loop is closed."""

    question_id: str


@event("question.stuck")
@dataclass(frozen=True, slots=True, kw_only=True)
class StudentStillStuck:
    """The answer did not help; the question is queued again."""

    question_id: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def next_turn(state: Meeting, site_id: str) -> int:
    """The turn of a site's next question: fair rotation among sites as one number, fixed when the question arrives.

    Start-time fair queueing: a site's questions follow each other one turn apart, and a site that was quiet starts at
    the turn that is being served now. So ten questions from one site never stand before the first of another.
    """
    return max(state.turn, state.rooms[site_id].last_turn + 1)


@decides(RelayQuestion)
def relay_question(state: Meeting, command: RelayQuestion, context: Context) -> list[object]:
    room = require_supervisor(state, command.site_id, context, "site_id")
    require_live(state)
    if command.student_id is not None and command.student_id not in room.student_ids:
        raise Refused("not_on_roster", "this student is not on this room's roster today", "student_id")
    if command.question_id in state.questions:
        raise Refused("id_taken", "a question of this id exists: give each question an id of its own", "question_id")
    return [
        QuestionRelayed(
            question_id=command.question_id,
            site_id=command.site_id,
            student_id=command.student_id,
            text=command.text,
            verbatim=command.verbatim,
            urgency=command.urgency,
            shareable=command.shareable,
            asked_at=command.asked_at,
            turn=next_turn(state, command.site_id),
        )
    ]


@decides(SeeQuestion)
def see_question(state: Meeting, command: SeeQuestion, context: Context) -> list[object]:
    question = _taught(state, command, context)
    # Two screens of one teacher show the same question: the second has nothing left to do, and did nothing wrong.
    return [QuestionSeen(question_id=question.question_id)] if question.status == "queued" else []


@decides(ClaimQuestion)
def claim_question(state: Meeting, command: ClaimQuestion, context: Context) -> list[object]:
    question = _taught(state, command, context)
    if question.status == "claimed":
        mine = question.claimed_by == context.actor.person_id
        raise Refused(
            "already_claimed", "you have claimed this already" if mine else "another teacher has claimed this"
        )
    _require_status(question, "queued", "seen")
    unseen = [QuestionSeen(question_id=question.question_id)] if question.status == "queued" else []
    return [*unseen, QuestionClaimed(question_id=question.question_id)]


@decides(AnswerQuestion)
def answer_question(state: Meeting, command: AnswerQuestion, context: Context) -> list[object]:
    question = _taught(state, command, context)
    _require_status(question, "claimed")
    if question.claimed_by != context.actor.person_id:
        raise Refused("not_yours", "another teacher has claimed this question")
    text = command.text if command.text is not None and command.text.strip() else None
    if command.form == "written" and text is None:
        raise Refused("missing_field", "a written answer needs its text", "text")
    return [QuestionAnswered(question_id=question.question_id, form=command.form, text=text)]


@decides(DeliverAnswer)
def deliver_answer(state: Meeting, command: DeliverAnswer, context: Context) -> list[object]:
    question = _supervised(state, command, context)
    _require_status(question, "answered")
    return [AnswerDelivered(question_id=question.question_id)]


@decides(ConfirmAnswer)
def confirm_answer(state: Meeting, command: ConfirmAnswer, context: Context) -> list[object]:
    question = _supervised(state, command, context)
    return [*_delivered_first(question), AnswerConfirmed(question_id=question.question_id)]


@decides(ReportStillStuck)
def report_still_stuck(state: Meeting, command: ReportStillStuck, context: Context) -> list[object]:
    question = _supervised(state, command, context)
    return [*_delivered_first(question), StudentStillStuck(question_id=question.question_id)]


def _delivered_first(question: Question) -> list[object]:
    """One tap may say both that the answer arrived and what became of it; the record keeps both facts."""
    _require_status(question, "answered", "delivered")
    return [AnswerDelivered(question_id=question.question_id)] if question.status == "answered" else []


def _taught(state: Meeting, command: Any, context: Context) -> Question:
    require_teacher(state, context)
    question = state.questions.get(command.question_id)
    if question is None:
        raise _unknown()
    _require_version(question, command.version)
    return question


def _supervised(state: Meeting, command: Any, context: Context) -> Question:
    question = state.questions.get(command.question_id)
    # Another site's question gets the same answer as none at all.
    if question is None:
        raise _unknown()
    room = state.rooms.get(question.site_id)
    if room is None or context.actor.person_id not in room.supervisor_ids:
        raise _unknown()
    _require_version(question, command.version)
    return question


def _unknown() -> Refused:
    return Refused("unknown_question", "there is no such question in your rooms", "question_id")


def _require_version(question: Question, version: int | None) -> None:
    if version is not None and version != question.version:
        raise Refused("stale_version", "the question has changed since you looked: look again", "version")


def _require_status(question: Question, *allowed: str) -> None:
    if question.status not in allowed:
        raise Refused("wrong_state", f"the question is {question.status}; this needs {' or '.join(allowed)}")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionRelayed)
def question_relayed(state: Meeting, event: QuestionRelayed, recorded: Recorded) -> Meeting:
    question = Question(
        question_id=event.question_id,
        site_id=event.site_id,
        student_id=event.student_id,
        relayed_by=recorded.actor_id,
        text=event.text,
        verbatim=event.verbatim,
        urgency=event.urgency,
        shareable=event.shareable,
        asked_at=event.asked_at,
        received_at=recorded.at,
        turn=event.turn,
    )
    return put(state, question)


@applies(QuestionSeen)
def question_seen(state: Meeting, event: QuestionSeen, recorded: Recorded) -> Meeting:
    return _change(state, event.question_id, status="seen", seen_at=recorded.at)


@applies(QuestionClaimed)
def question_claimed(state: Meeting, event: QuestionClaimed, recorded: Recorded) -> Meeting:
    turn = max(state.turn, state.questions[event.question_id].turn)
    claimed = {"status": "claimed", "claimed_by": recorded.actor_id, "claimed_at": recorded.at}
    return _change(replace(state, turn=turn), event.question_id, **claimed)


@applies(QuestionAnswered)
def question_answered(state: Meeting, event: QuestionAnswered, recorded: Recorded) -> Meeting:
    answer = Answer(event.form, event.text, recorded.actor_id, recorded.at)
    answers = (*state.questions[event.question_id].answers, answer)
    return _change(state, event.question_id, status="answered", answers=answers)


@applies(AnswerDelivered)
def answer_delivered(state: Meeting, event: AnswerDelivered, recorded: Recorded) -> Meeting:
    answers = _last_answer(state, event.question_id, delivered_at=recorded.at)
    return _change(state, event.question_id, status="delivered", answers=answers)


@applies(AnswerConfirmed)
def answer_confirmed(state: Meeting, event: AnswerConfirmed, recorded: Recorded) -> Meeting:
    answers = _last_answer(state, event.question_id, confirmed_at=recorded.at)
    return _change(state, event.question_id, status="confirmed", answers=answers)


@applies(StudentStillStuck)
def student_still_stuck(state: Meeting, event: StudentStillStuck, recorded: Recorded) -> Meeting:
    return _change(
        state,
        event.question_id,
        status="queued",
        seen_at=None,
        claimed_by=None,
        claimed_at=None,
        answers=_last_answer(state, event.question_id, stuck_at=recorded.at),
        stuck=state.questions[event.question_id].stuck + 1,
    )


def _last_answer(state: Meeting, question_id: str, **changes: Any) -> tuple[Answer, ...]:
    *earlier, last = state.questions[question_id].answers
    return (*earlier, replace(last, **changes))


def _change(state: Meeting, question_id: str, **changes: Any) -> Meeting:
    held = state.questions[question_id]
    return put(state, replace(held, version=held.version + 1, **changes))


def put(state: Meeting, question: Question) -> Meeting:
    """Hold the question, and keep its room's figures by the difference: a count would cost each event the sum."""
    held = state.questions.get(question.question_id)
    questions = {**state.questions, question.question_id: question}
    room = state.rooms.get(question.site_id)
    if room is None:
        return replace(state, questions=questions)
    rooms = {**state.rooms, room.site_id: tallied(room, held, question)}
    return replace(state, questions=questions, rooms=rooms)


def tallied(room: Room, before: Question | None, after: Question) -> Room:
    """The room's figures after one of its questions changed (or, with `before` None, was asked)."""
    was_waiting, waits = before is not None and before.status in WAITING, after.status in WAITING
    waiting = room.waiting
    if waits and not was_waiting:
        waiting = {**waiting, after.question_id: after.waiting_since}
    elif was_waiting and not waits:
        waiting = {k: since for k, since in waiting.items() if k != after.question_id}
    was_on_way = before is not None and before.status in ON_WAY_BACK
    return replace(
        room,
        asked=room.asked + (before is None),
        last_turn=max(room.last_turn, after.turn),
        waiting=waiting,
        on_way_back=room.on_way_back + (after.status in ON_WAY_BACK) - was_on_way,
    )
