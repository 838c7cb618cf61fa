"""An answer's way back to the student: delivered, confirmed; the student still stuck, or nowhere to be found."""

from dataclasses import dataclass, replace
from typing import Any

from ..actors import Permission
from ..fields import Id, Version
from ..messages import Context, Recorded, applies, command, decides, event
from .deferring import default_due, deferred_after_class
from .merging import left_group
from .questions import let_go, move, supervised
from .state import Answer, Meeting, Question

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


@command("question.cannot_find", may=Permission.RETURN_ANSWER)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportNotFound:
    """The student is not there to be told."""

    question_id: Id
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


@event("question.student_not_found")
@dataclass(frozen=True, slots=True, kw_only=True)
class StudentNotFound:
    """The student is not there; the answer waits for them until `due_at` (milliseconds, UTC)."""

    question_id: str
    due_at: int


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(DeliverAnswer)
def deliver_answer(state: Meeting, command: DeliverAnswer, context: Context) -> list[object]:
    """Each asking site acknowledges delivery by itself, also of an answer that settles several (domain.md §3)."""
    return [AnswerDelivered(question_id=supervised(state, command, context).question_id)]


@decides(ConfirmAnswer)
def confirm_answer(state: Meeting, command: ConfirmAnswer, context: Context) -> list[object]:
    question = supervised(state, command, context)
    return [*_delivered_first(question), AnswerConfirmed(question_id=question.question_id)]


@decides(ReportStillStuck)
def report_still_stuck(state: Meeting, command: ReportStillStuck, context: Context) -> list[object]:
    """Who is still stuck goes before their turn, and by themselves: the group's answer did not help (domain.md §3)."""
    question = supervised(state, command, context)
    stuck = StudentStillStuck(question_id=question.question_id)
    after = deferred_after_class(state, question, context.at)
    return [*_delivered_first(question), stuck, *left_group(question), *after]


@decides(ReportNotFound)
def report_not_found(state: Meeting, command: ReportNotFound, context: Context) -> list[object]:
    """A student who is not there, as one who left or moved, is looked for until the site's next school day ends."""
    question = supervised(state, command, context)
    due_at = default_due(state, question.site_id, context.at)
    return [StudentNotFound(question_id=question.question_id, due_at=due_at)]


def _delivered_first(question: Question) -> list[object]:
    """One tap may say both that the answer arrived and what became of it; the record keeps both facts."""
    return [] if question.status == "delivered" else [AnswerDelivered(question_id=question.question_id)]


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(AnswerDelivered)
def answer_delivered(state: Meeting, event: AnswerDelivered, recorded: Recorded) -> Meeting:
    answers = _last_answer(state, event.question_id, delivered_at=recorded.at)
    return move(state, event.question_id, "delivered", answers=answers)


@applies(AnswerConfirmed)
def answer_confirmed(state: Meeting, event: AnswerConfirmed, recorded: Recorded) -> Meeting:
    answers = _last_answer(state, event.question_id, confirmed_at=recorded.at)
    return move(state, event.question_id, "confirmed", answers=answers)


@applies(StudentStillStuck)
def student_still_stuck(state: Meeting, event: StudentStillStuck, recorded: Recorded) -> Meeting:
    answers = _last_answer(state, event.question_id, stuck_at=recorded.at)
    stuck = state.questions[event.question_id].stuck + 1
    return let_go(state, event.question_id, "queued", seen_at=None, answers=answers, stuck=stuck)


@applies(StudentNotFound)
def student_not_found(state: Meeting, event: StudentNotFound, recorded: Recorded) -> Meeting:
    return move(state, event.question_id, "cannot_find", due_at=event.due_at)


def _last_answer(state: Meeting, question_id: str, **changes: Any) -> tuple[Answer, ...]:
    *earlier, last = state.questions[question_id].answers
    return (*earlier, replace(last, **changes))
