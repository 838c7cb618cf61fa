"""Which node last heard which room, and when: what keeps one node from declaring lost what another one holds.

A row for each node and room, renewed every ten seconds at most: no record, and nothing that a report could be made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from .tables import link_leases as t

Room: TypeAlias = tuple[str, str]
"""A stream's id and a site's."""


class Heard(NamedTuple):
    """When a room was last heard by any node (milliseconds, UTC)."""

    stream_id: str
    site_id: str
    heard_at: int


async def write_leases(connection: AsyncConnection, node_id: str, heard: Mapping[Room, int]) -> None:
    """This node has heard these rooms then."""
    rows = [
        {"stream_id": stream_id, "site_id": site_id, "node_id": node_id, "heard_at": at}
        for (stream_id, site_id), at in heard.items()
    ]
    # One clause of two dialects, which SQLAlchemy knows by two names.
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(t)
    renewed = {"heard_at": insert.excluded.heard_at}
    keys = ["stream_id", "site_id", "node_id"]
    await connection.execute(insert.on_conflict_do_update(index_elements=keys, set_=renewed), rows)


async def last_heard(connection: AsyncConnection, rooms: Iterable[Room]) -> dict[Room, int]:
    """When each of these rooms was last heard by any node; without those that never were."""
    of_these = or_(*(and_(t.c.stream_id == stream_id, t.c.site_id == site_id) for stream_id, site_id in rooms))
    query = select(t.c.stream_id, t.c.site_id, func.max(t.c.heard_at)).where(of_these)
    rows = await connection.execute(query.group_by(t.c.stream_id, t.c.site_id))
    return {(stream_id, site_id): at for stream_id, site_id, at in rows}


async def heard_in(connection: AsyncConnection, stream_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """By stream and site, when each room of these streams was last heard by any node; without those that never were."""
    query = select(t.c.stream_id, t.c.site_id, func.max(t.c.heard_at)).where(t.c.stream_id.in_(list(stream_ids)))
    heard: dict[str, dict[str, int]] = {}
    for stream_id, site_id, at in await connection.execute(query.group_by(t.c.stream_id, t.c.site_id)):
        heard.setdefault(stream_id, {})[site_id] = at
    return heard


async def unheard_since(connection: AsyncConnection, at: int, most: int) -> Sequence[Heard]:
    """The rooms that no node has heard since then, the longest first."""
    newest = func.max(t.c.heard_at)
    query = select(t.c.stream_id, t.c.site_id, newest).group_by(t.c.stream_id, t.c.site_id).having(newest < at)
    return [Heard(*row) for row in await connection.execute(query.order_by(newest).limit(most))]


async def drop_leases(connection: AsyncConnection, found: Iterable[Heard]) -> None:
    """Forget what was heard of these rooms up to then; what was heard since stays."""
    for one in found:
        mine = and_(t.c.stream_id == one.stream_id, t.c.site_id == one.site_id)
        await connection.execute(delete(t).where(mine, t.c.heard_at <= one.heard_at))
