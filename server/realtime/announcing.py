"""Who watches which stream, and what they are told about it.

Each committed batch becomes one body for each audience that is present, and one frame for each body that differs. All
of it happens in the commit's own callback, without an await: so between a member's snapshot and its first `changes`
nothing can be lost, and what is told has been committed.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from ..domain import views
from ..domain.actors import Actor, Permission
from ..domain.meeting.links import rooms_of
from ..domain.messages import Refused
from ..domain.views import Audience
from ..service.live import Batch, Live, Stream
from . import frames
from .connection import Connection
from .fanout import Fanout
from .frames import Frame
from .requests import Position

log = logging.getLogger(__name__)

MAX_CACHED = 64
"""Join replies that are kept for a stream, for those who come back together."""


@dataclass(slots=True, eq=False)
class Room:
    """The members of one stream at this node, by audience, and the join replies that hold at its head."""

    stream: Stream
    members: dict[Audience, dict[Connection, None]] = field(default_factory=dict)
    replies: dict[tuple[Audience, int | None], bytes] = field(default_factory=dict)
    replies_at: int = -1


class Announcing:
    """The rooms of this node."""

    def __init__(self, live: Live, fanout: Fanout) -> None:
        self._live = live
        self._fanout = fanout
        self._rooms: dict[str, Room] = {}
        live.on_commit.append(self._on_commit)

    # ── Coming and going ───────────────────────────────────────────────────────────────────────────────────────

    def join(self, connection: Connection, stream: Stream, since: Position | None) -> bytes:
        """Make the connection a member and give the reply's JSON: one step, so that no batch falls in between."""
        if not connection.actor.may(Permission.WATCH_MEETING):
            raise Refused("forbidden", "your role may not do this")
        audience = _audience(stream, connection.actor)
        if audience is None:
            raise Refused("unknown_stream", "there is no such stream, or you have no part in it", "stream")
        room = self._rooms.get(stream.id)
        if room is None:
            room = self._rooms[stream.id] = Room(stream)
            stream.pins += 1
            self._fanout.watch(stream.id)
        self._seat(room, connection, audience)
        resumes = since is not None and (since.epoch, since.audience) == (self._live.epoch, audience.key)
        return self._reply(room, audience, since.seq if since is not None and resumes else None)

    def leave(self, connection: Connection, stream_id: str) -> None:
        """Tell the connection nothing more about the stream."""
        room = self._rooms.get(stream_id)
        audience = connection.streams.pop(stream_id, None)
        if room is None or audience is None:
            return
        members = room.members[audience]
        del members[connection]
        if not members:
            del room.members[audience]
        if not room.members:
            del self._rooms[stream_id]
            room.stream.pins -= 1
            self._fanout.unwatch(stream_id)

    def leave_all(self, connection: Connection) -> None:
        """The connection is gone."""
        for stream_id in list(connection.streams):
            self.leave(connection, stream_id)

    def _seat(self, room: Room, connection: Connection, audience: Audience) -> None:
        held = connection.streams.get(room.stream.id)
        if held == audience:
            return
        room.members.setdefault(audience, {})[connection] = None
        connection.streams[room.stream.id] = audience
        if held is not None:
            del room.members[held][connection]
            if not room.members[held]:
                del room.members[held]

    def _reply(self, room: Room, audience: Audience, since: int | None) -> bytes:
        """The reply to a join, encoded once for all who come back from the same place to the same head."""
        stream = room.stream
        if room.replies_at != stream.seq or len(room.replies) >= MAX_CACHED:
            room.replies, room.replies_at = {}, stream.seq
        reply = room.replies.get((audience, since))
        if reply is None:
            changes = None if since is None else stream.changes_since(since, audience)
            content = {"snapshot": views.snapshot(stream.state, audience)} if changes is None else {"changes": changes}
            position = {"epoch": self._live.epoch, "seq": stream.seq, "audience": audience.key}
            reply = room.replies[audience, since] = orjson.dumps({"ok": True} | position | content)
        return reply

    def rooms_heard(self) -> dict[tuple[str, str], float]:
        """Each site's part of a stream that has a socket here, and when it was last heard (the loop's time).

        Of the streams whose rooms are gathered; a supervisor of several speaks for the one where they are on duty.
        """
        heard: dict[tuple[str, str], float] = {}
        for room in self._rooms.values():
            if not room.stream.state.is_open_to_rooms:
                continue
            for audience, members in room.members.items():
                for connection in members if audience.part == "supervisor" else ():
                    for site_id in rooms_of(room.stream.state, connection.actor.person_id, audience.site_ids):
                        key = (room.stream.id, site_id)
                        heard[key] = max(heard.get(key, 0.0), connection.socket.heard_at)
        return heard

    # ── Telling ────────────────────────────────────────────────────────────────────────────────────────────────

    def _on_commit(self, batch: Batch) -> None:
        self._fanout.announce(batch)
        room = self._rooms.get(batch.stream.id)
        if room is None:
            return
        # First who may look, then what they see: nobody is told a thing of an audience that they just left.
        moved = self._reseat(room, self._connections(room)) if batch.staffing else ()
        position = {"stream": batch.stream.id, "epoch": self._live.epoch, "after": batch.after, "seq": batch.seq}
        opening = orjson.dumps(position)[:-1] + b',"changes":'
        by_body: dict[bytes, Frame] = {}
        for audience, members in room.members.items():
            body = orjson.dumps(views.changes(batch.before, batch.state, batch.touched, audience))
            frame = by_body.get(body)
            if frame is None:
                # Sent even where nothing is in it: what is hidden from an audience still moves its seq.
                frame = by_body[body] = frames.changes(opening + body + b"}")
            for member in members:
                if member not in moved:
                    member.socket.write(frame)

    def reassess(self, connections: Iterable[Connection]) -> None:
        """What these people may do has changed: see what they may watch now."""
        for connection in list(connections):
            for stream_id in list(connection.streams):
                self._reseat(self._rooms[stream_id], [connection])

    def _reseat(self, room: Room, connections: Iterable[Connection]) -> set[Connection]:
        """Give each its audience by what the stream says now, and tell those whose it changed; who they were."""
        moved: set[Connection] = set()
        for connection in connections:
            audience = _audience(room.stream, connection.actor)
            if audience == connection.streams[room.stream.id]:
                continue
            moved.add(connection)
            if audience is None:
                self.leave(connection, room.stream.id)
                connection.socket.write(_removed(room.stream.id))
            else:
                self._seat(room, connection, audience)
                connection.socket.write(self._snapshot(room.stream, audience))
        return moved

    def _snapshot(self, stream: Stream, audience: Audience) -> Frame:
        body = {
            "stream": stream.id,
            "epoch": self._live.epoch,
            "seq": stream.seq,
            "audience": audience.key,
            "snapshot": views.snapshot(stream.state, audience),
        }
        return frames.event("snapshot", orjson.dumps(body))

    # ── Repairing ──────────────────────────────────────────────────────────────────────────────────────────────

    async def tell_heads(self) -> None:
        """Say where each stream's head is by the database, and catch up where it is ahead of this node."""
        if not self._rooms:
            return
        heads = await self._live.heads(list(self._rooms))
        behind = []
        for stream_id, seq in heads.items():
            room = self._rooms.get(stream_id)
            if room is None:
                continue
            head = {"stream": stream_id, "epoch": self._live.epoch, "seq": seq}
            frame = frames.event("head", orjson.dumps(head))
            for connection in self._connections(room):
                connection.socket.write(frame)
            if seq > room.stream.seq:
                behind.append(stream_id)
        for stream_id in behind:
            try:
                await self._live.catch_up(stream_id)
            except Exception:
                # One stream that cannot be read must not keep the others behind.
                log.exception("catching up failed; the next head check will try again")

    @staticmethod
    def _connections(room: Room) -> list[Connection]:
        return [connection for members in room.members.values() for connection in members]


def _audience(stream: Stream, actor: Actor) -> Audience | None:
    return views.audience_of(stream.state, actor) if actor.may(Permission.WATCH_MEETING) else None


def _removed(stream_id: str) -> Frame:
    body = {"stream": stream_id, "code": "not_your_section", "message": "you have no part in this any more"}
    return frames.event("removed", orjson.dumps(body))
