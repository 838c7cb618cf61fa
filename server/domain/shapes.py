"""The published shape of each view, for the documents that clients are written from. `views` makes them.

By hand on purpose: a shape made from the code would call right whatever the code gives. The tests hold every frame and
every answer against these, closed.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field
from typing_extensions import TypedDict

from .calendar import AwayReason
from .fields import Id, Millis, Version
from .meeting.state import (
    AnswerForm,
    CallStatus,
    CameraCheck,
    CancelReason,
    CatchUpKind,
    CatchUpStatus,
    DeclineReason,
    DropReason,
    MeetingStatus,
    MicrophoneCheck,
    PhoneCheck,
    QuestionStatus,
    ReadinessStatus,
    Urgency,
)
from .meeting.timeline import LeaveReason, LinkStatus, MarkKind
from .waits import Waits

AUDIENCE_PATTERN = r"^(teacher|coordinator|supervisor(:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})+)$"
Count = Annotated[int, Field(ge=0)]


class VideoView(TypedDict):
    """Where the class is seen and heard: an https address for people to follow."""

    url: str
    provider: str | None


class MeetingView(TypedDict):
    """A meeting as everybody with a part in it sees it."""

    section_id: Id
    status: MeetingStatus
    cancel_reason: CancelReason | None
    """While it is cancelled."""
    starts_at: Millis
    ends_at: Millis
    lobby_at: Millis | None
    """When the lobby opened, if it did."""
    started_at: Millis | None
    ended_at: Millis | None
    reconciled_at: Millis | None
    """When the class was closed for good: nothing of it is owed."""
    video: VideoView | None
    brief_version: Count
    """How often the lesson's brief was written; 0: there is none."""
    teacher_ids: list[Id]
    site_ids: list[Id]


class AdultView(TypedDict):
    """Somebody on duty in a room; `away_since` while they have stepped out, `covered_by` who stands in for them."""

    person_id: Id
    since: Millis
    away_since: Millis | None
    covered_by: Id | None
    is_cleared: bool
    """Whether their clearance stands on the meeting's date (UTC)."""


class OfferView(TypedDict):
    """`person_id` would hand over: to one person, or (null) to whoever of the room comes first."""

    person_id: Id
    to_id: Id | None
    at: Millis


class DutyView(TypedDict):
    """Who is on duty in a room."""

    adults: list[AdultView]
    offers: list[OfferView]
    uncovered_since: Millis | None
    """Since when no adult is in the room; null: one is, or none is needed. It may lie ahead: at its own bell."""
    needed_until: Millis | None
    """Until when one is needed, where the room leaves by its own bell before the class ends; null: to its end."""


class LinkView(TypedDict):
    """How a room is linked to Longroom since then; a loss began when the room was last heard."""

    status: LinkStatus
    since: Millis
    lost_ms: Count
    """How long it was lost in all, in milliseconds, without a loss that goes on."""


class RoomReportView(TypedDict):
    """What an adult said of the room before class; it counts until `expires_at` and not at that moment."""

    status: ReadinessStatus
    by: Id
    at: Millis
    expires_at: Millis
    microphone: MicrophoneCheck
    camera: CameraCheck
    round_trip_ms: Count | None
    loss_percent: Count | None
    phone: PhoneCheck
    note: str | None


class BriefReadView(TypedDict):
    """Which version of the lesson's brief was read in the room."""

    version: Version
    by: Id
    at: Millis


class AccommodationsSeenView(TypedDict):
    """Who saw the room's accommodations; `is_current`: neither they nor its roster changed since."""

    by: Id
    at: Millis
    is_current: bool


class ReadinessView(TypedDict):
    """What is known of a room before class."""

    report: RoomReportView | None
    brief: BriefReadView | None
    accommodations: AccommodationsSeenView | None


