"""`given(events).when(command, by=actor).then(events | refusal)`: how a rule's test reads.

A history is checked on its way in: an event that no rule would have recorded at that place is a mistake of the test's,
and fails as `ImpossibleHistory`, so that no rule is ever tested on a state that cannot be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from server.domain.actors import Actor
from server.domain.meeting import (
    Meeting,
    announcements,
    answering,
    asking,
    calls,
    catch_up,
    declining,
    deferring,
    duty,
    erasing,
    facts,
    lifecycle,
    links,
    merging,
    readiness,
    returning,
    settling,
)
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


def given(*history: Caused | Sequence[Caused] | int) -> "Given":
    """A meeting with this history: events as `(actor, event)`, or sequences of them; each a second after the last.

    A number among them is a time in milliseconds: there the history goes on.
    """
    state: Any = Meeting()
    owed: list[Any] = []
    seq, at = 0, STARTS_AT
    for one in _flat(history):
        if isinstance(one, int):
            at = one - 1_000
            continue
        actor, event = one
        seq, at = seq + 1, at + 1_000
        owed = _rest_of(owed, event) if owed else _require_possible(state, event, Context(actor, at))
        state = apply(state, Recorded(seq, at, actor.person_id, event))
    if owed:
        raise ImpossibleHistory(f"the rule records more with the last event: {owed}")
    return Given(state, seq)


def _rest_of(owed: list[Any], event: Any) -> list[Any]:
    """What one command records stands together: after its first event, the others and nothing else."""
    if owed[0] != event:
        raise ImpossibleHistory(f"{event} cannot stand where the rule records {owed[0]}")
    return owed[1:]


def _flat(history: Iterable[Any]) -> Iterable[Any]:
    for one in history:
        if isinstance(one, int) or (isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], Actor)):
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

    def events(self) -> Sequence[Any]:
        """What the rule records; it must not refuse."""
        return decide(self.given.state, self.command, self.context)

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


def _require_possible(state: Meeting, event: Any, context: Context) -> list[Any]:
    """The event must be the first that a command records; what that command records further."""
    try:
        decided = decide(state, _cause(state, event), context)
    except Refused as refusal:
        raise ImpossibleHistory(f"{event} cannot follow: {refusal.code}") from None
    if decided[:1] != [event]:
        raise ImpossibleHistory(f"{event} cannot follow: the rule records {decided}")
    return decided[1:]


_CAUSES = {
    answering.QuestionSeen: answering.SeeQuestion,
    answering.QuestionClaimed: answering.ClaimQuestion,
    returning.AnswerDelivered: returning.DeliverAnswer,
    returning.AnswerConfirmed: returning.ConfirmAnswer,
    returning.StudentStillStuck: returning.ReportStillStuck,
    returning.StudentNotFound: returning.ReportNotFound,
    answering.AnswerBegun: answering.BeginAnswer,
    answering.QuestionReleased: answering.ReleaseQuestion,
    asking.QuestionWithdrawn: asking.WithdrawQuestion,
    merging.QuestionUnmerged: merging.UnmergeQuestion,
    deferring.QuestionReopened: deferring.ReopenQuestion,
    declining.DeclineAcknowledged: declining.AcknowledgeDecline,
}
"""Events whose command needs no more than the question's id."""
_SAME_FIELDS = {
    answering.QuestionAskedBack: answering.AskBack,
    asking.QuestionRestated: asking.RestateQuestion,
    declining.QuestionDeclined: declining.DeclineQuestion,
    declining.DeclineAppealed: declining.AppealDecline,
    announcements.AnnouncementMade: announcements.MakeAnnouncement,
    announcements.AnnouncementWithdrawn: announcements.WithdrawAnnouncement,
    announcements.AnnouncementReached: announcements.ReachAnnouncement,
    announcements.AnnouncementHeard: announcements.ReadOut,
    announcements.AnnouncementErased: announcements.EraseAnnouncement,
    duty.SignedOn: duty.SignOn,
    duty.SteppedOut: duty.StepOut,
    duty.Returned: duty.Return,
    duty.DutyOffered: duty.OfferDuty,
    duty.OfferDropped: duty.DropOffer,
    duty.HandedOver: duty.AcceptDuty,
    duty.TakenOver: duty.TakeOver,
    duty.SignedOff: duty.SignOff,
    duty.WentElsewhere: duty.LeaveDuty,
    calls.StudentCalled: calls.CallOnStudent,
    calls.CallAnswered: calls.AnswerCall,
    calls.CallEnded: calls.EndCall,
    readiness.ReadinessBegun: readiness.BeginReadiness,
    readiness.ReadinessReported: readiness.ReportReadiness,
    readiness.BriefAcknowledged: readiness.AcknowledgeBrief,
    catch_up.CatchUpPlanned: catch_up.PlanCatchUp,
    catch_up.CatchUpRevised: catch_up.ReviseCatchUp,
    catch_up.CatchUpCarriedOut: catch_up.CarryOutCatchUp,
    catch_up.CatchUpDropped: catch_up.DropCatchUp,
    erasing.CatchUpErased: erasing.EraseCatchUp,
    erasing.ReadinessErased: erasing.EraseReadiness,
}
"""Events that say what their command said."""


