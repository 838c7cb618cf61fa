"""The state of a meeting in memory: what its events add up to, and nothing else.

Every part is immutable, so that a reader may hold on to a committed state while a speculative one is built beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from ..actors import Actor, Grant, Role
from ..calendar import AwayReason
from ..messages import Context, Refused
from .timeline import LinkStatus, RoomTimeline

MeetingStatus: TypeAlias = Literal["scheduled", "lobby", "live", "ended", "reconciled", "cancelled"]
CancelReason: TypeAlias = Literal["weather", "illness", "no_teacher", "holiday", "technical", "plan_changed", "other"]
QuestionStatus: TypeAlias = Literal[
    "queued",
    "seen",
    "claimed",
    "answering",
    "answered",
    "delivered",
    "confirmed",
    "asked_back",
    "merged",
    "deferred",
    "declined",
    "cannot_find",
    "withdrawn",
    "closed",
]
UNDECIDED: tuple[QuestionStatus, ...] = ("queued", "seen", "claimed", "answering", "asked_back")
"""Nothing has been decided about it: the class does not end over it."""
WAITING: tuple[QuestionStatus, ...] = (*UNDECIDED, "merged")
"""The student waits for an answer in class."""
OPEN: tuple[QuestionStatus, ...] = (*WAITING, "deferred")
"""Not answered yet, in class or later."""
ON_WAY_BACK: tuple[QuestionStatus, ...] = ("answered", "delivered", "cannot_find")
"""Answered, and not settled with the student."""
Urgency: TypeAlias = Literal["normal", "blocking"]
AnswerForm: TypeAlias = Literal["spoken_to_all", "spoken_to_site", "written"]
DeclineReason: TypeAlias = Literal["off_topic", "answered_before", "ask_your_site", "not_for_class", "other"]
ReadinessStatus: TypeAlias = Literal["checking", "ready", "degraded", "down", "closed"]
CameraCheck: TypeAlias = Literal["ok", "denied", "missing", "not_checked"]
MicrophoneCheck: TypeAlias = CameraCheck | Literal["silent"]
"""`silent`: it is there, and nothing was heard by it."""
PhoneCheck: TypeAlias = Literal["reached", "not_reached", "none", "not_checked"]
Needs: TypeAlias = tuple[frozenset[str], frozenset[tuple[str, tuple[str, ...]]]]
"""A room's students, and those of them who have accommodations with their codes."""
CatchUpKind: TypeAlias = Literal["recording", "site_led", "make_up_session", "written_work", "other"]
CatchUpStatus: TypeAlias = Literal["open", "carried_out", "dropped"]
DropReason: TypeAlias = Literal["room_took_part", "caught_up_elsewhere", "no_students_there", "planned_in_error"]
"""Why a plan is not carried out: a closed list, as free text would be the next thing to erase."""
CallStatus: TypeAlias = Literal["called", "ready", "not_here", "ended"]


@dataclass(frozen=True, slots=True)
class RoomWaits:
    """How long the room's students waited, in milliseconds, each kind in ascending order: see `waits`."""

    seen: tuple[int, ...] = ()
    answered: tuple[int, ...] = ()
    confirmed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """One site's part of the meeting: who is enrolled there today and who may stand in it, by id."""

    site_id: str
    student_ids: frozenset[str]
    supervisor_ids: frozenset[str]
    roster_version: int = 0
    """At which seq its roster, or what its students need, changed last."""
    due_by: int | None = None
    """When what was left open today is due (milliseconds, UTC): see `deferring.default_due`."""
    joins_at: int | None = None
    leaves_at: int | None = None
    """From when until when the room is there by its own bells (milliseconds, UTC): see `calendar.room_times`."""
    away: AwayReason | None = None
    """Why the room is not there at all; its people keep their part in the meeting, and what they asked."""
    substitute_ids: frozenset[str] = frozenset()
    """Those who stand in this room for this meeting alone, without a role at the site; until its end they are among
    the `supervisor_ids`."""
    last_turn: int = -1
    """The turn of the site's newest question: see `order.next_turn`."""
    asked: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)
    """Each question that waits for an answer and since when (milliseconds, UTC), the longest-waiting first."""
    on_way_back: int = 0
    """Questions answered and not yet settled with the student."""
    deferred: int = 0
    """Questions put off that are still to be answered in writing."""
    unheard: int = 0
    """Declined questions of which the site has not taken note."""
    waits: RoomWaits = RoomWaits()


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to a question and its way back. `by` is the teacher's id; times are milliseconds, UTC."""

    form: AnswerForm
    text: str | None
    by: str
    at: int
    delivered_at: int | None = None
    confirmed_at: int | None = None
    stuck_at: int | None = None


@dataclass(frozen=True, slots=True)
class AskedBack:
    """The teacher asked the site to say the question again; `note` says what is unclear."""

    at: int
    note: str | None


