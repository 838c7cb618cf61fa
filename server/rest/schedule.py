"""The plan over HTTP: each person's days, a meeting cancelled, moved or held after all, and a pattern's meetings."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.calendar import AwayReason
from ..domain.fields import Flag, Id, Millis, ScheduledAt, Version
from ..domain.meeting.state import CancelReason, MeetingStatus
from ..service.directory_kinds import KINDS, ClosureReason, Date, TimeZone
from ..service.schedule import MAX_DAYS
from .call import Call
from .routes import Body, Empty, Query, Scope, route

LOCAL = r"^\d{4}-\d\d-\d\dT\d\d:\d\d$"
Local = Annotated[str, Field(pattern=LOCAL)]
"""What a wall clock shows: ISO 8601 without an offset, to the minute."""


class Days(Query):
    """Which days, and the clock that the browser goes by."""

    from_: Date = Field(alias="from", description="the first day: 2026-10-12")
    days: int = Field(7, ge=1, le=MAX_DAYS, description="how many")
    zone: TimeZone | None = Field(None, description="the browser's IANA time zone")


class Times(TypedDict):
    """When, and what the person's own clock shows then."""

    starts_at: Millis
    ends_at: Millis
    local_starts: Local
    local_ends: Local


class Adult(TypedDict):
    """Who teaches, or stands in a room."""

    person_id: Id
    name: str
    is_substitute: bool


class PlannedRoom(TypedDict):
    """A site's room in a meeting, by the site's own clock; `away`: why it is not there at all."""

    site_id: Id
    is_mine: bool
    joins_at: Millis
    leaves_at: Millis
    local_joins: Local
    local_leaves: Local
    away: AwayReason | None
    supervisors: list[Adult]


class PlannedMeeting(Times):
    """A meeting that the caller has a part in."""

    id: Id
    title: str
    section_id: Id
    section_title: str
    status: MeetingStatus
    part: Literal["teacher", "supervisor", "coordinator"]
    version: int
    cancel_reason: CancelReason | None
    moved_from: Times | None
    teachers: list[Adult]
    rooms: list[PlannedRoom]


class PlannedSite(TypedDict):
    """A site of the caller's meetings, or the caller's own."""

    site_id: Id
    name: str
    time_zone: str


class Away(TypedDict):
    """Days on which a site, or (`site_id` null) the whole program, is closed, or on which a site lets out early."""

    kind: Literal["holiday", "closure", "early_dismissal"]
    site_id: Id | None
    begins_on: str
    ends_on: str | None
    title: str | None
    reason: ClosureReason | None
    local_time: str | None


class ShownConflict(TypedDict):
    """Two meetings that want one thing at one time: the section, site or person `id`, with a person's `name`."""

    kind: Literal["section", "room", "teacher", "supervisor"]
    id: Id
    name: str | None
    meeting_ids: list[Id]


class Notice(TypedDict):
    """What changed of a meeting's plan, when, and in which role somebody changed it."""

    id: Id
    meeting_id: Id
    title: str
    section_title: str
    change: Literal["cancelled", "moved", "reinstated"]
    reason: CancelReason
    at: Millis
    by_role: Literal["coordinator", "system"]
    was: Times
    now: Times


ScheduleDays = TypedDict(
    "ScheduleDays",
    {
        "zone": str,
        "zone_from": Literal["site", "browser", "program"],
        "from": str,  # no name that a class's field can have
        "days": int,
        "meetings": list[PlannedMeeting],
        "is_cut": bool,
        "sites": list[PlannedSite],
        "away": list[Away],
        "conflicts": list[ShownConflict],
        "notices": list[Notice],
    },
)
"""The caller's days; `zone_from` says whose clock `zone` is."""


class Cancelling(Body):
    """Why the meeting is not held; `version` is the one that was seen, where that matters."""

    reason: CancelReason
    version: Version | None = None


class Moving(Cancelling):
    """When the meeting is held instead, in milliseconds UTC, and why."""

    starts_at: ScheduledAt
    ends_at: ScheduledAt


class Planned(Body):
    """Whether only to tell what would become of the pattern's days."""

    is_dry_run: Flag = False


class PatternDay(TypedDict):
    """A day of a pattern, and what became of it."""

    day: str
    outcome: Literal["created", "kept", "moved", "cancelled", "reinstated", "skipped"]
    reason: Literal["excluded", "holiday", "sites_closed", "past", "overlapping", "plan_changed"] | None
    meeting_id: Id | None
    starts_at: Millis | None


class PatternDays(TypedDict):
    """The pattern's days, in order."""

    days: list[PatternDay]


@route(
    "GET",
    "/api/schedule",
    may=Permission.WATCH_MEETING,
    scope=Scope.PROGRAM,
    query=Days,
    response=ScheduleDays,
)
async def get_schedule(call: Call) -> Any:
    """The caller's days: their meetings, each room by its own clock, closures, what overlaps, and what changed."""
    query = call.query
    first = date.fromisoformat(query["from_"])
    return await call.services.schedule.days(call.actor, first, query["days"], query.get("zone"))


@route(
    "POST",
    "/api/notices/{notice_id}/acknowledge",
    may=Permission.WATCH_MEETING,
    scope=Scope.PROGRAM,
    response=Empty(),
)
async def acknowledge_notice(call: Call) -> None:
    """The caller has read the notice: it is not shown to them again."""
    await call.services.schedule.acknowledge(call.actor, call.params["notice_id"])


MEETING_ROW = KINDS["meetings"].row


@route(
    "POST",
    "/api/meetings/{meeting_id}/cancel",
    may=Permission.EDIT_DIRECTORY,
    scope=Scope.PROGRAM,
    request=Cancelling,
    response=MEETING_ROW,
    refusals=(409,),
)
async def cancel_meeting(call: Call) -> Any:
    """Have the meeting not held; its people are told."""
    return await call.services.planning.cancel(call.actor, call.params["meeting_id"], **call.body)


@route(
    "POST",
    "/api/meetings/{meeting_id}/reinstate",
    may=Permission.EDIT_DIRECTORY,
    scope=Scope.PROGRAM,
    request=Cancelling,
    response=MEETING_ROW,
    refusals=(409,),
)
async def reinstate_meeting(call: Call) -> Any:
    """Have a cancelled meeting held after all; its people are told."""
    return await call.services.planning.reinstate(call.actor, call.params["meeting_id"], **call.body)


@route(
    "POST",
    "/api/meetings/{meeting_id}/move",
    may=Permission.EDIT_DIRECTORY,
    scope=Scope.PROGRAM,
    request=Moving,
    response=MEETING_ROW,
    refusals=(409,),
)
async def move_meeting(call: Call) -> Any:
    """Have the meeting at another time; its people are told, and the first plan's time is kept."""
    return await call.services.planning.move(call.actor, call.params["meeting_id"], **call.body)


@route(
    "POST",
    "/api/patterns/{pattern_id}/plan",
    may=Permission.EDIT_DIRECTORY,
    scope=Scope.PROGRAM,
    request=Planned,
    response=PatternDays,
    refusals=(409,),
)
async def plan_pattern(call: Call) -> Any:
    """Bring the section's meetings up to the pattern; what a person changed stays as it is."""
    return {"days": await call.services.planning.plan(call.actor, call.params["pattern_id"], **call.body)}
