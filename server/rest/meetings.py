"""Meetings over HTTP: which there are, the snapshot, the same commands as the socket's, the roster and the report."""

from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.fields import Id, Millis
from ..domain.meeting import order
from ..domain.meeting.likeness import likenesses
from ..domain.meeting.order import Rule, place_of
from ..domain.meeting.questions import unknown_question
from ..domain.meeting.state import MeetingStatus
from ..domain.messages import Refused
from ..domain.shapes import (
    AUDIENCE_PATTERN,
    AnnouncementView,
    CallView,
    Entry,
    MeetingView,
    QuestionView,
    RoomView,
    TimelineView,
)
from ..domain.views import owed, snapshot, view
from ..domain.waits import WaitReport, wait_report
from ..exchange.report_csv import report_csv
from ..service.rosters import MAX_MEETINGS
from .call import Call, Part
from .routes import Body, Content, Open, Query, Scope, route

WINDOW_MS = 14 * 86_400_000
"""How far back and ahead a list reaches that names no bounds."""


class Span(Query):
    """Which meetings: bounds of their times, in milliseconds UTC, and the place in the list."""

    since: int | None = Field(None, ge=0, description="only meetings that end at or after this")
    until: int | None = Field(None, ge=0, description="only meetings that start at or before this")
    after: Id | None = Field(None, description="only those behind this one: the last page's last")
    limit: int = Field(MAX_MEETINGS, ge=1, le=MAX_MEETINGS, description="how many at most")


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


class Owed(TypedDict):
    """A question that was put off, and until when."""

    question_id: Id
    due_at: Millis


class Report(TypedDict):
    """The meeting out of its record, as the caller's audience may see it; `owed`, the first due first."""

    meeting: MeetingView
    rooms: list[RoomView]
    timelines: list[TimelineView]
    questions: list[QuestionView]
    calls: list[CallView]
    announcements: list[AnnouncementView]
    owed: list[Owed]
    waits: WaitReport


class Neighbour(TypedDict):
    """Who stands next in the queue, where the caller may know, and the first rule in which the two differ."""

    question_id: Id | None
    rule: Rule


class PlaceRules(TypedDict):
    """What the queue's rules say of the question, or of the foremost in its group; `age` in milliseconds."""

    blocking: bool
    stuck: bool
    turn: int
    age: int


class Place(TypedDict):
    """Why a question stands where it stands: `place` of `of`, from 1."""

    place: int
    of: int
    ahead: Neighbour | None
    behind: Neighbour | None
    rules: PlaceRules


class Pair(TypedDict):
    """Two questions that probably ask the same (`likeness` 0 to 100); `into` is the one that may lead."""

    question_ids: list[Id]
    into: Id
    likeness: int


class Likenesses(TypedDict):
    """Probable duplicates, the likeliest first."""

    pairs: list[Pair]


@route(
    "GET",
    "/api/meetings",
    may=Permission.WATCH_MEETING,
    scope=Scope.PROGRAM,
    query=Span,
    response=Meetings,
)
async def list_meetings(call: Call) -> Any:
    """The caller's meetings, by start; without bounds, 14 days back to 14 ahead. Behind a full page may be another."""
    now = call.services.clock.now()
    is_bounded = "since" in call.query or "until" in call.query
    window: dict[str, Any] = {} if is_bounded else {"since": now - WINDOW_MS, "until": now + WINDOW_MS}
    return {"meetings": await call.services.rosters.meetings_of(call.actor, **window, **call.query)}


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
    rooms = _shown(call.meeting, "room")
    return {
        "meeting": view(state, "meeting", "meeting", audience),
        "rooms": rooms,
        "timelines": _shown(call.meeting, "timeline"),
        "questions": _shown(call.meeting, "question"),
        "calls": _shown(call.meeting, "call"),
        "announcements": _shown(call.meeting, "announcement"),
        "owed": [{"question_id": one.question_id, "due_at": one.due_at} for one in owed(state, audience)],
        "waits": wait_report(state.rooms[room["site_id"]] for room in rooms),
    }


@route(
    "GET",
    "/api/meetings/{meeting_id}/report.csv",
    may=Permission.READ_REPORT,
    scope=Scope.MEETING,
    response=Content("text/csv"),
)
async def get_report_csv(call: Call) -> Any:
    """The questions that the caller may see, a row each, for a spreadsheet."""
    return web.Response(
        text=report_csv(_shown(call.meeting, "question")),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{call.meeting.meeting_id}.csv"'},
    )


@route(
    "GET",
    "/api/meetings/{meeting_id}/questions/{question_id}/place",
    may=Permission.WATCH_MEETING,
    scope=Scope.MEETING,
    response=Place,
    refusals=(409,),
)
async def get_place(call: Call) -> Any:
    """Why a question stands where it stands in the queue."""
    state, audience = call.meeting.stream.state, call.meeting.audience
    question = state.questions.get(call.params["question_id"])
    if question is None or (audience.part == "supervisor" and question.site_id not in audience.site_ids):
        raise unknown_question()
    place = place_of(state, question.question_id)
    if place is None:
        raise Refused("wrong_state", f"the question is {question.status}: only what waits to be taken up has a place")

    def shown(neighbour: order.Neighbour | None) -> Neighbour | None:
        if neighbour is None:
            return None
        is_known = view(state, "question", neighbour.question_id, audience) is not None
        return {"question_id": neighbour.question_id if is_known else None, "rule": neighbour.rule}

    not_blocking, not_stuck, turn, received_at = place.key
    return {
        "place": place.place,
        "of": place.of,
        "ahead": shown(place.ahead),
        "behind": shown(place.behind),
        "rules": {
            "blocking": not not_blocking,
            "stuck": not not_stuck,
            "turn": turn,
            "age": max(0, call.services.clock.now() - received_at),
        },
    }


@route(
    "GET",
    "/api/meetings/{meeting_id}/likenesses",
    may=Permission.MERGE_QUESTION,
    scope=Scope.MEETING,
    response=Likenesses,
)
async def get_likenesses(call: Call) -> Any:
    """Which waiting questions probably ask the same."""
    # Somebody may have the role elsewhere and watch this meeting in another part.
    if call.meeting.audience.part != "teacher":
        raise Refused("forbidden", "this is for the teachers of the section")
    return {"pairs": [pair._asdict() for pair in likenesses(call.meeting.stream.state)]}


def _shown(part: Part, kind: str) -> list[Any]:
    return [entry["value"] for entry in snapshot(part.stream.state, part.audience) if entry["kind"] == kind]
