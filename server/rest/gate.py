"""What every request passes before its handler runs, in this order: who it is, whether the browser sent it for a page
of ours, whether their role may, how often they ask, which meeting it is about, and whether it can be read.

Whoever may not do a thing learns that before anything else about it, and nothing is read for them.
"""

import asyncio
import hmac
import math
from typing import Any

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError
from pydantic_core import to_json

from ..domain.actors import Permission
from ..domain.fields import ID_PATTERN
from ..domain.messages import Refused, first_fault
from ..domain.views import audience_of
from ..origins import is_from_here
from ..service.live import unknown_stream
from . import cookies
from .call import Call, Part, Services
from .errors import not_found, too_large
from .routes import Empty, Open, Route, Scope

MAX_BODY = 64 * 1024
BODY_SECONDS = 10
PACKED_FROM = 32 * 1024
"""From this size on an answer is packed, in a thread of its own."""


_PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
"""What a proxy adds to a request."""


class SignedOutPage(Exception):
    """A page was asked for by somebody who is not signed in."""


class TooOften(Refused):
    """More requests than one person may send."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too_many_requests", "you are sending more than the server takes from one person: slow down")
        self.retry_after_seconds = max(1, math.ceil(seconds))


async def answer(services: Services, route: Route, request: web.Request) -> web.StreamResponse:
    """Let the request through to its handler, or raise what refuses it."""
    caller = services.origins.caller(request.remote, request.scheme, request.headers)
    call = Call(services, request, caller)
    if any(not ID_PATTERN.fullmatch(value) for name, value in call.params.items() if name.endswith("_id")):
        raise not_found()
    if not route.is_safe:
        _require_own_page(call)
    if route.may is Open.OPERATOR:
        _require_operator(call)
    elif route.may is not Open.PUBLIC:
        await _require_session(call, route)
        _require_rate(call)
    if route.scope is Scope.MEETING:
        call.part = await _part(call)
    call.query = _read_query(route, request)
    if route.request is not None:
        call.body = await _read_body(route.request, request)
    return _respond(call, route, await route.handle(call))


def _bearer(request: web.Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _require_own_page(call: Call) -> None:
    """Refuse what a browser sends for another site's page.

    A page cannot make a browser add a bearer token, and other clients send no cookie and none of a browser's headers.
    """
    headers = call.request.headers
    browsed = cookies.NAME in call.request.cookies or "Sec-Fetch-Site" in headers or "Origin" in headers
    if browsed and _bearer(call.request) is None and not call.services.origins.is_same_origin(headers, call.caller):
        raise Refused("cross_site", "this must be sent from a page of Longroom itself")


def _require_operator(call: Call) -> None:
    """Refuse whoever does not run the server.

    Without a token that is whoever asks from this very machine. A proxy on it asks from here for all the world: so
    nothing may say that the request was passed on, and it must be addressed to this machine.
    """
    token = call.services.settings.metrics_token
    if token is not None:
        given = _bearer(call.request) or ""
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode()):
            raise Refused("not_signed_in", "this asks for the bearer token of LONGROOM_METRICS_TOKEN")
        return
    request = call.request
    if any(name in request.headers for name in _PASSED_ON) or not is_from_here(request.remote, request.host):
        raise Refused("forbidden", "this is for the server's own machine: LONGROOM_METRICS_TOKEN lets others read it")


async def _require_session(call: Call, route: Route) -> None:
    token = _bearer(call.request) or call.request.cookies.get(cookies.NAME)
    call.session = await call.services.accounts.session_of(token) if token else None
    if call.session is None:
        if route.scope is Scope.PAGE:
            raise SignedOutPage
        raise Refused("not_signed_in", "sign in first: there is no session, or it has ended")
    # One's own session is one's own, also for somebody whose last role ended today: they must be able to sign out.
    if route.may in {Permission.OWN_SESSION, Open.EACH_COMMAND}:
        return
    if not isinstance(route.may, Permission) or not call.actor.may(route.may):
        raise Refused("forbidden", "your role may not do this")


def _require_rate(call: Call) -> None:
    wait = call.services.rate.wait(call.actor.person_id, asyncio.get_running_loop().time())
    if wait:
        raise TooOften(wait)


async def _part(call: Call) -> Part:
    """The caller's part in the meeting; without one it is as if there were no such meeting."""
    meeting_id = call.params["meeting_id"]
    stream = await call.services.live.stream(f"meeting:{meeting_id}")
    audience = audience_of(stream.state, call.actor)
    if audience is None:
        raise unknown_stream()
    return Part(meeting_id, stream, audience)


def _read_query(route: Route, request: web.Request) -> dict[str, Any]:
    if route.query is None:
        return {}
    if len(set(request.query)) < len(request.query):
        raise Refused("malformed", "each part of the query may be given once")
    try:
        return route.query.model_validate(dict(request.query)).model_dump(exclude_none=True)
    except ValidationError as error:
        raise first_fault(error) from None


async def _read_body(shape: type[BaseModel], request: web.Request) -> dict[str, Any]:
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8":
        raise Refused("not_json", "the body must be sent as application/json, in UTF-8")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise Refused("not_json", "the body must be sent as it is: without Content-Encoding")
    if (request.content_length or 0) > MAX_BODY:
        raise too_large(MAX_BODY)
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = orjson.loads(await request.read())
    except web.HTTPRequestEntityTooLarge:
        raise too_large(MAX_BODY) from None
    except TimeoutError:
        raise Refused("malformed", f"the body did not arrive within {BODY_SECONDS} s") from None
    except orjson.JSONDecodeError:
        raise Refused("malformed", "the body is not JSON") from None
    if not isinstance(body, dict):
        raise Refused("malformed", "the body must be a JSON object")
    try:
        shape.model_validate(body)
    except ValidationError as error:
        raise first_fault(error) from None
    return body


def _respond(call: Call, route: Route, value: Any) -> web.StreamResponse:
    if isinstance(value, web.StreamResponse):
        response = value
    elif isinstance(route.response, Empty):
        response = web.Response(status=route.status)
    else:
        response = _json(call.request, route.status, to_json(value))
    if call.set_cookie is not None:
        response.headers["Set-Cookie"] = call.set_cookie
    return response


def _json(request: web.Request, status: int, body: bytes) -> web.Response:
    """A long answer goes packed to whoever takes it so: the board of two hundred classes is a fifteenth then.

    No other site's page can have one sent with our cookie (SameSite=Lax), so that its length tells nobody anything.
    """
    response = web.Response(body=body, status=status, content_type="application/json", zlib_executor_size=PACKED_FROM)
    if len(body) >= PACKED_FROM:
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
            response.enable_compression(web.ContentCoding.gzip)
    return response