def _cause(state: Meeting, event: Any) -> Any:
    """The command that would record the event."""
    match event:
        case lifecycle.MeetingStarted():
            return lifecycle.StartMeeting()
        case lifecycle.MeetingEnded():
            return lifecycle.EndMeeting()
        case readiness.AccommodationsWereSeen():
            codes = readiness.accommodations_of(state, event.site_id)[1]
            shown = tuple(readiness.NeedShown(student_id=student, codes=of) for student, of in codes)
            return readiness.SeeAccommodations(site_id=event.site_id, needs=shown)
        case links.LinkChanged():
            return _cause_of_link(state, event)
        case lifecycle.LobbyOpened():
            return lifecycle.OpenLobby()
        case lifecycle.MeetingReconciled():
            return lifecycle.ReconcileMeeting()
        case erasing.QuestionErased():
            return erasing.EraseQuestion(question_id=event.question_id, reason=event.reason)
        case asking.QuestionRelayed():
            names = asking.RelayQuestion.__dataclass_fields__
            return asking.RelayQuestion(**{name: getattr(event, name) for name in names})
        case answering.QuestionAnswered():
            return answering.AnswerQuestion(question_id=event.question_id, form=event.form, text=event.text)
        case merging.QuestionMerged():
            return merging.MergeQuestion(question_id=event.question_id, into=event.into)
        case deferring.QuestionDeferred():
            return deferring.DeferQuestion(question_id=event.question_id, due_at=event.due_at)
        case settling.QuestionClosed():
            return settling.SettleDue()
    if type(event) in _SAME_FIELDS:
        return _SAME_FIELDS[type(event)](**{name: getattr(event, name) for name in event.__dataclass_fields__})
    if type(event) in _CAUSES:
        return _CAUSES[type(event)](question_id=event.question_id)
    return _picture_after(state, event)


def _cause_of_link(state: Meeting, event: links.LinkChanged) -> Any:
    held = state.links.get(event.site_id)
    if event.status == "lost":
        return links.LapseLink(site_id=event.site_id, last_heard_at=event.since)
    if event.status == "rejoined" or held is None:
        return links.ArriveLink(site_id=event.site_id, heard_at=event.since)
    slow = links.DEGRADED_ROUND_TRIP_MS if event.status == "degraded" else 0
    return links.MeasureLink(site_id=event.site_id, round_trip_ms=slow)


def picture_of(state: Meeting) -> EnterFacts:
    """The facts that the meeting holds, as the directory would enter them."""
    return EnterFacts(
        section_id=state.section_id,
        starts_at=state.starts_at,
        ends_at=state.ends_at,
        teacher_ids=tuple(sorted(state.teacher_ids)),
        video=state.video,
        rooms=tuple(
            RoomFacts(
                site_id=r.site_id,
                student_ids=tuple(r.student_ids),
                supervisor_ids=tuple(r.supervisor_ids),
                due_by=r.due_by,
                joins_at=r.joins_at,
                leaves_at=r.leaves_at,
                away=r.away,
                substitute_ids=tuple(r.substitute_ids),
            )
            for r in state.rooms.values()
        ),
        staff=tuple(
            StaffFacts(person_id=who, licences=held.licences, clearance=held.clearance)
            for who, held in state.credentials.items()
        ),
        accommodations=tuple(
            AccommodationFacts(student_id=who, codes=codes) for who, codes in state.accommodations.items()
        ),
        cancelled=state.cancel_reason,
    )


def _picture_after(state: Meeting, event: Any) -> EnterFacts:
    picture = picture_of(state)
    match event:
        case facts.MeetingOpened():
            return replace(picture, section_id=event.section_id, starts_at=event.starts_at, ends_at=event.ends_at)
        case facts.MeetingMoved():
            return replace(picture, starts_at=event.starts_at, ends_at=event.ends_at)
        case facts.MeetingCancelled():
            return replace(picture, cancelled=event.reason)
        case facts.MeetingReinstated():
            return replace(picture, cancelled=None)
        case facts.VideoEntered():
            return replace(picture, video=event.video)
        case facts.BriefEntered():
            return replace(picture, brief_version=event.version)
        case facts.TeachersAssigned():
            return replace(picture, teacher_ids=event.teacher_ids)
        case facts.RoomRostered() | facts.RoomRemoved():
            rooms = tuple(room for room in picture.rooms if room.site_id != event.site_id)
            if isinstance(event, facts.RoomRostered):
                now = {name: getattr(event, name) for name in event.__dataclass_fields__}
                held = next((room for room in picture.rooms if room.site_id == event.site_id), None)
                rooms += (RoomFacts(**now) if held is None else replace(held, **now),)
            return replace(picture, rooms=rooms)
        case facts.RoomTimed() | facts.RoomSubstituted():
            now = {name: getattr(event, name) for name in event.__dataclass_fields__}
            changed = [replace(room, **now) if room.site_id == event.site_id else room for room in picture.rooms]
            return replace(picture, rooms=tuple(changed))
        case facts.CredentialsEntered():
            entered = StaffFacts(person_id=event.person_id, licences=event.licences, clearance=event.clearance)
            kept = tuple(one for one in picture.staff if one.person_id != event.person_id)
            return replace(picture, staff=(*kept, entered))
        case facts.AccommodationsEntered():
            kept_codes = tuple(one for one in picture.accommodations if one.student_id != event.student_id)
            entered_codes = AccommodationFacts(student_id=event.student_id, codes=event.codes)
            return replace(picture, accommodations=(*kept_codes, entered_codes))
    raise ImpossibleHistory(f"no command records {event}")
