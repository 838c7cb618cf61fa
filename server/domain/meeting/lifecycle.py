"""A meeting's life: scheduled → live → ended. (The lobby and reconciling come with the class around the questions.)

A cancelled one is not held; that it is cancelled comes from the directory: see `facts`.
"""

from dataclasses import dataclass, replace

from ..actors import Permission
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .calls import open_calls_ended
from .deferring import undecided
from .state import Meeting, require_live, require_teacher


@command("meeting.start", may=Permission.START_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class StartMeeting:
    """The teacher begins the live class."""


@command("meeting.end", may=Permission.END_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class EndMeeting:
    """The teacher ends the live class."""


@event("meeting.started")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingStarted:
    """The class is live."""


@event("meeting.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEnded:
    """The class is over."""


@decides(StartMeeting)
def start_meeting(state: Meeting, command: StartMeeting, context: Context) -> list[object]:
    require_teacher(state, context)
    if state.status == "live":
        raise Refused("already_live", "the class is live already")
    if state.status == "ended":
        raise Refused("meeting_ended", "the class has ended and cannot be started again")
    if state.status == "cancelled":
        raise Refused("meeting_cancelled", "the class was cancelled: the coordinator can have it held after all")
    return [MeetingStarted()]


@decides(EndMeeting)
def end_meeting(state: Meeting, command: EndMeeting, context: Context) -> list[object]:
    """No question dies with the class (domain.md §3): what nobody decided about is put off, in the same command."""
    require_teacher(state, context)
    require_live(state)
    return [MeetingEnded(), *open_calls_ended(state), *undecided(state, context.at)]


@applies(MeetingStarted)
def meeting_started(state: Meeting, event: MeetingStarted, recorded: Recorded) -> Meeting:
    return replace(state, status="live", started_at=recorded.at)


@applies(MeetingEnded)
def meeting_ended(state: Meeting, event: MeetingEnded, recorded: Recorded) -> Meeting:
    return replace(state, status="ended", ended_at=recorded.at)
