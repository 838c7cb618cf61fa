"""The asking site's side of a question that is not answered yet: relaying it, saying it again, withdrawing it."""

from dataclasses import dataclass

from ..actors import Permission
from ..fields import Flag, Id, Millis, QuestionText, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .merging import left_group, released_followers
from .order import next_turn
from .questions import let_go, move, put, supervised
from .state import Meeting, Question, Urgency, require_live, require_supervisor

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


@command("question.restate", may=Permission.REVISE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class RestateQuestion:
    """The site says again, and better, what the teacher asked back about."""

    question_id: Id
    text: QuestionText
    verbatim: Flag = True
    version: Version | None = None


@command("question.withdraw", may=Permission.REVISE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawQuestion:
    """The student needs no answer any more."""

    question_id: Id
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.relayed", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRelayed:
    """A question joined the queue; who relayed it is the event's actor. `turn`: see `order.next_turn`."""

    question_id: str
    site_id: str
    student_id: str | None
    text: str
    verbatim: bool
    urgency: Urgency
    shareable: bool
    asked_at: int
    turn: int


@event("question.restated", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionRestated:
    """The question is in other words now; the log keeps the earlier ones."""

    question_id: str
    text: str
    verbatim: bool


@event("question.withdrawn")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionWithdrawn:
    """The site took the question back."""

    question_id: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(RelayQuestion)
def relay_question(state: Meeting, command: RelayQuestion, context: Context) -> list[object]:
    """A student of the room asks, through an adult there, while the class is live (domain.md §3).

    A student who has moved asks in the room that they sit in now; a question once asked stays with the site that
    relayed it.
    """
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


@decides(RestateQuestion)
def restate_question(state: Meeting, command: RestateQuestion, context: Context) -> list[object]:
    """A question that was asked back comes back in other words, and keeps its turn (domain.md §3)."""
    question = supervised(state, command, context)
    return [QuestionRestated(question_id=question.question_id, text=command.text, verbatim=command.verbatim)]


@decides(WithdrawQuestion)
def withdraw_question(state: Meeting, command: WithdrawQuestion, context: Context) -> list[object]:
    """A site may take back what nobody has answered (domain.md §3); what followed it stands for itself again."""
    question = supervised(state, command, context)
    return [
        *left_group(question),
        QuestionWithdrawn(question_id=question.question_id),
        *released_followers(state, question, context),
    ]


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


@applies(QuestionRestated)
def question_restated(state: Meeting, event: QuestionRestated, recorded: Recorded) -> Meeting:
    restated = state.questions[event.question_id].restated + 1
    return move(state, event.question_id, "seen", text=event.text, verbatim=event.verbatim, restated=restated)


@applies(QuestionWithdrawn)
def question_withdrawn(state: Meeting, event: QuestionWithdrawn, recorded: Recorded) -> Meeting:
    return let_go(state, event.question_id, "withdrawn")
