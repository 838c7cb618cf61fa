"""The rows of signing in: password hashes, sessions, and the grants that make an actor. Times are milliseconds, UTC."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor, Grant, Role
from . import directory_tables as t
from .directory import is_in_force, local_date

_sessions = t.sessions


async def read_account(connection: AsyncConnection, email: str) -> Row[Any, Any, Any] | None:
    """`id, password_hash, disabled_at` of the person with this e-mail address (in lower case)."""
    query = select(t.people.c.id, t.people.c.password_hash, t.people.c.disabled_at)
    return (await connection.execute(query.where(t.people.c.email == email))).one_or_none()


async def write_password(connection: AsyncConnection, person_id: str, password_hash: str) -> None:
    """Replace the hash of a person's password."""
    person = t.people.c.id == person_id
    await connection.execute(update(t.people).where(person).values(password_hash=password_hash))


# Made once: a thousand sockets that come back together each ask for their session and their grants.
_PERSON = (
    select(t.people.c.program_id, t.programs.c.time_zone)
    .join(t.programs, t.programs.c.id == t.people.c.program_id)
    .where(t.people.c.id == bindparam("person_id"), t.people.c.disabled_at.is_(None))
)
_GRANTS = (
    select(t.grants, t.sites.c.time_zone)
    .outerjoin(t.sites, t.sites.c.id == t.grants.c.site_id)
    .where(t.grants.c.person_id == bindparam("person_id"))
)
_SESSION = (
    select(_sessions, t.people.c.given_name, t.people.c.family_name, t.programs.c.name.label("program_name"))
    .join(t.people, t.people.c.id == _sessions.c.person_id)
    .join(t.programs, t.programs.c.id == t.people.c.program_id)
)
_SESSION_BY = {
    "token_hash": _SESSION.where(_sessions.c.token_hash == bindparam("value")),
    "id": _SESSION.where(_sessions.c.id == bindparam("value")),
}


async def read_actor(connection: AsyncConnection, person_id: str, now: int) -> Actor | None:
    """The person with the grants in force today, by their site's date or the program's; None: unknown or disabled."""
    whose = {"person_id": person_id}
    found = (await connection.execute(_PERSON, whose)).one_or_none()
    if found is None:
        return None
    in_force = frozenset(
        Grant(Role(row.role), row.site_id)
        for row in await connection.execute(_GRANTS, whose)
        if is_in_force(row, local_date(now, row.time_zone or found.time_zone))
    )
    return Actor(person_id, found.program_id, in_force)


async def insert_session(connection: AsyncConnection, row: dict[str, Any]) -> None:
    """Add a session: id, token_hash, person_id, kind, created_at, last_seen_at, expires_at."""
    await connection.execute(_sessions.insert().values(**row))


class SessionKey(NamedTuple):
    """What a session is looked up by: the hash of its token, or its id."""

    column: Literal["token_hash", "id"]
    value: bytes | str


async def read_session(connection: AsyncConnection, key: SessionKey) -> Row[Any] | None:
    """The session, with the names of its person and program (`program_name`)."""
    return (await connection.execute(_SESSION_BY[key.column], {"value": key.value})).one_or_none()


def by_id(session_id: str) -> ColumnElement[bool]:
    """The session of an id."""
    return _sessions.c.id == session_id


def by_person(person_id: str) -> ColumnElement[bool]:
    """All sessions of a person."""
    return _sessions.c.person_id == person_id


class Seen(NamedTuple):
    """A session is in use: when, and until when it goes on now."""

    session_id: str
    at: int
    expires_at: int


async def mark_seen(connection: AsyncConnection, seen: Iterable[Seen]) -> None:
    """The sessions are in use; never backwards."""
    rows = [{"session": one.session_id, "at": one.at, "expires": one.expires_at} for one in seen]
    this = (_sessions.c.id == bindparam("session")) & (_sessions.c.last_seen_at < bindparam("at"))
    values: dict[str, Any] = {"last_seen_at": bindparam("at"), "expires_at": bindparam("expires")}
    await connection.execute(update(_sessions).where(this).values(values), rows)


async def revoke(connection: AsyncConnection, which: ColumnElement[bool], at: int) -> Sequence[str]:
    """End the sessions that meet `which`; the ids of those that this ended."""
    query = update(_sessions).where(which, _sessions.c.revoked_at.is_(None)).values(revoked_at=at)
    return list((await connection.execute(query.returning(_sessions.c.id))).scalars())


async def read_revoked(connection: AsyncConnection, since: int) -> Sequence[str]:
    """The ids of the sessions that were revoked at or after the moment."""
    query = select(_sessions.c.id).where(_sessions.c.revoked_at >= since)
    return list((await connection.execute(query)).scalars())
