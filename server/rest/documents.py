"""What the server says of itself: that it answers, and the two documents that clients are written from."""

from typing import Any, Literal

from typing_extensions import TypedDict

from .call import Call
from .openapi import document
from .routes import Open, Scope, route


class Health(TypedDict):
    """The server answers."""

    ok: Literal[True]


class Ready(TypedDict):
    """The server may be sent work. `redis`: the link to the other nodes; `lost` delays what they say by seconds."""

    ok: Literal[True]
    redis: Literal["none", "pending", "up", "lost"]


@route("GET", "/healthz", may=Open.PUBLIC, scope=Scope.PUBLIC, response=Health)
async def get_health(call: Call) -> Any:
    """Whether the server answers."""
    return {"ok": True}


@route("GET", "/readyz", may=Open.PUBLIC, scope=Scope.PUBLIC, response=Ready, refusals=(503,))
async def get_readiness(call: Call) -> Any:
    """Whether the server may be sent work: the database answers and is at this release's tables, and it goes on."""
    return {"ok": True, "redis": await call.services.readiness.require()}


@route("GET", "/api/openapi.json", may=Open.PUBLIC, scope=Scope.PUBLIC, response=dict[str, Any])
async def get_openapi(call: Call) -> Any:
    """This document."""
    return document()


@route("GET", "/api/asyncapi.json", may=Open.PUBLIC, scope=Scope.PUBLIC, response=dict[str, Any])
async def get_asyncapi(call: Call) -> Any:
    """The document of the socket: its messages, each way."""
    return call.services.asyncapi
