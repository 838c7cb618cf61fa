"""Meetings over HTTP: which there are, the snapshot, the same commands as the socket's, the roster and the report."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, Any, Literal, NotRequired

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from .. import request_ids
from ..domain.actors import Permission
from ..domain.fields import LAST_MILLIS, MAX_EXACT, Id, Millis
from ..domain.meeting import order
from ..domain.meeting.likeness import likenesses
from ..domain.meeting.order import Rule, place_of
from ..domain.meeting.questions import unknown_question
from ..domain.meeting.state import CatchUpKind, MeetingStatus
from ..domain.messages import Refused
from ..domain.owed import Debt, owed
from ..domain.replay import Step, steps
from ..domain.shapes import (
    AUDIENCE_PATTERN,
    AnnouncementView,
    CallView,
    CatchUpView,
    Entry,
    HistoryLine,
    MeetingView,
    QuestionView,
    ReplayStep,
    RoomView,
    TimelineView,
)
from ..domain.views import snapshot, view
from ..domain.waits import WaitReport, wait_report
from ..exchange.report_csv import history_csv, report_csv, rooms_csv
from ..service.live import command_line
from ..service.owed import owed_work
from ..service.rosters import MAX_MEETINGS
from .call import Call, Part
from .routes import Body, Content, Open, Query, Scope, route

WINDOW_MS = 14 * 86_400_000
"""How far back and ahead a list reaches that names no bounds."""
MAX_STEPS = 1_000
"""The steps of a replay in one answer: about a megabyte of a busy class."""


class Span(Query):
    """Which meetings: bounds of their times, in milliseconds UTC, and the place in the list."""

    since: int | None = Field(None, ge=0, le=LAST_MILLIS, description="only meetings that end at or after this")
    until: int | None = Field(None, ge=0, le=LAST_MILLIS, description="only meetings that start at or before this")
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
    owed: NotRequired[int]
    """Questions about which somebody still has to do something; not there where only an earlier release has written."""


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
    """A site of the meeting. `phone`: how its room is reached when the link is lost; another site's is null to a
    supervisor."""

    site_id: Id
    name: str
    time_zone: str
    phone: str | None


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
    """What the site, or its teacher, still has to do about a question, a catch-up plan or an announcement, and
    until when: whichever it is has its id here."""

    question_id: Id | None
    plan_id: Id | None
    announcement_id: Id | None
    site_id: Id
    what: Debt
    due_at: Millis


class OwedWork(TypedDict):
    """What somebody still has to do about a question, a catch-up plan or an announcement of a class that is over.
    `text` (its words, or the plan's note) and `student_id` are null where they are not the caller's to know."""

    meeting_id: Id
    title: str
    section_title: str
    part: Literal["teacher", "supervisor", "coordinator"]
    question_id: Id | None
    plan_id: Id | None
    announcement_id: Id | None
    kind: CatchUpKind | None
    """The plan's kind; null: it is no plan."""
    site_id: Id
    site_name: str
    student_id: Id | None
    text: str | None
    what: Debt
    due_at: Millis


class OwedList(TypedDict):
    """What is owed, the first due first. `now`: the server's time, by which it is late or not."""

    now: Millis
    owed: list[OwedWork]
    is_cut: bool
    """There is more, due later than these."""


class Report(TypedDict):
    """The meeting out of its record, as the caller's audience may see it; `owed`, the first due first."""

    meeting: MeetingView
    rooms: list[RoomView]
    timelines: list[TimelineView]
    questions: list[QuestionView]
    calls: list[CallView]
    announcements: list[AnnouncementView]
    catch_ups: list[CatchUpView]
    owed: list[Owed]
    waits: WaitReport
    history: list[HistoryLine]


class From(Query):
    """Where a replay goes on."""

    after: int = Field(
        0, ge=0, le=MAX_EXACT, description="only the steps behind this sequence number: the last page's last"
    )
    limit: int = Field(MAX_STEPS, ge=1, le=MAX_STEPS, description="how many at most")


class Replay(TypedDict):
    """The record from its first event, as the caller's audience may see it. `seq`: where the record stands now."""

    stream: str
    epoch: str
    seq: int
    steps: list[ReplayStep]


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


@route("GET", "/api/owed", may=Permission.WATCH_MEETING, scope=Scope.PROGRAM, response=OwedList)
async def list_owed(call: Call) -> Any:
    """What is still owed from the classes of the last weeks in which the caller has a part."""
    now = call.services.clock.now()
    return {"now": now, **await owed_work(call.services.rosters, call.services.live, call.actor, now)}


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
    asked = body["command_id"], body["name"]
    try:
        receipt = await call.services.live.run_command(call.actor, stream_id, *asked, body["data"])
    except Refused as refused:
        _say(call, command_line(*asked, refused))
        raise
    _say(call, command_line(*asked, receipt))
    return {"ok": True, "seq": receipt.seq}


def _say(call: Call, told: dict[str, object]) -> None:
    call.services.lines.add("command", request_id=request_ids.of(call.request), **told)


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
        "catch_ups": _shown(call.meeting, "catch_up"),
        "owed": [
            {
                "question_id": one.question_id,
                "plan_id": one.plan_id,
                "announcement_id": one.announcement_id,
                "site_id": one.site_id,
                "what": one.what,
                "due_at": one.due_at,
            }
            for one in owed(state, audience)
        ],
        "waits": wait_report(state.rooms[room["site_id"]] for room in rooms),
        "history": await _history(call),
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
    return _attached(report_csv(_shown(call.meeting, "question")), f"{call.meeting.meeting_id}.csv")


@route(
    "GET",
    "/api/meetings/{meeting_id}/history.csv",
    may=Permission.READ_REPORT,
    scope=Scope.MEETING,
    response=Content("text/csv"),
)
async def get_history_csv(call: Call) -> Any:
    """What happened, a row for each event that the caller may see, for a spreadsheet."""
    return _attached(history_csv(await _history(call)), f"{call.meeting.meeting_id}-history.csv")


@route(
    "GET",
    "/api/meetings/{meeting_id}/rooms.csv",
    may=Permission.READ_REPORT,
    scope=Scope.MEETING,
    response=Content("text/csv"),
)
async def get_rooms_csv(call: Call) -> Any:
    """Each room that the caller may look into: its waits, its adults, its link, what it is owed, for a spreadsheet."""
    state, audience = call.meeting.stream.state, call.meeting.audience
    timelines = _shown(call.meeting, "timeline")
    debts = [
        {
            "site_id": one.site_id,
            "question_id": one.question_id,
            "plan_id": one.plan_id,
            "announcement_id": one.announcement_id,
            "what": one.what,
            "due_at": one.due_at,
        }
        for one in owed(state, audience)
    ]
    until = state.ended_at or call.services.clock.now()
    waits = wait_report(state.rooms[one["site_id"]] for one in timelines if one["site_id"] in state.rooms)
    return _attached(rooms_csv(timelines, waits, debts, until), f"{call.meeting.meeting_id}-rooms.csv")


@route(
    "GET",
    "/api/meetings/{meeting_id}/replay",
    may=Permission.READ_REPORT,
    scope=Scope.MEETING,
    query=From,
    response=Replay,
)
async def get_replay(call: Call) -> Any:
    """The class step by step: upsert each step's changes in order, and its screen at that moment comes out."""
    after, limit = call.query["after"], call.query["limit"]

    def page(found: Iterator[Step]) -> list[Any]:
        behind = (step for step in found if step.seq > after)
        return [{**step.as_line(), "changes": step.changes} for step in islice(behind, limit)]

    return {
        "stream": call.meeting.stream.id,
        "epoch": call.services.live.epoch,
        "seq": call.meeting.stream.seq,
        "steps": await _read_again(call, page),
    }


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


async def _history(call: Call) -> list[Any]:
    # A line at a time: what all steps of a long class changed is more than one answer should hold.
    return await _read_again(call, lambda found: [step.as_line() for step in found])


async def _read_again(call: Call, take: Callable[[Iterator[Step]], list[Any]]) -> list[Any]:
    """What `take` makes of the class read again from its first event. One at a time: it takes a thread for as long as a
    live class should not wait, and other requests wait for it here."""
    live, audience = call.services.live, call.meeting.audience
    async with live.reading_again:
        log = await live.log(call.meeting.stream)
        return await asyncio.to_thread(lambda: take(steps(log, audience)))


def _attached(text: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=text, content_type="text/csv", charset="utf-8", headers=headers)
