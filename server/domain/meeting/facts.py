"""What a meeting rests on, entered from the directory when it opens and at each later change.

A rule reads only its stream; so rosters, staff, licences, clearances and accommodations come in as events, by id and
figure. `EnterFacts` carries the whole picture, and its rule records only what differs from the picture already held.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..actors import Permission
from ..calendar import AwayReason
from ..fields import BriefVersion, Id, Millis
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .figures import tallied
from .state import CancelReason, Clearance, Credentials, Licence, Meeting, Room, VideoLink
from .timeline import Mark, RoomTimeline, all_left, emptied, marked, went


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """A site's roster and supervisors on the meeting's date; `due_by` is the end of its next school day after that.

    `joins_at` and `leaves_at` are when the room is there by its own bells, `away` why it is not at all. Those of its
    supervisors who are there for this meeting alone are the `substitute_ids`.
    """

    site_id: Id
    student_ids: tuple[Id, ...]
    supervisor_ids: tuple[Id, ...]
    due_by: Millis | None = None
    joins_at: Millis | None = None
    leaves_at: Millis | None = None
    away: AwayReason | None = None
    substitute_ids: tuple[Id, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """An adult's licences and clearance."""

    person_id: Id
    licences: tuple[Licence, ...] = ()
    clearance: Clearance | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationFacts:
    """The codes of one student's accommodations."""

    student_id: Id
    codes: tuple[str, ...]


@command("meeting.enter_facts", may=Permission.ENTER_FACTS, opens=True)
@dataclass(frozen=True, slots=True, kw_only=True)
class EnterFacts:
    """Open the meeting, or bring it up to what the directory says now. Only the server itself issues it."""

    section_id: Id
    starts_at: Millis
    ends_at: Millis
    teacher_ids: tuple[Id, ...]
    rooms: tuple[RoomFacts, ...]
    staff: tuple[StaffFacts, ...] = ()
    accommodations: tuple[AccommodationFacts, ...] = ()
    cancelled: CancelReason | None = None
    video: VideoLink | None = None
    brief_version: BriefVersion = 0
    """How often the lesson's brief was written; 0: there is none."""


