"""The lesson brief of a meeting: what today is, what to hand out, what to watch for, what to do when the link dies.

It is the teacher's, and read by all who have a part in the meeting. An edit and its audit row are one commit; the
meeting's record learns that there is another version, by which a room says which one it has read.
"""

from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from ..domain.actors import Actor
from ..domain.messages import Refused
from ..domain.views import Audience
from ..storage import briefs as rows
from ..storage.directory import lock_program
from ..storage.engine import Database
from .clock import Clock
from .directory import Directory

Shown: TypeAlias = dict[str, Any]
_EMPTY: Shown = {"today": "", "hand_out": "", "watch_for": "", "link_dies": "", "materials": []}


class Briefs:
    """The briefs of all meetings."""

    def __init__(self, database: Database, directory: Directory, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock

    async def read(self, meeting_id: str, audience: Audience) -> Shown:
        """`{version, today, hand_out, watch_for, link_dies, materials, written_by, written_at, last}`.

        Version 0: nobody has written one. `last`: for the teacher, the section's brief before this one, to begin from.
        """
        async with self._database.reading() as connection:
            row = await rows.read_brief(connection, meeting_id)
            is_teacher = audience.part == "teacher"
            last = await rows.read_brief_before(connection, meeting_id) if is_teacher else None
        return _shown(row) | {
            "last": last and _content(last) | {"title": last["title"], "starts_at": last["starts_at"]}
        }

    async def write(self, actor: Actor, meeting_id: str, audience: Audience, version: int, content: Shown) -> Shown:
        """Put `content` in the place of the brief at `version`; 0: it is the first.

        Raises `Refused`: `forbidden` to whoever does not teach this meeting, `stale_version` where somebody else has
        written meanwhile.
        """
        if audience.part != "teacher":
            raise Refused("forbidden", "only a teacher of this class writes its brief")
        row: Shown = {**_EMPTY, **content}
        row |= {"meeting_id": meeting_id, "program_id": actor.program_id, "version": version + 1}
        row |= {"written_by": actor.person_id, "written_at": self._clock.now()}

        async def write(connection: AsyncConnection) -> str:
            await lock_program(connection, actor.program_id)
            before = await rows.read_brief(connection, meeting_id)
            if (before or {"version": 0})["version"] != version:
                raise Refused("stale_version", "it changed since you looked: look again", "version")
            await rows.write_brief(connection, row)
            action = "update" if before else "create"
            told = (before and _audited(before), _audited(row))
            return await self._directory.audit(connection, actor, action, "lesson_briefs", *told)

        audited = await self._database.write(write)
        await self._directory.follow(actor.program_id, audited, ("lesson_briefs", row))
        return _shown(row) | {"last": None}


def _audited(row: Shown) -> Shown:
    """Who wrote which parts when, without the words: an audit row is for good, and what somebody wrote is not."""
    parts = sorted(name for name in _EMPTY if row.get(name))
    return {name: row[name] for name in ("meeting_id", "program_id", "version", "written_by", "written_at")} | {
        "parts": parts
    }


def _content(row: Shown) -> Shown:
    return {name: row[name] for name in _EMPTY}


def _shown(row: Shown | None) -> Shown:
    if row is None:
        return {**_EMPTY, "version": 0, "written_by": None, "written_at": None}
    return _content(row) | {name: row[name] for name in ("version", "written_by", "written_at")}
