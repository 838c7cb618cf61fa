"""`given(events).when(command, by=actor).then(events | refusal)`: how a rule's test reads.

A history is checked on its way in: an event that no rule would have recorded at that place is a mistake of the test's,
and fails as `ImpossibleHistory`, so that no rule is ever tested on a state that cannot be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.domain.actors import Actor
from server.domain.meeting import Meeting, erasing, facts, lifecycle, questions
from server.domain.meeting.facts import AccommodationFacts, EnterFacts, RoomFacts, StaffFacts
from server.domain.messages import Context, Recorded, Refused, apply, decide
from tests.support.meetings import NOW, STARTS_AT, Caused


class ImpossibleHistory(AssertionError):
    """The test's history could not have happened."""


@dataclass(frozen=True)
class Refusal:
    """What a refusal must say: its code, and the field at fault where there is one."""

    code: str
    field: str | None = None


def refused(code: str, field: str | None = None) -> Refusal:
    """The command is refused with this code, for this field."""
    return Refusal(code, field)


def given(*history: Caused | Sequence[Caused]) -> "Given":
    """A meeting with this history: events as `(actor, event)`, or sequences of them; each a second after the last."""
    state: Any = Meeting()
    for seq, (actor, event) in enumerate(_flat(history), start=1):
        at = STARTS_AT + 1_000 * seq
        _require_possible(state, event, Context(actor, at))
        state = apply(state, Recorded(seq, at, actor.person_id, event))
    return Given(state, len(list(_flat(history))))


def _flat(history: Iterable[Any]) -> Iterable[Caused]:
    for one in history:
        if isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], Actor):
            yield one
        else:
            yield from _flat(one)


@dataclass(frozen=True)
class Given:
    """A meeting that came to be as the test says."""

    state: Meeting
    seq: int

    def when(self, command: Any, *, by: Actor, at: int = NOW) -> "When":
        """Somebody asks for something, at a time in milliseconds."""
        return When(self, command, Context(by, at))


@dataclass(frozen=True)
class When:
    """A command on its way to its rule."""

    given: Given
    command: Any
    context: Context

    def then(self, *expected: Any) -> Meeting:
        """Exactly these events come of it, or this one `Refusal`; nothing given: nothing is left to do.

        The state after them, for what else the test wants to see.
        """
        try:
            outcome: Sequence[Any] = decide(self.given.state, self.command, self.context)
        except Refused as refusal:
            assert refusal.message, "a refusal says what was wrong"
            outcome = [Refusal(refusal.code, refusal.field)]
        assert list(outcome) == list(expected)
        return self._after([event for event in outcome if not isinstance(event, Refusal)])

    def _after(self, events: Sequence[Any]) -> Meeting:
        state: Any = self.given.state
        for seq, event in enumerate(events, start=self.given.seq + 1):
            state = apply(state, Recorded(seq, self.context.at, self.context.actor.person_id, event))
        return state


def _require_possible(state: Meeting, event: Any, context: Context) -> None:
    try:
        decided = decide(state, _cause(state, event), context)
    except Refused as refusal:
        raise ImpossibleHistory(f"{event} cannot follow: {refusal.code}") from None
    if decided[:1] != [event]:
        raise ImpossibleHistory(f"{event} cannot follow: the rule records {decided}")


_CAUSES = {
    questions.QuestionSeen: questions.SeeQuestion,
    questions.QuestionClaimed: questions.ClaimQuestion,
    questions.AnswerDelivered: questions.DeliverAnswer,
    questions.AnswerConfirmed: questions.ConfirmAnswer,
    questions.StudentStillStuck: questions.ReportStillStuck,
}


def _cause(state: Meeting, event: Any) -> Any:
    """The command that would record the event."""
    match event:
        case lifecycle.MeetingStarted():
            return lifecycle.StartMeeting()
        case lifecycle.MeetingEnded():
            return lifecycle.EndMeeting()
        case erasing.QuestionErased():
            return erasing.EraseQuestion(question_id=event.question_id, reason=event.reason)
        case questions.QuestionRelayed():
            names = questions.RelayQuestion.__dataclass_fields__
            return questions.RelayQuestion(**{name: getattr(event, name) for name in names})
        case questions.QuestionAnswered():
            return questions.AnswerQuestion(question_id=event.question_id, form=event.form, text=event.text)
    if type(event) in _CAUSES:
        return _CAUSES[type(event)](question_id=event.question_id)
    return _picture_after(state, event)


def picture_of(state: Meeting) -> EnterFacts:
    """The facts that the meeting holds, as the directory would enter them."""
    return EnterFacts(
        section_id=state.section_id,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
        teacher_ids=tuple(sorted(state.teacher_ids)),
        rooms=tuple(
            RoomFacts(site_id=r.site_id, student_ids=tuple(r.student_ids), supervisor_ids=tuple(r.supervisor_ids))
            for r in state.rooms.values()
        ),
        staff=tuple(
            StaffFacts(person_id=who, licences=held.licences, clearance=held.clearance)
            for who, held in state.credentials.items()
        ),
        accommodations=tuple(
            AccommodationFacts(student_id=who, codes=codes) for who, codes in state.accommodations.items()
        ),
    )


def _picture_after(state: Meeting, event: Any) -> EnterFacts:
    picture = picture_of(state)
    match event:
        case facts.MeetingOpened():
            return replace(picture, section_id=event.section_id, starts_at=event.starts_at, ends_at=event.ends_at)
        case facts.MeetingMoved():
            return replace(picture, starts_at=event.starts_at, ends_at=event.ends_at)
        case facts.TeachersAssigned():
            return replace(picture, teacher_ids=event.teacher_ids)
        case facts.RoomRostered() | facts.RoomRemoved():
            rooms = tuple(room for room in picture.rooms if room.site_id != event.site_id)
            if isinstance(event, facts.RoomRostered):
                now = {name: getattr(event, name) for name in ("site_id", "student_ids", "supervisor_ids")}
                rooms += (RoomFacts(**now),)
            return replace(picture, rooms=rooms)
        case facts.CredentialsEntered():
            entered = StaffFacts(person_id=event.person_id, licences=event.licences, clearance=event.clearance)
            kept = tuple(one for one in picture.staff if one.person_id != event.person_id)
            return replace(picture, staff=(*kept, entered))
        case facts.AccommodationsEntered():
            kept_codes = tuple(one for one in picture.accommodations if one.student_id != event.student_id)
            entered_codes = AccommodationFacts(student_id=event.student_id, codes=event.codes)
            return replace(picture, accommodations=(*kept_codes, entered_codes))
    raise ImpossibleHistory(f"no command records {event}")
