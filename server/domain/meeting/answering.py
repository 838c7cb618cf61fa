"""The teacher's way through a question: seen, claimed, begun, answered; given back, or asked back to its site."""

from dataclasses import dataclass, replace

from ..actors import Permission
from ..fields import AnswerText, Id, NoteText, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .order import turn_served
from .questions import let_go, move, said, taken_up, taught, taught_unchecked
from .state import Answer, AnswerForm, AskedBack, Meeting, Question
from .transitions import require_allowed

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


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


@command("question.begin", may=Permission.CLAIM_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAnswer:
    """The teacher answers now; what nobody has claimed is claimed by it."""

    question_id: Id
    version: Version | None = None


@command("question.release", may=Permission.CLAIM_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseQuestion:
    """The teacher gives the question back, unanswered."""

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


@command("question.ask_back", may=Permission.DECIDE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class AskBack:
    """The teacher asks the site to say the question again; `note` may say what is unclear."""

    question_id: Id
    note: NoteText | None = None
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


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


@event("question.begun")
@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBegun:
    """The teacher who claimed the question answers it now."""

    question_id: str


@event("question.released")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReleased:
    """The question was given back: it waits where it stood."""

    question_id: str


@event("question.answered", personal=("text",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAnswered:
    """The question was answered, by itself or with the one that it follows."""

    question_id: str
    form: AnswerForm
    text: str | None


@event("question.asked_back", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAskedBack:
    """The site is to say the question again; nobody holds it meanwhile."""

    question_id: str
    note: str | None


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def seen_first(question: Question) -> list[object]:
    """Whoever decides about a question has seen it."""
    return [QuestionSeen(question_id=question.question_id)] if question.status == "queued" else []


@decides(SeeQuestion)
def see_question(state: Meeting, command: SeeQuestion, context: Context) -> list[object]:
    return seen_first(taught(state, command, context))


@decides(ClaimQuestion)
def claim_question(state: Meeting, command: ClaimQuestion, context: Context) -> list[object]:
    """Of two teachers who take up one question, the first has it: the other is told so (domain.md §3)."""
    question = taught_unchecked(state, command, context)
    if question.claimed_by is not None and question.status in ("claimed", "answering"):
        mine = question.claimed_by == context.actor.person_id
        raise Refused(
            "already_claimed", "you have claimed this already" if mine else "another teacher has claimed this"
        )
    require_allowed(question, command)
    return [*seen_first(question), QuestionClaimed(question_id=question.question_id)]


@decides(BeginAnswer)
def begin_answer(state: Meeting, command: BeginAnswer, context: Context) -> list[object]:
    """Taking a question up and answering it at once is one gesture; the record keeps each fact."""
    question = taken_up(state, command, context)
    claimed: list[object] = []
    if question.claimed_by != context.actor.person_id:
        claimed = [*seen_first(question), QuestionClaimed(question_id=question.question_id)]
    return [*claimed, AnswerBegun(question_id=question.question_id)]


@decides(ReleaseQuestion)
def release_question(state: Meeting, command: ReleaseQuestion, context: Context) -> list[object]:
    """Who claimed it gives it back; when they do not teach the section any more, any colleague does."""
    return [QuestionReleased(question_id=taken_up(state, command, context).question_id)]


@decides(AnswerQuestion)
def answer_question(state: Meeting, command: AnswerQuestion, context: Context) -> list[object]:
    """One answer settles the question and all that were merged into it (domain.md §3).

    What was put off is answered in writing, by whichever teacher comes to it: the class is over, or has moved on.
    """
    question = taken_up(state, command, context)
    if question.status == "deferred" and command.form != "written":
        raise Refused("not_a_choice", "what was put off is answered in writing; or open it again first", "form")
    text = said(command.text)
    if command.form == "written" and text is None:
        raise Refused("missing_field", "a written answer needs its text", "text")
    together = [question, *merged_with(state, question)]
    return [QuestionAnswered(question_id=one.question_id, form=command.form, text=text) for one in together]


def merged_with(state: Meeting, lead: Question) -> list[Question]:
    """The questions that wait with their lead."""
    following = (state.questions[follower] for follower in lead.followers)
    return [one for one in following if one.status == "merged"]


@decides(AskBack)
def ask_back(state: Meeting, command: AskBack, context: Context) -> list[object]:
    """The teacher can ask a site to repeat exactly (domain.md §3)."""
    question = taken_up(state, command, context)
    asked = QuestionAskedBack(question_id=question.question_id, note=said(command.note))
    return [*seen_first(question), asked]


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionSeen)
def question_seen(state: Meeting, event: QuestionSeen, recorded: Recorded) -> Meeting:
    # One that was opened again was seen before: how long it waited for that is not told anew.
    seen_at = state.questions[event.question_id].seen_at
    return move(state, event.question_id, "seen", seen_at=recorded.at if seen_at is None else seen_at)


@applies(QuestionClaimed)
def question_claimed(state: Meeting, event: QuestionClaimed, recorded: Recorded) -> Meeting:
    turn = turn_served(state, state.questions[event.question_id])
    claimed = {"claimed_by": recorded.actor_id, "claimed_at": recorded.at}
    return move(replace(state, turn=turn), event.question_id, "claimed", **claimed)


@applies(AnswerBegun)
def answer_begun(state: Meeting, event: AnswerBegun, recorded: Recorded) -> Meeting:
    return move(state, event.question_id, "answering")


@applies(QuestionReleased)
def question_released(state: Meeting, event: QuestionReleased, recorded: Recorded) -> Meeting:
    return let_go(state, event.question_id, "seen")


@applies(QuestionAnswered)
def question_answered(state: Meeting, event: QuestionAnswered, recorded: Recorded) -> Meeting:
    answer = Answer(event.form, event.text, recorded.actor_id, recorded.at)
    answers = (*state.questions[event.question_id].answers, answer)
    return move(state, event.question_id, "answered", answers=answers)


@applies(QuestionAskedBack)
def question_asked_back(state: Meeting, event: QuestionAskedBack, recorded: Recorded) -> Meeting:
    return let_go(state, event.question_id, "asked_back", asked_back=AskedBack(recorded.at, event.note))
