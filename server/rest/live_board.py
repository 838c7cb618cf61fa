"""What goes on now in a whole program, over HTTP: for whoever watches over all its classes."""

from typing import Annotated, Any, Literal

from pydantic import Field
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.attention import Code
from ..domain.calendar import AwayReason
from ..domain.fields import Id, Millis
from ..domain.meeting.state import ReadinessStatus
from .call import Call
from .routes import Scope, route

Count = Annotated[int, Field(ge=0)]


class NamedAdult(TypedDict):
    """Who teaches, or is in a room."""

    person_id: Id
    name: str


class ShownConcern(TypedDict):
    """What is wrong since then, in one room, or (`site_id` null) in the whole class."""

    code: Code
    site_id: Id | None
    since: Millis


class LinkNowShown(TypedDict):
    """A room's link by when any node last heard it; `since` null: nobody knows since when."""

    status: Literal["linked", "degraded", "lost", "unheard"]
    since: Millis | None
    last_heard_at: Millis | None


class LiveRoom(TypedDict):
    """A room of a class that goes on now."""

    site_id: Id
    site_name: str
    adults: list[NamedAdult]
    """Who is in it, by the record."""
    uncovered_since: Millis | None
    away: AwayReason | None
    is_left_out: bool
    """The class goes on without it by a catch-up plan, and nothing since the start says otherwise."""
    readiness: ReadinessStatus | Literal["unreported"]
    link: LinkNowShown
    students: Count
    waiting: Count
    waiting_since: Millis | None
    on_way_back: Count


class LiveFigures(TypedDict):
    """A class in figures; `waiting_since`: since when the longest-waiting question waits."""

    rooms: Count
    linked: Count
    uncovered: Count
    waiting: Count
    waiting_since: Millis | None
    on_way_back: Count


class LiveClass(TypedDict):
    """A class that goes on now, or should; its `concerns`, the worst first."""

    id: Id
    title: str
    section_id: Id
    section_title: str
    teachers: list[NamedAdult]
    status: Literal["scheduled", "lobby", "live"]
    starts_at: Millis
    ends_at: Millis
    lobby_at: Millis | None
    started_at: Millis | None
    figures: LiveFigures
    concerns: list[ShownConcern]
    rooms: list[LiveRoom]


class LiveClasses(TypedDict):
    """Every class now, the worst first, as of `now`; `left_out`: how many more there are."""

    now: Millis
    classes: list[LiveClass]
    left_out: Count


@route("GET", "/api/live", may=Permission.WATCH_PROGRAM, scope=Scope.PROGRAM, response=LiveClasses)
async def get_live(call: Call) -> Any:
    """Every class of the program that goes on now, should by now, or starts within half an hour, and of the last day
    each that nobody started: the worst first."""
    return await call.services.live_board.read(call.actor)
