"""The demo: a small consortium with a physics class that is live now, and a way in for each of its people.

It is loaded through the directory, and its classes are held through commands, like anybody's. The secrets of its links
and tokens lie in one file beside the database, for its owner alone, so that a link works again after a restart.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from sqlalchemy import Row, select
from uuid_utils import uuid7

from ..domain.actors import Actor, system
from ..domain.meeting.state import supervises
from ..domain.messages import Refused
from ..domain.views import Audience
from ..storage import directory_tables as t
from ..storage.directory import local_date
from ..storage.engine import Database
from ..storage.tables import streams
from .accounts import Accounts
from .briefs import Briefs
from .clock import Clock
from .demo_program import (
    BRIEF,
    CALENDAR_FROM,
    COORDINATOR_ID,
    LAB_ID,
    LAB_PATTERN_ID,
    MEETING_TITLES,
    PEOPLE,
    PROGRAM_ID,
    SECTION_ID,
    TEACHER_ID,
    ZONE,
    calendar_rows,
    lab_rows,
    program_rows,
)
from .directory import Directory
from .live import Live
from .planning import Planning
from .rosters import full_name

FILE_NAME = "demo.json"
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
LENGTH = 90 * MINUTE
OVERTIME = 4 * HOUR
"""How long past its time a class that is still live goes on: a restart must not end what somebody tries out."""
Shown: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Key:
    """What lets one demo person in: the end of their link, and a bearer token."""

    secret: str
    token: str


AS_TEACHER = Audience("teacher")


class Demo:
    """Loads the demo program, keeps a class going in it, and lets its people in."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        live: Live,
        accounts: Accounts,
        clock: Clock,
        folder: Path,
    ) -> None:
        """`folder`: where the secrets lie, beside the database."""
        self._database = database
        self._directory = directory
        self._live = live
        self._planning = Planning(database, directory, live, clock)
        self._briefs = Briefs(database, directory, clock)
        self._accounts = accounts
        self._clock = clock
        self._path = folder / FILE_NAME

    async def start(self) -> None:
        """Load what is absent, let everybody in, and see to it that a class is live now. Call it at each start."""
        if not await _is_loaded(self._database):
            # One transaction: a demo is there whole or not at all.
            yesterday = local_date(self._clock.now() - DAY, ZONE)
            today = local_date(self._clock.now(), ZONE)
            rows = [*program_rows(yesterday, today), *lab_rows(today)]
            await self._directory.create_all(system(PROGRAM_ID), rows)
            await self._plan_lab()
        await self._renew_keys()
        await self._hold_classes()
        await self._write_brief()

    async def _write_brief(self) -> None:
        """The class that is live has its brief, as a teacher would have written it."""
        live = [one.id for one in await _classes(self._database) if one.status == "live"]
        for meeting_id in live:
            if (await self._briefs.read(meeting_id, AS_TEACHER))["version"] == 0:
                await self._briefs.write(await self._teacher(), meeting_id, AS_TEACHER, 0, dict(BRIEF))

    async def _plan_lab(self) -> None:
        """Plan the lab, with what comes up in schools: one is moved, one cancelled, somebody stands in."""
        actor = await self._accounts.actor_of(COORDINATOR_ID)
        if actor is None:
            raise Refused("not_found", "the demo's coordinator was disabled: start with another database")
        days = [one for one in await self._planning.plan(actor, LAB_PATTERN_ID) if one["outcome"] == "created"]
        if len(days) > 2:
            moved, cancelled, stood_in = days[:3]
            starts_at = moved["starts_at"] + HOUR
            await self._planning.move(actor, moved["meeting_id"], starts_at, starts_at + 45 * MINUTE, "plan_changed")
            await self._planning.cancel(actor, cancelled["meeting_id"], "technical")
            stand_in = {"section_id": LAB_ID, "meeting_id": stood_in["meeting_id"], "role": "supervisor"}
            stand_in |= {"person_id": "supervisor-mesa-flats", "site_id": "pine-ridge"}
            await self._directory.create(actor, "substitutes", stand_in)
        # So late that nothing of it touches the class that is live now, or what that one leaves open.
        first = local_date(self._clock.now() + CALENDAR_FROM * DAY, ZONE)
        later = [one["day"] for one in days if one["day"] >= first]
        await self._directory.create_all(actor, calendar_rows(later))

    async def _renew_keys(self) -> None:
        """Keep the keys of the file; a token that was revoked, or that this database does not know, begins anew."""
        held, keys = await asyncio.to_thread(_read_keys, self._path), {}
        for person in PEOPLE:
            key = held.get(person.id) or Key(secrets.token_urlsafe(18), secrets.token_urlsafe(32))
            if await self._accounts.session_of(key.token) is None:
                key = await self._open(person.id, key)
            keys[person.id] = key
        await asyncio.to_thread(_write_keys, self._path, keys)
        self._accounts.demo_links = {key.secret: person_id for person_id, key in keys.items()}

    async def _open(self, person_id: str, key: Key) -> Key:
        if await self._accounts.knows(key.token):
            key = Key(key.secret, secrets.token_urlsafe(32))
        await self._accounts.open_session(person_id, "demo", key.token)
        return key

    async def _hold_classes(self) -> None:
        """End what is over, then see to one class that has ended, one that is live and one that is to come."""
        now = self._clock.now()
        classes = await _classes(self._database)
        over = [one for one in classes if one.status == "live" and one.ends_at + OVERTIME <= now]
        for one in over:
            await self._run(one.id, "meeting.end")
        if not over and all(one.status not in ("ended", "reconciled") for one in classes):
            past = await self._schedule(now - DAY, MEETING_TITLES[0])
            await self._start(past)
            await self._run(past, "meeting.end")
        if all(one.status != "live" or one in over for one in classes):
            await self._start(await self._due(classes, now))
        await self._plan_next(now)

    async def _due(self, classes: Sequence[Row[Any]], now: int) -> str:
        """The class whose time it is, or a new one."""
        due = [one.id for one in classes if one.status in ("scheduled", "lobby") and one.starts_at <= now < one.ends_at]
        return due[0] if due else await self._schedule(now, MEETING_TITLES[1])

    async def _plan_next(self, now: int) -> None:
        """Have one class to come tomorrow; one that nobody started in its time is moved there."""
        scheduled = [one for one in await _classes(self._database) if one.status == "scheduled"]
        if not scheduled:
            await self._schedule(now + DAY, MEETING_TITLES[2])
        elif scheduled[-1].ends_at <= now:
            times = _times(now + DAY) | {"version": scheduled[-1].version}
            await self._directory.update(system(PROGRAM_ID), "meetings", scheduled[-1].id, times)

    async def _schedule(self, around: int, title: str) -> str:
        meeting = {"section_id": SECTION_ID, "title": title} | _times(around)
        row = await self._directory.create(system(PROGRAM_ID), "meetings", meeting)
        return str(row["id"])

    async def _start(self, meeting_id: str) -> None:
        """The supervisors come to their rooms, then the class begins; a room that stays empty watches the recording."""
        state = (await self._live.stream(f"meeting:{meeting_id}")).state
        for person in PEOPLE:
            actor = await self._accounts.actor_of(person.id) if person.role == "supervisor" else None
            if (
                actor is not None
                and person.site_id in state.rooms
                and supervises(state, actor, state.rooms[person.site_id])
            ):
                await self._act(actor, meeting_id, "duty.sign_on", {"site_id": person.site_id})
        plans = [{"site_id": site_id, "plan_id": str(uuid7()), "kind": "recording"} for site_id in sorted(state.rooms)]
        await self._act(await self._teacher(), meeting_id, "meeting.start", {"without": plans})

    async def _run(self, meeting_id: str, name: str) -> None:
        await self._act(await self._teacher(), meeting_id, name, {})

    async def _act(self, actor: Actor, meeting_id: str, name: str, data: dict[str, Any]) -> None:
        await self._live.run_command(actor, f"meeting:{meeting_id}", str(uuid7()), name, data)

    async def _teacher(self) -> Actor:
        actor = await self._accounts.actor_of(TEACHER_ID)
        if actor is None:
            raise Refused("not_found", "the demo's teacher was disabled: start with another database")
        return actor


