"""What a class still owes somebody: the list that lives on after class (domain.md §3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .meeting.catch_up import open_plans
from .meeting.deferring import default_due
from .meeting.state import ON_WAY_BACK, CatchUpPlan, Meeting, Question, is_unheard
from .views import Audience

Debt: TypeAlias = Literal["answer", "bring", "acknowledge", "catch_up"]
"""The teacher owes the answer; the room owes the student the answer that there is; the room owes its word on having
been declined; the room owes the class that it missed."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A question or a plan that somebody still has to do something about, until `due_at` (milliseconds, UTC)."""

    subject: Question | CatchUpPlan
    what: Debt
    due_at: int

    @property
    def question_id(self) -> str | None:
        """The question; None: it is a plan."""
        return self.subject.question_id if isinstance(self.subject, Question) else None

    @property
    def plan_id(self) -> str | None:
        """The catch-up plan; None: it is a question."""
        return self.subject.plan_id if isinstance(self.subject, CatchUpPlan) else None


def owed(state: Meeting, audience: Audience) -> list[Owed]:
    """All that is owed, the first due first: to a supervisor that of their own rooms."""
    found = [one for question in state.questions.values() for one in _owed(state, question)]
    found += [Owed(plan, "catch_up", plan.due_at) for plan in open_plans(state)]
    mine = (one for one in found if audience.part != "supervisor" or one.subject.site_id in audience.site_ids)
    return sorted(mine, key=lambda one: (one.due_at, one.question_id or one.plan_id or ""))


def _owed(state: Meeting, question: Question) -> Iterator[Owed]:
    if question.status == "deferred":
        yield Owed(question, "answer", question.due_at or 0)
    # A site that takes no part any more has nobody left who could bring anything.
    elif question.status in ON_WAY_BACK and question.site_id in state.rooms:
        since = question.answers[-1].at
        yield Owed(question, "bring", question.due_at or default_due(state, question.site_id, since))
    elif is_unheard(question) and question.declined and question.site_id in state.rooms:
        yield Owed(question, "acknowledge", default_due(state, question.site_id, question.declined.at))
