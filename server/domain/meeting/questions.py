"""A question in the meeting's state: how a rule finds it, and how an event changes it.

What may happen to it is told by subject: `asking`, `answering`, `returning`, `merging`, `deferring`, `declining`; in
which status, by `transitions`.

    queued → seen → claimed → answering → answered → delivered → confirmed
      ↑                                                └→ still stuck ─┐
      └──────────────────────── before its turn ───────────────────────┘
"""

from dataclasses import replace
from typing import Any

from ..messages import Context, Refused
from .figures import tallied
from .state import Meeting, Question, QuestionStatus, require_teacher, supervises
from .transitions import require_allowed

# ── For rules ─────────────────────────────────────────────────────────────────────────────────────────────────────


def taught(state: Meeting, command: Any, context: Context) -> Question:
    """The question that a teacher's command names, in a status that allows it."""
    question = taught_unchecked(state, command, context)
    require_allowed(question, command)
    return question


def taught_unchecked(state: Meeting, command: Any, context: Context) -> Question:
    """The same in any status, for a rule that has more precise words for some."""
    require_teacher(state, context)
    question = state.questions.get(command.question_id)
    if question is None:
        raise unknown_question()
    _require_version(question, command.version)
    return question


def taken_up(state: Meeting, command: Any, context: Context) -> Question:
    """The question that a teacher's command names, where no colleague has claimed it."""
    question = taught(state, command, context)
    require_own_claim(state, question, context)
    return question


def supervised(state: Meeting, command: Any, context: Context) -> Question:
    """The question that a command of its site's supervisor names, in a status that allows it."""
    question = state.questions.get(command.question_id)
    # Another site's question gets the same answer as none at all.
    if question is None:
        raise unknown_question()
    room = state.rooms.get(question.site_id)
    if room is None or not supervises(state, context.actor, room):
        raise unknown_question()
    _require_version(question, command.version)
    require_allowed(question, command)
    return question


def unknown_question(field: str = "question_id") -> Refused:
    """The one answer for a question that does not exist and for one that is not the asker's to know of."""
    return Refused("unknown_question", "there is no such question in your rooms", field)


def _require_version(question: Question, version: int | None) -> None:
    if version is not None and version != question.version:
        raise Refused("stale_version", "the question has changed since you looked: look again", "version")


def require_own_claim(state: Meeting, question: Question, context: Context) -> None:
    """What a teacher has claimed is theirs until they give it back, or do not teach the section any more."""
    if question.claimed_by in state.teacher_ids - {context.actor.person_id}:
        raise Refused("not_yours", "another teacher has claimed this question")


def said(text: str | None) -> str | None:
    """What somebody wrote, or None where that is nothing but white space."""
    return text if text is not None and text.strip() else None


# ── For applies ───────────────────────────────────────────────────────────────────────────────────────────────────

_CLAIM_ENDS = {"claimed_by": None, "claimed_at": None}


def change(state: Meeting, question_id: str, **changes: Any) -> Meeting:
    """The question, changed by an event."""
    held = state.questions[question_id]
    return put(state, replace(held, version=held.version + 1, **changes))


def move(state: Meeting, question_id: str, status: QuestionStatus, **changes: Any) -> Meeting:
    """The question in another status. What belongs to the one that it leaves goes, unless it is given."""
    left = {"asked_back": None, "declined": None, "due_at": None}
    return change(state, question_id, status=status, **(left | changes))


def let_go(state: Meeting, question_id: str, status: QuestionStatus, **changes: Any) -> Meeting:
    """The question in a status in which no teacher holds it: the claim ends."""
    return move(state, question_id, status, **(_CLAIM_ENDS | changes))


def put(state: Meeting, question: Question) -> Meeting:
    """Hold the question, and keep its room's figures and what is due by the difference."""
    held, room = state.questions.get(question.question_id), state.rooms.get(question.site_id)
    questions = {**state.questions, question.question_id: question}
    rooms = state.rooms if room is None else {**state.rooms, room.site_id: tallied(room, held, question)}
    return replace(state, questions=questions, rooms=rooms, due=_due(state, question))


def _due(state: Meeting, question: Question) -> Any:
    due_at = question.due_at if question.status == "cannot_find" else None
    if state.due.get(question.question_id) == due_at:
        return state.due
    if due_at is not None:
        return {**state.due, question.question_id: due_at}
    return {k: at for k, at in state.due.items() if k != question.question_id}
