"""The HTTP client where answers are lost, late, or no."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from server.cli.client import SignedOut
from server.cli.rest_client import RestClient
from server.domain.messages import Refused

Answer = Callable[[web.Request], web.Response]


@asynccontextmanager
async def asking(*answers: Answer) -> AsyncIterator[tuple[RestClient, list[str]]]:
    """A client, and what it asked of a server that answers each request with the next of `answers`."""
    left, heard = list(answers), []

    async def serve(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer secret"
        heard.append(f"{request.method} {request.path}")
        return left.pop(0)(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", serve)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        yield RestClient(session, str(server.make_url("")), "secret"), heard
    assert not left


def say(body: dict[str, Any], status: int = 200) -> Answer:
    return lambda request: web.json_response(body, status=status)


def refuse(code: str, status: int) -> Answer:
    return say({"error": {"code": code, "message": "no", "field": "id"}}, status)


def break_off(request: web.Request) -> web.Response:
    """Cut the connection before the answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def test_a_row_whose_answer_was_lost_is_found_by_its_id() -> None:
    async with asking(break_off, refuse("id_taken", 409), say({"id": "m"})) as (client, heard):
        assert await client.create("/rows", {"id": "m"}) == {"id": "m"}
        assert heard == ["POST /rows", "POST /rows", "GET /rows/m"]


async def test_a_server_that_is_busy_or_away_is_asked_again() -> None:
    async with asking(refuse("busy", 503), break_off, say({"there": True})) as (client, _):
        assert await client.get("/thing") == {"there": True}


async def test_what_is_being_brought_about_is_waited_for() -> None:
    async with asking(refuse("unknown_stream", 404), say({"there": True})) as (client, _):
        assert await client.get_once_there("/thing") == {"there": True}
    async with asking(refuse("forbidden", 403)) as (client, _):
        with pytest.raises(Refused, match="forbidden"):
            await client.get_once_there("/thing")


async def test_a_refusal_is_told_and_so_is_a_session_that_ended() -> None:
    async with asking(refuse("already_taken", 409), refuse("not_signed_in", 401)) as (client, _):
        with pytest.raises(Refused) as caught:
            await client.create("/rows", {"id": "m"})
        assert caught.value.as_error() == {"code": "already_taken", "message": "no", "field": "id"}
        with pytest.raises(SignedOut):
            await client.get("/thing")
