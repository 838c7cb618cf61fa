"""Around every request, sockets' handshakes included: its id, the Host check, coded errors, security headers, the log.

The log of a request names its route as declared, never its path or query: those may hold a secret or an id.
"""

import logging
import time
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from .. import request_ids
from ..domain.messages import Refused
from ..logs import is_for_people, where
from ..metrics import UNKNOWN
from . import errors, pages
from .call import Services
from .gate import SignedOutPage

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SOCKETS = "/socket.io/"
_PROBES = ("/healthz", "/readyz", "/metrics")
"""Asked by programs that know the server by its address. What they are told is the same for whoever names us how."""
_FREQUENT = ("/static/{path}", *_PROBES)
log = structlog.stdlib.get_logger("longroom.http")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Give a response what it did not say itself, just before it is sent. (An `on_response_prepare` signal.)"""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault(request_ids.HEADER, request_ids.of(request))
    # Which software and version answers is nobody's business.
    response.headers.popall(hdrs.SERVER, None)


def envelope(services: Services) -> Middleware:
    """The outermost middleware."""

    # What a person looks for in the window, such as the demo's links, must not scroll away under what went well.
    usual = logging.DEBUG if is_for_people(services.settings) else logging.INFO

    @web.middleware
    async def wrapped(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_ids.give(request, services.origins)
        began = time.perf_counter()
        response = await _answer(services, request, handler)
        if not request.path.startswith(SOCKETS):
            seconds = time.perf_counter() - began
            resource = request.match_info.route.resource
            route = None if resource is None else resource.canonical
            services.live.metrics.request(route or UNKNOWN, response.status, seconds)
            _log(request, route, response.status, seconds, usual)
        return response

    return wrapped


def _log(request: web.Request, route: str | None, status: int, seconds: float, usual: int) -> None:
    # A page asks for dozens of files, and a balancer for our health every second.
    level = logging.INFO if status >= 400 else logging.DEBUG if route in _FREQUENT else usual
    milliseconds = round(seconds * 1_000, 1)
    method = "-" if route is None else request.method
    log.log(
        level,
        "request",
        method=method,
        route=route or "-",
        status=status,
        milliseconds=milliseconds,
        request_id=request_ids.of(request),
    )


async def _answer(services: Services, request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        if request.path not in _PROBES and not services.origins.is_own_host(request.host):
            raise Refused("wrong_host", "this server goes by another name: LONGROOM_PUBLIC_URL sets it")
        return await handler(request)
    except SignedOutPage:
        return pages.to_sign_in(request)
    except Refused as refused:
        return await _refuse(services, request, refused)
    except web.HTTPException as error:
        # A redirect, a 304 or a socket's own answer is no refusal.
        return error if error.status < 400 else await _refuse(services, request, errors.of_http(error), error)
    except ConnectionError:
        raise  # The client is gone: nobody to answer, nothing to log.
    except Exception as error:  # noqa: BLE001 - the last place that can answer at all
        request_id = request_ids.of(request)
        log.error("unexpected", request_id=request_id, exception=where(error))
        return errors.refusal(errors.unexpected(request_id))


async def _refuse(
    services: Services, request: web.Request, refused: Refused, error: web.HTTPException | None = None
) -> web.StreamResponse:
    if refused.code == "not_found" and _is_visit(request):
        # Somebody followed a link to a page that is not there: our own page says so, in their language.
        try:
            return await pages.shell(services, request, status=404)
        except Refused:
            pass
    response = errors.refusal(refused)
    if error is not None and hdrs.ALLOW in error.headers:
        response.headers[hdrs.ALLOW] = error.headers[hdrs.ALLOW]
    return response


def _is_visit(request: web.Request) -> bool:
    """Whether a person is looking for a page, and not a script for a resource."""
    apart = ("/api/", "/static/", SOCKETS)
    accepts = request.headers.get(hdrs.ACCEPT, "")
    return request.method == "GET" and "text/html" in accepts and not request.path.startswith(apart)