@dataclass(frozen=True, slots=True)
class Declined:
    """The teacher will not answer, and why."""

    reason: DeclineReason
    note: str | None
    at: int
    acknowledged_at: int | None = None


@dataclass(frozen=True, slots=True)
class Appeal:
    """The site's one objection to a declined question."""

    note: str
    at: int


@dataclass(frozen=True, slots=True)
class Question:
    """A student's question, as relayed by the adult in the room. `student_id` None means the room asks."""

    question_id: str
    site_id: str
    student_id: str | None
    relayed_by: str
    text: str
    verbatim: bool
    urgency: Urgency
    shareable: bool
    asked_at: int
    """On the device's clock."""
    received_at: int
    """On the server's clock."""
    turn: int
    status: QuestionStatus = "queued"
    seen_at: int | None = None
    claimed_by: str | None = None
    claimed_at: int | None = None
    answers: tuple[Answer, ...] = ()
    stuck: int = 0
    """How many times the student was still stuck after an answer."""
    due_at: int | None = None
    """Until when, while it is deferred or its student cannot be found."""
    asked_back: AskedBack | None = None
    """While the site is asked to say it again."""
    restated: int = 0
    """How many times the site said it again."""
    declined: Declined | None = None
    """While it is declined."""
    appeal: Appeal | None = None
    closed_reason: Literal["not_found"] | None = None
    merged_into: str | None = None
    """The question that it follows, or was answered with: never one that follows another itself."""
    followers: tuple[str, ...] = ()
    """The questions whose `merged_into` is this one."""
    version: int = 1
    """How often the question itself changed. Who joins or leaves its group changes the others, not it."""

    @property
    def waiting_since(self) -> int:
        """Since when the student waits (milliseconds, UTC): since asking, or since being still stuck."""
        stuck_at = self.answers[-1].stuck_at if self.answers else None
        return self.received_at if stuck_at is None else stuck_at


def is_unheard(question: Question) -> bool:
    """Whether it was declined and its site has not taken note of that yet."""
    return question.status == "declined" and question.declined is not None and question.declined.acknowledged_at is None


@dataclass(frozen=True, slots=True)
class Call:
    """The teacher calls on a student: an adult in the room brings them to the microphone, or says they are not here."""

    call_id: str
    site_id: str
    student_id: str
    question_id: str | None
    called_by: str
    called_at: int
    status: CallStatus = "called"
    answered_by: str | None = None
    answered_at: int | None = None


@dataclass(frozen=True, slots=True)
class LostSpan:
    """A room's link was lost from then to then (milliseconds, UTC; None: it still is)."""

    from_at: int
    to_at: int | None = None


