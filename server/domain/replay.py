"""A record read again from its first event, as one audience sees it: a report's timeline, and what a replay shows.

It is made of the live screens' own views by the same functions, so that the three cannot tell different stories.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from .actors import SYSTEM_ID
from .meeting.links import LinkChanged
from .meeting.state import Meeting
from .messages import EVENT_TYPES, Recorded, apply
from .views import Audience, Ref, View, touched, view


@dataclass(frozen=True, slots=True)
class Step:
    """One event that changed something before the audience's eyes; `changes` as on the wire.

    `by`: the adult who acted, where the audience may know; None for what time or the directory brought about.
    `other_id`: the other adult of what was done about duty: who covers, is offered it, or had it. `since`: when a
    link's change began. These and `reason`, a code, only where the room is the audience's, or the whole class is meant.
    """

    seq: int
    at: int
    name: str
    by: str | None
    site_id: str | None
    question_id: str | None
    call_id: str | None
    plan_id: str | None
    announcement_id: str | None
    reason: str | None
    other_id: str | None
    since: int | None
    changes: tuple[View, ...]

    def as_line(self) -> View:
        """The step as a line of the history, without what it changed."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "changes"}


def steps(log: Iterable[Recorded], audience: Audience) -> Iterator[Step]:
    """The log's events in order, those that show the audience nothing left out.

    The audience is today's: who may look at a room now may look at all of its past.
    """
    state = Meeting()
    for recorded in log:
        before, state = state, apply(state, recorded)
        changed = tuple(_changed(before, state, recorded, audience))
        if changed:
            yield _step(state, recorded, audience, changed)


def _changed(before: Meeting, after: Meeting, recorded: Recorded, audience: Audience) -> Iterator[View]:
    for ref in dict.fromkeys(touched(after, recorded)):
        value = view(after, ref.kind, ref.id, audience)
        if value != view(before, ref.kind, ref.id, audience):
            yield {"kind": ref.kind, "id": ref.id, "value": value}


def _step(state: Meeting, recorded: Recorded, audience: Audience, changed: tuple[View, ...]) -> Step:
    event: Any = recorded.event
    seen = {Ref(one["kind"], one["id"]) for one in changed}
    question = state.questions.get(getattr(event, "question_id", ""))
    call = state.calls.get(getattr(event, "call_id", ""))
    subject = call or (question if question and Ref("question", question.question_id) in seen else None)
    plan = state.catch_ups.get(getattr(event, "plan_id", ""))
    site_id = subject.site_id if subject else plan.site_id if plan else getattr(event, "site_id", None)
    plan_id = _if_seen("catch_up", getattr(event, "plan_id", None), seen)
    announcement_id = _if_seen("announcement", getattr(event, "announcement_id", None), seen)
    is_of_one = any(hasattr(event, name) for name in ("question_id", "call_id", "plan_id", "announcement_id"))
    is_shown = not is_of_one or subject is not None or plan_id is not None or announcement_id is not None
    is_near = is_shown and (audience.part != "supervisor" or site_id is None or site_id in audience.site_ids)
    return Step(
        seq=recorded.seq,
        at=recorded.at,
        name=_name(event),
        by=recorded.actor_id if _may_know(state, recorded.actor_id, site_id, audience) else None,
        site_id=site_id,
        question_id=subject.question_id if subject else None,
        call_id=call.call_id if call else None,
        plan_id=plan_id,
        announcement_id=announcement_id,
        reason=getattr(event, "reason", None) if is_near else None,
        other_id=_other(event) if is_near else None,
        since=getattr(event, "since", None) if is_near else None,
        changes=changed,
    )


def _if_seen(kind: str, id: str | None, seen: set[Ref]) -> str | None:
    return id if id is not None and Ref(kind, id) in seen else None


def _other(event: Any) -> str | None:
    if not _name(event).startswith("duty."):
        return None
    return next((id for name in ("covered_by", "to_id", "person_id") if (id := getattr(event, name, None))), None)


def _name(event: Any) -> str:
    """What happened; a link's change goes by what it has come to."""
    return f"link.{event.status}" if isinstance(event, LinkChanged) else EVENT_TYPES[type(event)].name


def _may_know(state: Meeting, actor_id: str, site_id: str | None, audience: Audience) -> bool:
    """A supervisor knows the teachers and the adults of their own rooms; nobody need know the machine."""
    if actor_id == SYSTEM_ID:
        return False
    return audience.part != "supervisor" or actor_id in state.teacher_ids or site_id in audience.site_ids
