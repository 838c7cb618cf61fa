"""What the server says of itself: that it answers, and the two documents that clients are written from."""

from typing import Any, Literal

from typing_extensions import TypedDict

from .call import Call
from .openapi import document
from .routes import Open, Scope, route


class Health(TypedDict):
    """The server answers."""

    ok: Literal[True]


@route("GET", "/healthz", may=Open.PUBLIC, scope=Scope.PUBLIC, response=Health)
async def get_health(call: Call) -> Any:
    """Whether the server answers."""
    return {"ok": True}


@route("GET", "/api/openapi.json", may=Open.PUBLIC, scope=Scope.PUBLIC, response=dict[str, Any])
async def get_openapi(call: Call) -> Any:
    """This document."""
    return document()


@route("GET", "/api/asyncapi.json", may=Open.PUBLIC, scope=Scope.PUBLIC, response=dict[str, Any])
async def get_asyncapi(call: Call) -> Any:
    """The document of the socket: its messages, each way."""
    return call.services.asyncapi