class RoomView(TypedDict):
    """One site's part of the meeting, in figures; a supervisor sees their own."""

    site_id: Id
    supervisor_ids: list[Id]
    students: Count
    roster_version: Count
    """At which seq its roster, or what its students need, changed last: read the roster again when it does."""
    asked: Count
    waiting: Count
    waiting_since: Millis | None
    """Since when the longest-waiting question waits; null: none does."""
    on_way_back: Count
    """Answered, and not yet settled with the student."""
    deferred: int
    """Put off, and still to be answered in writing."""
    due_by: Millis | None
    """When what is left open is due, where nothing else is said; null: a day after the planned end."""
    joins_at: Millis | None
    leaves_at: Millis | None
    """When the room is there by its own bells; null: for the whole meeting."""
    away: AwayReason | None
    """Why it is not there at all."""
    waits: Waits
    duty: DutyView
    is_in_class: bool
    """Whether it is in the class at all: not where its school is closed, or a plan leaves it out of the class."""
    link: LinkView | None
    """null: the room was not heard in this class yet."""
    readiness: ReadinessView | None
    """null: nobody said anything of the room yet."""


class MarkView(TypedDict):
    """One thing that happened in a room: `person_id` did it or it befell them, `other_id` is the other side of it."""

    at: Millis
    what: MarkKind
    person_id: Id | None
    other_id: Id | None
    reason: LeaveReason | None


class PresenceView(TypedDict):
    """An adult was in the room from `from_at` up to and without `to_at`; null: still is."""

    person_id: Id
    from_at: Millis
    to_at: Millis | None


class SpanView(TypedDict):
    """It was so from `from_at` up to and without `to_at`; null: it still is."""

    from_at: Millis
    to_at: Millis | None


class TimelineView(TypedDict):
    """All that happened in a room, in order, and who was in it when; a supervisor sees their own rooms'."""

    site_id: Id
    marks: list[MarkView]
    on_duty: list[PresenceView]
    lost: list[SpanView]
    uncovered: list[SpanView]
    """When the class went on and the room needed an adult and had none."""
    is_in_class: bool
    """Whether the room is in the class at all: not where its school is closed, or a plan leaves it out."""


class AnswerView(TypedDict):
    """One answer and its way back."""

    form: AnswerForm
    text: str | None
    by: Id
    at: Millis
    delivered_at: Millis | None
    confirmed_at: Millis | None
    stuck_at: Millis | None


class AskedBackView(TypedDict):
    """The teacher asked the site to say the question again."""

    at: Millis
    note: str | None


class DeclinedView(TypedDict):
    """The teacher will not answer."""

    reason: DeclineReason
    note: str | None
    at: Millis
    acknowledged_at: Millis | None


class AppealView(TypedDict):
    """The site's one objection."""

    note: str
    at: Millis


class QuestionFigures(TypedDict):
    """A question's figures: all that the coordinator gets of one that is not shared."""

    question_id: Id
    site_id: Id
    status: QuestionStatus
    urgency: Urgency
    received_at: Millis
    waiting_since: Millis
    stuck: Count
    version: Version
    order: Annotated[list[int], Field(min_length=4, max_length=4)]


class SharedQuestion(QuestionFigures):
    """A shared question, as other sites and the coordinator see it."""

    text: str
    answers: list[AnswerView]


class OwnQuestion(SharedQuestion):
    """A question as its teacher and the asking site see it."""

    student_id: Id | None
    relayed_by: Id
    verbatim: bool
    shareable: bool
    asked_at: Millis
    seen_at: Millis | None
    claimed_by: Id | None
    claimed_at: Millis | None
    due_at: Millis | None
    """Until when, while it is deferred or its student cannot be found."""
    restated: Count
    closed_reason: Literal["not_found"] | None
    asked_back: AskedBackView | None
    """While the site is asked to say it again."""
    declined: DeclinedView | None
    """While it is declined."""
    appeal: AppealView | None
    merged_into: Id | None
    """The question that it follows, or was answered with, where the audience may see that one."""
    is_together: bool
    """Whether it follows, or was answered with, another."""


class TaughtQuestion(OwnQuestion):
    """A question as its teacher sees it."""

    followers: list[Id]
    """What is merged into it."""


QuestionView: TypeAlias = TaughtQuestion | OwnQuestion | SharedQuestion | QuestionFigures


class CallView(TypedDict):
    """The teacher calls on a student: for the teacher and that site."""

    call_id: Id
    site_id: Id
    student_id: Id
    question_id: Id | None
    status: CallStatus
    called_by: Id
    called_at: Millis
    answered_by: Id | None
    answered_at: Millis | None


class ReceiptView(TypedDict):
    """Where an announcement stands in one room."""

    site_id: Id
    reached_at: Millis | None
    """When it came to a tablet of the room; null: not reached yet."""
    read_out_at: Millis | None
    read_out_by: Id | None


