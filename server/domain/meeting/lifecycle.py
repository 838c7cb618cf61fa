"""A meeting's life: scheduled → lobby → live → ended → reconciled.

A cancelled one is not held; that it is cancelled comes from the directory: see `facts`.

The lobby opens when its teacher says so, or with the first supervisor who signs on within `LOBBY_LEAD` of the planned
start; a class may also begin without one. In the lobby rooms are staffed and told things; nothing is asked yet.
"""

from dataclasses import dataclass, replace

from ..actors import Permission
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .calls import open_calls_ended
from .catch_up import RoomPlan, planned_without
from .deferring import undecided
from .owing import owed_in_words
from .state import Meeting, require_held, require_live, require_teacher
from .timeline import all_left

LOBBY_LEAD = 30 * 60_000
"""Supervisors come 15 to 30 minutes early (Murray State's duties of a facilitator, domain.md §1): milliseconds."""

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("meeting.open_lobby", may=Permission.START_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLobby:
    """The teacher lets the rooms in, before the class."""


@command("meeting.start", may=Permission.START_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class StartMeeting:
    """The teacher begins the live class; `without`: the catch-up plans of the rooms that are not there."""

    without: tuple[RoomPlan, ...] = ()


@command("meeting.end", may=Permission.END_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class EndMeeting:
    """The teacher ends the live class."""


@command("meeting.reconcile", may=Permission.END_MEETING)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReconcileMeeting:
    """The teacher closes the class for good: nothing of it is owed any more."""


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("meeting.lobby_opened")
@dataclass(frozen=True, slots=True, kw_only=True)
class LobbyOpened:
    """The rooms may come in."""


@event("meeting.started")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingStarted:
    """The class is live."""


@event("meeting.ended")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEnded:
    """The class is over, and with it every duty in its rooms."""


@event("meeting.reconciled")
@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingReconciled:
    """Nothing of the class is owed any more."""


# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(OpenLobby)
def open_lobby(state: Meeting, command: OpenLobby, context: Context) -> list[object]:
    """A teacher who is early may open it at any time before the class; once more does nothing."""
    require_teacher(state, context)
    if state.status == "live":
        raise Refused("already_live", "the class is live already")
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended and cannot be started again")
    require_held(state)
    return [] if state.status == "lobby" else [LobbyOpened()]


@decides(StartMeeting)
def start_meeting(state: Meeting, command: StartMeeting, context: Context) -> list[object]:
    """A class starts without a room only with a recorded catch-up plan for that site (domain.md §1)."""
    require_teacher(state, context)
    if state.status == "live":
        raise Refused("already_live", "the class is live already")
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended and cannot be started again")
    require_held(state)
    return [*planned_without(state, command.without, context), MeetingStarted()]


@decides(EndMeeting)
def end_meeting(state: Meeting, command: EndMeeting, context: Context) -> list[object]:
    """No question dies with the class (domain.md §3): what nobody decided about is put off, in the same command."""
    require_teacher(state, context)
    require_live(state)
    return [MeetingEnded(), *open_calls_ended(state), *undecided(state, context.at)]


@decides(ReconcileMeeting)
def reconcile_meeting(state: Meeting, command: ReconcileMeeting, context: Context) -> list[object]:
    """A class is closed for good only when nothing of it is owed; the refusal says what still is."""
    require_teacher(state, context)
    if not state.is_over:
        raise Refused("wrong_state", "only a class that has ended can be closed for good")
    owed = owed_in_words(state)
    if owed:
        raise Refused("still_owed", f"the class still owes: {'; '.join(owed)}")
    return [] if state.status == "reconciled" else [MeetingReconciled()]


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(LobbyOpened)
def lobby_opened(state: Meeting, event: LobbyOpened, recorded: Recorded) -> Meeting:
    return replace(state, status="lobby", lobby_at=recorded.at)


@applies(MeetingStarted)
def meeting_started(state: Meeting, event: MeetingStarted, recorded: Recorded) -> Meeting:
    return replace(state, status="live", started_at=recorded.at)


@applies(MeetingEnded)
def meeting_ended(state: Meeting, event: MeetingEnded, recorded: Recorded) -> Meeting:
    timelines = all_left(state.timelines, recorded.at, "class_ended")
    return replace(state, status="ended", ended_at=recorded.at, timelines=timelines)


@applies(MeetingReconciled)
def meeting_reconciled(state: Meeting, event: MeetingReconciled, recorded: Recorded) -> Meeting:
    return replace(state, status="reconciled", reconciled_at=recorded.at)