async def describe(database: Database, folder: Path, base_url: str) -> Shown:
    """What an outside client starts from: `{base_url, program_id, people, sites, section_id, meeting}`.

    Reads the database and the file of secrets, so that it works beside a running server. Raises LookupError where no
    demo was loaded. `base_url` gives the scheme and the port of the links.
    """
    keys = await asyncio.to_thread(_read_keys, folder / FILE_NAME)
    classes = await _classes(database)
    if not classes or any(person.id not in keys for person in PEOPLE):
        raise LookupError("there is no demo here: start one with `longroom serve --demo`")
    current = next((one for one in classes if one.status == "live"), classes[-1])
    async with database.reading() as connection:
        sites = list(
            await connection.execute(select(t.sites).where(t.sites.c.program_id == PROGRAM_ID).order_by(t.sites.c.name))
        )
        named = await connection.execute(select(t.people).where(t.people.c.program_id == PROGRAM_ID))
        people = {row.id: row for row in named}
    return {
        "base_url": base_url.rstrip("/"),
        "program_id": PROGRAM_ID,
        "people": [
            {
                "person_id": person.id,
                "name": full_name(people[person.id]),
                "role": person.role,
                "site_id": person.site_id,
                "email": people[person.id].email,
                "token": keys[person.id].token,
                "sign_in_url": _link(base_url, person.host, keys[person.id].secret),
            }
            for person in PEOPLE
        ],
        "sites": [{"site_id": row.id, "name": row.name, "time_zone": row.time_zone} for row in sites],
        "section_id": SECTION_ID,
        "meeting": {"id": current.id, "stream": f"meeting:{current.id}", "title": current.title},
    }