class AnnouncementView(TypedDict):
    """What the teacher told rooms; a room addressed sees its own receipt only."""

    announcement_id: Id
    text: str
    by: Id
    at: Millis
    withdrawn_at: Millis | None
    rooms: list[ReceiptView]


class CatchUpFigures(TypedDict):
    """How a site makes up for a class that went on without it, as the coordinator sees it."""

    plan_id: Id
    site_id: Id
    kind: CatchUpKind
    due_at: Millis
    by: Id
    at: Millis
    status: CatchUpStatus
    minutes: Count | None
    """How long the site led it, once it was carried out."""
    drop_reason: DropReason | None
    closed_by: Id | None
    closed_at: Millis | None


class OwnCatchUp(CatchUpFigures):
    """The same as the teacher and that site see it."""

    note: str | None


CatchUpView: TypeAlias = OwnCatchUp | CatchUpFigures


class MeetingEntry(TypedDict):
    """The meeting's view in a snapshot."""

    kind: Literal["meeting"]
    id: Literal["meeting"]
    value: MeetingView


class RoomEntry(TypedDict):
    """A room's view in a snapshot; its id is the site's."""

    kind: Literal["room"]
    id: Id
    value: RoomView


class TimelineEntry(TypedDict):
    """A room's timeline in a snapshot; its id is the site's."""

    kind: Literal["timeline"]
    id: Id
    value: TimelineView


class QuestionEntry(TypedDict):
    """A question's view in a snapshot."""

    kind: Literal["question"]
    id: Id
    value: QuestionView


class CallEntry(TypedDict):
    """A call's view in a snapshot."""

    kind: Literal["call"]
    id: Id
    value: CallView


class AnnouncementEntry(TypedDict):
    """An announcement's view in a snapshot."""

    kind: Literal["announcement"]
    id: Id
    value: AnnouncementView


class CatchUpEntry(TypedDict):
    """A catch-up plan's view in a snapshot."""

    kind: Literal["catch_up"]
    id: Id
    value: CatchUpView


class MeetingChange(TypedDict):
    """The meeting's new view; null: it is not theirs to see any more."""

    kind: Literal["meeting"]
    id: Literal["meeting"]
    value: MeetingView | None


class RoomChange(TypedDict):
    """A room's new view; null takes it away."""

    kind: Literal["room"]
    id: Id
    value: RoomView | None


class TimelineChange(TypedDict):
    """A room's new timeline; null takes it away."""

    kind: Literal["timeline"]
    id: Id
    value: TimelineView | None


class QuestionChange(TypedDict):
    """A question's new view; null takes it away."""

    kind: Literal["question"]
    id: Id
    value: QuestionView | None


class CallChange(TypedDict):
    """A call's new view; null takes it away."""

    kind: Literal["call"]
    id: Id
    value: CallView | None


class AnnouncementChange(TypedDict):
    """An announcement's new view; null takes it away."""

    kind: Literal["announcement"]
    id: Id
    value: AnnouncementView | None


class CatchUpChange(TypedDict):
    """A catch-up plan's new view; null takes it away."""

    kind: Literal["catch_up"]
    id: Id
    value: CatchUpView | None


Entry: TypeAlias = (
    MeetingEntry | RoomEntry | TimelineEntry | QuestionEntry | CallEntry | AnnouncementEntry | CatchUpEntry
)
Change: TypeAlias = (
    MeetingChange | RoomChange | TimelineChange | QuestionChange | CallChange | AnnouncementChange | CatchUpChange
)


class HistoryLine(TypedDict):
    """One event that changed something that the audience sees; `name` is the event's own."""

    seq: Version
    at: Millis
    name: str
    by: Id | None
    """The adult who acted, where the audience may know; null for what time or the directory brought about."""
    site_id: Id | None
    question_id: Id | None
    call_id: Id | None
    plan_id: Id | None
    announcement_id: Id | None
    reason: Id | None
    """The code of why, as the command had it; as the next two: of one's own rooms, or of the whole class."""
    other_id: Id | None
    """The other adult of what was done about duty: who covers, is offered it, or had it."""
    since: Millis | None
    """Since when a link is as it is told to be."""


class ReplayStep(HistoryLine):
    """A line of the history, with the views that it changed."""

    changes: list[Change]
