"""The id that a request goes by in the log, in its answer and in whatever is done for it.

A socket keeps that of the request that opened it. One that is brought along counts only from a proxy that the settings
name: anybody else could write somebody else's, or a name, into our log.
"""

import re
import secrets

from aiohttp import web

from .origins import Origins

HEADER = "X-Request-ID"
_KEY = web.RequestKey("id", str)
_PATTERN = re.compile(r"[A-Za-z0-9_.-]{8,64}")


def give(request: web.Request, origins: Origins) -> str:
    """Let the request go by its trusted proxy's id, or by a new one."""
    given = request.headers.get(HEADER, "") if origins.is_proxy(request.remote) else ""
    request_id = request[_KEY] = given if _PATTERN.fullmatch(given) else _new()
    return request_id


def of(request: web.BaseRequest) -> str:
    """The request's id; one that never came through the door gets its own here."""
    if _KEY not in request:
        request[_KEY] = _new()
    return request[_KEY]


def _new() -> str:
    return secrets.token_hex(8)
