"""Erasing the words of a question and of its answers. That it was asked, answered and by whom stays in the record.

A coordinator decides it, for a reason out of a closed list: free text there would be the next thing to erase.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ..actors import Permission
from ..fields import ERASED, Id
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .questions import put
from .state import Meeting, Question

ErasureReason: TypeAlias = Literal["asked_for", "names_somebody", "harmful", "ordered", "retention"]


@command("question.erase", may=Permission.ERASE_TEXT)
@dataclass(frozen=True, slots=True, kw_only=True)
class EraseQuestion:
    """Take the words of the question and of its answers out of the record, for good."""

    question_id: Id
    reason: ErasureReason


@event("question.erased", erases="question_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionErased:
    """The words were erased, here and in the log; the event's actor decided it."""

    question_id: str
    reason: ErasureReason


@decides(EraseQuestion)
def erase_question(state: Meeting, command: EraseQuestion, context: Context) -> list[object]:
    """A coordinator may erase at the sites that their role reaches, also after the class has ended."""
    question = state.questions.get(command.question_id)
    reach = context.actor.site_scope(Permission.ERASE_TEXT)
    if question is None or (reach is not None and question.site_id not in reach):
        raise Refused("unknown_question", "there is no such question at your sites", "question_id")
    if _erased(question) == question:
        return []
    return [QuestionErased(question_id=question.question_id, reason=command.reason)]


@applies(QuestionErased)
def question_erased(state: Meeting, event: QuestionErased, recorded: Recorded) -> Meeting:
    held = state.questions[event.question_id]
    return put(state, replace(_erased(held), version=held.version + 1))


def _erased(question: Question) -> Question:
    """Every word that anybody wrote about the question, and no figure."""
    asked_back, declined, appeal = question.asked_back, question.declined, question.appeal
    return replace(
        question,
        text=ERASED,
        answers=tuple(answer if answer.text is None else replace(answer, text=ERASED) for answer in question.answers),
        asked_back=asked_back if asked_back is None or asked_back.note is None else replace(asked_back, note=ERASED),
        declined=declined if declined is None or declined.note is None else replace(declined, note=ERASED),
        appeal=appeal and replace(appeal, note=ERASED),
    )
