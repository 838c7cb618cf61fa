"""Meetings over HTTP: which there are, the snapshot, the same commands as the socket's, the roster and the report."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.fields import Id, Millis
from ..domain.meeting.state import MeetingStatus
from ..domain.shapes import AUDIENCE_PATTERN, Entry, MeetingView, QuestionView, RoomView
from ..domain.views import snapshot, view
from ..domain.waits import WaitReport, wait_report
from .call import Call
from .routes import Body, Open, Query, Scope, route


class Span(Query):
    """Bounds of the meetings' times, in milliseconds UTC."""

    since: int | None = Field(None, ge=0, description="only meetings that end at or after this")
    until: int | None = Field(None, ge=0, description="only meetings that start at or before this")


class Summary(TypedDict):
    """A meeting's figures, as its stream's head keeps them."""

    section_id: Id
    starts_at: Millis
    ends_at: Millis
    started_at: Millis | None
    ended_at: Millis | None
    rooms: int
    asked: int
    waiting: int
    on_way_back: int


class ListedMeeting(TypedDict):
    """A meeting that the caller has a part in. `site_ids`: the rooms that the part reaches."""

    id: Id
    stream: str
    title: str
    section_title: str
    status: MeetingStatus
    starts_at: Millis
    ends_at: Millis
    part: Literal["teacher", "supervisor", "coordinator"]
    site_ids: list[Id]
    summary: Summary


class Meetings(TypedDict):
    """The caller's meetings, by start."""

    meetings: list[ListedMeeting]


class Snapshot(TypedDict):
    """All that the caller's audience sees of the meeting at `seq`."""

    stream: str
    epoch: str
    seq: int
    audience: Annotated[str, Field(pattern=AUDIENCE_PATTERN)]
    snapshot: list[Entry]


class CommandBody(Body):
    """A command, as the socket takes it."""

    command_id: Id
    name: str
    data: dict[str, Any]


class CommandReceipt(TypedDict):
    """The command took effect and is committed; `seq` is the stream's head after it."""

    ok: Literal[True]
    seq: int


class RosterSite(TypedDict):
    """A site of the meeting."""

    site_id: Id
    name: str
    time_zone: str


class RosterPerson(TypedDict):
    """An adult of the meeting."""

    person_id: Id
    name: str
    role: Literal["teacher", "supervisor"]


class RosterStudent(TypedDict):
    """A student whom the caller may know by name."""

    student_id: Id
    site_id: Id
    name: str
    initials: str
    grade_level: str
    accommodations: list[str]


class Roster(TypedDict):
    """The names behind the meeting's ids, as far as they are the caller's to know."""

    sites: list[RosterSite]
    people: list[RosterPerson]
    students: list[RosterStudent]


class Report(TypedDict):
    """The meeting out of its record, as the caller's audience may see it."""

    meeting: MeetingView
    rooms: list[RoomView]
    questions: list[QuestionView]
    waits: WaitReport


@route(
    "GET",
    "/api/meetings",
    may=Permission.WATCH_MEETING,
    scope=Scope.PROGRAM,
    query=Span,
    response=Meetings,
)
async def list_meetings(call: Call) -> Any:
    """The meetings that the caller has a part in, by start."""
    return {"meetings": await call.services.rosters.meetings_of(call.actor, **call.query)}


@route(
    "GET",
    "/api/meetings/{meeting_id}",
    may=Permission.WATCH_MEETING,
    scope=Scope.MEETING,
    response=Snapshot,
)
async def get_meeting(call: Call) -> Any:
    """The snapshot of the meeting for the caller's audience."""
    part = call.meeting
    return {
        "stream": part.stream.id,
        "epoch": call.services.live.epoch,
        "seq": part.stream.seq,
        "audience": part.audience.key,
        "snapshot": snapshot(part.stream.state, part.audience),
    }


@route(
    "POST",
    "/api/meetings/{meeting_id}/commands",
    may=Open.EACH_COMMAND,
    scope=Scope.RECORD,
    request=CommandBody,
    response=CommandReceipt,
    refusals=(409, 503),
)
async def run_command(call: Call) -> Any:
    """Run one command to its commit; a retry with the same command id gets the first receipt."""
    stream_id, body = f"meeting:{call.params['meeting_id']}", call.body
    receipt = await call.services.live.run_command(
        call.actor, stream_id, body["command_id"], body["name"], body["data"]
    )
    return {"ok": True, "seq": receipt.seq}


@route(
    "GET",
    "/api/meetings/{meeting_id}/roster",
    may=Permission.READ_ROSTER,
    scope=Scope.MEETING,
    response=Roster,
)
async def get_roster(call: Call) -> Any:
    """The names of the meeting's sites, adults and students, as far as they are the caller's to know."""
    return await call.services.rosters.roster(call.actor, call.meeting.meeting_id)


@route(
    "GET",
    "/api/meetings/{meeting_id}/report",
    may=Permission.READ_REPORT,
    scope=Scope.MEETING,
    response=Report,
)
async def get_report(call: Call) -> Any:
    """The meeting, its rooms and questions, and how long the students waited."""
    state, audience = call.meeting.stream.state, call.meeting.audience
    shown = snapshot(state, audience)
    rooms = [entry["value"] for entry in shown if entry["kind"] == "room"]
    return {
        "meeting": view(state, "meeting", "meeting", audience),
        "rooms": rooms,
        "questions": [entry["value"] for entry in shown if entry["kind"] == "question"],
        "waits": wait_report(state.rooms[room["site_id"]] for room in rooms),
    }