@dataclass(frozen=True, slots=True)
class RoomLink:
    """How a room is linked to Longroom, since when, and when it was not."""

    status: LinkStatus
    since: int
    arrived_at: int
    """When the room was heard for the first time, or again after a loss; measuring does not change it."""
    lost: tuple[LostSpan, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomReport:
    """What an adult said of the room before class; times are milliseconds, UTC, `by` is their id."""

    status: ReadinessStatus
    by: str
    at: int
    microphone: MicrophoneCheck = "not_checked"
    camera: CameraCheck = "not_checked"
    round_trip_ms: int | None = None
    loss_percent: int | None = None
    phone: PhoneCheck = "not_checked"
    note: str | None = None


@dataclass(frozen=True, slots=True)
class BriefRead:
    """Which version of the lesson's brief somebody in the room has read."""

    version: int
    by: str
    at: int


@dataclass(frozen=True, slots=True)
class AccommodationsSeen:
    """Somebody in the room has seen its accommodations: `what` they saw, to tell when it is so no more."""

    by: str
    at: int
    what: Needs


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is known of a room before class."""

    report: RoomReport | None = None
    brief: BriefRead | None = None
    seen: AccommodationsSeen | None = None


@dataclass(frozen=True, slots=True)
class CatchUpPlan:
    """How a site makes up for a class that went on without it; times are milliseconds, UTC."""

    plan_id: str
    site_id: str
    kind: CatchUpKind
    note: str | None
    due_at: int
    by: str
    at: int
    status: CatchUpStatus = "open"
    minutes: int | None = None
    """How long the site led it."""
    drop_reason: DropReason | None = None
    is_erased: bool = False
    """Whether its notes were erased since it was last revised."""
    closed_by: str | None = None
    closed_at: int | None = None
    """Who carried it out or dropped it, and when."""


@dataclass(frozen=True, slots=True)
class RoomReceipt:
    """Where an announcement stands in one room: on the tablet, read out and by whom; times are milliseconds, UTC."""

    reached_at: int | None = None
    read_out_at: int | None = None
    read_out_by: str | None = None


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a teacher told rooms; `receipts` has each room that it was addressed to, by site."""

    announcement_id: str
    text: str
    by: str
    at: int
    receipts: Mapping[str, RoomReceipt]
    withdrawn_at: int | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A teacher's licence, by figure: dates are ISO 8601, the last day included; None is open."""

    state: str
    endorsement: str
    valid_from: str
    valid_to: str | None


@dataclass(frozen=True, slots=True)
class Clearance:
    """Where an adult's clearance stands, and its last valid day (ISO 8601) if it has one."""

    status: Literal["invited", "in_training", "cleared", "expiring", "suspended"]
    expires_on: str | None


@dataclass(frozen=True, slots=True)
class Credentials:
    """What lets an adult teach or supervise."""

    licences: tuple[Licence, ...] = ()
    clearance: Clearance | None = None


@dataclass(frozen=True, slots=True)
class VideoLink:
    """Where the class is seen and heard: an https address for people to follow, and who provides it."""

    url: str
    provider: str | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting. Before `meeting.opened` it is empty and nobody has a part in it."""

    program_id: str = ""
    section_id: str = ""
    starts_at: int = 0
    ends_at: int = 0
    status: MeetingStatus = "scheduled"
    cancel_reason: CancelReason | None = None
    """While it is cancelled."""
    lobby_at: int | None = None
    """When the lobby opened; None: it has not, or the class began without."""
    started_at: int | None = None
    ended_at: int | None = None
    reconciled_at: int | None = None
    teacher_ids: frozenset[str] = frozenset()
    video: VideoLink | None = None
    brief_version: int = 0
    """How often the lesson's brief was written; 0: there is none."""
    rooms: Mapping[str, Room] = field(default_factory=dict)
    credentials: Mapping[str, Credentials] = field(default_factory=dict)
    accommodations: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    questions: Mapping[str, Question] = field(default_factory=dict)
    calls: Mapping[str, Call] = field(default_factory=dict)
    links: Mapping[str, RoomLink] = field(default_factory=dict)
    """By site; a room that was never heard has none."""
    announcements: Mapping[str, Announcement] = field(default_factory=dict)
    readiness: Mapping[str, Readiness] = field(default_factory=dict)
    """By site; one of which nobody said anything has none."""
    catch_ups: Mapping[str, CatchUpPlan] = field(default_factory=dict)
    timelines: Mapping[str, RoomTimeline] = field(default_factory=dict)
    """By site; one that left the meeting keeps what happened there."""
    due: Mapping[str, int] = field(default_factory=dict)
    """When each question closes by itself whose student cannot be found: see `settling`."""
    turn: int = 0
    """The turn up to which the rotation has been served: see `order.next_turn`."""

    @property
    def is_open(self) -> bool:
        """Whether the meeting has its facts."""
        return self.section_id != ""

    @property
    def is_over(self) -> bool:
        """Whether the class has ended, reconciled or not."""
        return self.status in ("ended", "reconciled")

    @property
    def is_open_to_rooms(self) -> bool:
        """Whether the rooms are gathered: the lobby is open, or the class is live."""
        return self.status in ("lobby", "live")


def require_teacher(state: Meeting, context: Context) -> None:
    """A teacher may act only in a section that is theirs (domain.md, Who)."""
    if context.actor.person_id not in state.teacher_ids:
        raise Refused("not_your_section", "you do not teach this section")


def require_live(state: Meeting) -> None:
    """What happens in class happens while it is live."""
    if state.status in ("scheduled", "lobby"):
        raise Refused("meeting_not_live", "the class has not started yet")
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended")
    require_held(state)


def require_held(state: Meeting) -> None:
    """Nothing happens in a class that was cancelled."""
    if state.status == "cancelled":
        raise Refused("meeting_cancelled", "the class was cancelled: the coordinator can have it held after all")


def require_gathered(state: Meeting) -> None:
    """What the rooms do together begins in the lobby and ends with the class."""
    if state.status == "scheduled":
        raise Refused("meeting_not_live", "neither the lobby nor the class is open yet")
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended")
    require_held(state)


def supervises(state: Meeting, actor: Actor, room: Room) -> bool:
    """Whether the room is the actor's: theirs on the meeting's date, and their role at the site holds today.

    After the class today's role alone decides: an answer that is still owed is brought back by whoever stands there
    then, and who has moved to another site sees this one's students no more (domain.md, Who). A substitute stands there
    for this meeting alone, before and after its end: somebody whose own role is at another site.
    """
    if actor.person_id in room.substitute_ids:
        return actor.has_role(Role.SUPERVISOR)
    holds = Grant(Role.SUPERVISOR, room.site_id) in actor.grants
    return holds and (state.is_over or actor.person_id in room.supervisor_ids)


def require_supervisor(state: Meeting, site_id: str, context: Context, field: str | None = None) -> Room:
    """A supervisor may act only for a room of this meeting that is theirs."""
    room = state.rooms.get(site_id)
    # A site outside the meeting and a site that is not theirs get one answer: whether it exists is not theirs to learn.
    if room is None or not supervises(state, context.actor, room):
        raise Refused("not_your_site", "you do not supervise a room at this site in this meeting", field)
    return room
