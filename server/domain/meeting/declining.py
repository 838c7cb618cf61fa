"""Declining a question, and what its site may do about that: acknowledge it, or object once."""

from dataclasses import dataclass, replace

from ..actors import Permission
from ..fields import AppealText, Id, NoteText, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .answering import seen_first
from .merging import released_followers
from .questions import change, let_go, move, said, supervised, taken_up
from .state import Appeal, Declined, DeclineReason, Meeting, Question, require_live

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("question.decline", may=Permission.DECIDE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineQuestion:
    """The teacher will not answer it; `other` needs a note that says why."""

    question_id: Id
    reason: DeclineReason
    note: NoteText | None = None
    version: Version | None = None


@command("question.acknowledge", may=Permission.APPEAL_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeDecline:
    """The site has told the student. That settles it."""

    question_id: Id
    version: Version | None = None


@command("question.appeal", may=Permission.APPEAL_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDecline:
    """The site asks the teacher to look again, and says why."""

    question_id: Id
    note: AppealText
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.declined", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionDeclined:
    """The teacher will not answer, for this reason."""

    question_id: str
    reason: DeclineReason
    note: str | None


@event("question.acknowledged")
@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAcknowledged:
    """The site knows that the question was declined."""

    question_id: str


@event("question.appealed", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineAppealed:
    """The site objected; the question is back in the queue, at the turn that it had."""

    question_id: str
    note: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(DeclineQuestion)
def decline_question(state: Meeting, command: DeclineQuestion, context: Context) -> list[object]:
    """A question may be declined, with a reason that its site gets to read (domain.md §3). What followed it stands for
    itself again: those students were not told no."""
    question, note = taken_up(state, command, context), said(command.note)
    if command.reason == "other" and note is None:
        raise Refused("missing_field", "say why: no other reason does", "note")
    return [
        *seen_first(question),
        QuestionDeclined(question_id=question.question_id, reason=command.reason, note=note),
        *released_followers(state, question, context),
    ]


@decides(AcknowledgeDecline)
def acknowledge_decline(state: Meeting, command: AcknowledgeDecline, context: Context) -> list[object]:
    question = supervised(state, command, context)
    _require_unacknowledged(question)
    return [DeclineAcknowledged(question_id=question.question_id)]


@decides(AppealDecline)
def appeal_decline(state: Meeting, command: AppealDecline, context: Context) -> list[object]:
    """A site may object once, in class, before it has told the student (domain.md §3)."""
    question = supervised(state, command, context)
    _require_unacknowledged(question)
    if question.appeal is not None:
        raise Refused("already_appealed", "your site has objected once already: acknowledge it, and tell the student")
    require_live(state)
    return [DeclineAppealed(question_id=question.question_id, note=command.note)]


def _require_unacknowledged(question: Question) -> None:
    if question.declined is not None and question.declined.acknowledged_at is not None:
        raise Refused("wrong_state", "your site has acknowledged this: it is settled")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionDeclined)
def question_declined(state: Meeting, event: QuestionDeclined, recorded: Recorded) -> Meeting:
    declined = Declined(event.reason, event.note, recorded.at)
    return let_go(state, event.question_id, "declined", declined=declined)


@applies(DeclineAcknowledged)
def decline_acknowledged(state: Meeting, event: DeclineAcknowledged, recorded: Recorded) -> Meeting:
    declined = state.questions[event.question_id].declined
    return change(state, event.question_id, declined=declined and replace(declined, acknowledged_at=recorded.at))


@applies(DeclineAppealed)
def decline_appealed(state: Meeting, event: DeclineAppealed, recorded: Recorded) -> Meeting:
    return move(state, event.question_id, "queued", appeal=Appeal(event.note, recorded.at))