def _link(base_url: str, host: str, secret: str) -> str:
    """A host of its own for each person, so that one browser can be all of them: cookies do not cross hosts."""
    parts = urlsplit(base_url)
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{host}.localhost{port}/demo/{secret}"


async def _is_loaded(database: Database) -> bool:
    async with database.reading() as connection:
        query = select(t.programs.c.id).where(t.programs.c.id == PROGRAM_ID)
        return (await connection.execute(query)).one_or_none() is not None


async def _classes(database: Database) -> list[Row[Any]]:
    """The section's meetings by start, each with its stream's status."""
    stream = streams.c.stream_id == "meeting:" + t.meetings.c.id
    query = select(t.meetings, streams.c.status).join(streams, stream).where(t.meetings.c.section_id == SECTION_ID)
    async with database.reading() as connection:
        return list(await connection.execute(query.order_by(t.meetings.c.starts_at, t.meetings.c.id)))


def _times(around: int) -> dict[str, int]:
    """A class that has run for 5 to 10 minutes at the moment `around`."""
    starts_at = around - around % (5 * MINUTE) - 5 * MINUTE
    return {"starts_at": starts_at, "ends_at": starts_at + LENGTH}


def _read_keys(path: Path) -> dict[str, Key]:
    try:
        kept = json.loads(path.read_text())
        return {person_id: Key(key["secret"], key["token"]) for person_id, key in kept["people"].items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError(f"{path} cannot be read: remove it, and the demo makes new links") from None


def _write_keys(path: Path, keys: dict[str, Key]) -> None:
    """Replace the file in one step; it is never there with other permissions, nor half written."""
    kept = {"people": {person_id: {"secret": key.secret, "token": key.token} for person_id, key in keys.items()}}
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(kept, file, indent=2)
    new.replace(path)
