"""Calendars' addresses over HTTP: one's own made, listed and revoked; and the calendar that lies under one.

The address holds a secret: the log names the route alone, and no page ever has it in its own address.
"""

from hashlib import sha256
from typing import Any

from aiohttp import hdrs, web
from typing_extensions import TypedDict

from ..domain.actors import Permission
from ..domain.fields import Id, Millis
from .call import Call
from .routes import Content, Empty, Open, Scope, route


class Feed(TypedDict):
    """An address of the caller's calendar, without its secret."""

    id: Id
    created_at: Millis


class FeedList(TypedDict):
    """The addresses that are in use, the oldest first."""

    feeds: list[Feed]


class MadeFeed(Feed):
    """A new address; `url` is shown this once."""

    url: str


@route("GET", "/api/feeds", may=Permission.OWN_SESSION, scope=Scope.SELF, response=FeedList)
async def list_feeds(call: Call) -> Any:
    """The caller's calendar addresses."""
    return {"feeds": await call.services.feeds.list(call.actor.person_id)}


@route(
    "POST",
    "/api/feeds",
    may=Permission.OWN_SESSION,
    scope=Scope.SELF,
    response=MadeFeed,
    status=201,
    refusals=(409,),
)
async def create_feed(call: Call) -> Any:
    """Make an address under which the caller's calendar is read, without signing in."""
    made = await call.services.feeds.create(call.actor.person_id)
    url = f"{call.services.origins.public_origin}/calendar/{made.token}.ics"
    return {"id": made.id, "created_at": made.created_at, "url": url}


@route("DELETE", "/api/feeds/{feed_id}", may=Permission.OWN_SESSION, scope=Scope.SELF, response=Empty())
async def revoke_feed(call: Call) -> None:
    """Revoke an address of the caller's: nothing is read under it any more."""
    await call.services.feeds.revoke(call.actor.person_id, call.params["feed_id"])


@route(
    "GET",
    "/calendar/{token}.ics",
    may=Open.PUBLIC,
    scope=Scope.PUBLIC,
    response=Content("text/calendar"),
    refusals=(304,),
)
async def read_calendar(call: Call) -> web.StreamResponse:
    """The calendar under an address (iCalendar, RFC 5545): the person's meetings, a month back to half a year ahead."""
    body = await call.services.feeds.read(call.params["token"], call.services.origins.public_origin)
    etag = sha256(body).hexdigest()[:32]
    headers = {hdrs.ETAG: f'"{etag}"', hdrs.CACHE_CONTROL: "private, no-cache"}
    if any(held.value in {etag, "*"} for held in call.request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type="text/calendar", charset="utf-8")
