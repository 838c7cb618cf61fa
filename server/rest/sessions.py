"""Signing in and out. A browser gets a cookie that no script can read; any other client gets a bearer token."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from ..domain.actors import Permission, Role
from ..domain.fields import Id, Millis
from ..service.accounts import Session
from . import cookies
from .call import Call
from .pages import see_other
from .routes import Body, Empty, Open, Redirect, Scope, route

MAX_EMAIL = 254


class Credentials(Body):
    """What a person signs in with."""

    email: Annotated[str, Field(min_length=3, max_length=MAX_EMAIL)]
    password: Annotated[str, Field(min_length=1, max_length=1_024)]


class ProgramName(TypedDict):
    """The program that a person acts in."""

    id: Id
    name: str


class HeldGrant(TypedDict):
    """A role in force today; `site_id` null: across the program."""

    role: Role
    site_id: Id | None


class SessionInfo(TypedDict):
    """Who is signed in; `expires_at` is when the session ends at the latest."""

    person_id: Id
    name: str
    program: ProgramName
    grants: list[HeldGrant]
    expires_at: Millis


class TokenPerson(TypedDict):
    """Whose token it is."""

    person_id: Id
    name: str


class Token(TypedDict):
    """A bearer token, shown this once."""

    token: str
    expires_at: Millis
    person: TokenPerson


@route(
    "POST",
    "/api/session",
    may=Open.PUBLIC,
    scope=Scope.PUBLIC,
    request=Credentials,
    response=SessionInfo,
    refusals=(401, 429, 503),
)
async def sign_in(call: Call) -> Any:
    """Sign a browser in: the cookie comes with the answer."""
    signed_in = await call.services.accounts.sign_in(**call.body, kind="cookie", client_address=call.caller.address)
    await end_others_session(call, signed_in.session.person_id)
    call.keep_session(signed_in.token, signed_in.session.expires_at)
    return _shown(signed_in.session)


@route(
    "POST",
    "/api/tokens",
    may=Open.PUBLIC,
    scope=Scope.PUBLIC,
    request=Credentials,
    response=Token,
    refusals=(401, 429, 503),
)
async def create_token(call: Call) -> Any:
    """Sign any other client in: the token goes into each request's Authorization header."""
    token, session = await call.services.accounts.sign_in(
        **call.body, kind="bearer", client_address=call.caller.address
    )
    person = {"person_id": session.person_id, "name": session.person_name}
    return {"token": token, "expires_at": session.expires_at, "person": person}


@route("GET", "/demo/{secret}", may=Open.PUBLIC, scope=Scope.PUBLIC, response=Redirect())
async def follow_demo_link(call: Call) -> web.StreamResponse:
    """Sign in as a demo person by their link, which can be used again and again."""
    signed_in = await call.services.accounts.sign_in_demo(call.params["secret"])
    await end_others_session(call, signed_in.session.person_id)
    call.keep_session(signed_in.token, signed_in.session.expires_at)
    return see_other("/")


@route("GET", "/api/session", may=Permission.OWN_SESSION, scope=Scope.SELF, response=SessionInfo)
async def get_session(call: Call) -> Any:
    """Who the caller is."""
    return _shown(call.signed_in)


@route("DELETE", "/api/session", may=Permission.OWN_SESSION, scope=Scope.SELF, response=Empty())
async def sign_out(call: Call) -> None:
    """Sign out here: the session and its sockets end."""
    await call.services.accounts.sign_out(call.signed_in.id)
    call.drop_session()


@route("DELETE", "/api/sessions", may=Permission.OWN_SESSION, scope=Scope.SELF, response=Empty())
async def sign_out_everywhere(call: Call) -> None:
    """Sign out everywhere: all sessions of this person, and their sockets, end."""
    await call.services.accounts.sign_out_everywhere(call.signed_in.person_id)
    call.drop_session()


async def end_others_session(call: Call, person_id: str) -> None:
    """End the session that the browser still holds, if it is another person's.

    On a shared device it must not outlive their sign-in. The same person's goes on: another tab may be using it.
    """
    token = call.request.cookies.get(cookies.NAME)
    held = await call.services.accounts.session_of(token) if token else None
    if held is not None and held.person_id != person_id:
        await call.services.accounts.sign_out(held.id)


def _shown(session: Session) -> dict[str, Any]:
    grants = sorted(
        ((str(grant.role), grant.site_id) for grant in session.actor.grants), key=lambda g: (g[0], g[1] or "")
    )
    return {
        "person_id": session.person_id,
        "name": session.person_name,
        "program": {"id": session.program_id, "name": session.program_name},
        "grants": [{"role": role, "site_id": site_id} for role, site_id in grants],
        "expires_at": session.expires_at,
    }
