"""The published shape of each view, for the documents that clients are written from. `views` makes them.

A key that an audience does not get is absent, not null: `NotRequired` says so.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from .fields import Id, Millis
from .meeting.state import AnswerForm, CallStatus, DeclineReason, MeetingStatus, QuestionStatus, Urgency
from .waits import Waits

AUDIENCE_PATTERN = r"^(teacher|coordinator|supervisor(:[A-Za-z0-9][A-Za-z0-9_.-]{0,63})+)$"


class MeetingView(TypedDict):
    """A meeting as everybody with a part in it sees it."""

    section_id: Id
    status: MeetingStatus
    starts_at: Millis
    ends_at: Millis
    started_at: Millis | None
    ended_at: Millis | None
    teacher_ids: list[Id]
    site_ids: list[Id]


class RoomView(TypedDict):
    """One site's part of the meeting, in figures; a supervisor sees their own."""

    site_id: Id
    supervisor_ids: list[Id]
    students: int
    asked: int
    waiting: int
    waiting_since: Millis | None
    """Since when the longest-waiting question waits; null: none does."""
    on_way_back: int
    """Answered, and not yet settled with the student."""
    deferred: int
    """Put off, and still to be answered in writing."""
    due_by: Millis | None
    """When what is left open is due, where nothing else is said; null: a day after the planned end."""
    waits: Waits


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


class QuestionView(TypedDict):
    """A question: its figures to everybody who may know of it, the rest as far as it is theirs to see."""

    question_id: Id
    site_id: Id
    status: QuestionStatus
    urgency: Urgency
    received_at: Millis
    waiting_since: Millis
    stuck: int
    version: int
    order: list[int]
    text: NotRequired[str]
    answers: NotRequired[list[AnswerView]]
    student_id: NotRequired[Id | None]
    relayed_by: NotRequired[Id]
    verbatim: NotRequired[bool]
    shareable: NotRequired[bool]
    asked_at: NotRequired[Millis]
    seen_at: NotRequired[Millis | None]
    claimed_by: NotRequired[Id | None]
    claimed_at: NotRequired[Millis | None]
    due_at: NotRequired[Millis | None]
    """Until when, while it is deferred or its student cannot be found."""
    restated: NotRequired[int]
    closed_reason: NotRequired[Literal["not_found"] | None]
    asked_back: NotRequired[AskedBackView | None]
    """While the site is asked to say it again."""
    declined: NotRequired[DeclinedView | None]
    """While it is declined."""
    appeal: NotRequired[AppealView | None]
    merged_into: NotRequired[Id | None]
    """The question that it follows, or was answered with, where the audience may see that one."""
    is_together: NotRequired[bool]
    """Whether it follows, or was answered with, another."""
    followers: NotRequired[list[Id]]


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


Entry = MeetingEntry | RoomEntry | QuestionEntry | CallEntry
