"""Calling on a student: the teacher asks for one by way of the adult in the room, who says whether they are ready."""

from dataclasses import dataclass, replace
from typing import Any, Literal

from ..actors import Permission
from ..fields import Id
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .questions import unknown_question
from .state import Call, Meeting, require_live, require_teacher, supervises

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("student.call_on", may=Permission.CALL_STUDENT)
@dataclass(frozen=True, slots=True, kw_only=True)
class CallOnStudent:
    """The teacher calls on a student, perhaps about a question of that site."""

    call_id: Id
    site_id: Id
    student_id: Id
    question_id: Id | None = None


@command("student.end_call", may=Permission.CALL_STUDENT)
@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall:
    """The teacher has heard the student, or goes on without them."""

    call_id: Id


@command("student.answer_call", may=Permission.ANSWER_CALL)
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCall:
    """The adult in the room says whether the student is ready to speak."""

    call_id: Id
    response: Literal["ready", "not_here"]


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("student.called")
@dataclass(frozen=True, slots=True, kw_only=True)
class StudentCalled:
    """The teacher, the event's actor, called on a student."""

    call_id: str
    site_id: str
    student_id: str
    question_id: str | None


@event("student.call_answered")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswered:
    """The room answered the call."""

    call_id: str
    response: Literal["ready", "not_here"]


@event("student.call_ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded:
    """The call is over."""

    call_id: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(CallOnStudent)
def call_on_student(state: Meeting, command: CallOnStudent, context: Context) -> list[object]:
    """A teacher calls on a student through the adult in the room, never directly (domain.md §3)."""
    require_teacher(state, context)
    require_live(state)
    room = state.rooms.get(command.site_id)
    if room is None:
        raise Refused("not_on_roster", "this site takes no part in the class", "site_id")
    if command.student_id not in room.student_ids:
        raise Refused("not_on_roster", "this student is not on this room's roster today", "student_id")
    if command.question_id is not None:
        question = state.questions.get(command.question_id)
        if question is None or question.site_id != command.site_id:
            raise unknown_question()
    if command.call_id in state.calls:
        raise Refused("id_taken", "a call of this id exists: give each call an id of its own", "call_id")
    return [
        StudentCalled(
            call_id=command.call_id,
            site_id=command.site_id,
            student_id=command.student_id,
            question_id=command.question_id,
        )
    ]


@decides(EndCall)
def end_call(state: Meeting, command: EndCall, context: Context) -> list[object]:
    require_teacher(state, context)
    call = state.calls.get(command.call_id)
    if call is None:
        raise _unknown_call()
    _require_open(call)
    return [CallEnded(call_id=call.call_id)]


@decides(AnswerCall)
def answer_call(state: Meeting, command: AnswerCall, context: Context) -> list[object]:
    """Who was not there may turn up, and the other way round: the last word of the room counts."""
    call = state.calls.get(command.call_id)
    # Another site's call gets the same answer as none at all.
    room = state.rooms.get(call.site_id) if call is not None else None
    if call is None or room is None or not supervises(state, context.actor, room):
        raise _unknown_call()
    _require_open(call)
    return [] if call.status == command.response else [CallAnswered(call_id=call.call_id, response=command.response)]


def open_calls_ended(state: Meeting) -> list[object]:
    """The class is over: nobody is called on any more."""
    return [CallEnded(call_id=call.call_id) for call in state.calls.values() if call.status != "ended"]


def _unknown_call() -> Refused:
    return Refused("unknown_call", "there is no such call in your rooms", "call_id")


def _require_open(call: Call) -> None:
    if call.status == "ended":
        raise Refused("wrong_state", "this call is over")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(StudentCalled)
def student_called(state: Meeting, event: StudentCalled, recorded: Recorded) -> Meeting:
    call = Call(
        call_id=event.call_id,
        site_id=event.site_id,
        student_id=event.student_id,
        question_id=event.question_id,
        called_by=recorded.actor_id,
        called_at=recorded.at,
    )
    return replace(state, calls={**state.calls, call.call_id: call})


@applies(CallAnswered)
def call_answered(state: Meeting, event: CallAnswered, recorded: Recorded) -> Meeting:
    answered = {"answered_by": recorded.actor_id, "answered_at": recorded.at}
    return _change(state, event.call_id, status=event.response, **answered)


@applies(CallEnded)
def call_ended(state: Meeting, event: CallEnded, recorded: Recorded) -> Meeting:
    return _change(state, event.call_id, status="ended")


def _change(state: Meeting, call_id: str, **changes: Any) -> Meeting:
    return replace(state, calls={**state.calls, call_id: replace(state.calls[call_id], **changes)})
