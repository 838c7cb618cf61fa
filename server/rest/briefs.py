"""The lesson brief over HTTP: read by all who have a part in the meeting, written by its teacher."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.fields import BriefText, Id, Millis, QuestionText
from ..service.directory_kinds import Title, VideoUrl
from .call import Call
from .routes import Body, Scope, route

MAX_MATERIALS = 12


class NewMaterial(BaseModel):
    """Something to hand out or to open: a link that people follow, and the server never does."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    url: VideoUrl


class BriefBody(Body):
    """The whole brief, in the place of the one at `version`; 0: there is none yet."""

    version: Annotated[int, Field(strict=True, ge=0, le=2**31 - 2)]
    today: QuestionText
    hand_out: BriefText = ""
    watch_for: BriefText = ""
    link_dies: BriefText = ""
    materials: Annotated[list[NewMaterial], Field(default_factory=list, max_length=MAX_MATERIALS)]


class Material(TypedDict):
    """Something to hand out or to open."""

    title: str
    url: str


class BriefContent(TypedDict):
    """What today is, what to hand out, what to watch for, and what the room does when the link dies."""

    today: str
    hand_out: str
    watch_for: str
    link_dies: str
    materials: list[Material]


class LastBrief(BriefContent):
    """The section's brief before this one, and of which meeting it was."""

    title: str
    starts_at: Millis


class Brief(BriefContent):
    """A meeting's brief; version 0: nobody has written one. `last` is the teacher's, to begin from."""

    version: int
    written_by: Id | None
    written_at: Millis | None
    last: LastBrief | None


@route("GET", "/api/meetings/{meeting_id}/brief", may=Permission.WATCH_MEETING, scope=Scope.MEETING, response=Brief)
async def get_brief(call: Call) -> Any:
    """The meeting's lesson brief."""
    return await call.services.briefs.read(call.meeting.meeting_id, call.meeting.audience)


@route(
    "POST",
    "/api/meetings/{meeting_id}/brief",
    may=Permission.WRITE_BRIEF,
    scope=Scope.MEETING,
    request=BriefBody,
    response=Brief,
    refusals=(409,),
)
async def write_brief(call: Call) -> Any:
    """Write the meeting's lesson brief, whole."""
    content = BriefBody.model_validate(call.body).model_dump(exclude={"version"})
    part = call.meeting
    return await call.services.briefs.write(call.actor, part.meeting_id, part.audience, call.body["version"], content)
