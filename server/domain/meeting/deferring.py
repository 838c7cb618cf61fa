"""Putting a question off: none dies with the class, so each open one has an answer to come, and a time for it."""

from dataclasses import dataclass

from ..actors import Permission
from ..fields import Id, Millis, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .answering import seen_first
from .questions import let_go, move, taken_up, taught
from .state import Meeting, Question, require_live
from .transitions import is_allowed

DAY = 24 * 60 * 60_000

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("question.defer", may=Permission.DECIDE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeferQuestion:
    """The teacher will answer in writing, by `due_at`; without it, by the room's default."""

    question_id: Id
    due_at: Millis | None = None
    version: Version | None = None


@command("question.reopen", may=Permission.DECIDE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenQuestion:
    """The class has time for it after all."""

    question_id: Id
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.deferred")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDeferred:
    """The question is to be answered in writing by `due_at` (milliseconds, UTC)."""

    question_id: str
    due_at: int


@event("question.reopened")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReopened:
    """The question is back in the queue, at the turn that it had."""

    question_id: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def default_due(state: Meeting, site_id: str, at: int) -> int:
    """Until when what is open at the site is due: the end of its next school day (the rule for Wisconsin's virtual
    charter schools is the model, domain.md §3).

    The directory enters that as the room's `due_by`. Where it is not known, or past, it is a day after the planned end
    of the class, and at least a day from now.
    """
    room = state.rooms.get(site_id)
    due_by = room.due_by if room is not None else None
    return due_by if due_by is not None and due_by > at else max(state.ends_at, at) + DAY


def deferred_by_default(state: Meeting, question: Question, at: int) -> QuestionDeferred:
    """What becomes of a question that nobody decides about."""
    return QuestionDeferred(question_id=question.question_id, due_at=default_due(state, question.site_id, at))


def deferred_after_class(state: Meeting, question: Question, at: int) -> list[object]:
    """What comes back into the queue when the class is over has nobody before it: it is due in writing at once."""
    return [deferred_by_default(state, question, at)] if state.is_over else []


def undecided(state: Meeting, at: int) -> list[object]:
    """At the end of the class each open question needs a decision, and an undecided one is put off (domain.md §3).

    A merged one stays with its lead, which is put off with it.
    """
    return [
        deferred_by_default(state, question, at)
        for question in state.questions.values()
        if is_allowed("question.defer", question)
    ]


@decides(DeferQuestion)
def defer_question(state: Meeting, command: DeferQuestion, context: Context) -> list[object]:
    """The teacher may put off what they have no time for, never without a time that is still to come."""
    question = taken_up(state, command, context)
    if command.due_at is not None and command.due_at <= context.at:
        raise Refused("out_of_range", "this time is past: choose one that is still to come", "due_at")
    due_at = default_due(state, question.site_id, context.at) if command.due_at is None else command.due_at
    return [*seen_first(question), QuestionDeferred(question_id=question.question_id, due_at=due_at)]


@decides(ReopenQuestion)
def reopen_question(state: Meeting, command: ReopenQuestion, context: Context) -> list[object]:
    """What was put off may be taken up in class after all, at the turn that it had."""
    question = taught(state, command, context)
    require_live(state)
    return [QuestionReopened(question_id=question.question_id)]


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionDeferred)
def question_deferred(state: Meeting, event: QuestionDeferred, recorded: Recorded) -> Meeting:
    return let_go(state, event.question_id, "deferred", due_at=event.due_at)


@applies(QuestionReopened)
def question_reopened(state: Meeting, event: QuestionReopened, recorded: Recorded) -> Meeting:
    return move(state, event.question_id, "queued")
