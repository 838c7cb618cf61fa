"""What a class still owes somebody, question by question: the list that lives on after class (domain.md §3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .meeting.deferring import default_due
from .meeting.state import ON_WAY_BACK, Meeting, Question, is_unheard
from .views import Audience

Debt: TypeAlias = Literal["answer", "bring", "acknowledge"]
"""The teacher owes the answer; the room owes the student the answer that there is; the room owes its word on having
been declined."""


@dataclass(frozen=True, slots=True)
class Owed:
    """One question that somebody still has to do something about, until `due_at` (milliseconds, UTC)."""

    question: Question
    what: Debt
    due_at: int


def owed(state: Meeting, audience: Audience) -> list[Owed]:
    """All that is owed, the first due first: to a supervisor that of their own rooms."""
    mine = (q for q in state.questions.values() if audience.part != "supervisor" or q.site_id in audience.site_ids)
    found = [one for question in mine for one in _owed(state, question)]
    return sorted(found, key=lambda one: (one.due_at, one.question.question_id))


def _owed(state: Meeting, question: Question) -> Iterator[Owed]:
    if question.status == "deferred":
        yield Owed(question, "answer", question.due_at or 0)
    # A site that takes no part any more has nobody left who could bring anything.
    elif question.status in ON_WAY_BACK and question.site_id in state.rooms:
        since = question.answers[-1].at
        yield Owed(question, "bring", question.due_at or default_due(state, question.site_id, since))
    elif is_unheard(question) and question.declined and question.site_id in state.rooms:
        yield Owed(question, "acknowledge", default_due(state, question.site_id, question.declined.at))
