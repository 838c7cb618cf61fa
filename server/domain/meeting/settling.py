"""What time alone decides in a meeting, and when: the clock's service asks for it once that moment has come."""

from dataclasses import dataclass
from typing import Literal

from ..actors import Permission
from ..messages import Context, Recorded, applies, command, decides, event
from .questions import move
from .state import Meeting

# ── Command ───────────────────────────────────────────────────────────────────────────────────────────────────────


@command("meeting.settle_due", may=Permission.SETTLE_DUE)
@dataclass(frozen=True, slots=True, kw_only=True)
class SettleDue:
    """Do what has come due. Every node may ask: whoever comes later finds nothing left to do."""


# ── Event ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.closed")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionClosed:
    """The question ended without its student."""

    question_id: str
    reason: Literal["not_found"]


# ── Rule ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def next_due_at(state: Meeting) -> int | None:
    """When something comes due next (milliseconds, UTC); None: nothing does."""
    return min(state.due.values(), default=None)


@decides(SettleDue)
def settle_due(state: Meeting, command: SettleDue, context: Context) -> list[object]:
    """A student who cannot be found is looked for until the due time; then the question is closed, with that reason
    (domain.md §3), and never before."""
    return [
        QuestionClosed(question_id=question_id, reason="not_found")
        for question_id, due_at in sorted(state.due.items())
        if due_at <= context.at
    ]


# ── What the event does ───────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionClosed)
def question_closed(state: Meeting, event: QuestionClosed, recorded: Recorded) -> Meeting:
    return move(state, event.question_id, "closed", closed_reason=event.reason)
