"""What a handler is given: the services, who calls, and what the gate has already read and checked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from ..config import Settings
from ..domain.actors import Actor
from ..domain.views import Audience
from ..logs import Lines
from ..origins import Caller, Origins
from ..service.accounts import Accounts, Session
from ..service.briefs import Briefs
from ..service.clock import Clock
from ..service.directory import Directory
from ..service.feeds import Feeds
from ..service.live import Live, Stream
from ..service.live_board import LiveBoard
from ..service.planning import Planning
from ..service.rates import Rate
from ..service.readiness import Readiness
from ..service.rosters import Rosters
from ..service.schedule import Schedule
from . import cookies
from .client_files import ClientFiles


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that routes stand on. `asyncapi` is the socket's document, which another room writes."""

    settings: Settings
    origins: Origins
    clock: Clock
    live: Live
    live_board: LiveBoard
    accounts: Accounts
    directory: Directory
    rosters: Rosters
    planning: Planning
    schedule: Schedule
    feeds: Feeds
    briefs: Briefs
    client: ClientFiles
    rate: Rate
    readiness: Readiness
    lines: Lines
    asyncapi: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """The meeting that a route names, and the caller's part in it."""

    meeting_id: str
    stream: Stream
    audience: Audience


@dataclass(slots=True)
class Call:
    """One request on its way through its route."""

    services: Services
    request: web.Request
    caller: Caller
    session: Session | None = None
    part: Part | None = None
    body: Any = None
    """The JSON object that was sent, as it was sent; its shape is the declared one."""
    query: Mapping[str, Any] = field(default_factory=dict)
    set_cookie: str | None = None

    @property
    def params(self) -> Mapping[str, str]:
        """The path's parameters."""
        return self.request.match_info

    @property
    def signed_in(self) -> Session:
        """The session, on a route that asks for one."""
        if self.session is None:
            raise LookupError("the route is public: it has no session")
        return self.session

    @property
    def actor(self) -> Actor:
        """Who calls, on a route that asks for a session."""
        return self.signed_in.actor

    @property
    def meeting(self) -> Part:
        """The caller's part in the meeting, on a route of that scope."""
        if self.part is None:
            raise LookupError("the route's scope is not a meeting")
        return self.part

    def keep_session(self, token: str, expires_at: int) -> None:
        """Let the browser keep the session until `expires_at` (milliseconds, UTC)."""
        self.set_cookie = cookies.keep(token, (expires_at - self.services.clock.now()) // 1_000)

    def drop_session(self) -> None:
        """Take the session's cookie away."""
        self.set_cookie = cookies.drop()
