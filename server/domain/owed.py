"""What a class still owes somebody: the list that lives on after class (domain.md §3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from .meeting.announcements import unread
from .meeting.catch_up import open_plans
from .meeting.deferring import default_due
from .meeting.state import ON_WAY_BACK, Meeting, Question, is_unheard
from .views import Audience

Debt: TypeAlias = Literal["answer", "bring", "acknowledge", "catch_up", "read_out"]
"""The teacher owes the answer; the room owes the student the answer that there is; the room owes its word on having
been declined; the room owes the class that it missed; the room owes its students what they were to be told in class."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What somebody at the site, or its teacher, still has to do, until `due_at` (milliseconds, UTC).

    It is about a question, a catch-up plan or an announcement: whichever has its id here.
    """

    what: Debt
    site_id: str
    due_at: int
    question_id: str | None = None
    plan_id: str | None = None
    announcement_id: str | None = None

    @property
    def key(self) -> tuple[int, str, str]:
        """Its place in a list: the first due first."""
        return self.due_at, self.question_id or self.plan_id or self.announcement_id or "", self.site_id


def owed(state: Meeting, audience: Audience) -> list[Owed]:
    """All that is owed, the first due first: to a supervisor that of their own rooms."""
    found = [one for question in state.questions.values() for one in _of_question(state, question)]
    found += [Owed("catch_up", plan.site_id, plan.due_at, plan_id=plan.plan_id) for plan in open_plans(state)]
    found += _unread(state)
    mine = (one for one in found if audience.part != "supervisor" or one.site_id in audience.site_ids)
    return sorted(mine, key=lambda one: one.key)


def _of_question(state: Meeting, question: Question) -> Iterator[Owed]:
    site_id, id = question.site_id, question.question_id
    if question.status == "deferred":
        yield Owed("answer", site_id, question.due_at or 0, question_id=id)
    # A site that takes no part any more has nobody left who could bring anything.
    elif question.status in ON_WAY_BACK and site_id in state.rooms:
        due_at = question.due_at or default_due(state, site_id, question.answers[-1].at)
        yield Owed("bring", site_id, due_at, question_id=id)
    elif is_unheard(question) and question.declined and site_id in state.rooms:
        yield Owed("acknowledge", site_id, default_due(state, site_id, question.declined.at), question_id=id)


def _unread(state: Meeting) -> Iterator[Owed]:
    """In class the rooms' own screens tell of it."""
    if not state.is_over:
        return
    for one in state.announcements.values():
        for site_id in sorted(unread(state, one)):
            due_at = default_due(state, site_id, one.at)
            yield Owed("read_out", site_id, due_at, announcement_id=one.announcement_id)