@event("meeting.opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOpened:
    """The meeting exists, for this section and time."""

    program_id: str
    section_id: str
    starts_at: int
    ends_at: int


@event("meeting.moved")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingMoved:
    """The scheduled time changed."""

    starts_at: int
    ends_at: int


@event("meeting.cancelled")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled:
    """The class is not held, and why."""

    reason: CancelReason


@event("meeting.reinstated")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingReinstated:
    """A cancelled class is held after all."""


@event("teachers.assigned")
@dataclass(frozen=True, slots=True, kw_only=True)
class TeachersAssigned:
    """These people teach the meeting, and nobody else."""

    teacher_ids: tuple[str, ...]


@event("video.entered")
@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEntered:
    """Where the class is seen and heard; null: nowhere that is known."""

    video: VideoLink | None


@event("brief.entered")
@dataclass(frozen=True, slots=True, kw_only=True)
class BriefEntered:
    """The lesson's brief was written, for the `version`th time. What it says is not part of the record."""

    version: int


@event("room.rostered", version=2)
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRostered:
    """A site's students and supervisors, whole, and when what is left open there is due (milliseconds, UTC).

    Students are listed in id order. Version 1 knew no `due_by`.
    """

    site_id: str
    student_ids: tuple[str, ...]
    supervisor_ids: tuple[str, ...]
    due_by: int | None


@event("room.timed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTimed:
    """When the site's room is in the meeting, by its own bells (milliseconds, UTC), or why it is away."""

    site_id: str
    joins_at: int | None
    leaves_at: int | None
    away: AwayReason | None


@event("room.substituted")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomSubstituted:
    """Who stands in the site's room for this meeting alone, whole; none: nobody any more."""

    site_id: str
    substitute_ids: tuple[str, ...]


@event("room.removed")
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomRemoved:
    """The site takes no part in the meeting any more."""

    site_id: str


@event("credentials.entered")
@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsEntered:
    """An adult's licences and clearance, whole."""

    person_id: str
    licences: tuple[Licence, ...]
    clearance: Clearance | None


@event("accommodations.entered")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationsEntered:
    """A student's accommodations, whole; none clears them."""

    student_id: str
    codes: tuple[str, ...]


@decides(EnterFacts)
def enter_facts(state: Meeting, command: EnterFacts, context: Context) -> list[object]:
    """Record what differs; a meeting that ended keeps the facts it ended with, but for who may look into it."""
    if state.is_over:
        return [*_teachers(state, command), *_standing_in(state, command)]
    if state.is_open and state.section_id != command.section_id:
        raise Refused("wrong_section", "a meeting cannot move to another section", "section_id")
    return [
        *_schedule(state, command, context),
        *_cancellation(state, command),
        *([VideoEntered(video=command.video)] if command.video != state.video else []),
        *([BriefEntered(version=command.brief_version)] if command.brief_version > state.brief_version else []),
        *_staff(state, command),
        *_rooms(state, command),
        *_accommodations(state, command),
    ]


def _schedule(state: Meeting, command: EnterFacts, context: Context) -> list[object]:
    times = {"starts_at": command.starts_at, "ends_at": command.ends_at}
    if not state.is_open:
        return [MeetingOpened(program_id=context.actor.program_id, section_id=command.section_id, **times)]
    return [] if (state.starts_at, state.ends_at) == tuple(times.values()) else [MeetingMoved(**times)]


def _cancellation(state: Meeting, command: EnterFacts) -> list[object]:
    """A class that has begun goes on: it is ended, not cancelled."""
    if state.status == "live" or command.cancelled == state.cancel_reason:
        return []
    return [MeetingReinstated()] if command.cancelled is None else [MeetingCancelled(reason=command.cancelled)]


def _teachers(state: Meeting, command: EnterFacts) -> list[object]:
    if frozenset(command.teacher_ids) == state.teacher_ids:
        return []
    return [TeachersAssigned(teacher_ids=tuple(sorted(command.teacher_ids)))]


def _standing_in(state: Meeting, command: EnterFacts) -> list[object]:
    """Who stood in at another site's room sees its students' words for no other reason: withdrawn, no more."""
    now = {room.site_id: frozenset(room.substitute_ids) for room in command.rooms}
    return [
        RoomSubstituted(site_id=site_id, substitute_ids=tuple(sorted(now.get(site_id, ()))))
        for site_id, room in sorted(state.rooms.items())
        if room.substitute_ids != now.get(site_id, frozenset())
    ]


def _staff(state: Meeting, command: EnterFacts) -> list[object]:
    events = _teachers(state, command)
    for one in sorted(command.staff, key=lambda staff: staff.person_id):
        if state.credentials.get(one.person_id) != Credentials(one.licences, one.clearance):
            events.append(CredentialsEntered(person_id=one.person_id, licences=one.licences, clearance=one.clearance))
    return events


def _rooms(state: Meeting, command: EnterFacts) -> list[object]:
    events: list[object] = []
    for room in sorted(command.rooms, key=lambda room: room.site_id):
        held = state.rooms.get(room.site_id)
        students, supervisors = frozenset(room.student_ids), frozenset(room.supervisor_ids)
        now = (students, supervisors, room.due_by)
        if held is None or (held.student_ids, held.supervisor_ids, held.due_by) != now:
            events.append(
                RoomRostered(
                    site_id=room.site_id,
                    student_ids=tuple(sorted(students)),
                    supervisor_ids=tuple(sorted(supervisors)),
                    due_by=room.due_by,
                )
            )
        events += _calendar(held, room)
    gone = state.rooms.keys() - {room.site_id for room in command.rooms}
    return events + [RoomRemoved(site_id=site_id) for site_id in sorted(gone)]


def _calendar(held: Room | None, room: RoomFacts) -> list[object]:
    events: list[object] = []
    times = (room.joins_at, room.leaves_at, room.away)
    if times != ((None, None, None) if held is None else (held.joins_at, held.leaves_at, held.away)):
        joins_at, leaves_at, away = times
        events.append(RoomTimed(site_id=room.site_id, joins_at=joins_at, leaves_at=leaves_at, away=away))
    substitutes = frozenset(room.substitute_ids)
    if substitutes != (frozenset() if held is None else held.substitute_ids):
        events.append(RoomSubstituted(site_id=room.site_id, substitute_ids=tuple(sorted(substitutes))))
    return events


def _accommodations(state: Meeting, command: EnterFacts) -> list[object]:
    now = {one.student_id: tuple(sorted(one.codes)) for one in command.accommodations if one.codes}
    changed = sorted(
        student
        for student in now.keys() | state.accommodations.keys()
        if now.get(student, ()) != state.accommodations.get(student, ())
    )
    return [AccommodationsEntered(student_id=student, codes=now.get(student, ())) for student in changed]


@applies(MeetingOpened)
def meeting_opened(state: Meeting, event: MeetingOpened, recorded: Recorded) -> Meeting:
    return replace(
        state,
        program_id=event.program_id,
        section_id=event.section_id,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
    )


@applies(MeetingMoved)
def meeting_moved(state: Meeting, event: MeetingMoved, recorded: Recorded) -> Meeting:
    return replace(state, starts_at=event.starts_at, ends_at=event.ends_at)


@applies(MeetingCancelled)
def meeting_cancelled(state: Meeting, event: MeetingCancelled, recorded: Recorded) -> Meeting:
    timelines = all_left(state.timelines, recorded.at, "class_cancelled")
    return replace(state, status="cancelled", cancel_reason=event.reason, timelines=timelines)


@applies(MeetingReinstated)
def meeting_reinstated(state: Meeting, event: MeetingReinstated, recorded: Recorded) -> Meeting:
    return replace(state, status="scheduled", cancel_reason=None, lobby_at=None)


@applies(TeachersAssigned)
def teachers_assigned(state: Meeting, event: TeachersAssigned, recorded: Recorded) -> Meeting:
    return replace(state, teacher_ids=frozenset(event.teacher_ids))


@applies(VideoEntered)
def video_entered(state: Meeting, event: VideoEntered, recorded: Recorded) -> Meeting:
    return replace(state, video=event.video)


@applies(BriefEntered)
def brief_entered(state: Meeting, event: BriefEntered, recorded: Recorded) -> Meeting:
    return replace(state, brief_version=event.version)


@applies(RoomRostered)
def room_rostered(state: Meeting, event: RoomRostered, recorded: Recorded) -> Meeting:
    students, supervisors = frozenset(event.student_ids), frozenset(event.supervisor_ids)
    held = state.rooms.get(event.site_id)
    if held is not None:
        room = replace(held, student_ids=students, supervisor_ids=supervisors, due_by=event.due_by)
    else:
        room = Room(event.site_id, students, supervisors, due_by=event.due_by)
        # A site that left and comes back finds the questions that it had.
        for question in sorted(state.questions.values(), key=lambda q: q.waiting_since):
            if question.site_id == event.site_id:
                room = tallied(room, None, question)
    rooms = {**state.rooms, event.site_id: replace(room, roster_version=recorded.seq)}
    return replace(state, rooms=rooms, timelines=_unassigned(state, event.site_id, supervisors, recorded.at))


@applies(RoomTimed)
def room_timed(state: Meeting, event: RoomTimed, recorded: Recorded) -> Meeting:
    room = state.rooms[event.site_id]
    room = replace(room, joins_at=event.joins_at, leaves_at=event.leaves_at, away=event.away)
    return replace(state, rooms={**state.rooms, event.site_id: room})


@applies(RoomSubstituted)
def room_substituted(state: Meeting, event: RoomSubstituted, recorded: Recorded) -> Meeting:
    room = replace(state.rooms[event.site_id], substitute_ids=frozenset(event.substitute_ids))
    return replace(state, rooms={**state.rooms, event.site_id: room})


@applies(RoomRemoved)
def room_removed(state: Meeting, event: RoomRemoved, recorded: Recorded) -> Meeting:
    rooms = {k: room for k, room in state.rooms.items() if k != event.site_id}
    timelines = _unassigned(state, event.site_id, frozenset(), recorded.at)
    if event.site_id in timelines:
        timelines = {**timelines, event.site_id: emptied(timelines[event.site_id], recorded.at)}
    return replace(state, rooms=rooms, timelines=timelines)


def _unassigned(state: Meeting, site_id: str, supervisor_ids: frozenset[str], at: int) -> Mapping[str, RoomTimeline]:
    """Who is no supervisor of the room any more is on duty there no more."""
    held = state.timelines.get(site_id)
    gone = [] if held is None else sorted(held.adults.keys() - supervisor_ids)
    if held is None or not gone:
        return state.timelines
    for person_id in gone:
        held = marked(went(held, person_id, at), Mark(at, "unassigned", person_id))
    return {**state.timelines, site_id: held}


@applies(CredentialsEntered)
def credentials_entered(state: Meeting, event: CredentialsEntered, recorded: Recorded) -> Meeting:
    entered = Credentials(event.licences, event.clearance)
    return replace(state, credentials={**state.credentials, event.person_id: entered})


@applies(AccommodationsEntered)
def accommodations_entered(state: Meeting, event: AccommodationsEntered, recorded: Recorded) -> Meeting:
    held = {k: codes for k, codes in state.accommodations.items() if k != event.student_id}
    here = {k: room for k, room in state.rooms.items() if event.student_id in room.student_ids}
    of = {k: replace(room, roster_version=recorded.seq) for k, room in here.items()}
    needs = held | ({event.student_id: event.codes} if event.codes else {})
    return replace(state, accommodations=needs, rooms={**state.rooms, **of})
