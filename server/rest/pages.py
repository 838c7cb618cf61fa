"""The pages: one HTML shell for all of them, the files that it runs, and a way to the sign-in page.

A page's path decides nothing here; the shell reads it. What a page may show is decided by the API alone.
"""

import asyncio
import re
from typing import Any
from urllib.parse import quote

from aiohttp import hdrs, web

from ..domain.actors import Permission
from ..domain.messages import Refused
from .call import Call, Services
from .errors import not_found
from .routes import Content, Open, Query, Scope, route

HTML = Content("text/html")
YEAR = 365 * 24 * 60 * 60
_ID = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"
_PAGE = re.compile(rf"/(schedule|meetings/{_ID}(/(brief|report)|\?room={_ID})?)?")


class Next(Query):
    """Where to go after signing in: a page's path."""

    next: str | None = None


@route("GET", "/", may=Permission.OWN_SESSION, scope=Scope.PAGE, response=HTML)
async def home_page(call: Call) -> web.StreamResponse:
    """The first page: the caller's meetings."""
    return await shell(call.services, call.request)


@route("GET", "/schedule", may=Permission.OWN_SESSION, scope=Scope.PAGE, response=HTML)
async def schedule_page(call: Call) -> web.StreamResponse:
    """The caller's week."""
    return await shell(call.services, call.request)


@route("GET", "/meetings/{meeting_id}", may=Permission.OWN_SESSION, scope=Scope.PAGE, response=HTML)
async def meeting_page(call: Call) -> web.StreamResponse:
    """The live class."""
    return await shell(call.services, call.request)


@route("GET", "/meetings/{meeting_id}/brief", may=Permission.OWN_SESSION, scope=Scope.PAGE, response=HTML)
async def brief_page(call: Call) -> web.StreamResponse:
    """What a class needs beforehand, on one screen."""
    return await shell(call.services, call.request)


@route("GET", "/meetings/{meeting_id}/report", may=Permission.OWN_SESSION, scope=Scope.PAGE, response=HTML)
async def report_page(call: Call) -> web.StreamResponse:
    """What a class came to, and its replay."""
    return await shell(call.services, call.request)


@route(
    "GET",
    "/sign-in",
    may=Open.PUBLIC,
    scope=Scope.PUBLIC,
    query=Next,
    response=HTML,
    refusals=(303,),
)
async def sign_in_page(call: Call) -> web.StreamResponse:
    """The sign-in page."""
    # Only a page of ours may stand behind `next`: a link that leads elsewhere loses it before a script can follow it.
    following = call.query.get("next")
    if following is not None and not _PAGE.fullmatch(following):
        return see_other("/sign-in")
    return await shell(call.services, call.request)


@route(
    "GET",
    "/static/{path:.+}",
    may=Open.PUBLIC,
    scope=Scope.PUBLIC,
    response=Content("*/*"),
    refusals=(304, 404),
)
async def static_file(call: Call) -> web.StreamResponse:
    """One of the browser's files."""
    request = call.request
    file = await asyncio.to_thread(call.services.client.find, call.params["path"])
    if file is None:
        raise not_found()
    headers = {hdrs.ETAG: file.etag, hdrs.VARY: hdrs.ACCEPT_ENCODING, hdrs.CACHE_CONTROL: "no-cache"}
    if request.query.get("v") == file.version:
        headers[hdrs.CACHE_CONTROL] = f"public, max-age={YEAR}, immutable"
    if any(etag.value in {file.version, "*"} for etag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = file.body
    if file.compressed is not None and "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
        headers[hdrs.CONTENT_ENCODING], body = "gzip", file.compressed
    return web.Response(body=body, headers=headers, content_type=file.media_type, charset="utf-8")


def see_other(path: str) -> web.Response:
    """Lead the browser to a path of ours."""
    return web.Response(status=303, headers={hdrs.LOCATION: path})


def to_sign_in(request: web.Request) -> web.Response:
    """Lead a signed-out visitor to the sign-in page, and afterwards back."""
    asked = request.path_qs if _PAGE.fullmatch(request.path_qs) else request.path
    here = "" if asked == "/" else f"?next={quote(asked, safe='')}"
    return see_other(f"/sign-in{here}")


async def shell(services: Services, request: web.Request, status: int = 200) -> web.Response:
    """The HTML shell, under a policy that lets nothing run but our own files and its import map."""
    try:
        page = await asyncio.to_thread(services.client.shell)
    except FileNotFoundError:
        raise Refused("not_found", "the pages were not installed on this server: `make` does it") from None
    headers = {
        "Content-Security-Policy": _policy(request, page.import_map_source),
        # A room checks its devices before class; nobody else's page in a frame may.
        "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self), payment=(), usb=()",
        hdrs.CACHE_CONTROL: "no-store",
    }
    return web.Response(body=page.body, status=status, headers=headers, content_type="text/html", charset="utf-8")


def _policy(request: web.Request, import_map_source: str) -> str:
    # Named beside 'self', which older browsers do not take to hold for sockets. The host was checked at the door.
    sockets = f"ws://{request.host} wss://{request.host}"
    sources: dict[str, Any] = {
        "default-src": "'none'",
        "script-src": f"'self' {import_map_source}",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": f"'self' {sockets}",
        "manifest-src": "'self'",
        "font-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "longroom",
    }
    return "; ".join(f"{name} {source}" for name, source in sources.items())
