"""Merging questions that ask the same: one answer settles all of them, and each is brought back by itself.

A *lead* has *followers*; nobody follows a follower. A group whose lead was answered stays on record as `merged_into`
and `followers` until a student is still stuck: only those that are `merged` wait with their lead.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..actors import Permission
from ..fields import Id, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .answering import merged_with, seen_first
from .deferring import deferred_after_class
from .questions import change, let_go, move, taken_up, taught, unknown_question
from .state import UNDECIDED, Meeting, Question

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("question.merge", may=Permission.MERGE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class MergeQuestion:
    """The teacher lets a question follow another, `into`, that asks the same."""

    question_id: Id
    into: Id
    version: Version | None = None


@command("question.unmerge", may=Permission.MERGE_QUESTION)
@dataclass(frozen=True, slots=True, kw_only=True)
class UnmergeQuestion:
    """It asks something else after all."""

    question_id: Id
    version: Version | None = None


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("question.merged")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionMerged:
    """The question follows `into`, and no longer `moved_from` where that is given."""

    question_id: str
    into: str
    moved_from: str | None


@event("question.unmerged")
@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionUnmerged:
    """The question stands for itself, and has nothing to do with `lead_id` any more."""

    question_id: str
    lead_id: str


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(MergeQuestion)
def merge_question(state: Meeting, command: MergeQuestion, context: Context) -> list[object]:
    """Merging across sites: one answer settles all (domain.md §3). What followed the question moves along with it."""
    question = taken_up(state, command, context)
    lead = state.questions.get(command.into)
    if lead is None:
        raise unknown_question("into")
    _require_no_cycle(question, lead)
    _require_lead(lead)
    require_no_leak(question, lead)
    moved = [
        QuestionMerged(question_id=one.question_id, into=lead.question_id, moved_from=question.question_id)
        for one in merged_with(state, question)
    ]
    merged = QuestionMerged(question_id=question.question_id, into=lead.question_id, moved_from=question.merged_into)
    return [*seen_first(question), merged, *moved]


def _require_no_cycle(question: Question, lead: Question) -> None:
    if lead.question_id == question.question_id:
        raise Refused("merge_cycle", "a question cannot be merged into itself", "into")
    if lead.status == "merged" and lead.merged_into == question.question_id:
        raise Refused("merge_cycle", "that one follows this one already: take it out first", "into")


def _require_lead(lead: Question) -> None:
    """Nobody follows a follower, and what was decided already takes nobody along."""
    if lead.status == "merged":
        raise Refused("already_merged", f"that one follows another: choose its lead, {lead.merged_into}", "into")
    if lead.status not in UNDECIDED:
        raise Refused("wrong_state", f"that one does not wait for an answer: it is {lead.status}", "into")


def may_lead(question: Question, lead: Question) -> bool:
    """Whether the lead's words and answer may reach everybody who sees the question."""
    return lead.shareable or (lead.site_id == question.site_id and not question.shareable)


def require_no_leak(question: Question, lead: Question) -> None:
    """A private question stays with its site (domain.md §3), and so does what it was answered: it may lead only
    private ones of its own site. To follow, on the other hand, tells nobody anything."""
    if not may_lead(question, lead):
        raise Refused("private_question", "that one is private to its site: merge it into this one instead", "into")


@decides(UnmergeQuestion)
def unmerge_question(state: Meeting, command: UnmergeQuestion, context: Context) -> list[object]:
    return left_group(taught(state, command, context))


def left_group(question: Question) -> list[object]:
    """The question leaves the one that it follows, or was answered with."""
    if question.merged_into is None:
        return []
    return [QuestionUnmerged(question_id=question.question_id, lead_id=question.merged_into)]


def released_followers(state: Meeting, lead: Question, context: Context) -> list[object]:
    """The lead will not be answered: each of its followers stands for itself, and is not lost with the class."""
    events: list[object] = []
    for one in merged_with(state, lead):
        events += [*left_group(one), *deferred_after_class(state, one, context.at)]
    return events


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(QuestionMerged)
def question_merged(state: Meeting, event: QuestionMerged, recorded: Recorded) -> Meeting:
    state = let_go(state, event.question_id, "merged", merged_into=event.into)
    if event.moved_from is not None:
        state = _without_follower(state, event.moved_from, event.question_id)
    return _with_followers(state, event.into, (*state.questions[event.into].followers, event.question_id))


@applies(QuestionUnmerged)
def question_unmerged(state: Meeting, event: QuestionUnmerged, recorded: Recorded) -> Meeting:
    if state.questions[event.question_id].status == "merged":
        state = move(state, event.question_id, "seen", merged_into=None)
    else:
        state = change(state, event.question_id, merged_into=None)
    return _without_follower(state, event.lead_id, event.question_id)


def _without_follower(state: Meeting, lead_id: str, question_id: str) -> Meeting:
    return _with_followers(state, lead_id, (one for one in state.questions[lead_id].followers if one != question_id))


def _with_followers(state: Meeting, lead_id: str, followers: Iterable[str]) -> Meeting:
    """Beside `put`, as no figure depends on it: the question itself has not changed, and keeps its version."""
    lead = replace(state.questions[lead_id], followers=tuple(followers))
    return replace(state, questions={**state.questions, lead_id: lead})
