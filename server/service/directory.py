"""The directory: reading and editing a program's rows, and bringing open meetings up to what they rest on.

An edit and its audit row are one commit. After it, every meeting that rests on the row is given its facts again, one
that is over only where they say who may look into it: see `entering`. `notice_changes` (every few seconds) follows what
other processes edited.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from uuid_utils import uuid7

from ..domain.actors import SYSTEM_ID, Actor, Permission, Role
from ..domain.messages import Refused, first_fault
from ..storage import directory as rows
from ..storage import directory_tables as t
from ..storage.directory import Row
from ..storage.engine import Database
from .clock import Clock
from .directory_kinds import KINDS, OWNED, Kind
from .directory_rules import check_not_own, check_row
from .entering import LATE_COMMIT_MS, Entering, RunsCommands

T = TypeVar("T")
Within: TypeAlias = Callable[[AsyncConnection, Row, Row], Awaitable[None]]
"""What is done with a row, as it was and as it will stand, in the transaction that changes it; it may refuse."""

MAX_PAGE = 1_000


class Directory:
    """The rows of all programs, each actor within their own."""

    def __init__(self, database: Database, clock: Clock, live: RunsCommands | None) -> None:
        """`live` None: a command line beside a running server, which notices the edits and enters the facts."""
        self.on_person_changed: list[Callable[[str], None]] = []
        """Told, after the commit, the id of everybody whose name, grants or state may be another."""
        self._database = database
        self._clock = clock
        self._entering = Entering(database, clock, live)
        self._noticed_at = clock.now()
        self._noticed: dict[str, int] = {}

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────

    async def list(
        self,
        actor: Actor,
        kind: str,
        *,
        where: Mapping[str, str] | None = None,
        after: str | None = None,
        limit: int = 200,
    ) -> Sequence[Row]:
        """The rows that the actor may read, by id, behind the id `after`; `where`: which rows its fields refer to."""
        declared = _readable(actor, kind)
        for field in where or {}:
            if field not in declared.references:
                raise Refused("unknown_field", "rows of this kind cannot be looked up by this field", field)
        if not 1 <= limit <= MAX_PAGE:
            raise Refused("out_of_range", f"must be from 1 to {MAX_PAGE}", "limit")
        async with self._database.reading() as connection:
            return await rows.read_rows(
                connection,
                declared.table,
                actor.program_id,
                where=where or {},
                reach=_reach(actor, declared),
                after=after,
                limit=limit,
            )

    async def get(self, actor: Actor, kind: str, id: str) -> Row:
        """One row; `Refused("not_found")` where there is none, or it is not the actor's to read."""
        declared = _readable(actor, kind)
        async with self._database.reading() as connection:
            row = await rows.read_row(connection, declared.table, actor.program_id, id, _reach(actor, declared))
        if row is None:
            raise _not_found()
        return row

    # ── Editing ──────────────────────────────────────────────────────────────────────────────────────────────

    async def create(self, actor: Actor, kind: str, data: object) -> Row:
        """Add a row. A meeting has its stream, with its facts, before this returns."""
        [row] = await self.create_all(actor, [(kind, data)])
        return row

    async def create_all(self, actor: Actor, new: Sequence[tuple[str, object]]) -> Sequence[Row]:
        """Add rows of any kinds (kind, data), each after what it rests on: all of them or, with a refusal, none."""
        parsed = [(declared := _editable(actor, kind), _parse(declared.create, data)) for kind, data in new]
        for declared, _ in parsed:
            if declared.table is t.programs and not actor.has_role(Role.SYSTEM):
                raise Refused("forbidden", "a program is founded on the command line")
        made = [{**values, "id": values["id"] or str(uuid7()), "program_id": actor.program_id} for _, values in parsed]

        async def write(connection: AsyncConnection) -> list[str]:
            await rows.lock_program(connection, actor.program_id)
            audited = []
            for (declared, _), row in zip(parsed, made, strict=True):
                if row["id"] == SYSTEM_ID or await rows.is_held(
                    connection, declared.table, [declared.table.c.id == row["id"]]
                ):
                    raise Refused("id_taken", "a row of this id exists: give each an id of its own", "id")
                await check_row(connection, declared, row)
                check_not_own(actor, declared, row)
                await rows.insert_row(connection, declared.table, row)
                row.update({"version": 1, **dict.fromkeys(OWNED.get(declared.name, {}))})
                audited.append(await self.audit(connection, actor, "create", declared.name, None, row))
            return audited

        audited = await self._write(write)
        await self._follow(actor.program_id, [(d.name, row) for (d, _), row in zip(parsed, made, strict=True)])
        self._noticed |= dict.fromkeys(audited, self._clock.now())
        return made

    async def update(self, actor: Actor, kind: str, id: str, data: object) -> Row:
        """Change the fields that `data` gives; its `version` is the one that the editor saw."""
        declared = _editable(actor, kind)
        changes = _parse(declared.patch, data)
        version = changes.pop("version")
        if declared.table is t.meetings and changes.keys() & {"starts_at", "ends_at"}:
            changes["changed_by"] = "person"  # Its pattern leaves it there.
        return await self._change(actor, declared, id, version, changes, "update")

    async def disable_person(self, actor: Actor, person_id: str) -> Row:
        """Take a person out of everything, from now on: they count nowhere and cannot sign in."""
        declared = _editable(actor, "people")
        changes = {"disabled_at": self._clock.now()}
        return await self._change(actor, declared, person_id, None, changes, "disable")

    async def enable_person(self, actor: Actor, person_id: str) -> Row:
        """Let a disabled person be what their grants and places say, from now on."""
        declared = _editable(actor, "people")
        return await self._change(actor, declared, person_id, None, {"disabled_at": None}, "enable")

    async def change_plan(
        self, actor: Actor, meeting_id: str, version: int, changes: Row, action: str, within: Within
    ) -> Row:
        """Change what an edit of a meeting does not set, if it is still at `version`; `within` runs in that commit."""
        declared = _editable(actor, "meetings")
        return await self._change(actor, declared, meeting_id, version, changes, action, within)

    async def _change(
        self,
        actor: Actor,
        declared: Kind,
        id: str,
        version: int | None,
        changes: Row,
        action: str,
        within: Within | None = None,
    ) -> Row:
        async def write(connection: AsyncConnection) -> tuple[Row, Row, str]:
            await rows.lock_program(connection, actor.program_id)
            before = await rows.read_row(connection, declared.table, actor.program_id, id)
            if before is None:
                raise _not_found()
            if version not in {None, before["version"]}:
                raise _stale()
            after = before | changes | {"version": before["version"] + 1}
            await check_row(connection, declared, after, before)
            check_not_own(actor, declared, after, before)
            if within is not None:
                await within(connection, before, after)
            if not await rows.update_row(connection, declared.table, actor.program_id, id, before["version"], changes):
                raise _stale()
            return before, after, await self.audit(connection, actor, action, declared.name, before, after)

        before, after, audited = await self._write(write)
        await self._follow(actor.program_id, [(declared.name, before), (declared.name, after)])
        self._noticed[audited] = self._clock.now()
        return after

    async def _write(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        try:
            return await self._database.write(work)
        except IntegrityError:
            # Checked before, so somebody in another program was quicker by a moment.
            raise Refused("already_taken", "another row holds this already") from None

    async def audit(
        self,
        connection: AsyncConnection,
        actor: Actor,
        action: str,
        kind: str,
        before: Row | None,
        after: Row,
    ) -> str:
        """Write who changed the row how, in the commit of the change; the id of what was written."""
        audit_id = str(uuid7())
        entry = {
            "id": audit_id,
            "program_id": actor.program_id,
            "at": self._clock.now(),
            "actor_id": actor.person_id,
            "action": action,
            "kind": kind,
            "row_id": rows.meeting_of(kind, after) or after["id"],
            "before": before,
            "after": after,
        }
        await rows.write_audit(connection, entry)
        return audit_id

    # ── What live decisions rest on ──────────────────────────────────────────────────────────────────────────

    async def begin(self) -> int:
        """At start: bring the near meetings up to the directory, and leave the rest to `keep_up`; how many are open."""
        self._noticed_at = self._clock.now()
        return await self._entering.begin()

    async def reenter_all(self) -> int:
        """Bring every meeting that has not ended up to the directory, and tell how many those are."""
        self._noticed_at = self._clock.now()
        return await self._entering.enter_all()

    async def keep_up(self) -> None:
        """Bring up, for ever, the meetings that no request waits for. A server runs this beside everything else."""
        await self._entering.keep_up()

    @property
    def is_behind(self) -> bool:
        """Whether meetings wait for `keep_up`."""
        return self._entering.is_behind

    async def notice_changes(self) -> None:
        """Follow the edits of other processes, and finish what was left undone here. Call it every few seconds."""
        now = self._clock.now()
        since = self._noticed_at - LATE_COMMIT_MS
        async with self._database.reading() as connection:
            entries = await rows.read_audit_since(connection, since)
        self._noticed = {seen: at for seen, at in self._noticed.items() if at >= since - LATE_COMMIT_MS}
        new = [entry for entry in entries if entry["id"] not in self._noticed]
        for program_id in {entry["program_id"] for entry in new}:
            mine = [entry for entry in new if entry["program_id"] == program_id]
            await self._follow(program_id, [(e["kind"], e["after"]) for e in mine if e["after"]])
        self._noticed |= {entry["id"]: entry["at"] for entry in new}
        self._noticed_at = now
        await self._entering.try_again()

    async def follow(self, program_id: str, audited: str, change: tuple[str, Row]) -> None:
        """Bring the meetings that rest on a row (kind, row) up to it: `audited` is the id of its edit's audit row."""
        await self._follow(program_id, [change])
        self._noticed[audited] = self._clock.now()

    async def _follow(self, program_id: str, changes: Sequence[tuple[str, Row]]) -> None:
        people = {row["id"] if kind == "people" else row["person_id"] for kind, row in changes if kind in _PERSONAL}
        for person_id in sorted(people):
            for tell in self.on_person_changed:
                tell(person_id)
        async with self._database.reading() as connection:
            touched = await rows.meetings_touched(connection, program_id, changes)
        # A meeting that was itself edited, or its substitute, is as it is now once its editor has the answer.
        named = {one for kind, row in changes if (one := rows.meeting_of(kind, row) or row.get("meeting_id"))}
        await self._entering.follow(touched, named)


_PERSONAL = frozenset({"people", "grants"})


def _kind(name: str) -> Kind:
    kind = KINDS.get(name)
    if kind is None:
        raise Refused("not_found", "the directory has no rows of this kind", "kind")
    return kind


def _readable(actor: Actor, kind: str) -> Kind:
    if not actor.may(Permission.READ_DIRECTORY) and not actor.has_role(Role.SYSTEM):
        raise Refused("forbidden", "your role may not read the directory")
    return _kind(kind)


def _editable(actor: Actor, kind: str) -> Kind:
    require_editor(actor)
    return _kind(kind)


def require_editor(actor: Actor) -> None:
    """Raise `Refused("forbidden")` unless the actor may edit the program's directory, or is the server itself."""
    # An edit reaches the whole program: somebody whose grant is bound to a site may not make it.
    if actor.site_scope(Permission.EDIT_DIRECTORY) is not None and not actor.has_role(Role.SYSTEM):
        raise Refused("forbidden", "your role may not change the directory")


def _reach(actor: Actor, kind: Kind) -> Any:
    if actor.has_role(Role.SYSTEM):
        return None
    sites = actor.site_scope(Permission.READ_DIRECTORY)
    return None if sites is None else rows.reach_of(kind.table, sites)


def _parse(model: type[BaseModel], data: object) -> Row:
    if not isinstance(data, dict):
        raise Refused("wrong_type", "must be an object")
    try:
        given = model.model_validate(data)
    except ValidationError as error:
        raise first_fault(error) from None
    return given.model_dump(exclude_unset="version" in model.model_fields)


def _stale() -> Refused:
    return Refused("stale_version", "it changed since you looked: look again", "version")


def _not_found() -> Refused:
    return Refused("not_found", "there is no such row, or it is not yours to see")
