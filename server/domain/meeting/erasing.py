"""Erasing what somebody wrote: a question and its answers, the note of a catch-up plan, what a room reported before
class. That it was asked, answered, planned or reported, and by whom, stays in the record. (Announcements have theirs.)

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


@command("catch_up.erase", may=Permission.ERASE_TEXT)
@dataclass(frozen=True, slots=True, kw_only=True)
class EraseCatchUp:
    """Take the notes of the plan out of the record, for good."""

    plan_id: Id
    reason: ErasureReason


@command("readiness.erase", may=Permission.ERASE_TEXT)
@dataclass(frozen=True, slots=True, kw_only=True)
class EraseReadiness:
    """Take every note with which the site reported its room out of the record, for good."""

    site_id: Id
    reason: ErasureReason


@event("question.erased", erases="question_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionErased:
    """The words were erased, here and in the log; the event's actor decided it."""

    question_id: str
    reason: ErasureReason


@event("catch_up.erased", erases="plan_id")
@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUpErased:
    """The plan's notes were erased, here and in the log; the event's actor decided it."""

    plan_id: str
    reason: ErasureReason


@event("readiness.erased", erases="site_id", among="readiness.")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessErased:
    """The notes of the site's reports were erased, here and in the log; the event's actor decided it."""

    site_id: str
    reason: ErasureReason


@decides(EraseQuestion)
def erase_question(state: Meeting, command: EraseQuestion, context: Context) -> list[object]:
    """A coordinator may erase at the sites that their role reaches, also after the class has ended."""
    question = state.questions.get(command.question_id)
    if question is None or not _reaches(context, question.site_id):
        raise Refused("unknown_question", "there is no such question at your sites", "question_id")
    if _erased(question) == question:
        return []
    return [QuestionErased(question_id=question.question_id, reason=command.reason)]


@decides(EraseCatchUp)
def erase_catch_up(state: Meeting, command: EraseCatchUp, context: Context) -> list[object]:
    """Also what an earlier version of the plan said: whether there was anything, the log knows."""
    plan = state.catch_ups.get(command.plan_id)
    if plan is None or not _reaches(context, plan.site_id):
        raise Refused("unknown_plan", "there is no such plan at your sites", "plan_id")
    return [] if plan.is_erased else [CatchUpErased(plan_id=plan.plan_id, reason=command.reason)]


@decides(EraseReadiness)
def erase_readiness(state: Meeting, command: EraseReadiness, context: Context) -> list[object]:
    """Each time anew: what was reported since may hold words again."""
    if command.site_id not in state.readiness or not _reaches(context, command.site_id):
        raise Refused("not_found", "your sites have reported nothing of such a room", "site_id")
    return [ReadinessErased(site_id=command.site_id, reason=command.reason)]


def _reaches(context: Context, site_id: str) -> bool:
    reach = context.actor.site_scope(Permission.ERASE_TEXT)
    return reach is None or site_id in reach


@applies(CatchUpErased)
def catch_up_erased(state: Meeting, event: CatchUpErased, recorded: Recorded) -> Meeting:
    plan = state.catch_ups[event.plan_id]
    plan = replace(plan, note=plan.note and ERASED, is_erased=True)
    return replace(state, catch_ups={**state.catch_ups, plan.plan_id: plan})


@applies(ReadinessErased)
def readiness_erased(state: Meeting, event: ReadinessErased, recorded: Recorded) -> Meeting:
    held = state.readiness[event.site_id]
    report = held.report and replace(held.report, note=held.report.note and ERASED)
    return replace(state, readiness={**state.readiness, event.site_id: replace(held, report=report)})


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
