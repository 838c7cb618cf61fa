"""Whether a room is ready for class: what an adult in it has checked, read and seen, and until when that counts.

It is the room's own word. What the record itself knows of the room, who is on duty and how it is linked, is `duty`'s
and `links`' to say. A report replaces the one before; the log keeps them all.
"""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from ..actors import Permission
from ..fields import Id, LossPercent, NoteText, RoundTrip, Version
from ..messages import Context, Recorded, Refused, applies, command, decides, event
from .state import (
    AccommodationsSeen,
    BriefRead,
    CameraCheck,
    Meeting,
    MicrophoneCheck,
    Needs,
    PhoneCheck,
    Readiness,
    ReadinessStatus,
    RoomReport,
    require_held,
    require_supervisor,
)

READINESS_HOURS = 24
"""How long a report counts (domain.md §1)."""
READINESS_MS = READINESS_HOURS * 3_600_000
Reported: TypeAlias = Literal["ready", "degraded", "down", "closed"]

# ── Commands ──────────────────────────────────────────────────────────────────────────────────────────────────────


@command("readiness.begin", may=Permission.REPORT_READINESS)
@dataclass(frozen=True, slots=True, kw_only=True)
class BeginReadiness:
    """The supervisor is in the room and checks it."""

    site_id: Id


@command("readiness.report", may=Permission.REPORT_READINESS)
@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReadiness:
    """How the room stands, and what was found. The round trip is in milliseconds; null: it was not measured."""

    site_id: Id
    status: Reported
    microphone: MicrophoneCheck = "not_checked"
    camera: CameraCheck = "not_checked"
    round_trip_ms: RoundTrip | None = None
    loss_percent: LossPercent | None = None
    phone: PhoneCheck = "not_checked"
    note: NoteText | None = None


@command("readiness.acknowledge_brief", may=Permission.REPORT_READINESS)
@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeBrief:
    """The supervisor has read this version of the lesson's brief."""

    site_id: Id
    brief_version: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedShown:
    """What one student was shown to need."""

    student_id: Id
    codes: tuple[Id, ...]


@command("readiness.see_accommodations", may=Permission.REPORT_READINESS)
@dataclass(frozen=True, slots=True, kw_only=True)
class SeeAccommodations:
    """The supervisor has seen what the room's students need: these codes of these students, and nobody else's."""

    site_id: Id
    needs: tuple[NeedShown, ...]


# ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("readiness.begun")
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessBegun:
    """The event's actor checks the room."""

    site_id: str


@event("readiness.reported", personal=("note",))
@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessReported:
    """The event's actor says how the room stands."""

    site_id: str
    status: Reported
    microphone: MicrophoneCheck
    camera: CameraCheck
    round_trip_ms: int | None
    loss_percent: int | None
    phone: PhoneCheck
    note: str | None


@event("readiness.brief_acknowledged")
@dataclass(frozen=True, slots=True, kw_only=True)
class BriefAcknowledged:
    """The event's actor has read this version of the lesson's brief."""

    site_id: str
    brief_version: int


@event("readiness.accommodations_seen")
@dataclass(frozen=True, slots=True, kw_only=True)
class AccommodationsWereSeen:
    """The event's actor has seen the room's accommodations as they were then."""

    site_id: str


# ── For whoever asks whether a room is ready ──────────────────────────────────────────────────────────────────────


def expires_at(report: RoomReport) -> int:
    """Until when the report counts (milliseconds, UTC); at that moment it does no more."""
    return report.at + READINESS_MS


def readiness_at(state: Meeting, site_id: str, at: int) -> ReadinessStatus | Literal["unreported"]:
    """How the room stands at that moment (milliseconds, UTC), by what was reported and has not expired."""
    report = _held(state, site_id).report
    return report.status if report is not None and at < expires_at(report) else "unreported"


def accommodations_of(state: Meeting, site_id: str) -> Needs:
    """What the room's students need: its roster, and who of it needs what. Each change of the room's view asks."""
    here = state.rooms[site_id].student_ids
    return here, frozenset(one for one in state.accommodations.items() if one[0] in here)


def is_seen(state: Meeting, site_id: str) -> bool:
    """Whether somebody has seen the room's accommodations as they are now: no code and no student changed since."""
    seen = _held(state, site_id).seen
    return seen is not None and seen.what == accommodations_of(state, site_id)


def _held(state: Meeting, site_id: str) -> Readiness:
    return state.readiness.get(site_id, _UNREPORTED)


_UNREPORTED = Readiness()

# ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@decides(BeginReadiness)
def begin_readiness(state: Meeting, command: BeginReadiness, context: Context) -> list[object]:
    """Once more by somebody who checks already does nothing; anybody else's check takes its place."""
    _require_checkable(state, command.site_id, context)
    report = _held(state, command.site_id).report
    is_under_way = report is not None and (report.status, report.by) == ("checking", context.actor.person_id)
    if is_under_way and readiness_at(state, command.site_id, context.at) == "checking":
        return []
    return [ReadinessBegun(site_id=command.site_id)]


@decides(ReportReadiness)
def report_readiness(state: Meeting, command: ReportReadiness, context: Context) -> list[object]:
    """A room whose microphone was found denied or missing cannot be asked anything, so that it is not ready: it may say
    "degraded" and take part by phone, or "down". What was not checked hinders nobody, nor does a microphone that heard
    nothing, perhaps in a quiet room: both are shown as what they are."""
    _require_checkable(state, command.site_id, context)
    if command.status == "ready" and command.microphone in ("denied", "missing"):
        raise Refused(
            "not_ready",
            f"the microphone is {command.microphone}: mend it, or report degraded and take part by phone",
            "status",
        )
    return [ReadinessReported(**{name: getattr(command, name) for name in ReadinessReported.__dataclass_fields__})]


@decides(AcknowledgeBrief)
def acknowledge_brief(state: Meeting, command: AcknowledgeBrief, context: Context) -> list[object]:
    """The first reader of a version is kept. Only the brief as it stands can be read."""
    _require_checkable(state, command.site_id, context)
    if command.brief_version != state.brief_version:
        raise Refused("stale_version", "this is not the brief as it stands: read it again", "brief_version")
    brief = _held(state, command.site_id).brief
    if brief is not None and brief.version == command.brief_version:
        return []
    return [BriefAcknowledged(site_id=command.site_id, brief_version=command.brief_version)]


@decides(SeeAccommodations)
def see_accommodations(state: Meeting, command: SeeAccommodations, context: Context) -> list[object]:
    """Once for what there is to see; when that changes, somebody has to see it again. What a tablet did not show yet
    was not seen."""
    _require_checkable(state, command.site_id, context)
    shown = frozenset((one.student_id, tuple(sorted(one.codes))) for one in command.needs if one.codes)
    if shown != accommodations_of(state, command.site_id)[1]:
        raise Refused("stale_version", "what students need has changed since: look again", "needs")
    return [] if is_seen(state, command.site_id) else [AccommodationsWereSeen(site_id=command.site_id)]


def _require_checkable(state: Meeting, site_id: str, context: Context) -> None:
    require_supervisor(state, site_id, context, "site_id")
    require_held(state)
    if state.is_over:
        raise Refused("meeting_ended", "the class has ended: there is nothing left to be ready for")


# ── What each event does ──────────────────────────────────────────────────────────────────────────────────────────


@applies(ReadinessBegun)
def readiness_begun(state: Meeting, event: ReadinessBegun, recorded: Recorded) -> Meeting:
    report = RoomReport("checking", recorded.actor_id, recorded.at)
    return _put(state, event.site_id, replace(_held(state, event.site_id), report=report))


@applies(ReadinessReported)
def readiness_reported(state: Meeting, event: ReadinessReported, recorded: Recorded) -> Meeting:
    report = RoomReport(
        status=event.status,
        by=recorded.actor_id,
        at=recorded.at,
        microphone=event.microphone,
        camera=event.camera,
        round_trip_ms=event.round_trip_ms,
        loss_percent=event.loss_percent,
        phone=event.phone,
        note=event.note,
    )
    return _put(state, event.site_id, replace(_held(state, event.site_id), report=report))


@applies(BriefAcknowledged)
def brief_acknowledged(state: Meeting, event: BriefAcknowledged, recorded: Recorded) -> Meeting:
    brief = BriefRead(event.brief_version, recorded.actor_id, recorded.at)
    return _put(state, event.site_id, replace(_held(state, event.site_id), brief=brief))


@applies(AccommodationsWereSeen)
def accommodations_were_seen(state: Meeting, event: AccommodationsWereSeen, recorded: Recorded) -> Meeting:
    seen = AccommodationsSeen(recorded.actor_id, recorded.at, accommodations_of(state, event.site_id))
    return _put(state, event.site_id, replace(_held(state, event.site_id), seen=seen))


def _put(state: Meeting, site_id: str, held: Readiness) -> Meeting:
    return replace(state, readiness={**state.readiness, site_id: held})
